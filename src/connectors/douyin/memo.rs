//! Telling Douyin a memo: one text of up to 60 characters and a star, of which the order is asked first.

use serde_json::{Value as Json, json};

use super::{Douyin, client, detail, map};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

/// 0, grey, is what an order has without one.
pub const RULE: MemoRule = MemoRule {
    most: Most::Chars(60),
    flags: &[("red", 5), ("orange", 4), ("green", 3), ("cyan", 2), ("purple", 1)],
    is_list: false,
};

impl Memos for Douyin {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let order = detail(access, &memo.order)?;
        let flag = map::flag(order.seller_remark_stars).to_owned();
        RULE.tell(memo, Standing { text: order.seller_words, flag }, |wanted| {
            let mut wish = json!({ "order_id": memo.order, "remark": wanted.text });
            if let Some(star) = RULE.number(&wanted.flag) {
                wish["is_add_star"] = "true".into();
                wish["star"] = star.to_string().into();
            }
            client::call::<Json>(access, "order.addOrderRemark", &wish).map(drop)
        })
    }
}
