//! Whole sheets: what is on them, what is refused, and whether a scanner reads the print.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::process::Command;

use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma;

use crate::papers::font::Fonts;
use crate::papers::problem::ProblemCode;
use crate::papers::values::*;
use crate::papers::{Options, Paper, PaperError, Rendered, render, waybill};

fn text(value: &str) -> String {
    value.to_owned()
}

fn item(name: &str, quantity: u32) -> ItemText {
    ItemText {
        sku: format!("SKU-{quantity:03}"),
        name: text(name),
        variant: text("红色 L"),
        quantity,
        location: text("A-03-2"),
    }
}

fn remark(words: &str) -> RemarkText {
    RemarkText {
        shop: text("云雾茶舍"),
        order_number: text("2406139988776655"),
        who: RemarkBy::Buyer,
        text: text(words),
        flag: String::new(),
    }
}

fn waybill_sheet(position: u32) -> WaybillSheet {
    WaybillSheet {
        stamp: Stamp { position, total: 50, serial: text("20261120-03"), ..Stamp::default() },
        carrier_name: text("中通快递 ZTO"),
        number: format!("YT62356131{position:05}"),
        sort_code: Some(text("310 A12-05")),
        recipient: RecipientText {
            name: text("陈䶮龑"),
            phone: text("138****5678"),
            region: text("广东省 深圳市 南山区"),
            detail: text("粤海街道科技园南区高新南七道 18 号 A 座 1203 室"),
        },
        sender: SenderText {
            name: text("云雾茶舍"),
            phone: text("0571-88001234"),
            address: text("浙江省杭州市西湖区龙井路 88 号"),
        },
        items: vec![item("手工茶杯", 2), item("龙井礼盒", 1)],
        remarks: vec![remark("请在周五之前送到")],
        order_numbers: vec![OrderNumberText { shop: text("云雾茶舍"), number: text("2406139988776655") }],
        pieces: 3,
        package_code: Some(format!("P20261120-03-{position:03}")),
    }
}

fn waybills(size: PaperSize, sheets: Vec<WaybillSheet>) -> Rendered {
    render(&Paper::Waybills { size, sheets }, &Options::new(&Fonts::embedded())).unwrap()
}

/// What all pages of a sheet say, without blanks.
fn words(pages: &[crate::papers::display::Page]) -> String {
    let runs = pages.iter().flat_map(|page| &page.runs);
    runs.flat_map(|run| run.text.chars()).filter(|found| !found.is_whitespace()).collect()
}

fn label_words(sheet: &WaybillSheet, size: PaperSize) -> String {
    let laid_out = waybill::lay_out(sheet, size, &Fonts::embedded());
    assert_eq!(laid_out.problems, []);
    words(&laid_out.pages)
}

/// The dots of a page as a print head of 203 dpi makes them: one byte each, 0 is black.
fn print_dots(pdf: &[u8], page: usize) -> (Vec<u8>, u32, u32) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sheet.pdf");
    std::fs::write(&file, pdf).unwrap();
    let page = page.to_string();
    let run = Command::new("pdftoppm")
        .args(["-r", "203.2", "-mono", "-singlefile", "-f", &page, "-l", &page])
        .arg(&file)
        .arg(folder.path().join("page"))
        .status()
        .expect("pdftoppm is installed (package poppler-utils)");
    assert!(run.success());
    read_pbm(&std::fs::read(folder.path().join("page.pbm")).unwrap())
}

/// Reads a binary PBM: `P4`, width, height, rows of bits where 1 is black.
fn read_pbm(file: &[u8]) -> (Vec<u8>, u32, u32) {
    let mut fields = file.splitn(3, |byte| byte.is_ascii_whitespace());
    assert_eq!(fields.next(), Some(&b"P4"[..]));
    let width: u32 = std::str::from_utf8(fields.next().unwrap()).unwrap().parse().unwrap();
    let rest = fields.next().unwrap();
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap();
    let height: u32 = std::str::from_utf8(&rest[..end]).unwrap().parse().unwrap();
    let bits = &rest[end + 1..];
    let bytes_per_row = width.div_ceil(8) as usize;
    let dot = |x: u32, y: u32| bits[y as usize * bytes_per_row + x as usize / 8] >> (7 - x % 8) & 1;
    let dots = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    (dots.map(|(x, y)| if dot(x, y) == 1 { 0 } else { 255 }).collect(), width, height)
}

fn scan(pdf: &[u8], page: usize, format: BarcodeFormat) -> Option<String> {
    let (dots, width, height) = print_dots(pdf, page);
    detect_in_luma(dots, width, height, Some(format)).ok().map(|found| found.getText().to_owned())
}

#[test]
fn a_printed_label_scans_at_203_dpi_on_every_stock() {
    for &size in PaperSize::ALL.iter().filter(|size| size.is_label()) {
        let mut second = waybill_sheet(2);
        second.number = text("JDVA00123456789-1-1-");
        let rendered = waybills(size, vec![waybill_sheet(1), second]);
        assert_eq!(rendered.problems, [], "{size}");
        let numbers = [1, 2].map(|page| scan(&rendered.file, page, BarcodeFormat::CODE_128));
        assert_eq!(numbers, [Some(text("YT6235613100001")), Some(text("JDVA00123456789-1-1-"))], "{size}");
        let codes = [1, 2].map(|page| scan(&rendered.file, page, BarcodeFormat::QR_CODE));
        assert_eq!(codes, [Some(text("P20261120-03-001")), Some(text("P20261120-03-002"))], "{size}");
    }
}

#[test]
fn a_second_decoder_reads_the_label_too() {
    let rendered = waybills(PaperSize::Label76x130, vec![waybill_sheet(7)]);
    let folder = tempfile::tempdir().unwrap();
    let (dots, width, height) = print_dots(&rendered.file, 1);
    let file = folder.path().join("label.pgm");
    std::fs::write(&file, [format!("P5 {width} {height} 255\n").as_bytes(), &dots].concat()).unwrap();
    let run = Command::new("zbarimg").args(["-q", "--raw"]).arg(&file).output();
    let read = String::from_utf8(run.expect("zbarimg is installed (package zbar-tools)").stdout).unwrap();
    let mut lines: Vec<&str> = read.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["P20261120-03-007", "YT6235613100007"]);
}

#[test]
fn the_same_values_give_the_same_bytes() {
    let sheets = || (1..=5).map(waybill_sheet).collect();
    let first = waybills(PaperSize::Label100x150, sheets());
    assert_eq!(first, waybills(PaperSize::Label100x150, sheets()));
    assert!(first.file.starts_with(b"%PDF-"));
}

#[test]
fn a_character_no_font_has_is_named_and_the_other_sheets_print() {
    let mut strange = waybill_sheet(2);
    strange.recipient.name = text("김한");
    let rendered = waybills(PaperSize::Label100x150, vec![waybill_sheet(1), strange, waybill_sheet(3)]);

    assert_eq!(rendered.sheets.iter().map(|sheet| sheet.position).collect::<Vec<_>>(), [1, 3]);
    let [left_out] = &rendered.problems[..] else { panic!("{:?}", rendered.problems) };
    assert_eq!(left_out.position, 2);
    let messages: Vec<&str> = left_out.problems.iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(
        messages,
        [
            "no font has the character 김 (U+AE40) of recipient.name",
            "no font has the character 한 (U+D55C) of recipient.name"
        ]
    );
}

#[test]
fn a_text_that_does_not_fit_is_refused_and_never_cut() {
    let mut sheet = waybill_sheet(1);
    sheet.recipient.detail = "很长的地址".repeat(80);
    let rendered = waybills(PaperSize::Label76x130, vec![sheet]);
    let problems = &rendered.problems[0].problems;
    assert!(problems.iter().any(|problem| problem.code == ProblemCode::Overflow
        && problem.field == "recipient.detail"
        && problem.message.contains("mm")));
    assert_eq!(rendered.sheets, []);
}

#[test]
fn a_number_no_scanner_reads_and_an_empty_address_are_refused() {
    let mut sheet = waybill_sheet(1);
    sheet.number = text("单号12");
    sheet.recipient.detail = String::new();
    let problems = &waybills(PaperSize::Label100x150, vec![sheet]).problems[0].problems;
    let found: Vec<_> = problems.iter().map(|problem| (problem.code, problem.field.as_str())).collect();
    assert_eq!(found, [(ProblemCode::Barcode, "number"), (ProblemCode::Empty, "recipient.detail")]);
}

#[test]
fn ten_long_remarks_are_complete_and_continue_on_a_label_without_barcode() {
    let long = "如果没有人在家请放到门口的快递柜里并发短信通知，电话打不通就打备用号码 13900001234。";
    let mut sheet = waybill_sheet(1);
    sheet.remarks = (0..10).map(|index| remark(&format!("{index}：{long}"))).collect();
    for size in [PaperSize::Label100x150, PaperSize::Label76x130] {
        let laid_out = waybill::lay_out(&sheet, size, &Fonts::embedded());
        assert_eq!(laid_out.problems, []);
        let all = words(&laid_out.pages);
        let long: String = long.chars().filter(|found| !found.is_whitespace()).collect();
        for index in 0..10 {
            assert!(all.contains(&format!("{index}：{long}")), "remark {index} on {size}: {all}");
        }
        assert!(laid_out.pages.len() > 1);
        for page in &laid_out.pages[1..] {
            let one = words(std::slice::from_ref(page));
            assert!(one.contains("1/50") && one.contains(&sheet.number) && one.contains("续页"), "{one}");
            // Only the QR code of the parcel: nothing wide enough to be a waybill's barcode.
            assert!(
                page.modules
                    .iter()
                    .flat_map(|modules| &modules.bars)
                    .all(|bar| bar.y > page.height_mm - 20.0)
            );
        }
    }
}

#[test]
fn items_that_do_not_fit_are_counted_and_point_to_the_delivery_note() {
    let mut sheet = waybill_sheet(1);
    sheet.items = (1..=30).map(|quantity| item("手工茶杯", quantity)).collect();
    let all = label_words(&sheet, PaperSize::Label76x130);
    let shown = (1..=30).filter(|quantity| all.contains(&format!("SKU-{quantity:03}"))).count() as u32;
    let pieces: u32 = (shown + 1..=30).sum();
    assert!(shown < 30 && all.contains(&format!("{}种{pieces}件，见发货单", 30 - shown)), "{shown}: {all}");
}

#[test]
fn a_label_shows_position_serial_reprint_and_version() {
    let mut sheet = waybill_sheet(12);
    sheet.stamp.reprint = Some(2);
    let all = label_words(&sheet, PaperSize::Label76x130);
    for wanted in ["12/50", "20261120-03", "补打2", &sheet.data_hash()[..6], "2406139988776655", "陈䶮龑"]
    {
        assert!(all.contains(wanted), "{wanted} in {all}");
    }
}

#[test]
fn important_texts_are_large_enough_for_arms_length() {
    let mut sheet = waybill_sheet(12);
    sheet.recipient.detail = "广东省深圳市南山区粤海街道".repeat(8).chars().take(100).collect();
    sheet.recipient.name = text("阿卜杜热合曼·麦麦提艾力·买买提明 Christopher Montgomery");
    for size in [PaperSize::Label76x130, PaperSize::Label100x150] {
        let laid_out = waybill::lay_out(&sheet, size, &Fonts::embedded());
        assert_eq!(laid_out.problems, []);
        let size_of = |part: &str| {
            let found = laid_out.pages[0].runs.iter().find(|run| run.text.contains(part));
            found.unwrap_or_else(|| panic!("{part} on {size}")).size_pt
        };
        assert!(size_of("12 / 50") >= 16.0);
        assert!(size_of("阿卜杜热合曼") >= 12.0 && size_of("138") >= 12.0);
        assert!(size_of("南山区粤海街道") >= 11.0);
    }
}

#[test]
fn the_stack_can_come_out_reversed() {
    let fonts = Fonts::embedded();
    let options = Options { reversed: true, ..Options::new(&fonts) };
    let sheets = (1..=3).map(waybill_sheet).collect();
    let rendered = render(&Paper::Waybills { size: PaperSize::Label100x150, sheets }, &options).unwrap();
    assert_eq!(rendered.sheets.iter().map(|sheet| sheet.position).collect::<Vec<_>>(), [3, 2, 1]);
}

#[test]
fn an_empty_batch_and_an_unsuitable_size_are_refused() {
    let fonts = Fonts::embedded();
    let refused =
        |size, sheets| render(&Paper::Waybills { size, sheets }, &Options::new(&fonts)).unwrap_err();
    assert!(matches!(refused(PaperSize::Label100x150, Vec::new()), PaperError::NoSheets));
    let size = refused(PaperSize::A4, vec![waybill_sheet(1)]).to_string();
    assert!(size.contains("a4") && size.contains("76x130"), "{size}");
}
