//! Telling Xiaohongshu a memo: one text and a flag, of which the order is asked first.

use serde_json::{Value as Json, json};

use super::{Xiaohongshu, client, map, order};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule {
    most: Most::Unknown,
    flags: &[("red", 2), ("yellow", 3), ("green", 4), ("blue", 5), ("purple", 6), ("grey", 1)],
    is_list: false,
};

/// The least of the platform's flags, for an order without one: whether a memo goes without is not documented.
const GREY: i64 = 1;

impl Memos for Xiaohongshu {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let shown = order(access, &memo.order)?;
        let flag = map::flag(shown.seller_remark_flag).to_owned();
        RULE.tell(memo, Standing { text: shown.seller_remark, flag }, |wanted| {
            let wish = json!({
                "orderId": memo.order, "sellerMarkNote": wanted.text, "operator": "huidan",
                "sellerMarkPriority": RULE.number(&wanted.flag).unwrap_or(GREY),
            });
            client::call::<Json>(access, "order.modifySellerMarkInfo", &wish).map(drop)
        })
    }
}
