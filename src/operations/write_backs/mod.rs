//! Write-backs: listed, sent again, settled, and told by file.
//!
//! Whoever tells the shop settles the write-back with its answer. A file that was downloaded proves
//! nothing, so its rows stay waiting until somebody says what came of the upload.

use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::connectors::refusal::{RefusalKind, explained};
use crate::db::events::{self, NewEvent};
use crate::db::write_backs::{self as record, WriteBackRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, ShipmentId, ShopId, WriteBackId};
use crate::domain::time::UtcTime;
use crate::domain::write_back::{self as rules, Change, Outcome, ShippedLine, WriteBackState};

pub mod telling;
mod upload;

pub use crate::db::write_backs::Filter;
pub use upload::{ByFile, UploadFile, by_file, upload_file};

/// A write-back as it stands.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct WriteBack {
    pub id: WriteBackId,
    pub shop: ShopId,
    pub order: OrderId,
    /// The platform's number of the order.
    pub order_number: String,
    pub shipment: ShipmentId,
    pub carrier: String,
    pub number: String,
    pub lines: Vec<ShippedLine>,
    pub state: WriteBackState,
    pub tries: i64,
    pub next_try_at: Option<UtcTime>,
    /// What the shop, or the person, said.
    pub reply: String,
    /// What the shop's refusal means, where its code is known.
    pub refusal: Option<RefusalKind>,
    pub created_at: UtcTime,
    pub settled_by: Option<String>,
    pub settled_at: Option<UtcTime>,
}

impl TryFrom<WriteBackRow> for WriteBack {
    type Error = Error;

    fn try_from(row: WriteBackRow) -> Result<Self, Error> {
        Ok(Self {
            id: row.id,
            shop: row.shop_id,
            order: row.order_id,
            order_number: row.order_number,
            shipment: row.shipment_id,
            carrier: row.carrier,
            number: row.number,
            lines: serde_json::from_str(&row.lines).map_err(anyhow::Error::from)?,
            state: row.state,
            tries: row.tries,
            next_try_at: row.next_try_at,
            refusal: (row.state == WriteBackState::Refused)
                .then(|| explained(row.platform, &row.reply))
                .flatten(),
            reply: row.reply,
            created_at: row.created_at,
            settled_by: row.settled_by,
            settled_at: row.settled_at,
        })
    }
}

/// What came of telling the shop.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    pub result: Outcome,
    /// The shop's answer, kept as proof.
    #[serde(default)]
    pub reply: String,
}

/// A page of write-backs behind `after`, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub fn list(
    db: &mut Db,
    filter: Filter,
    after: Option<WriteBackId>,
    limit: usize,
) -> Result<Vec<WriteBack>, Error> {
    record::list(db, filter, after, limit)?.into_iter().map(WriteBack::try_from).collect()
}

/// All write-backs of these orders, oldest first.
///
/// # Errors
/// When the record cannot be read.
pub fn of_orders(db: &mut Db, orders: &[OrderId]) -> Result<Vec<WriteBack>, Error> {
    record::of_orders(db, orders)?.into_iter().map(WriteBack::try_from).collect()
}

/// One write-back.
///
/// # Errors
/// When there is no such write-back.
pub fn show(db: &mut Db, id: WriteBackId) -> Result<WriteBack, Error> {
    record::find(db, &[id])?.pop().ok_or_else(|| Error::missing("write-back", id))?.try_into()
}

/// Asks for the shop to be told again, after it refused or gave no answer.
///
/// # Errors
/// `write_back_settled` when it has been told; then nothing is changed.
pub fn retry(tx: &mut Tx, id: WriteBackId) -> Result<WriteBack, Error> {
    let row = record::lock(tx, &[id])?.pop().ok_or_else(|| Error::missing("write-back", id))?;
    if let Change::To(state) = rules::retry(id, row.state)? {
        record::set_waiting(tx, &[id])?;
        note(tx, "write_back.retried", &[(&row, state)])?;
        telling::enqueue(tx, &[row.shipment_id])?;
    }
    show(tx, id)
}

/// Notes what came of telling the shop. Repeating it changes nothing.
///
/// # Errors
/// `write_back_settled` when something else was settled before; then nothing is changed.
pub fn settle(tx: &mut Tx, id: WriteBackId, settlement: &Settlement) -> Result<WriteBack, Error> {
    let row = record::lock(tx, &[id])?.pop().ok_or_else(|| Error::missing("write-back", id))?;
    if let Change::To(state) = rules::settle(id, row.state, settlement.result)? {
        record::set_outcome(tx, &[id], state, settlement.reply.trim())?;
        note(tx, "write_back.settled", &[(&row, state)])?;
    }
    show(tx, id)
}

/// What became of many write-backs that were settled at once.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct SettledMany {
    pub done: Vec<WriteBackId>,
    pub left_out: Vec<NotSettled>,
}

/// A write-back that stayed as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct NotSettled {
    pub id: WriteBackId,
    pub reasons: Vec<crate::domain::left_out::Why>,
}

/// Settles many alike, such as all rows of an uploaded file. Each stands for itself.
///
/// # Errors
/// When the record cannot be read or written.
pub fn settle_many(tx: &mut Tx, ids: &[WriteBackId], settlement: &Settlement) -> Result<SettledMany, Error> {
    use crate::domain::left_out::Why;
    let rows = record::lock(tx, ids)?;
    let known: std::collections::HashSet<WriteBackId> = rows.iter().map(|row| row.id).collect();
    let mut left_out: Vec<NotSettled> = ids
        .iter()
        .filter(|id| !known.contains(id))
        .map(|id| NotSettled {
            id: *id,
            reasons: vec![Why::new(
                "not_found",
                format!("There is no write-back {id}."),
                "Read the list again and choose anew.",
            )],
        })
        .collect();
    let (mut done, mut changed) = (Vec::new(), Vec::new());
    for row in &rows {
        match rules::settle(row.id, row.state, settlement.result) {
            Ok(change) => {
                done.push(row.id);
                if let Change::To(state) = change {
                    changed.push((row, state));
                }
            }
            Err(Error::Refused(refusal)) => left_out.push(NotSettled {
                id: row.id,
                reasons: vec![Why::new(refusal.code, refusal.detail, refusal.next)],
            }),
            Err(error) => return Err(error),
        }
    }
    if !changed.is_empty() {
        let ids: Vec<WriteBackId> = changed.iter().map(|(row, _)| row.id).collect();
        record::set_outcome(tx, &ids, settlement.result.state(), settlement.reply.trim())?;
        note(tx, "write_back.settled", &changed)?;
    }
    Ok(SettledMany { done, left_out })
}

fn note(tx: &mut Tx, kind: &'static str, changed: &[(&WriteBackRow, WriteBackState)]) -> Result<(), Error> {
    // The shop's words stay in the row: they may name people.
    let log: Vec<_> = changed
        .iter()
        .map(|(row, state)| {
            let data = json!({ "write_back": row.id, "from": row.state, "to": state, "number": row.number });
            NewEvent::order(kind, row.order_id, data)
        })
        .collect();
    Ok(events::record(tx, &log)?)
}
