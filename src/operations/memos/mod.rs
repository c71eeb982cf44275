//! Memos: a note of the staff that the order's shop is told as well, once.
//!
//! The wish is a row written with the note, and a job tells it (`jobs/memo_telling.rs`). Whoever settles it keeps the shop's
//! answer; the memo's words stay sealed in the note.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connectors::capability;
use crate::connectors::link::connected;
use crate::connectors::memo::{MemoRule, on_one_line};
use crate::db::events::{self, NewEvent};
use crate::db::memos::{self as record, MemoRow};
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{NoteId, OrderId, ShopId};
use crate::domain::memo as rules;
use crate::domain::shop::ShopSettings;
use crate::domain::time::UtcTime;
use crate::domain::write_back::{Change, WriteBackState};

pub mod telling;

/// How a note is told to the shop.
#[derive(Debug, Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MemoWish {
    /// A colour of the platform's flags; empty leaves the order's flag as it is.
    #[schema(example = "red")]
    pub flag: String,
    /// It takes the place of the memo that stands there; otherwise it is added behind it.
    pub replace: bool,
}

/// A memo as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Memo {
    /// The note it tells.
    pub note: NoteId,
    pub shop: ShopId,
    pub order: OrderId,
    /// The platform's number of the order.
    pub order_number: String,
    pub flag: String,
    pub replace: bool,
    pub state: WriteBackState,
    pub tries: i64,
    pub next_try_at: Option<UtcTime>,
    /// What the shop, or the person, said.
    pub reply: String,
    pub settled_by: Option<String>,
    pub settled_at: Option<UtcTime>,
}

impl From<MemoRow> for Memo {
    fn from(row: MemoRow) -> Self {
        Self {
            note: row.note_id,
            shop: row.shop_id,
            order: row.order_id,
            order_number: row.order_number,
            flag: row.flag,
            replace: row.is_replacing,
            state: row.state,
            tries: row.tries,
            next_try_at: row.next_try_at,
            reply: row.reply,
            settled_by: row.settled_by,
            settled_at: row.settled_at,
        }
    }
}

/// How the shop keeps memos; `None` where it is told none: it is not linked, or its platform takes none.
pub fn rule(shop: &ShopRow, settings: &ShopSettings) -> Option<MemoRule> {
    connected(shop.platform, settings, shop.is_linked)?;
    capability::of(shop.platform)?.memo
}

/// Has the order's shop told of this note; written with it.
///
/// # Errors
/// `memo_not_told` where the shop is told none; [`Error::Invalid`] for a flag the platform does not have, for a text that is too
/// long for it, and for replacing where each memo is a note of its own.
pub fn ask(
    tx: &mut Tx,
    note: NoteId,
    (shop, order): (ShopId, OrderId),
    text: &str,
    wish: &MemoWish,
) -> Result<(), Error> {
    let row = shops::find(tx, shop)?;
    let rule = rule(&row, &row.settings()?).ok_or_else(|| {
        Error::conflict(
            "memo_not_told",
            format!("Shop {shop} is told no memos: it is not linked, or its platform takes none."),
            "Write the note without `memo`, and the memo in the shop.",
        )
    })?;
    if let Some(why) = rule.too_long(&on_one_line(text)) {
        return Err(Error::invalid("text", "too_long", why));
    }
    if !wish.flag.is_empty() && rule.number(&wish.flag).is_none() {
        let words: Vec<&str> = rule.flags.iter().map(|(word, _)| *word).collect();
        let said = match words.is_empty() {
            true => format!("{:?} is no flag: the platform has none; leave it empty", wish.flag),
            false => {
                format!("{:?} is no flag of the platform; write one of {}", wish.flag, words.join(", "))
            }
        };
        return Err(Error::invalid("memo.flag", "word", said));
    }
    if wish.replace && rule.is_list {
        let said = "true replaces nothing: the platform keeps each memo as a note of its own; write false";
        return Err(Error::invalid("memo.replace", "word", said));
    }
    record::insert(tx, (note, shop, order), &wish.flag, wish.replace)?;
    telling::enqueue(tx, note, shop)
}

/// A page of memos behind `after`, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    state: Option<WriteBackState>,
    after: Option<NoteId>,
    limit: usize,
) -> Result<Vec<Memo>, Error> {
    Ok(record::list(db, state, after, limit)?.into_iter().map(Memo::from).collect())
}

/// Asks for the shop to be told again, after it refused or gave no answer.
///
/// # Errors
/// `memo_settled` when it has been told; then nothing is changed.
pub fn retry(tx: &mut Tx, note: NoteId) -> Result<Memo, Error> {
    let row = lock(tx, note)?;
    if let Change::To(state) = rules::retry(note, row.state)? {
        record::set_waiting(tx, note)?;
        log(tx, "memo.retried", &row, state)?;
        telling::enqueue(tx, note, row.shop_id)?;
    }
    show(tx, note)
}

/// Notes that a person has written the memo in the shop. Repeating it changes nothing.
///
/// # Errors
/// `memo_settled` when the shop has been told; then nothing is changed.
pub fn settle_by_hand(tx: &mut Tx, note: NoteId) -> Result<Memo, Error> {
    let row = lock(tx, note)?;
    if let Change::To(state) = rules::by_hand(note, row.state)? {
        record::set_outcome(tx, note, state, "")?;
        log(tx, "memo.settled", &row, state)?;
    }
    show(tx, note)
}

/// One memo.
///
/// # Errors
/// When there is no memo of this note.
pub fn show(db: &mut Db, note: NoteId) -> Result<Memo, Error> {
    record::find(db, note)?.map(Memo::from).ok_or_else(|| Error::missing("memo", note))
}

fn lock(tx: &mut Tx, note: NoteId) -> Result<MemoRow, Error> {
    record::lock(tx, note)?.ok_or_else(|| Error::missing("memo", note))
}

fn log(tx: &mut Tx, kind: &'static str, row: &MemoRow, state: WriteBackState) -> Result<(), Error> {
    let data = json!({ "note": row.note_id, "from": row.state, "to": state });
    Ok(events::record(tx, &[NewEvent::order(kind, row.order_id, data)])?)
}
