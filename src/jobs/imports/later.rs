//! A long file as a job: kept sealed with its import, taken in by whoever gets the job.
//!
//! Each batch writes its number with its orders, so a worker that was killed, or has lost its lease, is
//! followed by one that reads the file again, leaves out what was counted, and goes on.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::Context;
use serde::Deserialize;
use serde_json::json;
use tempfile::NamedTempFile;
use workers::End;

use super::taking::{Step, Taking};
use super::{FileChoice, ImportReport, begin, open, open_file};
use crate::app::App;
use crate::connectors::file::{Format, Rejection};
use crate::db::imports as record;
use crate::db::jobs::{self, JobKind, JobRow, NewJob};
use crate::db::shops::{self, ShopRow};
use crate::db::{Db, Tx};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ImportId;
use crate::jobs::run::Task;

/// Takes in a file. Safe to repeat, so crashes are only bounded.
pub const IMPORT: JobKind = JobKind { name: "import.file", lane: "import", max_attempts: 8, max_crashes: 5 };

/// Longer files become jobs: some thousand rows.
pub const AT_ONCE_MAX: u64 = 1 << 20;

/// How long the file of an import is kept that does not end.
pub const FILE_KEPT: chrono::Duration = chrono::Duration::days(7);

/// Bytes of a file in one row of the record.
const PIECE: usize = 256 << 10;

#[derive(Deserialize)]
struct Arguments {
    import: ImportId,
}

/// A file that waits to be handed to a job.
pub struct Upload<'a> {
    shop: &'a ShopRow,
    path: &'a Path,
    choice: &'a FileChoice,
    opened: super::Opened,
}

impl<'a> Upload<'a> {
    /// Looks at a file, before anything is kept.
    ///
    /// # Errors
    /// A refusal when the file cannot be read as orders at all.
    pub fn look(
        app: &App,
        actor: &Actor,
        shop: &'a ShopRow,
        path: &'a Path,
        choice: &'a FileChoice,
    ) -> Result<Self, Error> {
        let opened = open_file(app, actor, shop, path, choice, app.now())?;
        Ok(Self { shop, path, choice, opened })
    }

    /// Keeps the file, begins its import and enqueues the job that takes it in.
    ///
    /// # Errors
    /// When the file cannot be read or the record not be written.
    pub fn enqueue(&self, tx: &mut Tx) -> Result<(ImportId, JobRow), Error> {
        let import = begin(tx, self.shop, self.choice, &self.opened)?;
        let mut file = open(self.path)?;
        for piece in 0.. {
            let mut bytes = Vec::with_capacity(PIECE);
            Read::by_ref(&mut file)
                .take(PIECE as u64)
                .read_to_end(&mut bytes)
                .context("reading an upload again")?;
            if bytes.is_empty() {
                break;
            }
            record::keep_piece(tx, import, piece, &bytes)?;
        }
        let job = jobs::enqueue(tx, NewJob::new(IMPORT, json!({ "import": import })))?
            .context("a job without a key is always new")?;
        let choice = serde_json::to_string(self.choice).context("writing how a file is read as JSON")?;
        record::hand_over(tx, import, job, &choice)?;
        Ok((import, jobs::find(tx, job)?))
    }
}

/// Takes a file in, from behind the last batch that was written.
///
/// # Errors
/// When a batch cannot be written; a refusal when the file is no longer kept.
pub fn import_file(task: &Task) -> Result<End, Error> {
    let (app, actor) = (task.app, &task.actor);
    let id = task.arguments::<Arguments>()?.import;
    let (row, shop) = app.read(actor.seller, |db| {
        let row = record::find(db, id)?;
        let shop = shops::find(db, row.shop_id)?;
        Ok((row, shop))
    })?;
    let choice: FileChoice =
        serde_json::from_str(&row.choice).with_context(|| format!("reading how import {id} is read"))?;
    let mut kept = app.read(actor.seller, |db| unpack(db, id))?;
    let rows = rows(kept.as_file_mut()).context("counting the rows of a file")?;
    let opened = open_file(app, actor, &shop, kept.path(), &choice, row.created_at)?;
    let mut watch = |step: Step| {
        task.work.progress(step.row, rows.max(step.row));
        !task.work.is_stopping() && !task.work.is_cancelled()
    };
    let taking = Taking { app, actor, shop: &shop, id };
    let taken = taking.take(opened.file, row.batches, row.counts(), &mut watch)?;
    if !taken.is_whole {
        return Ok(End::Snooze(Duration::ZERO));
    }
    let rejected = taken.rejected_as_json()?;
    let counts = taken.counts;
    let result = json!({ "import": id, "created": counts.created, "updated": counts.updated,
                         "unchanged": counts.unchanged, "rejected": counts.rejected });
    Ok(task.settle_together(Some(result), move |tx| Ok(record::finish(tx, id, &rejected)?)))
}

/// What an import that has ended did; `None` while it has not.
///
/// # Errors
/// When the record cannot be read.
pub fn report(db: &mut Db, import: ImportId) -> Result<Option<ImportReport>, Error> {
    let row = record::find(db, import)?;
    if row.finished_at.is_none() {
        return Ok(None);
    }
    let rejected: Vec<Rejection> = serde_json::from_str(&record::rejections(db, &row)?)
        .context("reading the rejected rows of an import")?;
    let format = Format::parse(&row.format).map_err(anyhow::Error::msg)?;
    Ok(Some(ImportReport::new(row.id, format, row.counts(), rejected)))
}

/// The file of an import, as it came.
fn unpack(db: &mut Db, import: ImportId) -> Result<NamedTempFile, Error> {
    let mut file = NamedTempFile::new().context("making a file for an import")?;
    let mut pieces = 0;
    while let Some(bytes) = record::piece(db, import, pieces)? {
        file.write_all(&bytes).context("unpacking the file of an import")?;
        pieces += 1;
    }
    if pieces == 0 {
        return Err(Error::conflict(
            "import_file_gone",
            format!("The file of import {import} is no longer kept."),
            "Import it again: what was taken in already stays as it is.",
        ));
    }
    Ok(file)
}

/// How many rows a file has: its line ends. 0 for a workbook, which does not say so without being read.
fn rows(file: &mut File) -> std::io::Result<u64> {
    file.seek(SeekFrom::Start(0))?;
    let (mut buffer, mut count, mut is_first) = (vec![0; 64 << 10], 0, true);
    loop {
        let length = file.read(&mut buffer)?;
        let bytes = &buffer[..length];
        if length == 0 || is_first && bytes.starts_with(b"PK\x03\x04") {
            return Ok(count);
        }
        is_first = false;
        count += bytes.iter().filter(|byte| **byte == b'\n').count() as u64;
    }
}
