//! Delivery notes and lists: nothing is lost between pages.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use crate::papers::display::Page;
use crate::papers::flow::Flowed;
use crate::papers::font::Fonts;
use crate::papers::problem::ProblemCode;
use crate::papers::values::*;
use crate::papers::{Options, Paper, delivery_note, hand_over_list, pick_list, render};

fn text(value: &str) -> String {
    value.to_owned()
}

fn item(sku: &str, quantity: u32, location: &str) -> ItemText {
    let (sku, location) = (text(sku), text(location));
    ItemText { sku, name: text("手工建盏茶杯"), variant: text("曜变 单只"), quantity, location }
}

/// What a page says, without blanks.
fn words(page: &Page) -> String {
    page.runs.iter().flat_map(|run| run.text.chars()).filter(|found| !found.is_whitespace()).collect()
}

fn note(lines: u32) -> DeliveryNote {
    DeliveryNote {
        stamp: Stamp { position: 12, total: 50, serial: text("20261120-03"), ..Stamp::default() },
        shop_name: text("云雾茶舍"),
        recipient: RecipientText {
            name: text("陈䶮龑"), phone: text("13800005678"), ..Default::default()
        },
        carrier_name: text("中通快递"),
        number: text("7730001234012"),
        items: (1..=lines).map(|line| item(&format!("SKU-{line:03}"), line, "A-1")).collect(),
        order_numbers: vec![
            OrderNumberText { shop: text("茶舍"), number: text("1001") },
            OrderNumberText { shop: text("茶舍"), number: text("1002") },
            OrderNumberText { shop: text("抖音店"), number: text("2001") },
        ],
        closing: text("谢谢惠顾"),
        ..DeliveryNote::default()
    }
}

fn check_pages(flowed: &Flowed, heading: &str, expected: usize) {
    assert_eq!(flowed.problems, []);
    assert_eq!(flowed.pages.len(), expected, "{heading}");
    for (index, page) in flowed.pages.iter().enumerate() {
        let said = words(page);
        assert!(said.contains(&format!("第{}页/共{expected}页", index + 1)), "{said}");
        assert!(said.contains(heading), "{heading} on page {}: {said}", index + 1);
        let lowest = page.runs.iter().map(|run| run.baseline).fold(0.0, f32::max);
        assert!(lowest < page.height_mm, "text below the page");
    }
}

#[test]
fn a_delivery_note_repeats_its_heading_and_loses_no_line() {
    let fonts = Fonts::embedded();
    for (size, expected) in [(PaperSize::A4, 2), (PaperSize::A5, 3), (PaperSize::Label100x150, 4)] {
        let flowed = delivery_note::lay_out(&note(60), size, &fonts);
        check_pages(&flowed, "商品Item", expected);
        let all: String = flowed.pages.iter().map(words).collect();
        for line in 1..=60 {
            assert_eq!(all.matches(&format!("SKU-{line:03}")).count(), 1, "line {line} on {size}");
        }
        assert!(
            all.contains("茶舍1001，1002；抖音店2001") && all.contains("1830件") && all.contains("谢谢惠顾")
        );
    }
}

#[test]
fn a_delivery_note_shows_all_remarks_of_all_members() {
    let mut note = note(1);
    note.remarks = (0..12)
        .map(|index| RemarkText {
            shop: format!("店{index}"),
            order_number: format!("100{index}"),
            who: if index % 2 == 0 { RemarkBy::Buyer } else { RemarkBy::Seller },
            text: format!("备注{index}：{}", "请在周五之前送到".repeat(20)),
            flag: text("红旗"),
        })
        .collect();
    let flowed = delivery_note::lay_out(&note, PaperSize::A5, &Fonts::embedded());
    assert_eq!(flowed.problems, []);
    let all: String = flowed.pages.iter().map(words).collect();
    for index in 0..12 {
        assert!(all.contains(&format!("店{index}100{index}")), "{all}");
    }
    assert_eq!(all.matches("请在周五之前送到").count(), 12 * 20);
}

fn shipment(position: u32, items: Vec<ItemText>) -> PickShipment {
    PickShipment { position, number: format!("773000{position:04}"), items, remarks: Vec::new() }
}

#[test]
fn a_pick_list_adds_up_each_sku_in_the_order_of_the_shelves() {
    let list = PickList {
        shipments: vec![
            shipment(1, vec![item("CUP", 2, "A-10"), item("POT", 1, "A-2")]),
            shipment(2, vec![item("BAG", 1, ""), item("CUP", 3, "A-10"), item("CUP", 1, "A-10")]),
        ],
        ..PickList::default()
    };
    let picks = pick_list::by_sku(&list);
    let found: Vec<_> =
        picks.iter().map(|pick| (pick.sku.as_str(), pick.quantity, pick.positions.as_slice())).collect();
    assert_eq!(
        found,
        [("POT", 1, &[(1, 1)][..]), ("CUP", 6, &[(1, 2), (2, 4)][..]), ("BAG", 1, &[(2, 1)][..])]
    );
}

#[test]
fn a_pick_list_of_a_large_run_has_every_shipment_in_order() {
    let shipments = (1..=200).map(|position| shipment(position, vec![item("CUP", 1, "A-1")])).collect();
    let list = PickList { serial: text("20261120-03"), shipments, ..PickList::default() };
    let flowed = pick_list::lay_out(&list, PaperSize::A4, &Fonts::embedded());
    check_pages(&flowed, "20261120-03", 7);
    let all: String = flowed.pages.iter().map(words).collect();
    let places: Vec<_> = (1..=200).map(|position| all.find(&format!("773000{position:04}"))).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted());
}

#[test]
fn a_hand_over_list_counts_parcels_and_has_room_to_sign_once() {
    let parcels = (1..=100).map(|position| HandOverParcel {
        position,
        number: format!("773000{position:04}"),
        city: text("深圳市"),
        pieces: 2,
        weight_grams: Some(1_250),
    });
    let list = HandOverList {
        carrier_name: text("中通快递"),
        day: text("2026-11-20"),
        parcels: parcels.collect(),
        ..HandOverList::default()
    };
    let flowed = hand_over_list::lay_out(&list, PaperSize::A4, &Fonts::embedded());
    check_pages(&flowed, "运单号Waybill", 3);
    let all: String = flowed.pages.iter().map(words).collect();
    assert_eq!(all.matches("揽收员签字").count(), 1);
    assert!(all.contains("100票parcels200件pieces125.000kg"), "{all}");
}

#[test]
fn a_row_taller_than_a_page_continues_on_the_next_one() {
    let items = (0..150).map(|line| item(&format!("SKU-{line:03}"), 1, "")).collect();
    let list = PickList { shipments: vec![shipment(1, items)], ..PickList::default() };
    let flowed = pick_list::lay_out(&list, PaperSize::A4, &Fonts::embedded());
    assert_eq!(flowed.problems, []);
    let all: String = flowed.pages.iter().map(words).collect();
    for line in 0..150 {
        assert_eq!(all.matches(&format!("SKU-{line:03}")).count(), 2, "once by SKU, once by shipment");
    }
}

#[test]
fn a_strange_character_is_spelled_out_on_a_list_and_still_reported() {
    let fonts = Fonts::embedded();
    let mut strange = item("CUP", 1, "A-1");
    strange.name = text("찻잔");
    let list = PickList { shipments: vec![shipment(1, vec![strange])], ..PickList::default() };
    let rendered = render(&Paper::PickList { list }, &Options::new(&fonts)).unwrap();
    assert_eq!(rendered.sheets.len(), 1);
    assert!(!rendered.problems[0].left_out);
    assert_eq!(rendered.problems[0].problems[0].code, ProblemCode::MissingCharacter);
}

#[test]
fn empty_fields_leave_no_trace_and_empty_lists_are_refused() {
    let fonts = Fonts::embedded();
    let bare = DeliveryNote { items: vec![item("", 1, "")], ..DeliveryNote::default() };
    for size in [PaperSize::A4, PaperSize::Label100x150] {
        assert_eq!(delivery_note::lay_out(&bare, size, &fonts).problems, []);
    }
    let list = HandOverList::default();
    let rendered = render(&Paper::HandOverList { list }, &Options::new(&fonts)).unwrap();
    assert!(rendered.file.is_empty() && rendered.problems[0].left_out);
    assert_eq!(rendered.problems[0].problems[0].field, "parcels");
}
