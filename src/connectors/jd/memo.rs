//! Telling JD a memo: one text of up to 500 characters, of which the order is asked first, and a flag.
//!
//! Orders do not come with their flag. So a wished one is written each time, which changes nothing the second time, and
//! without a wish none is sent.

use serde_json::json;

use super::wire::Remarked;
use super::{Jd, client, order};
use crate::connectors::link::{Access, CallError};
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule {
    most: Most::Chars(500),
    flags: &[("red", 1), ("yellow", 2), ("green", 3), ("blue", 4), ("purple", 5), ("grey", 0)],
    is_list: false,
};

impl Memos for Jd {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let shown = order(access, &memo.order)?;
        let stands = Standing { text: shown.vender_remark, flag: String::new() };
        let mut told = RULE.tell(memo, stands, |wanted| {
            let mut wish = json!({ "order_id": memo.order, "remark": wanted.text });
            if let Some(flag) = RULE.number(&memo.flag) {
                wish["flag"] = flag.to_string().into();
            }
            let told: Remarked = client::call(access, "jingdong.pop.order.modifyVenderRemark", &wish)?;
            match told.modifyvenderremark_result {
                result if result.is_done() => Ok(()),
                result => Err(CallError::Invalid(format!(
                    "The shop answered {}: {}",
                    result.error_code, result.chinese_err_code
                ))),
            }
        })?;
        // As orders come: without.
        if let Some(stands) = &mut told.stands {
            stands.flag.clear();
        }
        Ok(told)
    }
}
