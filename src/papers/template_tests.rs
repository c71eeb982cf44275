//! Templates: the starting ones print what the papers in code print, and mistakes are found before paper is.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma;

use crate::domain::print::Paper;
use crate::papers::font::Fonts;
use crate::papers::raster::{Dots, Head, RasterWriter};
use crate::papers::svg::svg;
use crate::papers::template::*;
use crate::papers::values::{PaperSize, WaybillSheet};
use crate::papers::{Flowed, sample};

fn laid_out(template: &Template, sheet: &WaybillSheet, fonts: &Fonts) -> Flowed {
    let hash = sheet.data_hash();
    lay_out(template, &Values::Sheet(SheetValues::of_waybill(sheet, &hash)), fonts)
}

fn found(template: &Template, sheet: &WaybillSheet, fonts: &Fonts) -> Vec<String> {
    let hash = sheet.data_hash();
    let findings = check(template, Some(&Values::Sheet(SheetValues::of_waybill(sheet, &hash))), fonts);
    let one = |finding: &Finding| {
        let number = finding.box_number.map_or(String::new(), |number| format!(" {number}"));
        format!("{}{number}{}", finding.code, if finding.refuses { "!" } else { "" })
    };
    findings.iter().map(one).collect()
}

fn scanned(dots: &Dots, format: BarcodeFormat) -> String {
    let luma: Vec<u8> = (0..dots.height)
        .flat_map(|y| (0..dots.width).map(move |x| (x, y)))
        .map(|(x, y)| if dots.is_black(x, y) { 0 } else { 255 })
        .collect();
    let found = detect_in_luma(luma, dots.width as u32, dots.height as u32, Some(format)).unwrap();
    found.getText().to_owned()
}

fn words(flowed: &Flowed) -> String {
    let runs = flowed.pages.iter().flat_map(|page| &page.runs);
    runs.map(|run| run.text.as_str()).collect::<Vec<_>>().join("|")
}

#[test]
fn every_starting_template_prints_every_sample_and_nothing_refuses_it() {
    let fonts = Fonts::embedded();
    for &paper in Template::PAPERS.iter().filter(|paper| !paper.is_list()) {
        for &size in sizes(paper) {
            let template = starting(paper, size).unwrap();
            for position in 1..=9 {
                let mut sheet = sample::waybill(position, 50);
                sheet.stamp.reprint = Some(1);
                let findings = found(&template, &sheet, &fonts);
                let bad: Vec<_> = findings.iter().filter(|code| *code != "narrow_barcode").collect();
                assert!(bad.is_empty(), "{paper} {size} {position}: {bad:?}");
            }
        }
    }
    assert!(starting(Paper::PickList, PaperSize::Label76x130).is_none(), "too narrow for a table");
}

/// The words on each page of a list, and what is wrong with its template.
fn listed(template: &Template, values: &Values, fonts: &Fonts) -> (Vec<String>, Vec<String>) {
    let flowed = lay_out(template, values, fonts);
    let page = |runs: &[crate::papers::display::GlyphRun]| {
        runs.iter().map(|run| run.text.as_str()).collect::<Vec<_>>().join("|")
    };
    let found = check(template, Some(values), fonts).iter().map(|one| one.code.to_string()).collect();
    (flowed.pages.iter().map(|one| page(&one.runs)).collect(), found)
}

#[test]
fn lists_print_from_their_starting_templates_on_every_size() {
    let fonts = Fonts::embedded();
    let (pick, hand_over) = (sample::pick_list(60), sample::hand_over_list(120));
    for paper in [Paper::PickList, Paper::HandOverList] {
        let values = match paper {
            Paper::PickList => Values::List(ListValues::of_pick_list(&pick)),
            _ => Values::List(ListValues::of_hand_over_list(&hand_over)),
        };
        for &size in sizes(paper) {
            let (pages, found) = listed(&starting(paper, size).unwrap(), &values, &fonts);
            assert!(found.is_empty(), "{paper} {size}: {found:?}");
            assert!(pages.len() > 1, "{paper} {size} goes on");
            for (page, number) in pages.iter().zip(1..) {
                assert!(page.contains("单"), "its title is on page {number}");
                assert!(page.contains(&format!("{number} / {}", pages.len())), "{paper} {size}: {page}");
            }
            if paper == Paper::HandOverList {
                assert!(
                    hand_over.parcels.iter().all(|one| pages.iter().any(|page| page.contains(&one.number)))
                );
                assert!(pages.last().unwrap().contains("签字"), "room to sign is behind the last parcel");
            }
        }
    }
}

#[test]
fn a_list_has_the_columns_and_the_order_a_seller_chose() {
    let fonts = Fonts::embedded();
    let list = sample::pick_list(12);
    let values = Values::List(ListValues::of_pick_list(&list));
    let mut template = starting(Paper::PickList, PaperSize::A4).unwrap();
    let flow = template.boxes.iter().position(|one| one.kind == BoxKind::Flow).unwrap();
    template.boxes[flow].text = "picks: sku:60 quantity by -quantity".to_owned();
    let (pages, found) = listed(&template, &values, &fonts);
    assert!(found.is_empty(), "{found:?}");
    let all = pages.join("|");
    assert!(!all.contains("A-10-3") && !all.contains("按单分拣"), "nothing that was not chosen: {all}");
    let counts: Vec<u32> = all
        .split('|')
        .skip_while(|word| !word.contains("Qty"))
        .filter_map(|word| word.parse().ok())
        .take(5)
        .collect();
    assert!(counts.is_sorted_by(|a, b| a >= b) && counts.len() == 5, "from the largest: {counts:?}");

    for (text, code) in [
        ("picks: sku price", "unknown_part"),
        ("picks: sku:150 item:60", "measure"),
        ("remarks", "unknown_part"),
        ("parcels: number", "unknown_part"),
    ] {
        template.boxes[flow].text = text.to_owned();
        let (_, found) = listed(&template, &values, &fonts);
        assert!(found.iter().any(|one| one == code), "{text}: {found:?}");
    }
    template.boxes.remove(flow);
    assert_eq!(listed(&template, &values, &fonts).1, ["missing_field"], "a list without a table is none");
}

#[test]
fn a_template_prints_codes_that_scanners_read_at_both_heads() {
    let fonts = Fonts::embedded();
    for head in [Head::Dpi203, Head::Dpi300] {
        for &size in sizes(Paper::Waybill) {
            let template = starting(Paper::Waybill, size).unwrap();
            let moved = Template { offset_x_mm: 0.9, offset_y_mm: -0.4, ..template.clone() };
            for template in [template, moved] {
                let sheet = sample::waybill(7, 50);
                let flowed = laid_out(&template, &sheet, &fonts);
                let dots = RasterWriter::new(&fonts, head).draw(&flowed.pages[0]);
                assert_eq!(scanned(&dots, BarcodeFormat::CODE_128), sheet.number, "{size} {head:?}");
                let code = sheet.package_code.clone().unwrap();
                assert_eq!(scanned(&dots, BarcodeFormat::QR_CODE), code, "{size} {head:?}");
            }
        }
    }
}

#[test]
fn a_form_gets_values_only_and_stays_one_page() {
    let fonts = Fonts::embedded();
    let template = starting(Paper::Waybill, PaperSize::Label100x150).unwrap();
    let form = Template { fill_only: true, ..template.clone() };
    let sheet = sample::waybill(3, 50);
    let (whole, filled) = (laid_out(&template, &sheet, &fonts), laid_out(&form, &sheet, &fonts));
    assert!(words(&whole).contains('收') && words(&filled).contains(&sheet.recipient.name));
    let rects = |flowed: &Flowed| flowed.pages[0].rects.len();
    assert!(rects(&filled) < rects(&whole), "no lines on a form");
    assert_eq!(filled.pages[0].modules.len(), 2, "the codes are values");

    let mut long = sheet.clone();
    long.remarks =
        vec![long.remarks.first().cloned().unwrap_or_else(|| sample::waybill(4, 50).remarks[0].clone()); 40];
    assert!(laid_out(&template, &long, &fonts).problems.is_empty(), "a label goes on on another");
    assert_eq!(laid_out(&form, &long, &fonts).problems[0].field, "flow", "a second form is a second number");
}

#[test]
fn what_goes_on_says_which_sheet_it_belongs_to_and_cannot_be_scanned() {
    let fonts = Fonts::embedded();
    let template = starting(Paper::Waybill, PaperSize::Label76x130).unwrap();
    let mut sheet = sample::waybill(4, 50);
    sheet.remarks = vec![sheet.remarks[0].clone(); 30];
    let flowed = laid_out(&template, &sheet, &fonts);
    assert!(flowed.problems.is_empty() && flowed.pages.len() > 1);
    for page in &flowed.pages[1..] {
        let text: String = page.runs.iter().map(|run| run.text.as_str()).collect();
        assert!(page.modules.is_empty() && text.contains("续页") && text.contains(&sheet.number), "{text}");
    }
    assert!(words(&flowed).contains("1 / "), "the first page says how many there are");
}

#[test]
fn items_without_room_are_counted() {
    let fonts = Fonts::embedded();
    let template = starting(Paper::Waybill, PaperSize::Label76x130).unwrap();
    let mut sheet = sample::waybill(1, 50);
    sheet.remarks.clear();
    sheet.items = vec![sheet.items[0].clone(); 60];
    let flowed = laid_out(&template, &sheet, &fonts);
    assert_eq!((flowed.pages.len(), flowed.problems.len()), (1, 0));
    assert!(words(&flowed).contains("另有"), "{}", words(&flowed));
}

#[test]
fn mistakes_are_found_with_their_box() {
    let fonts = Fonts::embedded();
    let sheet = sample::waybill(2, 50);
    let usual = starting(Paper::Waybill, PaperSize::Label100x150).unwrap();
    let at = |kind: &str| usual.boxes.iter().position(|one| one.kind.as_str() == kind).unwrap();
    let reprint = usual.boxes.iter().position(|one| one.text == "{reprint}").unwrap();
    let position = usual.boxes.iter().position(|one| one.text == "{position}").unwrap();
    let (bars, flow) = (at("barcode"), at("flow"));
    type Change<'c> = &'c dyn Fn(&mut Template);
    let cases: [(&str, Change, String); 14] = [
        ("right", &|one| one.boxes[0].x_mm = 90.0, "off_paper 1!".to_owned()),
        ("no area", &|one| one.boxes[0].width_mm = 0.0, "off_paper 1!".to_owned()),
        ("no number", &|one| one.boxes[0].x_mm = f32::NAN, "measure 1!".to_owned()),
        ("sizes", &|one| one.boxes[0].min_pt = 40.0, "measure 1!".to_owned()),
        ("offset", &|one| one.offset_x_mm = 21.0, "measure!".to_owned()),
        ("field", &|one| one.boxes[0].text = "{carier}".to_owned(), "unknown_field 1!".to_owned()),
        ("empty", &|one| one.boxes[0].text = " ".to_owned(), "empty_box 1!".to_owned()),
        (
            "part",
            &|one| one.boxes[flow].text = "items\ntable: sku price".to_owned(),
            format!("unknown_part {}!", flow + 1),
        ),
        (
            "flows",
            &|one| one.boxes.push(one.boxes[flow].clone()),
            format!("second_flow {}!", usual.boxes.len() + 1),
        ),
        ("no mark", &|one| drop(one.boxes.remove(reprint)), "missing_field!".to_owned()),
        ("no position", &|one| drop(one.boxes.remove(position)), "advised_field".to_owned()),
        ("no bars", &|one| drop(one.boxes.remove(bars)), "missing_field!".to_owned()),
        ("none", &|one| one.boxes.clear(), "boxes!".to_owned()),
        ("size", &|one| one.size = PaperSize::A4, "unsuitable!".to_owned()),
    ];
    for (what, change, expected) in cases {
        let mut template = usual.clone();
        change(&mut template);
        let codes = found(&template, &sheet, &fonts);
        assert!(codes.contains(&expected), "{what}: {codes:?}");
    }

    let mut narrow = usual.clone();
    narrow.boxes[bars].width_mm = 45.0;
    assert_eq!(found(&narrow, &sheet, &fonts), ["narrow_barcode"]);
    narrow.boxes[bars].width_mm = 20.0;
    assert_eq!(found(&narrow, &sheet, &fonts), [format!("barcode {}", bars + 1)]);
    let mut small = usual.clone();
    small.boxes[0].width_mm = 2.0;
    small.boxes[0].height_mm = 2.0;
    assert_eq!(found(&small, &sheet, &fonts), ["overflow 1"]);
    let mut strange = sheet.clone();
    strange.recipient.name = "김".to_owned();
    assert!(found(&usual, &strange, &fonts).iter().any(|code| code.starts_with("missing_character")));
}

#[test]
fn the_preview_is_the_page_that_prints() {
    let fonts = Fonts::embedded();
    let template = starting(Paper::Waybill, PaperSize::Label100x150).unwrap();
    let mut sheet = sample::waybill(2, 50);
    sheet.recipient.name = "<script>&\"".to_owned();
    let page = &laid_out(&template, &sheet, &fonts).pages[0];
    let picture = svg(page, &fonts);
    assert!(picture.starts_with("<svg ") && picture.ends_with("</svg>") && !picture.contains("script"));
    let glyphs: usize = page.runs.iter().map(|run| run.glyphs.len()).sum();
    assert_eq!(picture.matches("<use ").count(), glyphs);
    assert_eq!(picture, svg(page, &fonts));
}

#[test]
fn a_test_sheet_moves_with_its_template() {
    let fonts = Fonts::embedded();
    let template = starting(Paper::Waybill, PaperSize::Label100x150).unwrap();
    let moved = Template { offset_x_mm: 2.0, offset_y_mm: 1.0, ..template.clone() };
    let (still, moved) = (test_sheet(&template, &fonts), test_sheet(&moved, &fonts));
    assert_eq!(moved.rects[0].x, still.rects[0].x + 2.0);
    assert_eq!(moved.rects[0].y, still.rects[0].y + 1.0);
}
