//! The pick list (拣货单): what to fetch, first by shelf and SKU, then by shipment in the order of the run.

use crate::papers::canvas::Canvas;
use crate::papers::document;
use crate::papers::flow::{self, Flowed, Frame};
use crate::papers::font::Fonts;
use crate::papers::natural::{Chunk, natural};
use crate::papers::problem::Problem;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::table;
use crate::papers::values::{ItemText, PaperSize, PickList, PickShipment, RemarkBy};

/// One SKU of a pick list with all shipments that need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pick {
    pub location: String,
    pub sku: String,
    pub name: String,
    pub variant: String,
    pub quantity: u32,
    /// Positions in the run and how many pieces each takes, in the order of the run.
    pub positions: Vec<(u32, u32)>,
}

/// Adds up the items of all shipments, in the order of the shelves.
///
/// Items are the same when shelf and SKU are; without a SKU, when name and variant are.
pub fn by_sku(list: &PickList) -> Vec<Pick> {
    let mut picks: std::collections::BTreeMap<PickKey, Pick> = std::collections::BTreeMap::new();
    for shipment in &list.shipments {
        for item in &shipment.items {
            let pick = picks.entry(PickKey::of(item)).or_insert_with(|| Pick {
                location: item.location.trim().to_owned(),
                sku: item.sku.trim().to_owned(),
                name: item.name.trim().to_owned(),
                variant: item.variant.trim().to_owned(),
                quantity: 0,
                positions: Vec::new(),
            });
            pick.quantity = pick.quantity.saturating_add(item.quantity);
            match pick.positions.last_mut() {
                Some((position, count)) if *position == shipment.position => {
                    *count = count.saturating_add(item.quantity);
                }
                _ => pick.positions.push((shipment.position, item.quantity)),
            }
        }
    }
    picks.into_values().collect()
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PickKey {
    /// Items without a shelf come last: someone has to look for them.
    unplaced: bool,
    location: Vec<Chunk>,
    sku: Vec<Chunk>,
    name: String,
    variant: String,
}

impl PickKey {
    fn of(item: &ItemText) -> Self {
        let by_name = item.sku.trim().is_empty();
        let if_by_name = |text: &str| if by_name { text.trim().to_owned() } else { String::new() };
        Self {
            unplaced: item.location.trim().is_empty(),
            location: natural(item.location.trim()),
            sku: natural(item.sku.trim()),
            name: if_by_name(&item.name),
            variant: if_by_name(&item.variant),
        }
    }
}

/// Lays out a pick list on as many pages as it needs.
pub fn lay_out(list: &PickList, size: PaperSize, fonts: &Fonts) -> Flowed {
    let frame = document::frame(size);
    let picks = by_sku(list);
    let mut maker = RowMaker::lenient(fonts);
    let sections = vec![sku_section(&mut maker, &frame, &picks), shipment_section(&mut maker, &frame, list)];
    let pieces = picks.iter().map(|pick| pick.quantity).fold(0, u32::saturating_add);
    let counts = [list.shipments.len().to_string(), picks.len().to_string(), pieces.to_string()];
    let header = |canvas: &mut Canvas, _: usize| {
        let y =
            document::title(canvas, &frame, ("label", "拣货单 Pick list"), ("serial", list.serial.trim()));
        let facts = [
            ("仓库 Warehouse", list.warehouse.as_str()),
            ("包裹 Shipments", &counts[0]),
            ("商品 SKUs", &counts[1]),
            ("件数 Pieces", &counts[2]),
        ];
        let y = document::rule(canvas, &frame, y + 0.5);
        document::facts(canvas, &frame, y, "warehouse", &facts)
    };
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        document::footer(canvas, &frame, list.printed_note.trim(), index, pages);
    };
    let mut flowed = flow::flow(fonts, &frame, sections, &header, &footer);
    let mut problems = maker.problems;
    problems.append(&mut flowed.problems);
    if picks.is_empty() {
        problems.push(Problem::empty("shipments"));
    }
    Flowed { pages: flowed.pages, problems }
}

fn sku_section(maker: &mut RowMaker, frame: &Frame, picks: &[Pick]) -> Section {
    let rest = frame.width_mm() - 6.0 - 22.0 - 17.0;
    let [tick, location, sku, item, quantity, positions] = table::columns(
        frame.left_mm,
        [
            ("", "label", 6.0, 12.0),
            ("库位 Shelf", "items.location", 22.0, 10.0),
            ("编码 SKU", "items.sku", rest * 0.23, 9.0),
            ("商品 Item", "items.name", rest * 0.43, 9.5),
            ("数量 Qty", "items.quantity", 17.0, 13.0),
            ("分到单 For No.", "items.positions", rest * 0.34 + 2.0, 8.5),
        ],
    );
    let columns = [tick, location.bold(), sku, item, quantity.bold().right(), positions];
    let rows = picks.iter().map(|pick| {
        let item = format!("{} {}", pick.name, pick.variant);
        let positions: Vec<String> =
            pick.positions.iter().map(|&(position, count)| place(position, count)).collect();
        let quantity = pick.quantity.to_string();
        [
            "□".to_owned(),
            pick.location.clone(),
            pick.sku.clone(),
            item.trim().to_owned(),
            quantity,
            positions.join(", "),
        ]
    });
    table::table(maker, &columns, 0.6, rows)
}

/// `#12` for one piece, `#12×3` for three.
pub(super) fn place(position: u32, count: u32) -> String {
    if count == 1 { format!("#{position}") } else { format!("#{position}×{count}") }
}

fn shipment_section(maker: &mut RowMaker, frame: &Frame, list: &PickList) -> Section {
    let rest = frame.width_mm() - 16.0;
    let [position, number, items, remarks] = table::columns(
        frame.left_mm,
        [
            ("单 No.", "shipments.position", 16.0, 14.0),
            ("运单 Waybill", "shipments.number", rest * 0.22, 9.0),
            ("商品 Items", "shipments.items", rest * 0.44, 9.0),
            ("备注 Remarks", "shipments.remarks", rest * 0.34 + 2.0, 9.0),
        ],
    );
    let columns = [position.bold(), number, items, remarks.bold()];
    let rows = list.shipments.iter().map(|shipment| {
        [shipment.position.to_string(), shipment.number.clone(), items_of(shipment), remarks_of(shipment)]
    });
    let mut section = table::table(maker, &columns, 0.8, rows);
    // A blank line between the two tables, and a word on what the second one is.
    let word = Column::new(frame.left_mm, frame.width_mm(), 11.0).bold();
    let cell = maker.cell("label", "按单分拣 By shipment", word);
    section.lead = Some(Row::new(vec![cell], 2.0).keep_with_next());
    section
}

/// The items of a shipment, one a line, each with its shelf.
pub(super) fn items_of(shipment: &PickShipment) -> String {
    let items = shipment.items.iter().map(|item| {
        let shelf = item.location.trim();
        let shelf = if shelf.is_empty() { String::new() } else { format!("[{shelf}] ") };
        format!("{shelf}{} × {}", item.quantity, shared::item(item))
    });
    items.collect::<Vec<_>>().join("\n")
}

/// The remarks of a shipment, one a line, each with who wrote it.
pub(super) fn remarks_of(shipment: &PickShipment) -> String {
    let remarks = shipment.remarks.iter().map(|remark| {
        let who = if remark.who == RemarkBy::Buyer { "买" } else { "卖" };
        let flag = remark.flag.trim();
        let flag = if flag.is_empty() { String::new() } else { format!("【{flag}】") };
        format!("{who}：{flag}{}", remark.text.trim())
    });
    remarks.collect::<Vec<_>>().join("\n")
}
