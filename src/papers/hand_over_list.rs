//! The hand-over list (交接单): what a carrier takes along on a day, counted and signed.

use crate::papers::canvas::Canvas;
use crate::papers::document;
use crate::papers::flow::{self, Flowed, Frame};
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::table;
use crate::papers::values::{HandOverList, HandOverParcel, PaperSize};

/// Lays out a hand-over list on as many pages as it needs; the signatures stand under the last row.
pub fn lay_out(list: &HandOverList, size: PaperSize, fonts: &Fonts) -> Flowed {
    let frame = document::frame(size);
    let mut maker = RowMaker::lenient(fonts);
    let sections = vec![
        parcels(&mut maker, &frame, list),
        signatures(&mut maker, (frame.left_mm, frame.width_mm()), list),
    ];
    let count = list.parcels.len().to_string();
    let header = |canvas: &mut Canvas, _: usize| {
        let title = format!("交接单 Hand-over list   {}", list.carrier_name.trim());
        let y = document::title(canvas, &frame, ("carrier_name", title.trim()), ("day", list.day.trim()));
        let y = document::rule(canvas, &frame, y + 0.5);
        let facts = [
            ("仓库 Warehouse", list.warehouse.as_str()),
            ("批次 Run", &list.serial),
            ("包裹 Parcels", &count),
        ];
        document::facts(canvas, &frame, y, "warehouse", &facts)
    };
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        document::footer(canvas, &frame, list.printed_note.trim(), index, pages);
    };
    let mut flowed = flow::flow(fonts, &frame, sections, &header, &footer);
    let mut problems = maker.problems;
    problems.append(&mut flowed.problems);
    if list.parcels.is_empty() {
        problems.push(Problem::empty("parcels"));
    }
    Flowed { pages: flowed.pages, problems }
}

fn parcels(maker: &mut RowMaker, frame: &Frame, list: &HandOverList) -> Section {
    let rest = frame.width_mm() - 18.0 - 20.0 - 26.0 - 20.0;
    let [position, number, city, pieces, weight, tick] = table::columns(
        frame.left_mm,
        [
            ("单 No.", "parcels.position", 18.0, 11.0),
            ("运单号 Waybill", "parcels.number", rest * 0.55, 11.5),
            ("城市 City", "parcels.city", rest * 0.45, 10.0),
            ("件数 Pieces", "parcels.pieces", 20.0, 11.0),
            ("重量 kg", "parcels.weight", 26.0, 10.0),
            ("", "label", 20.0, 11.0),
        ],
    );
    let columns = [position, number.bold(), city, pieces.right(), weight.right(), tick.right()];
    let rows = list.parcels.iter().map(|parcel| {
        let weight = weight_of(parcel);
        let (position, pieces) = (parcel.position.to_string(), parcel.pieces.to_string());
        [position, parcel.number.clone(), parcel.city.clone(), pieces, weight, "□".to_owned()]
    });
    table::table(maker, &columns, 0.6, rows)
}

/// The count, then a line for each side. They stay together.
pub(super) fn signatures(maker: &mut RowMaker, (left, width): (f32, f32), list: &HandOverList) -> Section {
    let sum = |of: fn(&HandOverParcel) -> u64| list.parcels.iter().map(of).sum::<u64>();
    let pieces = sum(|parcel| u64::from(parcel.pieces));
    let grams = sum(|parcel| u64::from(parcel.weight_grams.unwrap_or(0)));
    let weighed = list.parcels.iter().filter(|parcel| parcel.weight_grams.is_some()).count();
    let mut total = format!("合计 Total   {} 票 parcels   {pieces} 件 pieces", list.parcels.len());
    if weighed > 0 {
        total.push_str(&format!("   {} kg（已称 weighed {weighed}）", kilograms(grams)));
    }
    let total = maker.cell("label", &total, Column::new(left, width, 12.0).bold());
    let mut rows = vec![Row::new(vec![total], 1.5).ruled().keep_with_next()];
    let half = width / 2.0;
    for (side, english) in [("发货方签字", "Handed over by"), ("揽收员签字", "Collected by")] {
        let name = format!("{side} {english}  {}", "_".repeat(22));
        let time = format!("时间 Date, time  {}", "_".repeat(20));
        let name = maker.cell("label", &name, Column::new(left, half, 10.0));
        let time = maker.cell("label", &time, Column::new(left + half, half, 10.0));
        rows.push(Row::new(vec![name, time], 4.0).keep_with_next());
    }
    Section { rows, ..Section::default() }
}

/// What a parcel weighs, in kilograms; empty when it was not weighed.
pub(super) fn weight_of(parcel: &HandOverParcel) -> String {
    parcel.weight_grams.map(|grams| kilograms(u64::from(grams))).unwrap_or_default()
}

/// Grams as kilograms with three decimals.
pub(super) fn kilograms(grams: u64) -> String {
    format!("{}.{:03}", grams / 1000, grams % 1000)
}
