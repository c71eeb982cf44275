//! All that was said of an order, in one thread: the buyer's message, the seller's memo, and the notes of staff.

use std::collections::HashMap;

use serde::Serialize;

use crate::db::Db;
use crate::db::order_notes::{self, NoteRow};
use crate::db::orders::OrderRow;
use crate::domain::error::Error;
use crate::domain::id::{NoteId, OrderId};
use crate::domain::remark::keywords_in;
use crate::domain::seller::SellerSettings;
use crate::domain::time::UtcTime;
use crate::domain::write_back::WriteBackState;

/// The sealing purpose of a note's text.
pub const NOTE: &str = "order_note";

/// Something that was said of an order.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct RemarkItem {
    pub order: OrderId,
    /// `buyer` for the message, `seller` for the memo in the shop, `note` for a note of the staff.
    pub by: &'static str,
    pub text: String,
    /// Who wrote a note.
    pub author: Option<String>,
    /// When it was written; shops do not say it of theirs.
    pub at: Option<UtcTime>,
    /// The seller's keywords that stand in it.
    pub keywords: Vec<String>,
    /// Which note it is.
    pub note: Option<NoteId>,
    /// How far the shop has been told of a note; null where it is for colleagues only.
    pub memo: Option<MemoState>,
}

/// How far the shop has been told of a note.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct MemoState {
    pub state: WriteBackState,
    /// The flag it was given; empty where that stays as it was.
    pub flag: String,
    /// What the shop said.
    pub reply: String,
}

/// What threads of orders are made of beside the orders themselves.
pub struct Threads {
    notes: HashMap<OrderId, Vec<NoteRow>>,
    keywords: Vec<String>,
}

impl Threads {
    /// Reads the notes of these orders.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(db: &mut Db, orders: &[OrderId]) -> Result<Self, Error> {
        let mut notes: HashMap<OrderId, Vec<NoteRow>> = HashMap::new();
        let (written, settings) = order_notes::of_orders(db, orders)?;
        for note in written {
            notes.entry(note.order_id).or_default().push(note);
        }
        let settings: SellerSettings = serde_json::from_str(&settings).map_err(anyhow::Error::from)?;
        Ok(Self { notes, keywords: settings.remark_keywords })
    }

    /// What was said of an order: the buyer first, then the seller, then the staff in its sequence.
    ///
    /// # Errors
    /// When a note was sealed by a key that is gone.
    pub fn of(&self, db: &Db, order: &OrderRow) -> Result<Vec<RemarkItem>, Error> {
        let item = |by, text: String| RemarkItem {
            order: order.id,
            by,
            keywords: keywords_in(&text, &self.keywords),
            text,
            author: None,
            at: None,
            note: None,
            memo: None,
        };
        let told = [("buyer", &order.buyer_message), ("seller", &order.seller_memo)].into_iter();
        let mut thread: Vec<RemarkItem> =
            told.filter(|(_, text)| !text.is_empty()).map(|(by, text)| item(by, text.clone())).collect();
        for note in self.notes.get(&order.id).into_iter().flatten() {
            let text = db.open(NOTE, &note.sealed)?;
            let (author, at) = (Some(note.written_by.clone()), Some(note.written_at));
            let memo = note.told.map(|state| MemoState {
                state,
                flag: note.told_flag.clone().unwrap_or_default(),
                reply: note.reply.clone().unwrap_or_default(),
            });
            thread.push(RemarkItem { author, at, note: Some(note.id), memo, ..item("note", text) });
        }
        Ok(thread)
    }
}
