//! Telling Shopify a memo: lines of the order's note, which buyer and staff share.
//!
//! A line of ours begins with a mark, by which it is told from what the buyer wrote when the order is read. There are no flags.

use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::wire::List;
use super::{Shopify, call, part};
use crate::connectors::link::{Access, CallError};
use crate::connectors::memo::{Memo, MemoRule, Memos, Most, Noted, Standing};
use crate::connectors::parcel::ShipError;

pub const RULE: MemoRule = MemoRule { most: Most::Unknown, flags: &[], is_list: false };

/// Begins the line of the memo.
const MARK: &str = "Memo: ";

const ORDER: &str = "query($q: String!) { orders(first: 5, query: $q) { \
    pageInfo { hasNextPage endCursor } nodes { id name note } } }";
const UPDATE: &str =
    "mutation($i: OrderInput!) { orderUpdate(input: $i) { order { id } userErrors { field message } } }";

#[derive(Deserialize)]
struct Order {
    id: String,
    name: String,
    note: Option<String>,
}

/// The buyer's message and the seller's memo of a note.
pub fn parts(note: &str) -> (String, String) {
    let (memo, message): (Vec<&str>, Vec<&str>) = note.lines().partition(|line| line.starts_with(MARK));
    let memo: Vec<&str> = memo.iter().map(|line| line[MARK.len()..].trim()).collect();
    (message.join("\n").trim_end().to_owned(), memo.join("；"))
}

impl Memos for Shopify {
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError> {
        let filter = format!("name:\"{}\"", memo.order.replace(['"', '\\'], ""));
        let data = call(access, ORDER, &json!({ "q": filter }))?;
        let found: List<Order> = part(&data["orders"])?;
        let order = found.nodes.into_iter().find(|order| order.name == memo.order);
        let order =
            order.ok_or_else(|| ShipError::Refused(format!("The shop knows no order {}", memo.order)))?;
        let (message, text) = parts(order.note.as_deref().unwrap_or_default());
        RULE.tell(memo, Standing { text, flag: String::new() }, |wanted| {
            let lines = [message.as_str(), &format!("{MARK}{}", wanted.text)];
            let note = lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
            let data = call(access, UPDATE, &json!({ "i": { "id": order.id, "note": note } }))?;
            accepted(&data["orderUpdate"])
        })
    }
}

fn accepted(result: &Json) -> Result<(), CallError> {
    match result["userErrors"].as_array().and_then(|errors| errors.first()) {
        None => Ok(()),
        Some(error) => {
            let words = error["message"].as_str().unwrap_or("no reason given");
            Err(CallError::Invalid(format!("The shop answered: {words}")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_the_buyers_and_ours_by_its_mark() {
        for (note, message, memo) in [
            ("", "", ""),
            ("Please ring", "Please ring", ""),
            ("Please ring\nMemo: 送小样；易碎", "Please ring", "送小样；易碎"),
            ("Memo: a\nMemo: b", "", "a；b"),
        ] {
            assert_eq!(parts(note), (message.to_owned(), memo.to_owned()));
        }
    }
}
