//! Telling Taobao a memo: one text of up to 1,000 bytes and a flag, of which the order is asked first.

use super::client::call;
use super::{Taobao, detail, map};
use crate::connectors::link::{Access, CallError};
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

/// 0, grey, is what an order has without one.
pub const RULE: MemoRule = MemoRule {
    most: Most::Bytes(1_000),
    flags: &[("red", 1), ("yellow", 2), ("green", 3), ("blue", 4), ("purple", 5)],
    is_list: false,
};

impl Memos for Taobao {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let trade = detail(access, &memo.order)?;
        let flag = map::flag(&trade.seller_flag).to_owned();
        RULE.tell(memo, Standing { text: trade.seller_memo, flag }, |wanted| {
            // It adds a memo, too; without a flag it would make the order's grey.
            let number = RULE.number(&wanted.flag).map(|number| number.to_string()).unwrap_or_default();
            let params =
                [("tid", memo.order.as_str()), ("memo", wanted.text.as_str()), ("flag", number.as_str())];
            call(access, "taobao.trade.memo.update", &params).map(drop).map_err(CallError::from)
        })
    }
}
