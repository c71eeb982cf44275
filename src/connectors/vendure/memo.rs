//! Telling Vendure a memo: an entry `ORDER_NOTE` of the order's history, which buyers do not see. There are no flags, and orders
//! come without their history.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{Vendure, call};
use crate::connectors::link::{Access, CallError};
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, on_one_line, proof};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule { most: Most::Unknown, flags: &[], is_list: true };

const ORDER: &str = "query($code: String!) { orders(options: { filter: { code: { eq: $code } }, take: 2 }) { items { id code \
    history(options: { filter: { type: { eq: \"ORDER_NOTE\" } }, take: 1000 }) { items { data } } } } }";
const ADD: &str = "mutation($i: AddNoteToOrderInput!) { addNoteToOrder(input: $i) { id } }";

#[derive(Deserialize)]
struct Order {
    id: String,
    code: String,
    history: History,
}

#[derive(Deserialize)]
struct History {
    items: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    data: Json,
}

impl Memos for Vendure {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let data = call(access, &json!({ "query": ORDER, "variables": { "code": memo.order } }))?;
        let found: Vec<Order> = serde_json::from_value(data["orders"]["items"].clone())
            .map_err(|error| CallError::PlatformBusy(format!("its order cannot be read: {error}")))?;
        let order = found.into_iter().find(|order| order.code == memo.order);
        let order =
            order.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {}", memo.order)))?;
        let text = on_one_line(&memo.text);
        let is_it = |entry: &Entry| entry.data["note"].as_str().is_some_and(|note| on_one_line(note) == text);
        if !order.history.items.iter().any(is_it) {
            let input = json!({ "id": order.id, "note": text, "isPublic": false });
            call(access, &json!({ "query": ADD, "variables": { "i": input } }))
                .map_err(ShipError::of_write)?;
        }
        Ok(Noted { proof: proof(&memo.order, ""), stands: None })
    }
}
