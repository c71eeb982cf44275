//! Telling Pinduoduo a memo: one text and a tag, of which the order is asked first.

use super::client::call;
use super::{Pinduoduo, detail, map};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule {
    most: Most::Unknown,
    flags: &[("red", 1), ("yellow", 2), ("green", 3), ("blue", 4), ("purple", 5)],
    is_list: false,
};

/// A tag has a name of up to three characters; sellers know theirs by colour.
const NAMES: [&str; 5] = ["红色", "黄色", "绿色", "蓝色", "紫色"];

impl Memos for Pinduoduo {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let order = detail(access, &memo.order)?;
        let flag = map::flag(&order.remark_tag).to_owned();
        RULE.tell(memo, Standing { text: order.remark, flag }, |wanted| {
            let place = RULE.flags.iter().position(|(word, _)| *word == wanted.flag);
            let (tag, name) = place.map_or((String::new(), ""), |at| ((at + 1).to_string(), NAMES[at]));
            let params = [
                ("order_sn", memo.order.as_str()),
                ("note", wanted.text.as_str()),
                ("tag", tag.as_str()),
                ("tag_name", name),
            ];
            call(access, "pdd.order.note.update", &params).map(drop)
        })
    }
}
