//! Orders in: many tellings at once become orders, in any order of arrival the same.
//!
//! The head and the lines of an order each have a telling that counts: the one with the newest
//! platform time; of two with the same time the further state, then the greater hash. That is a
//! total order, so applying the same tellings in any sequence, any number of times, ends in the
//! same state. Only what the platform says is written here; where the order belongs is found by
//! `merging::settle` in the same transaction.

mod nicks;
mod recipients;
mod versions;

use std::collections::{HashMap, HashSet};

use serde::Serialize;
use serde_json::json;

use crate::db::events::{self, NewEvent};
use crate::db::orders::{self, KnownOrder, LineWrite, OrderWrite, VersionWrite};
use crate::db::planner;
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{OrderId, RecipientId};
use crate::domain::order::OrderSnapshot;
use crate::domain::time::UtcTime;
use crate::operations::merging::{self, Changes};
pub use nicks::kept_nick;
use versions::{Rank, Telling};

/// What became of one telling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The order was not here before.
    Created,
    /// It told something new.
    Updated,
    /// It told nothing new, or something older than what is known.
    Unchanged,
}

/// One telling's order and what became of it.
#[derive(Debug, Clone, Copy, Serialize)]
pub struct Taken {
    pub order: OrderId,
    pub outcome: Outcome,
}

/// How many tellings one transaction takes at most; callers cut longer streams.
pub const BATCH: usize = 1_000;

/// An order while its tellings are applied.
struct Draft<'a> {
    id: OrderId,
    known: Option<KnownOrder>,
    head: Option<(&'a OrderSnapshot, Rank)>,
    lines: Option<(&'a OrderSnapshot, Rank)>,
    head_rank: Option<Rank>,
    lines_rank: Option<Rank>,
    number: &'a str,
}

/// Takes in tellings of orders of one shop, in the sequence given.
///
/// # Errors
/// When the record cannot be read or written; then nothing was taken in.
pub fn take_in(tx: &mut Tx, shop: &ShopRow, snapshots: &[OrderSnapshot]) -> Result<Vec<Taken>, Error> {
    let mut numbers: Vec<&str> = snapshots.iter().map(|snapshot| snapshot.number.as_str()).collect();
    numbers.sort_unstable();
    numbers.dedup();
    let mut known = orders::lock_known(tx, shop.id, &numbers)?;
    let mut fresh = tx.ids(numbers.len() - known.len())?;
    let mut drafts: HashMap<&str, Draft> = numbers
        .iter()
        .map(|number| {
            let known = known.remove(*number);
            let id = known
                .as_ref()
                .map_or_else(|| OrderId(fresh.next().expect("an id for each new order")), |known| known.id);
            (*number, Draft::new(number, id, known))
        })
        .collect();

    let mut taken = Vec::with_capacity(snapshots.len());
    let mut kept = Vec::with_capacity(snapshots.len());
    for snapshot in snapshots {
        let draft = drafts.get_mut(snapshot.number.as_str()).expect("a draft for each number");
        let telling = Telling::of(snapshot)?;
        let is_first = draft.known.is_none() && draft.head_rank.is_none() && draft.lines_rank.is_none();
        let told_news = draft.apply(snapshot, &telling);
        let outcome = match (is_first, told_news) {
            (true, _) => Outcome::Created,
            (false, true) => Outcome::Updated,
            (false, false) => Outcome::Unchanged,
        };
        taken.push(Taken { order: draft.id, outcome });
        kept.push((draft.id, telling, snapshot.updated_at));
    }
    let mut drafts: Vec<Draft> = drafts.into_values().collect();
    drafts.sort_by_key(|draft| draft.number);
    write(tx, shop, &drafts)?;
    keep_versions(tx, kept)?;
    planner::tables_grew(tx, drafts.iter().filter(|draft| draft.known.is_none()).count())?;
    shops::note_intake(tx, shop.id, snapshots.iter().map(|snapshot| snapshot.updated_at).max())?;
    Ok(taken)
}

impl<'a> Draft<'a> {
    fn new(number: &'a str, id: OrderId, known: Option<KnownOrder>) -> Self {
        let rank =
            |at: Option<UtcTime>, rank, hash: &str| at.map(|at| Rank { at, rank, hash: hash.to_owned() });
        let head_rank = known.as_ref().and_then(|k| rank(k.head_at, k.head_rank, &k.head_hash));
        let lines_rank = known.as_ref().and_then(|k| rank(k.lines_at, k.lines_rank, &k.lines_hash));
        Self { id, known, head: None, lines: None, head_rank, lines_rank, number }
    }

    /// Applies one telling; answers whether its content is news.
    fn apply(&mut self, snapshot: &'a OrderSnapshot, telling: &Telling) -> bool {
        let mut news = false;
        for (told, slot, current) in [
            (&telling.head, &mut self.head, &mut self.head_rank),
            (&telling.lines, &mut self.lines, &mut self.lines_rank),
        ] {
            let Some(told) = told else { continue };
            if current.as_ref().is_some_and(|current| current >= told) {
                continue;
            }
            news |= current.as_ref().is_none_or(|current| current.hash != told.hash);
            *current = Some(told.clone());
            *slot = Some((snapshot, told.clone()));
        }
        news
    }

    /// The new head, when its content differs from what was stored.
    fn new_head(&self) -> Option<&'a OrderSnapshot> {
        let (snapshot, rank) = self.head.as_ref()?;
        let same = self.known.as_ref().is_some_and(|k| k.head_at.is_some() && k.head_hash == rank.hash);
        (!same).then_some(*snapshot)
    }

    /// The new lines, when their content differs from what was stored.
    fn new_lines(&self) -> Option<&'a OrderSnapshot> {
        let (snapshot, rank) = self.lines.as_ref()?;
        let same = self.known.as_ref().is_some_and(|k| k.lines_at.is_some() && k.lines_hash == rank.hash);
        (!same).then_some(*snapshot)
    }

    fn row<'b>(&'b self, db: &Db, shop: &ShopRow, recipient: Option<RecipientId>) -> OrderWrite<'b> {
        let head = self.new_head().and_then(|snapshot| snapshot.head.as_ref());
        OrderWrite {
            id: self.id,
            shop: shop.id,
            number: self.number,
            head,
            buyer_nick: head.map(|head| kept_nick(db, &head.buyer_nick)).unwrap_or_default(),
            recipient,
            head_at: self.head_rank.as_ref().map(|rank| rank.at),
            head_rank: self.head_rank.as_ref().map_or(0, |rank| rank.rank),
            head_hash: self.head_rank.as_ref().map_or("", |rank| &rank.hash),
            lines_at: self.lines_rank.as_ref().map(|rank| rank.at),
            lines_rank: self.lines_rank.as_ref().map_or(0, |rank| rank.rank),
            lines_hash: self.lines_rank.as_ref().map_or("", |rank| &rank.hash),
        }
    }
}

/// Writes the drafts and settles the orders that changed.
fn write(tx: &mut Tx, shop: &ShopRow, drafts: &[Draft]) -> Result<(), Error> {
    let recipients = recipients::keep(
        tx,
        shop.platform,
        drafts.iter().filter_map(|draft| Some((draft.id, &draft.new_head()?.head.as_ref()?.recipient))),
    )?;
    let rows: Vec<OrderWrite> =
        drafts.iter().map(|draft| draft.row(tx, shop, recipients.get(&draft.id).copied())).collect();
    let pick = |test: &dyn Fn(&Draft) -> bool| {
        rows.iter()
            .zip(drafts)
            .filter(|(_, draft)| test(draft))
            .map(|(row, _)| row.clone())
            .collect::<Vec<_>>()
    };
    orders::insert(tx, &pick(&|draft| draft.known.is_none()))?;
    orders::update_heads(tx, &pick(&|draft| draft.known.is_some() && draft.new_head().is_some()))?;
    orders::update_versions(
        tx,
        &pick(&|draft| draft.known.is_some() && (draft.head.is_some() || draft.lines.is_some())),
    )?;
    write_lines(tx, drafts)?;

    let mut changes = Changes::default();
    let mut changed = Vec::new();
    let mut events = Vec::new();
    for (draft, row) in drafts.iter().zip(&rows) {
        let Some(known) = &draft.known else {
            changes.new.insert(draft.id);
            changed.push(draft.id);
            events.push(NewEvent::order("order.received", draft.id, json!({"shop": shop.id})));
            continue;
        };
        let differences = differences(draft, known, row);
        if differences.is_empty() {
            continue;
        }
        changed.push(draft.id);
        if differences.contains(&"recipient") {
            changes.readdressed.insert(draft.id);
        }
        if differences.iter().any(|what| matches!(*what, "recipient" | "remarks" | "lines")) {
            changes.papers.insert(draft.id);
        }
        events.push(NewEvent::order("order.changed", draft.id, json!({"changed": differences})));
    }
    events::record(tx, &events)?;
    merging::settle(tx, &changed, &changes)?;
    let mut met: Vec<RecipientId> = recipients.into_values().collect();
    met.sort();
    met.dedup();
    merging::suggestions::find_near(tx, &met)
}

fn write_lines(tx: &mut Tx, drafts: &[Draft]) -> Result<(), Error> {
    let mut writes = Vec::new();
    let mut known = Vec::new();
    for draft in drafts {
        let Some(lines) = draft.new_lines().and_then(|snapshot| snapshot.lines.as_ref()) else { continue };
        if draft.known.as_ref().is_some_and(|known| known.lines_at.is_some()) {
            known.push(draft.id);
        }
        let mut seen = HashSet::new();
        // A platform that tells a line twice means its last word.
        for (position, line) in lines.iter().enumerate().rev() {
            if seen.insert(&line.number) {
                writes.push(LineWrite { order: draft.id, position: position as i64 + 1, line });
            }
        }
    }
    Ok(orders::write_lines(tx, &writes, &known)?)
}

/// What differs between an order as it was and as it is told now: words for the change event.
fn differences(draft: &Draft, known: &KnownOrder, row: &OrderWrite) -> Vec<&'static str> {
    let mut found = Vec::new();
    if let Some(head) = row.head {
        let mut differs = |is: bool, what| {
            if is {
                found.push(what);
            }
        };
        differs(known.head_at.is_none(), "head");
        differs(known.state != head.state, "state");
        differs(known.kind != head.kind, "kind");
        differs(known.paid_at != head.paid_at, "payment");
        differs(known.recipient_id != row.recipient, "recipient");
        differs(
            known.buyer_message != head.buyer_message || known.seller_memo != head.seller_memo,
            "remarks",
        );
        differs(known.flag != head.flag, "flag");
        differs(known.ship_by != head.ship_by || known.ship_from != head.ship_from, "deadline");
        if found.is_empty() {
            found.push("details");
        }
    }
    if draft.new_lines().is_some() {
        found.push("lines");
    }
    found
}

fn keep_versions(tx: &mut Tx, kept: Vec<(OrderId, Telling, UtcTime)>) -> Result<(), Error> {
    let mut seen = HashSet::new();
    let versions: Vec<VersionWrite> = kept
        .into_iter()
        .filter(|(order, telling, _)| seen.insert((*order, telling.hash.clone())))
        .map(|(order, telling, told_at)| VersionWrite {
            order,
            sealed: tx.seal("order_version", &telling.text),
            hash: telling.hash,
            told_at,
        })
        .collect();
    Ok(orders::keep_versions(tx, &versions)?)
}
