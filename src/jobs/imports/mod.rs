//! A file into a shop: read in bounded memory, taken in batch by batch.
//!
//! A short file is taken in at once. Cut off in the middle, such an import stays without an end, and
//! importing the file again completes it: what was taken in already is unchanged. A long one becomes a
//! job ([`later`]): its file is kept until the end, and whoever gets the job goes on behind the last
//! batch that was written.

pub mod later;
mod taking;

use std::fs::File;
use std::path::Path;

use anyhow::Context;
use chrono::FixedOffset;
use serde::{Deserialize, Serialize};

use self::taking::{Step, Taking};
use crate::app::App;
use crate::connectors::Refusal;
use crate::connectors::file::{self, Format, Inspection, Mapping, Options, Parsed, Rejection};
use crate::db::Tx;
use crate::db::imports::{self as record, ImportCounts};
use crate::db::shops::ShopRow;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ImportId;
use crate::domain::platform::Platform;
use crate::domain::time::UtcTime;

/// How many rejected rows an import keeps word by word; beyond it they are only counted.
pub const REJECTIONS_KEPT: usize = 10_000;

/// A file and how the person wants it read.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FileChoice {
    pub name: String,
    /// Without it the header decides.
    pub format: Option<Format>,
    /// Without it the one remembered for this header, else the proposal.
    pub mapping: Option<Mapping>,
}

/// What an import did.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ImportReport {
    pub id: ImportId,
    pub format: Format,
    /// Orders, not rows.
    pub created: i64,
    pub updated: i64,
    pub unchanged: i64,
    pub rejected_count: i64,
    /// The first [`REJECTIONS_KEPT`] of them.
    pub rejected: Vec<Rejection>,
}

/// Imports a file at once. `progress` hears how far it is.
///
/// # Errors
/// A refusal when the file cannot be read as orders at all; [`Error::Internal`] when a batch
/// cannot be written.
pub fn import(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    path: &Path,
    choice: &FileChoice,
    progress: &mut dyn FnMut(ImportCounts),
) -> Result<ImportReport, Error> {
    let opened = open_file(app, actor, shop, path, choice, app.now())?;
    let format = opened.file.format;
    let id = app.write(actor, |tx| begin(tx, shop, choice, &opened))?;
    let taking = Taking { app, actor, shop, id };
    let mut watch = |step: Step| {
        progress(step.counts);
        true
    };
    let taken = taking.take(opened.file, 0, ImportCounts::default(), &mut watch)?;
    app.write(actor, |tx| Ok(record::finish(tx, id, &taken.rejected_as_json()?)?))?;
    Ok(ImportReport::new(id, format, taken.counts, taken.rejected))
}

/// A file that can be imported, and the header it came with.
struct Opened {
    file: file::Import,
    fingerprint: String,
}

fn open_file(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    path: &Path,
    choice: &FileChoice,
    received_at: UtcTime,
) -> Result<Opened, Error> {
    refuse_other_platforms(shop)?;
    let (mut options, inspection) = prepare(app, actor, shop, path, choice)?;
    options.received_at = received_at;
    let file = file::open(open(path)?, &choice.name, options).map_err(refused)?;
    Ok(Opened { file, fingerprint: inspection.fingerprint })
}

/// Notes that an import begins, and remembers how its columns were matched.
fn begin(tx: &mut Tx, shop: &ShopRow, choice: &FileChoice, opened: &Opened) -> Result<ImportId, Error> {
    if let Some(mapping) = &choice.mapping {
        let text = serde_json::to_string(mapping).map_err(anyhow::Error::from)?;
        record::remember_mapping(tx, shop.id, &opened.fingerprint, &text)?;
    }
    Ok(record::begin(tx, shop.id, &choice.name, opened.file.format.as_str())?)
}

impl ImportReport {
    fn new(id: ImportId, format: Format, counts: ImportCounts, rejected: Vec<Rejection>) -> Self {
        let ImportCounts { created, updated, unchanged, rejected: rejected_count } = counts;
        Self { id, format, created, updated, unchanged, rejected_count, rejected }
    }
}

/// What a file would become.
pub struct Preview {
    pub inspection: Inspection,
    /// The first rows, as orders or rejections.
    pub items: Vec<Result<Parsed, Rejection>>,
    /// Why it cannot be imported as it is, when it cannot.
    pub refusal: Option<Refusal>,
}

/// Reads the head of a file and its first `rows` as orders; stores nothing.
///
/// # Errors
/// A refusal when the file cannot be read at all.
pub fn preview(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    path: &Path,
    choice: &FileChoice,
    rows: usize,
) -> Result<Preview, Error> {
    refuse_other_platforms(shop)?;
    let (options, mut inspection) = prepare(app, actor, shop, path, choice)?;
    if let Some(mapping) = &options.mapping {
        inspection.missing = mapping.missing();
        inspection.proposal = mapping.clone();
    }
    match file::open(open(path)?, &choice.name, options).and_then(|mut file| file.preview(rows)) {
        Ok(items) => Ok(Preview { inspection, items, refusal: None }),
        Err(refusal) => Ok(Preview { inspection, items: Vec::new(), refusal: Some(refusal) }),
    }
}

/// The options for this shop's files, and what the header says.
fn prepare(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    path: &Path,
    choice: &FileChoice,
) -> Result<(Options, Inspection), Error> {
    let settings = shop.settings()?;
    let mut options = Options::new(app.now());
    options.format = choice.format;
    options.currency = settings.currency;
    if let Some(zone) = FixedOffset::east_opt(settings.utc_offset_minutes * 60) {
        options.utc_offset = zone;
    }
    let inspection = file::inspect(open(path)?, &options).map_err(refused)?;
    options.mapping = match &choice.mapping {
        Some(mapping) => Some(mapping.clone()),
        None => app
            .read(actor.seller, |db| Ok(record::mapping(db, shop.id, &inspection.fingerprint)?))?
            .map(|text| serde_json::from_str(&text).map_err(anyhow::Error::from))
            .transpose()?,
    };
    Ok((options, inspection))
}

fn open(path: &Path) -> Result<File, Error> {
    Ok(File::open(path).with_context(|| format!("opening {}", path.display()))?)
}

fn refused(refusal: Refusal) -> Error {
    Error::unprocessable(refusal.code, refusal.message, refusal.next)
}

/// Files go into file shops: another shop's orders come from elsewhere, and two sources of one
/// order would take turns in overwriting each other.
fn refuse_other_platforms(shop: &ShopRow) -> Result<(), Error> {
    if shop.platform == Platform::File {
        return Ok(());
    }
    Err(Error::conflict(
        "not_a_file_shop",
        format!(
            "The shop {} is of platform {}; files go into shops of platform file.",
            shop.name, shop.platform
        ),
        "Add a shop of platform file, and import into that.",
    ))
}
