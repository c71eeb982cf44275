//! Orders as other programs push them.

use proptest::prelude::*;

use super::{Item, MAX_ORDERS, Rejected, parse_orders};

const ORDER: &str = r#"{"number": "2608411234567890123", "state": "awaiting_shipment", "created_at": "2026-11-20T02:11:09Z",
 "paid_at": "2026-11-20T10:12:30+08:00", "updated_at": "2026-11-20T02:12:31Z", "ship_by": null,
 "buyer": {"nick": "tea_lover_88", "message": "请周末前送到"}, "seller_memo": "送小样", "flag": "red",
 "total": {"amount": 12990, "currency": "CNY"}, "shipping_fee": {"amount": 0, "currency": "CNY"},
 "recipient": {"name": "陈静", "phone": "13800001001", "country": "CN", "province": "浙江省", "city": "杭州市", "district": "西湖区",
               "town": null, "detail": "文三路478号", "postcode": null, "address_key": null},
 "lines": [{"number": "1", "sku": "TEA-250", "title": "龙井 250g", "variant": "礼盒", "quantity": 2,
            "price": {"amount": 6495, "currency": "CNY"}, "refund": "none"}],
 "kind": "normal", "raw": {"anything": [1, 2]}, "unknown": true}"#;

/// The least an order needs.
fn small(number: &str) -> String {
    format!(
        r#"{{"number":"{number}","state":"unpaid","created_at":"2026-11-20T02:11:09Z","updated_at":"2026-11-20T02:11:09Z","lines":[{{"quantity":1}}]}}"#
    )
}

fn parse(body: &str) -> Vec<Item> {
    parse_orders(body.as_bytes(), Some("application/json")).expect("a list")
}

fn refused(body: &str) -> &'static str {
    parse_orders(body.as_bytes(), None).expect_err("a refusal").code
}

#[test]
fn the_order_of_the_contract_is_read_whole() {
    let items = parse(&format!("[{ORDER}]"));
    let order = serde_json::to_value(items[0].as_ref().expect("an order")).expect("JSON");
    let expected: serde_json::Value = serde_json::from_str(
        r#"{"number": "2608411234567890123", "updated_at": "2026-11-20T02:12:31Z", "head": {
            "state": "awaiting_shipment", "kind": "normal", "created_at": "2026-11-20T02:11:09Z", "paid_at": "2026-11-20T02:12:30Z",
            "ship_by": null, "ship_from": null, "buyer_nick": "tea_lover_88", "buyer_message": "请周末前送到", "seller_memo": "送小样", "flag": "red",
            "total": {"amount": 12990, "currency": "CNY"}, "shipping_fee": {"amount": 0, "currency": "CNY"},
            "recipient": {"name": "陈静", "phone": "13800001001", "country": "CN", "province": "浙江省", "city": "杭州市", "district": "西湖区",
                "town": "", "detail": "文三路478号", "postcode": "", "address_key": ""}},
          "lines": [{"number": "1", "sku": "TEA-250", "title": "龙井 250g", "variant": "礼盒", "quantity": 2,
            "price": {"amount": 6495, "currency": "CNY"}, "refund": "none", "requires_shipping": true}]}"#,
    )
    .expect("JSON");
    assert_eq!(order, expected);
}

#[test]
fn what_is_left_out_has_a_default() {
    let body = r#"[{"number":7,"state":"unpaid","created_at":"2026-11-20T02:11:09Z","updated_at":"2026-11-20T02:11:09Z",
        "ship_from":"2026-12-01T00:00:00Z","kind":"presale","shipping_fee":{"amount":500,"currency":"EUR"},
        "lines":[{"quantity":2,"price":{"amount":150,"currency":"EUR"}},{"quantity":1,"requires_shipping":false}]}]"#;
    let order = parse(body).remove(0).expect("an order");
    let (head, lines) = (order.head.expect("a head"), order.lines.expect("lines"));
    assert_eq!((order.number.as_str(), head.total.to_string().as_str()), ("7", "8.00 EUR"));
    assert_eq!(head.ship_from.map(|time| time.to_string()).as_deref(), Some("2026-12-01T00:00:00Z"));
    let lines: Vec<_> = lines
        .iter()
        .map(|line| (line.number.as_str(), line.price.to_string(), line.requires_shipping))
        .collect();
    assert_eq!(lines, [("1", "1.50 EUR".to_owned(), true), ("2", "0.00 EUR".to_owned(), false)]);
}

#[test]
fn every_fault_of_an_order_is_told_at_once() {
    let body = r#"[{"number":"","state":"posted","created_at":"yesterday","updated_at":"1800-01-01T00:00:00Z","seller_memo":"a\u0000b",
        "total":{"amount":129.9,"currency":"CNY"},"shipping_fee":{"amount":-1,"currency":"yuan"},"recipient":{"country":"China","phone":["1"]},
        "lines":[{"quantity":0,"price":{"amount":1,"currency":"USD"}},{"number":"1","quantity":"2","refund":"maybe"}]}]"#;
    let Rejected { index, number, errors } = parse(body).remove(0).expect_err("a rejection");
    assert_eq!((index, number), (0, None));
    let shown: Vec<String> =
        errors.iter().map(|error| format!("{} [{}]", error.message, error.code)).collect();
    assert_eq!(
        shown,
        [
            "state is posted; write one of unpaid, awaiting_shipment, held, partially_shipped, shipped, completed, cancelled [unknown_word]",
            "created_at is yesterday; write it like 2026-11-20T02:11:09Z [bad_time]",
            r#"total.amount is 129.9; write {"amount": 12990, "currency": "CNY"} for 129.90 yuan [wrong_type]"#,
            r#"recipient.phone is ["1"]; write a text in quotes [wrong_type]"#,
            "lines[1].quantity is 2; write a whole number such as 2, without quotes [wrong_type]",
            "lines[1].refund is maybe; write one of none, requested, approved_waiting_return, returning, refunded, rejected, closed [unknown_word]",
            "number is empty; write 1 to 64 characters [missing]",
            "updated_at is 1800-01-01T00:00:00Z; write a time from 1990 to 2099 [out_of_range]",
            "seller_memo is a\u{FFFD}b; remove the NUL character [nul_character]",
            "shipping_fee.amount is -1; write 0 to 1000000000000000 minor units [out_of_range]",
            "shipping_fee.currency is yuan; write three capitals such as CNY [bad_currency]",
            "recipient.country is China; write two capitals such as CN (ISO 3166-1) [bad_country]",
            "lines[0].quantity is 0; write a whole number from 1 to 1000000 [out_of_range]",
            "lines[1].number is 1; give each line of the order its own number [duplicate]",
        ]
    );
}

#[test]
fn a_broken_line_is_refused_alone() {
    let body = format!("{}\r\n{{\"number\": \"cut\n\n[1]\n{}\n", small("1"), small("2"));
    for kind in [None, Some("application/x-ndjson; charset=utf-8")] {
        let items = parse_orders(body.as_bytes(), kind).expect("lines");
        let shown: Vec<_> = items
            .iter()
            .map(|item| match item {
                Ok(order) => order.number.clone(),
                Err(Rejected { index, errors, .. }) => {
                    format!("{index} {} {}", errors[0].code, errors[0].value)
                }
            })
            .collect();
        assert_eq!(shown, ["1", "1 broken_json {\"number\": \"cut", "2 wrong_type [1]", "2"]);
    }
    let mut bytes = format!("{}\n\"", small("1")).into_bytes();
    bytes.extend(b"\xFF\xFE\"\n");
    let items = parse_orders(&bytes, None).expect("lines");
    assert_eq!(items.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false]);
}

#[test]
fn a_body_that_is_no_list_is_refused() {
    for (body, code) in [
        ("", "empty_body"),
        (" \n", "empty_body"),
        ("hello", "not_a_list"),
        (r#"{"orders": []}"#, "not_a_list"),
        ("{\n\"number\": \"1\"}", "not_a_list"),
        ("[{}", "broken_json"),
        ("[] trailing", "broken_json"),
    ] {
        assert_eq!(refused(body), code, "{body}");
    }
    assert_eq!(parse("[]"), []);
    let error = parse_orders(b"hello", None).expect_err("a refusal");
    assert_eq!(
        error.to_string(),
        "The body begins with hello and is no list of orders. Send a JSON array of orders, or one order per line as application/x-ndjson."
    );
}

#[test]
fn thousands_of_orders_fit_into_one_request() {
    let list = |count| format!("[{}]", vec![small("1"); count].join(","));
    assert_eq!(parse(&list(MAX_ORDERS)).iter().filter(|item| item.is_ok()).count(), MAX_ORDERS);
    assert_eq!(refused(&list(MAX_ORDERS + 1)), "too_many_orders");
    assert_eq!(refused(&vec![small("1"); MAX_ORDERS + 1].join("\n")), "too_many_orders");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(300) })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), lines: bool) {
        let _ = parse_orders(&bytes, lines.then_some("application/x-ndjson"));
    }

    #[test]
    fn no_field_makes_it_panic(at in 0usize..40, value in proptest::sample::select(vec!["null", "1", "-1e300", "[]", "{}", "\"\\u0000\"", "true", "[null]", "[{}]"])) {
        // Replaces one value after a colon by another.
        let colons: Vec<usize> = ORDER.match_indices(": ").map(|(place, _)| place + 2).collect();
        let start = colons[at % colons.len()];
        let end = start + ORDER[start..].find([',', '}']).unwrap_or(0);
        let _ = parse_orders(format!("[{}{value}{}]", &ORDER[..start], &ORDER[end..]).as_bytes(), None);
    }
}
