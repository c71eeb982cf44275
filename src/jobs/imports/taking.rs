//! The orders of a file, taken in batch by batch: each is one transaction with its count.

use crate::app::App;
use crate::connectors::file::{Import, Item, Parsed, Rejection};
use crate::db::imports::{self as record, ImportCounts};
use crate::db::jobs::LEASE_LOST;
use crate::db::shops::ShopRow;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ImportId;
use crate::domain::order::OrderSnapshot;
use crate::operations::intake::{BATCH, Outcome, take_in};

use super::{REJECTIONS_KEPT, refused};

/// An import under way.
pub(super) struct Taking<'a> {
    pub app: &'a App,
    pub actor: &'a Actor,
    pub shop: &'a ShopRow,
    pub id: ImportId,
}

/// How far it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub counts: ImportCounts,
    /// The last row that was read, as a spreadsheet counts.
    pub row: u64,
}

/// What came of a file.
pub(super) struct Taken {
    pub counts: ImportCounts,
    /// The first [`REJECTIONS_KEPT`] of them.
    pub rejected: Vec<Rejection>,
    /// False when `watch` called it off before the end.
    pub is_whole: bool,
}

impl Taken {
    pub fn rejected_as_json(&self) -> Result<String, Error> {
        Ok(serde_json::to_string(&self.rejected).map_err(anyhow::Error::from)?)
    }
}

impl Taking<'_> {
    /// Reads the whole file and takes in what comes behind the first `done` batches, which were counted
    /// already. `watch` hears of each step, and says whether to go on.
    pub fn take(
        &self,
        mut file: Import,
        done: i64,
        mut counts: ImportCounts,
        watch: &mut dyn FnMut(Step) -> bool,
    ) -> Result<Taken, Error> {
        let mut rejected = Vec::new();
        for (batch, items) in (0..).zip(file.batches(BATCH).map_err(refused)?) {
            let row = items.last().map_or(0, row_of);
            let (orders, rejections) = sorted(items);
            let count = i64::try_from(rejections.len()).unwrap_or(i64::MAX);
            rejected.extend(rejections.into_iter().take(REJECTIONS_KEPT.saturating_sub(rejected.len())));
            if batch >= done {
                counts.rejected += count;
                counts = self.take_batch(batch, counts, &orders)?;
            }
            if !watch(Step { counts, row }) {
                return Ok(Taken { counts, rejected, is_whole: false });
            }
        }
        Ok(Taken { counts, rejected, is_whole: true })
    }

    fn take_batch(
        &self,
        batch: i64,
        before: ImportCounts,
        orders: &[OrderSnapshot],
    ) -> Result<ImportCounts, Error> {
        self.app.write(self.actor, |tx| {
            let mut counts = before;
            for taken in take_in(tx, self.shop, orders)? {
                match taken.outcome {
                    Outcome::Created => counts.created += 1,
                    Outcome::Updated => counts.updated += 1,
                    Outcome::Unchanged => counts.unchanged += 1,
                }
            }
            match record::progress(tx, self.id, batch, counts)? {
                true => Ok(counts),
                false => Err(Error::conflict(
                    LEASE_LOST,
                    format!("Batch {batch} of import {} was taken in already.", self.id),
                    "Nothing was written; another worker has the import.",
                )),
            }
        })
    }
}

fn row_of(item: &Item) -> u64 {
    match item {
        Ok(parsed) => parsed.row,
        Err(rejection) => rejection.row,
    }
}

fn sorted(items: Vec<Item>) -> (Vec<OrderSnapshot>, Vec<Rejection>) {
    let (mut orders, mut rejections) = (Vec::with_capacity(items.len()), Vec::new());
    for item in items {
        match item {
            Ok(Parsed { order, .. }) => orders.push(order),
            Err(rejection) => rejections.push(rejection),
        }
    }
    (orders, rejections)
}
