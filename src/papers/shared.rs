//! What several papers say alike: position, serial number, reprint stamp, remarks, orders.

use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::values::{ItemText, OrderNumberText, RemarkBy, RemarkText, Stamp};

/// Blank above and below dense rows.
pub const TIGHT_MM: f32 = 0.35;

/// The position in the run: `12 / 50`; empty for a sheet outside any run.
pub fn position(stamp: &Stamp) -> String {
    if stamp.total == 0 { String::new() } else { format!("{} / {}", stamp.position, stamp.total) }
}

/// The run's serial number with its label; empty without one.
pub fn serial(serial: &str) -> String {
    if serial.trim().is_empty() { String::new() } else { format!("批次 Run {}", serial.trim()) }
}

/// The reprint stamp: `补打 2 REPRINT`.
pub fn reprint(stamp: &Stamp) -> Option<String> {
    stamp.reprint.map(|count| format!("补打 {count} REPRINT"))
}

/// The first characters of the data hash: a sheet with another version shows older values.
pub fn version(data_hash: &str) -> String {
    format!("版本 {}", &data_hash[..6])
}

/// `1 piece`, `2 pieces`.
pub fn counted(count: u32, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Name, variant and SKU of an item in one text.
pub fn item(item: &ItemText) -> String {
    let parts = [item.name.trim(), item.variant.trim(), item.sku.trim()];
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ")
}

/// Pieces of some items together.
pub fn pieces(items: &[ItemText]) -> u32 {
    items.iter().map(|item| item.quantity).fold(0, u32::saturating_add)
}

/// All remarks, each under a line with who wrote it on which order. Those without words and
/// flag are left out.
pub fn remarks(maker: &mut RowMaker, remarks: &[RemarkText], column: Column) -> Section {
    const SOURCE_PT: f32 = 7.5;
    let mark_mm = 4.0;
    let mark_column = Column::new(column.x_mm, mark_mm, SOURCE_PT);
    let source_column = Column::new(column.x_mm + mark_mm + 1.0, column.width_mm - mark_mm - 1.0, SOURCE_PT);
    let mut rows = Vec::new();
    for (index, remark) in remarks.iter().enumerate() {
        let (text, flag) = (remark.text.trim(), remark.flag.trim());
        if text.is_empty() && flag.is_empty() {
            continue;
        }
        let (mark, who) = match remark.who {
            RemarkBy::Buyer => ("买", "买家留言 Buyer"),
            RemarkBy::Seller => ("卖", "卖家备注 Seller"),
        };
        let source = [who, remark.shop.trim(), remark.order_number.trim()];
        let source = source.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
        let mark = maker.badge("label", mark, mark_column);
        let source = maker.cell(&format!("remarks[{index}].order_number"), &source, source_column);
        rows.push(Row::new(vec![mark, source], TIGHT_MM).keep_with_next());

        let words = if flag.is_empty() { text.to_owned() } else { format!("【{flag}】{text}") };
        let words = maker.cell(&format!("remarks[{index}].text"), &words, column.bold());
        rows.push(Row::new(vec![words], 0.1));
    }
    Section { rows, ..Section::default() }
}

/// All order numbers, grouped by shop.
pub fn order_numbers(maker: &mut RowMaker, orders: &[OrderNumberText], column: Column) -> Section {
    let mut shops: Vec<(&str, Vec<&str>)> = Vec::new();
    for order in orders {
        match shops.iter_mut().find(|(shop, _)| *shop == order.shop.trim()) {
            Some((_, numbers)) => numbers.push(order.number.trim()),
            None => shops.push((order.shop.trim(), vec![order.number.trim()])),
        }
    }
    if shops.is_empty() {
        return Section::default();
    }
    let groups: Vec<String> = shops
        .iter()
        .map(|(shop, numbers)| format!("{shop} {}", numbers.join("，")).trim().to_owned())
        .collect();
    let cell = maker.cell("order_numbers", &format!("订单 Orders  {}", groups.join("；")), column);
    Section { rows: vec![Row::new(vec![cell], TIGHT_MM).ruled()], ..Section::default() }
}
