//! Upload files that carry waybill numbers back to where the orders came from.
//!
//! People open these files in a spreadsheet on the way. So a text that a spreadsheet would
//! run as a formula gets a leading `'`, and a number with more digits than a spreadsheet
//! shows gets a trailing tab, the guard the seller centre puts into its own exports. Our
//! own import takes both off again.

use encoding_rs::GB18030;

use crate::domain::time::UtcTime;

/// One order that was shipped with one waybill.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shipped {
    /// The platform's order number.
    pub order_number: String,
    /// The carrier's name as the platform calls it.
    pub carrier: String,
    pub waybill_number: String,
    pub shipped_at: UtcTime,
}

/// The batch-ship upload of the Taobao seller centre: 订单编号, 物流公司, 运单号 in GB18030 with CRLF.
pub fn taobao(shipped: &[Shipped]) -> Vec<u8> {
    let rows =
        shipped.iter().map(|one| [one.order_number.clone(), one.carrier.clone(), one.waybill_number.clone()]);
    let text = write(["订单编号", "物流公司", "运单号"], rows);
    // GB18030 has a code for every character, so nothing is lost here.
    GB18030.encode(&text).0.into_owned()
}

/// A fulfilment list as apps for Shopify read it, in UTF-8 with a byte order mark.
pub fn shopify(shipped: &[Shipped]) -> Vec<u8> {
    let header = ["Name", "Tracking Company", "Tracking Number", "Fulfilled at"];
    with_mark(&write(header, shipped.iter().map(all)))
}

/// Order number, carrier, waybill number and time for any other program, in UTF-8 with a byte order mark.
pub fn generic(shipped: &[Shipped]) -> Vec<u8> {
    let header = ["order_number", "carrier", "waybill_number", "shipped_at"];
    with_mark(&write(header, shipped.iter().map(all)))
}

fn all(one: &Shipped) -> [String; 4] {
    [one.order_number.clone(), one.carrier.clone(), one.waybill_number.clone(), one.shipped_at.to_string()]
}

/// Spreadsheets read a file without the mark in the machine's own encoding.
fn with_mark(text: &str) -> Vec<u8> {
    [b"\xEF\xBB\xBF", text.as_bytes()].concat()
}

fn write<const N: usize>(header: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let mut put = |row: [String; N]| writer.write_record(&row).expect("memory takes every row");
    put(header.map(str::to_owned));
    rows.for_each(|row| put(row.map(|cell| guard(&cell))));
    let bytes = writer.into_inner().expect("memory takes every row");
    String::from_utf8(bytes).expect("texts were written")
}

/// Digits from which a spreadsheet shows a number in scientific notation.
const LONG_DIGITS: usize = 12;

/// A cell that a spreadsheet neither runs nor changes.
pub fn guard(cell: &str) -> String {
    let starts_formula = cell
        .trim_start_matches(' ')
        .starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let is_long = cell.len() >= LONG_DIGITS && cell.bytes().all(|byte| byte.is_ascii_digit());
    match (starts_formula, is_long) {
        (true, _) => format!("'{cell}"),
        (_, true) => format!("{cell}\t"),
        _ => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Shipped, generic, guard, shopify, taobao};
    use crate::domain::time::UtcTime;
    use encoding_rs::GB18030;

    fn shipped() -> Vec<Shipped> {
        let one = |order: &str, carrier: &str, waybill: &str| Shipped {
            order_number: order.to_owned(),
            carrier: carrier.to_owned(),
            waybill_number: waybill.to_owned(),
            shipped_at: UtcTime::parse("2026-11-24T02:30:00Z").expect("a time"),
        };
        vec![
            one("2608411234567890123", "中通快递", "YT8800123456785"),
            one("#1001", "=cmd|' /C calc'!A0", "78300\"1"),
        ]
    }

    #[test]
    fn the_seller_centre_gets_its_own_encoding_and_line_ends() {
        let bytes = taobao(&shipped());
        let (text, _, faults) = GB18030.decode(&bytes);
        assert_eq!(
            (text.as_ref(), faults),
            (
                "订单编号,物流公司,运单号\r\n2608411234567890123\t,中通快递,YT8800123456785\r\n#1001,'=cmd|' /C calc'!A0,\"78300\"\"1\"\r\n",
                false
            )
        );
    }

    #[test]
    fn other_programs_get_utf8_with_a_mark() {
        let text = String::from_utf8(generic(&shipped()[..1])).expect("UTF-8");
        assert_eq!(
            text,
            "\u{FEFF}order_number,carrier,waybill_number,shipped_at\r\n2608411234567890123\t,中通快递,YT8800123456785,2026-11-24T02:30:00Z\r\n"
        );
        let text = String::from_utf8(shopify(&[])).expect("UTF-8");
        assert_eq!(text, "\u{FEFF}Name,Tracking Company,Tracking Number,Fulfilled at\r\n");
    }

    #[test]
    fn a_spreadsheet_neither_runs_nor_changes_a_cell() {
        for (cell, guarded) in [
            ("=1+1", "'=1+1"),
            ("+861380000", "'+861380000"),
            ("-1", "'-1"),
            ("@x", "'@x"),
            ("\tx", "'\tx"),
            (" =1", "' =1"),
            ("2608411234567890123", "2608411234567890123\t"),
            ("12345", "12345"),
            ("SF1234567890123", "SF1234567890123"),
            ("", ""),
        ] {
            assert_eq!(guard(cell), guarded);
        }
    }
}
