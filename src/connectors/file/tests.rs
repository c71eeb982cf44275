//! Files as sellers have them, and files that mean harm.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};

use proptest::prelude::*;

use super::{Format, Import, Item, Mapping, Options, Rejection, inspect, open};
use crate::connectors::Refusal;
use crate::domain::order::OrderSnapshot;
use crate::domain::time::UtcTime;

fn options() -> Options {
    Options::new(UtcTime::parse("2026-11-24T02:45:00Z").expect("a time"))
}

fn fixture(path: &str) -> File {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/");
    File::open(format!("{folder}{path}")).expect("the fixture is committed")
}

fn import(path: &str) -> Result<Import, Refusal> {
    let name = path.rsplit('/').next().expect("a name");
    open(fixture(path), name, options())
}

fn read(mut import: Import) -> Vec<Item> {
    import.batches(2).expect("readable").flatten().collect()
}

fn text(csv: &str) -> Vec<Item> {
    read(open(Cursor::new(csv.to_owned().into_bytes()), "orders.csv", options()).expect("an order file"))
}

/// Orders and rejections in a form that fits on a line.
fn show(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .map(|item| match item {
            Ok(parsed) => show_order(parsed.row, &parsed.order),
            Err(Rejection { row, field, value, code, .. }) => {
                format!("{row} REJECTED {code}: {field} = {value}")
            }
        })
        .collect()
}

fn show_order(row: u64, order: &OrderSnapshot) -> String {
    let mut shown = format!("{row} {} @{}", order.number, order.updated_at);
    if let Some(head) = &order.head {
        let to = &head.recipient;
        shown += &format!(" | {} {} {} | {} {}", head.state, head.kind, head.total, to.name, to.phone);
    }
    for line in order.lines.iter().flatten() {
        let (number, sku, price) = (&line.number, &line.sku, &line.price);
        shown += &format!(" | {number}: {} × {sku} {} {price} {}", line.quantity, line.title, line.refund);
        if !line.requires_shipping {
            shown += " not sent";
        }
    }
    shown
}

#[test]
fn the_order_list_of_the_seller_centre_gives_heads() {
    let import = import("taobao/ExportOrderList202611241030.csv").expect("an order file");
    assert_eq!(import.format, Format::TaobaoOrders);
    let items = read(import);
    // The file's name tells 10:30 in China.
    let at = "@2026-11-24T02:30:00Z";
    assert_eq!(
        show(&items),
        [
            format!("2 2608411234567890123 {at} | awaiting_shipment normal 129.90 CNY | 陈静 13800001001"),
            format!("3 2608411234567890124 {at} | unpaid normal 129.90 CNY | 陈静 13800001001"),
            format!("4 2608411234567890125 {at} | unpaid presale 129.90 CNY | 陈静 13800001001"),
            format!("5 2608411234567890126 {at} | partially_shipped normal 129.90 CNY | 陈静 13800001001"),
            format!("6 2608411234567890127 {at} | shipped normal 129.90 CNY | 陈静 0571-88000001"),
            format!("7 2608411234567890128 {at} | completed normal 129.90 CNY | 陈* *******1234"),
            format!("8 2608411234567890129 {at} | cancelled normal 129.90 CNY | 陈静 13800001001"),
            format!("9 2608411234567890130 {at} | awaiting_shipment normal 129.90 CNY | 陈静 13800001002"),
        ]
    );
    let whole = serde_json::to_value(&items[0].as_ref().expect("an order").order).expect("JSON");
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"number": "2608411234567890123", "updated_at": "2026-11-24T02:30:00Z", "lines": null, "head": {
            "state": "awaiting_shipment", "kind": "normal", "created_at": "2026-11-20T02:11:09Z", "paid_at": "2026-11-20T02:12:30Z",
            "ship_by": null, "ship_from": null, "buyer_nick": "tea_lover_88", "buyer_message": "请周末前送到", "seller_memo": "送小样,勿放发票",
            "flag": "", "total": {"amount": 12990, "currency": "CNY"}, "shipping_fee": {"amount": 0, "currency": "CNY"},
            "recipient": {"name": "陈静", "phone": "13800001001", "country": "CN", "province": "浙江省", "city": "杭州市", "district": "西湖区",
                "town": "", "detail": "文三路478号3栋2单元1201室", "postcode": "310012", "address_key": ""}}}"#,
    )
    .expect("JSON");
    assert_eq!(whole, expected);
    let head = |index: usize| items[index].as_ref().expect("an order").order.head.clone().expect("a head");
    // The changed address wins; 000000 is no postcode; remarks keep their lines.
    assert_eq!((head(3).recipient.city.as_str(), head(3).recipient.postcode.as_str()), ("南京市", "210008"));
    assert_eq!((head(7).recipient.town.as_str(), head(7).recipient.postcode.as_str()), ("虎门镇", ""));
    assert_eq!(
        (head(1).buyer_message.as_str(), head(7).buyer_message.as_str()),
        ("", "第一行\n第二行，\"急\"")
    );
}

#[test]
fn the_detail_list_gives_lines_even_when_an_orders_rows_stand_apart() {
    let import = import("taobao/ExportOrderDetailList202611241030.csv").expect("an order file");
    assert_eq!(import.format, Format::TaobaoLines);
    assert_eq!(
        show(&read(import)),
        [
            "4 2608411234567890130 @2026-11-24T02:30:00Z | 1: 2 × CUP-8 茶杯 8\" 大号 129.90 CNY none",
            "2 2608411234567890123 @2026-11-24T02:30:00Z | 1: 1 × TEA-250 龙井 250g 64.95 CNY none | 2: 1 × TEA-S 试饮装 0.00 CNY refunded | 3: 1 × FILTER 滤网 0.00 CNY none",
        ]
    );
}

#[test]
fn a_shopify_export_gives_whole_orders() {
    let items = read(import("shopify/orders_export.csv").expect("an order file"));
    let to = "Anna 't Hooft +1 401 555 0100";
    assert_eq!(
        show(&items),
        [
            format!(
                "2 #1001 @2026-05-14T10:23:46Z | awaiting_shipment normal 54.80 EUR | {to} | 1: 2 × TEA-G Green tea 19.95 EUR none | 2: 1 ×  Gift card 10.00 EUR none not sent"
            ),
            format!(
                "4 #1002 @2026-05-14T10:23:46Z | awaiting_shipment normal 6000 JPY | {to} | 1: 3 × CUP Cup 1500 JPY none | 2: 1 × SAUCER Saucer 1500 JPY none"
            ),
            format!(
                "6 #1003 @2026-05-15T07:00:00Z | cancelled normal 54.80 EUR | {to} | 1: 1 × CUP Cup 9.00 EUR none"
            ),
            format!(
                "7 #1004 @2026-05-14T10:23:46Z | held normal 54.80 EUR | {to} | 1: 1 × CUP Cup 9.00 EUR none"
            ),
            format!(
                "8 #1005 @2026-05-14T10:23:45Z | unpaid normal 54.80 EUR | {to} | 1: 1 × CUP Cup 9.00 EUR none"
            ),
            format!(
                "9 #1006 @2026-05-16T08:00:00Z | shipped normal 54.80 EUR | {to} | 1: 1 × CUP Cup 9.00 EUR none"
            ),
        ]
    );
    let recipient = items[0].as_ref().expect("an order").order.head.clone().expect("a head").recipient;
    assert_eq!((recipient.detail.as_str(), recipient.postcode.as_str()), ("12 Test Street, Flat 3", "02928"));
}

#[test]
fn a_generic_file_is_read_by_its_proposed_mapping() {
    let shown = |path| show(&read(import(path).expect("an order file")));
    let order = |row, number, price: &str| {
        format!(
            "{row} {number} @2026-05-14T03:23:00Z | awaiting_shipment normal {price} CNY | Max Muster +49 30 555001 | 1: 2 × TEE-1 Tee; grün 12.50 CNY none"
        )
    };
    assert_eq!(
        shown("generic/semicolons.csv"),
        [
            order(2, "A-1", "1324.00") + " | 2: 1 × TEE-1 Tasse 1299.00 CNY none",
            order(4, "A-2", "25.00"),
            order(5, "A-3", "25.00"),
        ]
    );
    assert_eq!(
        shown("generic/utf16.csv"),
        [
            "2 T-1 @2026-11-24T02:45:00Z | awaiting_shipment normal 0.00 CNY | 李雷 13800001003 | 1: 1 ×  茶 0.00 CNY none"
        ]
    );
}

#[test]
fn accents_of_old_european_exports_survive() {
    let csv = b"Order;Name;Street;Product\r\n1;J\xFCrgen Gr\xFCn;Stra\xDFe 1;Tee\r\n";
    let items = read(open(Cursor::new(csv.to_vec()), "x.csv", options()).expect("an order file"));
    assert_eq!(
        show(&items),
        [
            "2 1 @2026-11-24T02:45:00Z | awaiting_shipment normal 0.00 CNY | J\u{FC}rgen Gr\u{FC}n  | 1: 1 ×  Tee 0.00 CNY none"
        ]
    );
}

#[test]
fn an_import_may_be_handed_to_another_thread() {
    fn check<T: Send>() {}
    check::<Import>();
    check::<super::Batches<'_>>();
}

#[test]
fn a_workbook_is_read_like_a_text_file() {
    assert_eq!(
        show(&read(import("generic/orders.xlsx").expect("an order file"))),
        [
            "2 2608411234567890131 @2026-05-14T03:23:45Z | awaiting_shipment normal 129.90 CNY | 李雷 13800001003 | 1: 2 × TEA 茶 64.95 CNY none",
            "4 REJECTED scientific_notation: 订单号 = 2.60841123456789E18",
            "5 T-3 @2026-05-14T03:23:43Z | awaiting_shipment normal 0.00 CNY | 韩梅梅 13800001004 | 1: 1 ×  茶 0.00 CNY none",
        ]
    );
}

#[test]
fn a_header_is_inspected_before_anything_is_stored() {
    let found = inspect(fixture("hostile/missing_columns.csv"), &options()).expect("a header");
    assert_eq!(
        (found.format, found.header.join(" "), found.missing),
        (Format::Generic, "订单号 收货人 金额".to_owned(), vec!["address or detail", "title or sku"])
    );
    let mapping: Mapping =
        serde_json::from_str(r#"{"number":"Order","name":"To","address":"Where","title":"What"}"#)
            .expect("a mapping");
    let csv = "Where,Order,What,To\nBerlin,7,Tea,Max\n";
    let mut import = open(Cursor::new(csv), "x.csv", Options { mapping: Some(mapping), ..options() })
        .expect("an order file");
    let once = show(&import.preview(10).expect("readable"));
    assert_eq!(
        once,
        ["2 7 @2026-11-24T02:45:00Z | awaiting_shipment normal 0.00 CNY | Max  | 1: 1 ×  Tea 0.00 CNY none"]
    );
    assert_eq!(show(&read(import)), once);
}

#[test]
fn one_bad_row_leaves_the_rest() {
    let shown = |path| show(&read(import(path).expect("an order file")));
    let order = |row: u64, number: &str, title: &str| {
        format!(
            "{row} {number} @2026-05-14T03:23:45Z | awaiting_shipment normal 0.00 CNY | 李雷 13800001003 | 1: 1 ×  {title} 0.00 CNY none"
        )
    };
    assert_eq!(
        shown("hostile/row_cut.csv"),
        [
            order(2, "1001", "茶"),
            "3 REJECTED row_cut: row = 1002,李雷,138000".to_owned(),
            "4 REJECTED row_cut: row = 1003,李雷,13800001003".to_owned(),
            order(5, "1004", "茶"),
            order(6, "1005", "茶"),
        ]
    );
    assert_eq!(shown("hostile/header_twice.csv"), [order(2, "1001", "茶"), order(4, "1002", "茶")]);
    assert_eq!(
        shown("hostile/quotes.csv"),
        [order(2, "1001", "茶 \"明前\"\n250g,盒装"), order(3, "1002", "8\"G内存条")]
    );
    assert_eq!(
        shown("hostile/scientific.csv"),
        [
            "2 REJECTED scientific_notation: 订单号 = 2.60841E+18".to_owned(),
            "3 REJECTED scientific_notation: 手机 = 1.38E+10".to_owned(),
            order(4, "1003", "茶"),
        ]
    );
    assert_eq!(shown("hostile/formula.csv"), [order(2, "1001", "=HYPERLINK(\"http://example.com\",\"茶\")")]);
    let dates = shown("hostile/dates.csv");
    assert_eq!(
        dates[3..],
        ["5 REJECTED ambiguous_date: 下单时间 = 03/04/2026", "6 REJECTED bad_time: 下单时间 = 昨天"]
    );
    assert_eq!(dates[..3].iter().filter(|order| order.contains("@2026-05-14T03:23")).count(), 3, "{dates:?}");
    assert_eq!(
        shown("hostile/full_width.csv"),
        [
            "2 1001 @2026-05-14T03:23:45Z | awaiting_shipment normal 0.00 CNY | 李雷 13800001003 | 1: 2 ×  茶 0.00 CNY none"
        ]
    );
}

#[test]
fn an_order_is_taken_whole_or_not_at_all() {
    let items = text(
        "订单号,收货人,地址,商品,数量\n1,李雷,建国路1号,茶,1\n2,李雷,建国路1号,茶,1\n1,,,杯,many\n3,李雷,建国路1号,茶,1\n3,韩梅梅,建国路2号,茶,1\n",
    );
    assert_eq!(
        show(&items),
        [
            "3 2 @2026-11-24T02:45:00Z | awaiting_shipment normal 0.00 CNY | 李雷  | 1: 1 ×  茶 0.00 CNY none",
            "4 REJECTED bad_quantity: 数量 = many",
            "2 REJECTED order_incomplete: 订单号 = 1",
            "6 REJECTED rows_disagree: 地址 = 建国路2号",
            "5 REJECTED order_incomplete: 订单号 = 3",
        ]
    );
    let told = items[1].as_ref().expect_err("a rejection");
    assert_eq!(told.message, "row 4: 数量 is many; write a whole number such as 2");
}

#[test]
fn values_out_of_bounds_name_their_column() {
    let long = "长".repeat(513);
    let items = text(&format!(
        "订单号,收货人,地址,商品,数量,下单时间\n1,李雷,建国路,{long},1,\n2,李雷,建国路,茶,0,\n3,李雷,建国路,茶,1,1899-01-01\n,李雷,建国路,茶,1,\n"
    ));
    let shown = show(&items);
    assert!(shown[0].starts_with("2 REJECTED too_long: 商品 = 长长"), "{}", shown[0]);
    assert_eq!(
        shown[1..],
        [
            "3 REJECTED out_of_range: 数量 = 0",
            "4 REJECTED out_of_range: 下单时间 = 1899-01-01",
            "5 REJECTED missing: 订单号 = "
        ]
    );
}

#[test]
fn what_is_no_order_file_is_refused_with_the_next_step() {
    let refused = |found: Result<Import, Refusal>| found.err().expect("a refusal");
    let bytes = |bytes: &[u8]| refused(open(Cursor::new(bytes.to_vec()), "x.csv", options()));
    assert_eq!(refused(import("hostile/no_bytes.csv")).code, "file_empty");
    assert_eq!(bytes(b" \r\n\r\n").code, "file_empty");
    assert_eq!(refused(import("hostile/binary.csv")).code, "file_binary");
    assert_eq!(bytes(b"%PDF-1.7\n\x00\x01\x02\x03\x04\x05\x06").code, "file_binary");
    assert_eq!(bytes(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1").code, "old_workbook");
    assert_eq!(bytes(b"PK\x03\x04 and then nothing").code, "file_damaged");
    assert_eq!(bytes(&stored_zip(&[("orders.csv", b"a,b", 3)])).code, "not_a_workbook");
    let small = Options { max_bytes: 100, ..options() };
    let error = refused(open(Cursor::new(vec![b'a'; 101]), "x.csv", small));
    assert_eq!(
        error.to_string(),
        "The file has 101 bytes; the limit is 100 bytes. Export a shorter span of time, or split the file."
    );
    let error = refused(import("hostile/missing_columns.csv"));
    assert_eq!(error.code, "missing_columns");
    assert_eq!(
        error.message,
        "As generic the file lacks: address or detail, title or sku. Its columns are: 订单号, 收货人, 金额."
    );
    let taobao = Options { format: Some(Format::TaobaoLines), ..options() };
    let error = refused(open(Cursor::new("订单编号,标题\n1,x\n"), "x.csv", taobao));
    assert_eq!(error.message, "As taobao_lines the file lacks: 购买数量. Its columns are: 订单编号, 标题.");
}

#[test]
fn a_zip_bomb_is_refused_before_it_is_unpacked() {
    let refusal = |declared| {
        let bytes = stored_zip(&[
            ("xl/workbook.xml", b"<workbook/>", 11),
            ("xl/worksheets/sheet1.xml", &[b'x'; 1000], declared),
        ]);
        open(Cursor::new(bytes), "bomb.xlsx", options()).err().expect("a refusal")
    };
    let error = refusal(1 << 30);
    assert_eq!(
        (error.code, error.message.as_str()),
        (
            "zip_bomb",
            "The workbook is packed beyond the limit: xl/worksheets/sheet1.xml unpacks 1000 bytes to 1073741824; the limit is a ratio of 250."
        )
    );
    assert_eq!(refusal(u32::MAX).code, "zip_bomb");
    // A harmless one passes this check and fails for what it lacks.
    assert_eq!(refusal(1000).code, "file_damaged");
}

#[test]
fn a_bomb_cannot_hide_in_sizes_of_64_bits() {
    let refusal = |unpacked| {
        let parts: [(&str, &[u8], u32); 2] =
            [("xl/workbook.xml", b"<workbook/>", 10), ("xl/worksheets/sheet1.xml", &[b'x'; 1000], unpacked)];
        open(Cursor::new(widen(stored_zip(&parts))), "x.xlsx", options()).err().expect("a refusal")
    };
    assert_eq!(refusal(1 << 30).code, "zip_bomb");
    let mut bytes = Vec::new();
    fixture("generic/orders.xlsx").read_to_end(&mut bytes).expect("readable");
    let orders =
        |bytes| show(&read(open(Cursor::new(bytes), "orders.xlsx", options()).expect("an order file")));
    assert_eq!(orders(widen(bytes.clone())), orders(bytes));
}

#[test]
fn reading_stops_at_the_limit_of_rows_and_keeps_no_half_order() {
    let few = Options { max_rows: 2, ..options() };
    let csv =
        "订单号,收货人,地址,商品\n1,李雷,建国路,茶\n2,李雷,建国路,茶\n2,李雷,建国路,杯\n3,李雷,建国路,茶\n";
    let items = read(open(Cursor::new(csv), "x.csv", few).expect("an order file"));
    assert_eq!(
        show(&items)[1..],
        ["4 REJECTED too_many_rows: row = 2,李雷,建国路", "3 REJECTED order_incomplete: 订单号 = 2"]
    );
    assert!(items[0].is_ok());
}

#[test]
fn a_hundred_thousand_rows_come_in_small_batches() {
    let mut import = open(Endless::new(100_000), "x.csv", options()).expect("an order file");
    let (mut orders, mut most) = (0, 0);
    for batch in import.batches(500).expect("readable") {
        most = most.max(batch.len());
        orders += batch.iter().filter(|item| item.is_ok()).count();
    }
    assert_eq!((orders, most), (50_000, 500));
}

/// A CSV file that is written while it is read, two lines per order, and never held.
struct Endless {
    rows: u64,
    at: u64,
}

impl Endless {
    const HEADER: &str = "订单号,收货人,手机,地址,商品,数量\n";

    fn new(rows: u64) -> Self {
        Self { rows, at: 0 }
    }

    /// Rows are of one length, so every position belongs to a known row.
    fn row(index: u64) -> String {
        format!("2608{:015},李雷,13800001003,浙江省 杭州市 西湖区 文三路478号,龙井,1\n", index / 2)
    }

    fn length(&self) -> u64 {
        Self::HEADER.len() as u64 + self.rows * Self::row(0).len() as u64
    }
}

impl Read for Endless {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let mut written = 0;
        while written < into.len() && self.at < self.length() {
            let (header, width) = (Self::HEADER.len() as u64, Self::row(0).len() as u64);
            let (line, start) = match self.at.checked_sub(header) {
                None => (Self::HEADER.to_owned(), self.at),
                Some(past) => (Self::row(past / width), past % width),
            };
            let part = &line.as_bytes()[start as usize..];
            let count = part.len().min(into.len() - written);
            into[written..written + count].copy_from_slice(&part[..count]);
            written += count;
            self.at += count as u64;
        }
        Ok(written)
    }
}

impl Seek for Endless {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.at = match to {
            SeekFrom::Start(at) => at,
            SeekFrom::End(by) => self.length().saturating_add_signed(by),
            SeekFrom::Current(by) => self.at.saturating_add_signed(by),
        };
        Ok(self.at)
    }
}

/// A ZIP archive of uncompressed entries, each with the unpacked size it claims.
fn stored_zip(entries: &[(&str, &[u8], u32)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, content, declared) in entries {
        let offset = bytes.len() as u32;
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        common.extend(crc32(content).to_le_bytes());
        common.extend((content.len() as u32).to_le_bytes());
        common.extend(declared.to_le_bytes());
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(*content);
        directory.extend(b"PK\x01\x02\x14\x00");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend(offset.to_le_bytes());
        directory.extend(name.as_bytes());
    }
    let count = (entries.len() as u16).to_le_bytes();
    let offset = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend(count);
    bytes.extend(count);
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(offset.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// Gives an archive the 64-bit end record that programs write which stream their sheets.
fn widen(mut bytes: Vec<u8>) -> Vec<u8> {
    let end = bytes.split_off(bytes.len() - 22);
    let record_at = bytes.len() as u64;
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44u64.to_le_bytes());
    bytes.extend([45, 0, 45, 0]);
    bytes.extend([0; 8]);
    for _ in 0..2 {
        bytes.extend(&end[8..10]);
        bytes.extend([0; 6]);
    }
    for part in [&end[12..16], &end[16..20]] {
        bytes.extend(part);
        bytes.extend([0; 4]);
    }
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(record_at.to_le_bytes());
    bytes.extend(1u32.to_le_bytes());
    bytes.extend(end);
    bytes
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(
            crc ^ u32::from(*byte),
            |crc, _| if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 },
        )
    })
}

/// Reads whatever it is to the end; the answer does not matter, that there is one does.
fn survive(bytes: Vec<u8>, format: Option<Format>) {
    if let Ok(import) = open(Cursor::new(bytes), "x.csv", Options { format, ..options() }) {
        read(import);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        survive(bytes, None);
    }

    #[test]
    fn no_cells_make_it_panic(
        header in proptest::sample::select(vec![
            "订单编号,订单状态,收货人姓名,收货地址,订单创建时间,总金额,联系手机",
            "订单编号,标题,购买数量,价格,订单状态,a,b",
            "Name,Lineitem quantity,Lineitem name,Financial Status,Fulfillment Status,Created at,Currency,Shipping Name,Shipping Country",
            "订单号,收货人,地址,商品,数量,单价,下单时间",
        ]),
        rows in proptest::collection::vec("([0-9a-zA-Z,\"'=\n\t：．年月日/. +-]|\\PC){0,60}", 0..12),
    ) {
        survive(format!("{header}\n{}", rows.join("\n")).into_bytes(), None);
    }

    #[test]
    fn no_damage_to_a_workbook_makes_it_panic(at: usize, byte: u8) {
        let mut bytes = Vec::new();
        fixture("generic/orders.xlsx").read_to_end(&mut bytes).expect("readable");
        let at = at % bytes.len();
        bytes[at] = byte;
        survive(bytes, None);
    }

    #[test]
    fn no_sheet_makes_it_panic(cells in proptest::collection::vec(("[A-Z]{0,4}[0-9]{0,8}", "[a-z]{0,10}", "\\PC{0,12}"), 0..20)) {
        let sheet: String = cells.iter().map(|(place, kind, value)| format!("<row><c r=\"{place}\" t=\"{kind}\"><v>{value}</v></c></row>")).collect();
        let sheet = format!("<worksheet><sheetData>{sheet}</sheetData></worksheet>");
        let parts = [
            ("xl/workbook.xml", r#"<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" sheetId="1" r:id="rId1"/></sheets></workbook>"#),
            ("xl/_rels/workbook.xml.rels", r#"<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>"#),
            ("xl/worksheets/sheet1.xml", sheet.as_str()),
        ];
        let entries: Vec<(&str, &[u8], u32)> = parts.iter().map(|(name, text)| (*name, text.as_bytes(), text.len() as u32)).collect();
        survive(stored_zip(&entries), None);
    }
}
