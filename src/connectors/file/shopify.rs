//! orders_export.csv of the Shopify admin: a row per line, the order told in its first row.

use super::formats::{Layout, lookup};
use super::row::{Fields, Told};
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderState, Refund};
use crate::domain::recipient::Recipient;

const NUMBER: &str = "Name";
const FINANCIAL: &str = "Financial Status";
const FULFILLMENT: &str = "Fulfillment Status";
const CREATED: &str = "Created at";
const CANCELLED: &str = "Cancelled at";

/// Columns without which no order can be read.
pub(super) const NEEDED: &[&str] = &[
    NUMBER,
    FINANCIAL,
    FULFILLMENT,
    CREATED,
    "Currency",
    "Lineitem quantity",
    "Lineitem name",
    "Shipping Name",
    "Shipping Country",
];

/// The export of orders.
pub(super) struct Orders;

impl Layout for Orders {
    fn number_column(&self) -> &str {
        NUMBER
    }

    fn is_grouped(&self) -> bool {
        true
    }

    fn tells(&self) -> (bool, bool) {
        (true, true)
    }

    fn read(&self, fields: &mut Fields<'_>) -> Told {
        let times = ["Paid at", "Fulfilled at", CANCELLED, CREATED].map(|column| fields.time(column));
        let latest = times.into_iter().flatten().max();
        let is_first = !fields.get(FINANCIAL).is_empty() || !fields.get(CREATED).is_empty();
        let head = is_first.then(|| read_head(fields, times));
        Told { head, line: Some(read_line(fields)), latest }
    }

    fn column_of(&self, path: &str) -> Option<&str> {
        lookup(
            &[
                ("number", NUMBER),
                ("created_at", CREATED),
                ("paid_at", "Paid at"),
                ("buyer.nick", "Email"),
                ("buyer.message", "Notes"),
                ("total.currency", "Currency"),
                ("total", "Total"),
                ("shipping_fee", "Shipping"),
                ("recipient.name", "Shipping Name"),
                ("recipient.phone", "Shipping Phone"),
                ("recipient.city", "Shipping City"),
                ("recipient.province", "Shipping Province"),
                ("recipient.postcode", "Shipping Zip"),
                ("recipient.country", "Shipping Country"),
                ("recipient.detail", "Shipping Address1"),
                ("lines.sku", "Lineitem sku"),
                ("lines.title", "Lineitem name"),
                ("lines.quantity", "Lineitem quantity"),
                ("lines.price", "Lineitem price"),
            ],
            path,
        )
    }
}

type Times = [Option<crate::domain::time::UtcTime>; 4];

fn read_head(fields: &mut Fields<'_>, [paid_at, _, cancelled_at, created_at]: Times) -> OrderHead {
    let currency = currency(fields);
    let is_cod = fields.get("Payment Method").to_lowercase().contains("cash on delivery");
    let state = if cancelled_at.is_some() || !fields.get(CANCELLED).is_empty() {
        OrderState::Cancelled
    } else {
        read_state(fields, is_cod)
    };
    OrderHead {
        state,
        kind: if is_cod { OrderKind::Cod } else { OrderKind::Normal },
        created_at: fields.created_at(created_at, paid_at),
        paid_at,
        ship_by: None,
        ship_from: None,
        buyer_nick: fields.text("Email"),
        buyer_message: fields.text("Notes"),
        seller_memo: String::new(),
        flag: String::new(),
        total: fields.money("Total", currency),
        shipping_fee: fields.money("Shipping", currency),
        recipient: read_recipient(fields),
    }
}

fn read_state(fields: &mut Fields<'_>, is_cod: bool) -> OrderState {
    match fields.get(FULFILLMENT) {
        "fulfilled" => return OrderState::Shipped,
        "partial" => return OrderState::PartiallyShipped,
        "restocked" => return OrderState::Cancelled,
        "on_hold" | "scheduled" => return OrderState::Held,
        "" | "unfulfilled" | "pending" | "open" | "in_progress" => {}
        _ => fields.refuse(FULFILLMENT, "unknown_state", "write unfulfilled, partial or fulfilled"),
    }
    match fields.get(FINANCIAL) {
        "paid" => OrderState::AwaitingShipment,
        // The export does not say which line was paid back, so a person has to look.
        "partially_refunded" => OrderState::Held,
        "refunded" | "voided" => OrderState::Cancelled,
        "pending" | "authorized" | "partially_paid" if is_cod => OrderState::AwaitingShipment,
        "pending" | "authorized" | "partially_paid" | "expired" => OrderState::Unpaid,
        _ => {
            fields.refuse(
                FINANCIAL,
                "unknown_state",
                "write paid, pending, authorized, partially_refunded, refunded or voided",
            );
            OrderState::Unpaid
        }
    }
}

fn read_recipient(fields: &mut Fields<'_>) -> Recipient {
    let mut lines: Vec<String> = ["Shipping Company", "Shipping Address1", "Shipping Address2"]
        .map(|column| fields.address(column))
        .into();
    if lines[1].is_empty() {
        lines[1] = fields.address("Shipping Street");
    }
    lines.retain(|line| !line.is_empty());
    let country = fields.text("Shipping Country");
    let province = fields.address("Shipping Province");
    Recipient {
        name: fields.address("Shipping Name"),
        phone: fields.identifier(fields.first_of(&["Shipping Phone", "Phone", "Billing Phone"])),
        province: province_of_china(&country, &province).map_or(province, str::to_owned),
        country,
        city: fields.address("Shipping City"),
        detail: lines.join(", "),
        // A postcode guarded by ' may begin with a letter.
        postcode: fields.identifier("Shipping Zip").trim_start_matches('\'').to_owned(),
        ..Recipient::default()
    }
}

/// The name behind a code of a province of China; the export tells codes, addresses are compared by names.
fn province_of_china(country: &str, code: &str) -> Option<&'static str> {
    PROVINCES.iter().find(|(known, _)| country == "CN" && *known == code).map(|(_, name)| *name)
}

/// ISO 3166-2:CN, with Shopify's own code for Tibet beside the standard's.
///
/// Source: `db/data/regions/CN.yml` of Shopify's open address data (Shopify/worldwide).
#[rustfmt::skip]
const PROVINCES: &[(&str, &str)] = &[
    ("AH", "安徽"), ("BJ", "北京"), ("CQ", "重庆"), ("FJ", "福建"), ("GD", "广东"), ("GS", "甘肃"), ("GX", "广西"),
    ("GZ", "贵州"), ("HA", "河南"), ("HB", "湖北"), ("HE", "河北"), ("HI", "海南"), ("HL", "黑龙江"), ("HN", "湖南"),
    ("JL", "吉林"), ("JS", "江苏"), ("JX", "江西"), ("LN", "辽宁"), ("NM", "内蒙古"), ("NX", "宁夏"), ("QH", "青海"),
    ("SC", "四川"), ("SD", "山东"), ("SH", "上海"), ("SN", "陕西"), ("SX", "山西"), ("TJ", "天津"), ("XJ", "新疆"),
    ("XZ", "西藏"), ("YN", "云南"), ("YZ", "西藏"), ("ZJ", "浙江"),
];

fn read_line(fields: &mut Fields<'_>) -> OrderLine {
    let currency = currency(fields);
    OrderLine {
        number: String::new(),
        sku: fields.sku("Lineitem sku"),
        title: fields.text("Lineitem name"),
        variant: String::new(),
        quantity: fields.quantity("Lineitem quantity"),
        price: fields.money("Lineitem price", currency),
        refund: Refund::None,
        requires_shipping: !fields.get("Lineitem requires shipping").eq_ignore_ascii_case("false"),
    }
}

/// The order's currency; only its first row tells it.
fn currency<'a>(fields: &Fields<'a>) -> &'a str {
    match fields.get("Currency") {
        "" => fields.currency,
        told => told,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::region;

    #[test]
    fn codes_of_chinese_provinces_are_read_as_their_names() {
        assert_eq!(province_of_china("CN", "ZJ"), Some("浙江"));
        // South Carolina is not 四川, and a name is no code.
        assert_eq!(province_of_china("US", "SC"), None);
        assert_eq!(province_of_china("CN", "浙江省"), None);
        for (code, name) in PROVINCES {
            let found = region::resolve(name, "", "", "");
            assert!(found.code().is_some_and(|found| found.ends_with("0000")), "{code} {name}");
        }
    }
}
