//! Telling Medusa a memo: the metadata key that a setting of the shop names (`seller_memo_key`). There are no flags.

use serde::Deserialize;
use serde_json::{Map, Value as Json, json};

use super::ship::found;
use super::{Medusa, get, post};
use crate::connectors::link::Access;
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule { most: Most::Unknown, flags: &[], is_list: false };

#[derive(Deserialize)]
struct One {
    order: Kept,
}

#[derive(Deserialize)]
struct Kept {
    #[serde(default)]
    metadata: Option<Map<String, Json>>,
}

impl Memos for Medusa {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let key = access.settings.seller_memo_key.as_str();
        if key.is_empty() {
            let words = "The shop's setting seller_memo_key is empty: name the metadata key of the memo, then tell it again";
            return Err(ShipError::Refused(words.to_owned()));
        }
        let path = format!("/admin/orders/{}", found(access, &memo.order)?);
        let one: One = get(access, &format!("{path}?fields=id,metadata"))?.json()?;
        let metadata = one.order.metadata.unwrap_or_default();
        let text = metadata.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        RULE.tell(memo, Standing { text, flag: String::new() }, |wanted| {
            // Whether keys that are left out stay is not certain, so all are sent.
            let mut metadata = metadata.clone();
            metadata.insert(key.to_owned(), wanted.text.clone().into());
            post(access, &path, &json!({ "metadata": metadata }))?.check()
        })
    }
}
