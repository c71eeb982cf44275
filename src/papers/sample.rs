//! Invented sheets: for test prints at a new printer, for the pictures in the documentation and
//! for measuring. They hold what is hard to print: rare characters, two shops, a reprint.

use crate::papers::values::*;

fn text(value: &str) -> String {
    value.to_owned()
}

const PRINTED: &str = "2026-11-20 14:05 打印 王小明";
const SERIAL: &str = "20261120-03";

fn stamp(position: u32, total: u32) -> Stamp {
    let printed_note = text(PRINTED);
    Stamp { position, total, serial: text(SERIAL), reprint: None, printed_note }
}

fn number(position: u32) -> String {
    format!("77300012{position:05}")
}

fn recipient(position: u32) -> RecipientText {
    let people = [
        ("陈䶮", "广东省 深圳市 南山区", "粤海街道科技园南区高新南七道 18 号创新大厦 A 座 1203 室"),
        ("李龑", "上海市 浦东新区", "张江镇祖冲之路 2288 弄 3 号楼 501"),
        ("𠮷田美咲", "北京市 朝阳区", "望京街道阜通东大街 6 号院 2 号楼 1 单元 902"),
        ("王喆", "四川省 成都市 武侯区", "桂溪街道天府大道北段 1700 号环球中心 E5 座 12 层"),
    ];
    let (name, region, detail) = people[position as usize % people.len()];
    RecipientText { name: text(name), phone: text("138****5678"), region: text(region), detail: text(detail) }
}

fn sender() -> SenderText {
    let address = text("浙江省杭州市西湖区龙井路 88 号 3 号仓");
    SenderText { name: text("云雾茶舍"), phone: text("0571-88001234"), address }
}

fn items(position: u32) -> Vec<ItemText> {
    let goods = [
        ("TEA-LJ-250", "明前龙井 礼盒装", "250g 铁罐", "A-2-1"),
        ("CUP-JP-01", "手工建盏茶杯", "曜变 单只", "A-10-3"),
        ("TEA-TGY-100", "安溪铁观音", "100g 袋装", "A-2-4"),
        ("POT-ZS-02", "紫砂壶 石瓢", "200 ml", "C-1-1"),
        ("BAG-01", "帆布手提袋", "本白", ""),
    ];
    let count = 1 + position % 3;
    let places = (0..count).map(|index| ((position + 2 * index) as usize % goods.len(), index));
    places
        .map(|(place, index)| {
            let (sku, name, variant, location) = goods[place];
            let quantity = 1 + (position * index) % 3;
            let (sku, name, variant) = (text(sku), text(name), text(variant));
            ItemText { sku, name, variant, quantity, location: text(location) }
        })
        .collect()
}

fn remarks(position: u32) -> Vec<RemarkText> {
    let order = orders(position);
    let remark = |index: usize, who, words: &str, flag: &str| RemarkText {
        shop: order[index].shop.clone(),
        order_number: order[index].number.clone(),
        who,
        text: text(words),
        flag: text(flag),
    };
    vec![
        remark(0, RemarkBy::Buyer, "请在周五之前送到，送人用，不要放价格单，谢谢！", ""),
        remark(1, RemarkBy::Seller, "加送 2 包试饮装", "红旗"),
    ]
}

fn orders(position: u32) -> Vec<OrderNumberText> {
    let order = |shop: &str, number: String| OrderNumberText { shop: text(shop), number };
    vec![
        order("云雾茶舍 天猫", format!("24061399887{position:05}")),
        order("茶舍 抖音店", format!("69201{position:05}")),
    ]
}

/// A waybill at a position of a run; every third one is a reprint.
pub fn waybill(position: u32, total: u32) -> WaybillSheet {
    let items = items(position);
    let reprint = position.is_multiple_of(3).then_some(2);
    WaybillSheet {
        stamp: Stamp { reprint, ..stamp(position, total) },
        carrier_name: text("中通快递 ZTO"),
        number: number(position),
        sort_code: Some(text("310 A12-05 01")),
        recipient: recipient(position),
        sender: sender(),
        pieces: items.iter().map(|item| item.quantity).sum(),
        items,
        remarks: remarks(position),
        order_numbers: orders(position),
        package_code: Some(format!("P{SERIAL}-{position:03}")),
    }
}

/// The delivery note of the same parcel.
pub fn delivery_note(position: u32, total: u32) -> DeliveryNote {
    DeliveryNote {
        stamp: stamp(position, total),
        shop_name: text("云雾茶舍旗舰店"),
        recipient: recipient(position),
        sender: sender(),
        carrier_name: text("中通快递 ZTO"),
        number: number(position),
        items: items(position),
        remarks: remarks(position),
        order_numbers: orders(position),
        closing: text("感谢您的惠顾！七天无理由退货，请保留包装。\nThank you for your order."),
        warehouse: String::new(),
    }
}

/// The pick list of a run; every fourth shipment has remarks.
pub fn pick_list(total: u32) -> PickList {
    let shipment = |position: u32| PickShipment {
        position,
        number: number(position),
        items: items(position),
        remarks: if position.is_multiple_of(4) { remarks(position) } else { Vec::new() },
    };
    PickList {
        serial: text(SERIAL),
        warehouse: text("杭州一仓"),
        printed_note: text(PRINTED),
        shipments: (1..=total).map(shipment).collect(),
    }
}

/// The hand-over list of a run.
pub fn hand_over_list(total: u32) -> HandOverList {
    let cities = ["深圳市", "上海市", "巴音郭楞蒙古自治州", "北京市"];
    let parcel = |position: u32| HandOverParcel {
        position,
        number: number(position),
        city: text(cities[position as usize % cities.len()]),
        pieces: 1 + position % 3,
        weight_grams: Some(350 + 37 * position),
    };
    HandOverList {
        carrier_name: text("中通快递"),
        day: text("2026-11-20"),
        serial: text(SERIAL),
        warehouse: text("杭州一仓"),
        printed_note: text("2026-11-20 18:30 打印 王小明"),
        parcels: (1..=total).map(parcel).collect(),
    }
}

#[cfg(test)]
mod tests {
    use crate::papers::font::Fonts;
    use crate::papers::{Options, Paper, render};

    use super::*;

    #[test]
    fn every_sample_prints_on_every_size_without_a_problem() {
        let fonts = Fonts::embedded();
        let mut papers =
            vec![Paper::PickList { list: pick_list(40) }, Paper::HandOverList { list: hand_over_list(40) }];
        for &size in PaperSize::ALL {
            if size.is_label() {
                papers.push(Paper::Waybills { size, sheets: (1..=9).map(|at| waybill(at, 9)).collect() });
            }
            if size != PaperSize::Label76x130 {
                papers.push(Paper::DeliveryNotes { size, sheets: vec![delivery_note(1, 9)] });
            }
        }
        for paper in papers {
            let rendered = render(&paper, &Options::new(&fonts));
            assert!(rendered.is_ok_and(|rendered| rendered.problems.is_empty()), "{paper:?}");
        }
    }
}
