//! The delivery note (发货单): what lies in the parcel, for the packer and the buyer.
//!
//! It bears the position and serial number of its waybill, so that the two can be paired after a
//! jam. All remarks and order numbers of all merged orders are on it; what does not fit on a page
//! goes on the next one.

use crate::papers::canvas::{Align, Canvas, Style, line_height_mm};
use crate::papers::display::Rect;
use crate::papers::document;
use crate::papers::flow::{self, Flowed, Frame};
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::table;
use crate::papers::values::{DeliveryNote, ItemText, PaperSize};

/// Lays out one delivery note on as many pages as it needs.
pub fn lay_out(note: &DeliveryNote, size: PaperSize, fonts: &Fonts) -> Flowed {
    let frame = document::frame(size);
    let (sections, mut problems) = body(note, &frame, fonts);
    let header = |canvas: &mut Canvas, index: usize| header(canvas, &frame, note, index);
    let printed = note.stamp.printed_note.trim();
    let footnote = format!("{printed}  {}", shared::version(&note.data_hash()));
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        document::footer(canvas, &frame, footnote.trim(), index, pages);
    };
    let mut flowed = flow::flow(fonts, &frame, sections, &header, &footer);
    problems.append(&mut flowed.problems);
    if note.items.is_empty() {
        problems.push(Problem::empty("items"));
    }
    Flowed { pages: flowed.pages, problems }
}

fn header(canvas: &mut Canvas, frame: &Frame, note: &DeliveryNote, index: usize) -> f32 {
    let position = shared::position(&note.stamp);
    let y = document::title(canvas, frame, ("shop_name", &note.shop_name), ("stamp.position", &position));
    let y = document::subtitle(canvas, frame, y, "发货单 Delivery note", &note.stamp);
    if index > 0 {
        let facts = [("收 To", note.recipient.name.as_str()), ("运单 Waybill", &note.number)];
        return document::facts(canvas, frame, y, "recipient.name", &facts);
    }
    let narrow = frame.width_mm() < 110.0;
    let gap = 5.0;
    let half = if narrow { frame.width_mm() } else { (frame.width_mm() - gap) * 0.56 };
    let left = recipient(canvas, note, Rect::new(frame.left_mm, y + 1.2, half, 60.0));
    let right = if narrow {
        waybill(canvas, note, Rect::new(frame.left_mm, left + 1.0, half, 18.0))
    } else {
        let x = frame.left_mm + half + gap;
        waybill(canvas, note, Rect::new(x, y + 1.2, frame.width_mm() - half - gap, 21.0))
    };
    let y = document::rule(canvas, frame, left.max(right) + 1.2);
    let sender = [&note.sender.name, &note.sender.phone, &note.sender.address].map(|part| part.trim());
    let sender = sender.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    let mut facts = vec![("寄件 From", sender.as_str())];
    if !note.warehouse.is_empty() {
        facts.push(("仓库 Warehouse", &note.warehouse));
    }
    document::facts(canvas, frame, y, "sender", &facts)
}

fn recipient(canvas: &mut Canvas, note: &DeliveryNote, area: Rect) -> f32 {
    let recipient = &note.recipient;
    let name = format!("{}  {}", recipient.name.trim(), recipient.phone.trim());
    let style = Style { middle: false, ..Style::line(14.0, 12.0).bold() };
    let mut y = area.y;
    y += canvas.text("recipient.name", Rect { y, height: 20.0, ..area }, &name, style);
    let address = format!("{} {}", recipient.region.trim(), recipient.detail.trim());
    y += canvas.text(
        "recipient.detail",
        Rect { y: y + 0.6, height: 45.0, ..area },
        &address,
        Style::block(11.5, 11.0),
    );
    y + 0.6
}

/// Carrier, number and its barcode for the scan at packing.
fn waybill(canvas: &mut Canvas, note: &DeliveryNote, area: Rect) -> f32 {
    let text = format!("{} {}", note.carrier_name.trim(), note.number.trim());
    if text.trim().is_empty() {
        return area.y;
    }
    let line = line_height_mm(11.0);
    canvas.text(
        "number",
        Rect { height: line, ..area },
        text.trim(),
        Style::line(11.0, 8.0).bold().align(Align::Center),
    );
    if note.number.trim().is_empty() {
        return area.y + line;
    }
    let bars = Rect::new(area.x, area.y + line + 0.8, area.width, 10.0);
    canvas.code128("number", bars, note.number.trim());
    bars.bottom()
}

fn body(note: &DeliveryNote, frame: &Frame, fonts: &Fonts) -> (Vec<Section>, Vec<Problem>) {
    let mut maker = RowMaker::new(fonts);
    let (left, width) = (frame.left_mm, frame.width_mm());
    let remarks = shared::remarks(&mut maker, &note.remarks, Column::new(left, width, 11.0));
    let orders = shared::order_numbers(&mut maker, &note.order_numbers, Column::new(left, width, 9.0));
    let items = items(&mut maker, note, frame);
    let mut closing = Section::default();
    if !note.closing.trim().is_empty() {
        let cell = maker.cell("closing", &note.closing, Column::new(left, width, 9.0));
        closing.rows.push(Row::new(vec![cell], 1.5).ruled());
    }
    (vec![remarks, orders, items, closing], maker.problems)
}

fn items(maker: &mut RowMaker, note: &DeliveryNote, frame: &Frame) -> Section {
    let (left, width) = (frame.left_mm, frame.width_mm());
    let numbered = note.items.iter().enumerate();
    let mut section = if width < 110.0 {
        let [number, item, quantity] = table::columns(
            left,
            [
                ("序", "items", 8.0, 8.0),
                ("商品 Item", "items", width - 22.0, 9.5),
                ("数量 Qty", "items.quantity", 14.0 + 2.0, 11.0),
            ],
        );
        let columns = [number, item, quantity.bold().right()];
        let rows = numbered
            .map(|(index, item)| [(index + 1).to_string(), shared::item(item), item.quantity.to_string()]);
        table::table(maker, &columns, 0.7, rows)
    } else {
        let rest = width - 10.0 - 18.0;
        let [number, sku, name, variant, quantity] = table::columns(
            left,
            [
                ("序 No.", "items", 10.0, 9.0),
                ("编码 SKU", "items.sku", rest * 0.25, 9.0),
                ("商品 Item", "items.name", rest * 0.48, 10.0),
                ("规格 Variant", "items.variant", rest * 0.27, 9.5),
                ("数量 Qty", "items.quantity", 18.0 + 2.0, 12.0),
            ],
        );
        let columns = [number, sku, name, variant, quantity.bold().right()];
        let rows = numbered.map(|(index, item)| {
            let ItemText { sku, name, variant, quantity, .. } = item.clone();
            [(index + 1).to_string(), sku, name, variant, quantity.to_string()]
        });
        table::table(maker, &columns, 0.9, rows)
    };
    let (kinds, pieces) = (note.items.len(), shared::pieces(&note.items));
    let total = format!("合计 Total   {kinds} 种 kinds   {pieces} 件 pcs");
    let cell = maker.cell("label", &total, Column::new(left, width, 11.0).bold().align(Align::Right));
    section.rows.push(Row::new(vec![cell], 1.0).ruled());
    section
}
