//! Telling WooCommerce a memo: a private note of the order, which buyers do not see. There are no flags, and orders come without
//! their notes. A note again is a second note (seen with 7.8), so they are read first.

use serde::Deserialize;
use serde_json::json;

use super::ship::find;
use super::{Woocommerce, call, post};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, on_one_line, proof};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule { most: Most::Unknown, flags: &[], is_list: true };

#[derive(Deserialize)]
struct Note {
    #[serde(default)]
    note: String,
}

impl Memos for Woocommerce {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let order = find(access, &memo.order)?;
        let path = format!("/orders/{}/notes", order.id);
        let notes: Vec<Note> = call(access, &path, &[("type", "internal")])?.json()?;
        let text = on_one_line(&memo.text);
        // The shop may have made marks of signs: `&amp;`.
        let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let is_there = |note: &Note| [&text, &escaped].contains(&&on_one_line(&note.note));
        if !notes.iter().any(is_there) {
            let told = post(access, &path, &json!({ "note": text, "customer_note": false }));
            told.and_then(|answer| answer.check()).map_err(ShipError::of_write)?;
        }
        Ok(Noted { proof: proof(&memo.order, ""), stands: None })
    }
}
