//! Telling Kuaishou a memo: notes are added to an order, each with a flag; the newest is what orders come with.

use serde_json::{Value as Json, json};

use super::client::{self, Verb};
use super::ship::{id, read};
use super::{Kuaishou, map};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing, on_one_line, proof};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule {
    most: Most::Chars(200),
    flags: &[("red", 1), ("yellow", 2), ("green", 3), ("blue", 4), ("purple", 5), ("grey", 6)],
    is_list: true,
};

impl Memos for Kuaishou {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let order = read(access, &memo.order)?;
        let text = on_one_line(&memo.text);
        let flagged = format!("{}_flag_tag_order", memo.flag);
        let is_it = |note: &super::wire::Note| {
            on_one_line(&note.note) == text && (memo.flag.is_empty() || note.flag_tag_code == flagged)
        };
        if order.order_note.order_note_info.iter().any(is_it) {
            return Ok(Noted { proof: proof(&memo.order, &memo.flag), stands: None });
        }
        // The newest note's flag is the order's, so it goes on.
        let newest = order.order_note.order_note_info.iter().max_by_key(|note| note.create_time);
        let before = newest.map(|note| map::flag(&note.flag_tag_code)).unwrap_or_default();
        let flag = if memo.flag.is_empty() { before } else { memo.flag.clone() };
        // 0: none.
        let number = RULE.number(&flag).unwrap_or_default();
        let wish = json!({ "orderId": id(&memo.order)?, "note": text, "flag": number });
        client::call::<Json>(access, Verb::Post, "open.seller.order.note.add", &wish)
            .map_err(ShipError::of_write)?;
        let proof = proof(&memo.order, &flag);
        Ok(Noted { proof, stands: Some(Standing { text, flag }) })
    }
}
