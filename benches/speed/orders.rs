//! Invented orders of two lines, with buyers who come back.

use chrono::{DateTime, Duration, Utc};

use huidan::domain::money::Money;
use huidan::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use huidan::domain::recipient::Recipient;
use huidan::domain::time::UtcTime;

const SURNAMES: [&str; 12] = ["陈", "李", "王", "张", "刘", "杨", "赵", "黄", "周", "吴", "徐", "孙"];
const GIVEN: [&str; 16] =
    ["静", "伟", "芳", "娜", "敏", "强", "磊", "洋", "艳", "勇", "杰", "娟", "涛", "明", "超", "霞"];
const PLACES: [(&str, &str, &str, &str); 6] = [
    ("广东省", "深圳市", "南山区", "粤海街道科技园南区高新南七道"),
    ("浙江省", "杭州市", "西湖区", "文三路"),
    ("北京市", "北京市", "朝阳区", "望京街道阜通东大街"),
    ("四川省", "成都市", "武侯区", "天府大道北段"),
    ("江苏省", "南京市", "鼓楼区", "中山北路"),
    ("湖北省", "武汉市", "洪山区", "珞喻路"),
];
const GOODS: [(&str, &str); 5] = [
    ("TEA-LJ-250", "明前龙井 礼盒装 2026 新茶"),
    ("CUP-JP-01", "手工建盏茶杯 单只"),
    ("TEA-TGY-100", "安溪铁观音 清香型"),
    ("POT-ZS-02", "紫砂壶 石瓢 宜兴原矿"),
    ("BAG-01", "帆布手提袋"),
];

/// Every so many orders, one goes to the recipient of the order before it.
const REPEATS: usize = 4;

/// Orders `from..from + count`, paid and ready to merge. The same numbers are the same orders.
pub fn snapshots(from: usize, count: usize) -> Vec<OrderSnapshot> {
    (from..from + count).map(snapshot).collect()
}

fn snapshot(index: usize) -> OrderSnapshot {
    let start = DateTime::<Utc>::from_timestamp(1_795_000_000, 0).unwrap_or_default();
    let at = UtcTime::from(start + Duration::seconds(index as i64 * 7));
    let buyer = index - usize::from(index % REPEATS == REPEATS - 1);
    OrderSnapshot {
        number: format!("26{:016}", index * 7_919),
        updated_at: at,
        head: Some(OrderHead {
            state: OrderState::AwaitingShipment,
            kind: OrderKind::Normal,
            created_at: Some(at),
            paid_at: Some(at),
            ship_by: None,
            ship_from: None,
            buyer_nick: format!("tb{}", scatter(buyer) % 1_000_000_000),
            buyer_message: if index.is_multiple_of(9) {
                "请在周五之前送到，谢谢！".to_owned()
            } else {
                String::new()
            },
            seller_memo: if index.is_multiple_of(14) { "加送试饮装".to_owned() } else { String::new() },
            flag: if index.is_multiple_of(14) { "red".to_owned() } else { String::new() },
            total: Money::new(12_990, "CNY"),
            shipping_fee: Money::new(0, "CNY"),
            recipient: recipient(buyer),
        }),
        lines: Some((0..2).map(|line| order_line(index, line)).collect()),
    }
}

fn order_line(index: usize, line: usize) -> OrderLine {
    let (sku, title) = GOODS[(index + line * 3) % GOODS.len()];
    OrderLine {
        number: format!("26{:016}{line}", index * 7_919),
        sku: sku.to_owned(),
        title: title.to_owned(),
        variant: "250g 铁罐".to_owned(),
        quantity: 1 + (index % 3) as i64,
        price: Money::new(6_495, "CNY"),
        refund: Refund::None,
        requires_shipping: true,
    }
}

fn recipient(buyer: usize) -> Recipient {
    let seed = scatter(buyer);
    let pick = |shift: u32, among: usize| (seed >> shift) as usize % among;
    let (province, city, district, street) = PLACES[pick(3, PLACES.len())];
    Recipient {
        name: format!("{}{}{}", SURNAMES[pick(7, 12)], GIVEN[pick(13, 16)], GIVEN[pick(19, 16)]),
        phone: format!("13{:09}", seed % 1_000_000_000),
        country: "CN".to_owned(),
        province: province.to_owned(),
        city: city.to_owned(),
        district: district.to_owned(),
        detail: format!(
            "{street} {} 号 {} 栋 {} 室",
            1 + pick(23, 900),
            1 + pick(31, 30),
            101 + pick(37, 2_000)
        ),
        ..Recipient::default()
    }
}

/// Spreads small numbers over all 64 bits (the finaliser of SplitMix64).
pub fn scatter(index: usize) -> u64 {
    let mut value = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}
