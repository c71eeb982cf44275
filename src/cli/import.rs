//! `huidan import`

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::manage;
use crate::app::App;
use crate::connectors::file::Format;
use crate::db::shops::{self, ShopRow};
use crate::domain::actor::Actor;
use crate::jobs::imports::{self, FileChoice, ImportReport};
use crate::settings::Settings;

/// Which files go where.
pub struct Import {
    pub shop: String,
    pub format: Option<Format>,
    pub seller: Option<String>,
    pub files: Vec<PathBuf>,
}

/// How many rejected rows are told one by one.
const REJECTED_SHOWN: usize = 20;

/// Imports files one after the other; a file that cannot be read leaves the others standing.
pub fn run(settings: &Settings, import: &Import) -> anyhow::Result<()> {
    let app = super::open(settings)?;
    let seller = manage::known_seller(&app, import.seller.as_deref())?;
    let actor = Actor { name: "cli".to_owned(), ..Actor::system(seller) };
    let Some(shop) = app.read(seller, |db| Ok(shops::by_name(db, &import.shop)?))? else {
        bail!("there is no shop {:?}; add it with POST /api/v1/shops, or check the name", import.shop);
    };
    let mut failed = 0;
    for file in &import.files {
        match one(&app, &actor, &shop, file, import.format) {
            Ok(report) => tell(file, &report)?,
            Err(error) => {
                failed += 1;
                let error = error.context(format!("{} was not imported", file.display()));
                super::complain(&error, ExitCode::FAILURE);
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => bail!("{failed} of {} files were not imported", import.files.len()),
    }
}

fn one(
    app: &App,
    actor: &Actor,
    shop: &ShopRow,
    file: &Path,
    format: Option<Format>,
) -> anyhow::Result<ImportReport> {
    // An order takes some hundred bytes in every export; the bar is a guess until the end.
    let size = std::fs::metadata(file).with_context(|| format!("looking at {}", file.display()))?.len();
    let bar = ProgressBar::with_draw_target(Some(size / 300 + 1), target());
    bar.set_style(ProgressStyle::with_template("{msg} {bar:30} {pos} orders, {per_sec}, {elapsed}")?);
    bar.set_message(file.display().to_string());
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let choice = FileChoice { name, format, mapping: None };
    let report = imports::import(app, actor, shop, file, &choice, &mut |counts| {
        let read = (counts.created + counts.updated + counts.unchanged).unsigned_abs();
        if bar.length().is_some_and(|length| length <= read) {
            bar.set_length(read + read / 2);
        }
        bar.set_position(read);
    });
    bar.finish_and_clear();
    Ok(report?)
}

fn target() -> ProgressDrawTarget {
    if std::io::stderr().is_terminal() { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() }
}

fn tell(file: &Path, report: &ImportReport) -> anyhow::Result<()> {
    super::print(&format!(
        "{}: {} · {} created, {} updated, {} unchanged, {} rejected",
        file.display(),
        report.format,
        report.created,
        report.updated,
        report.unchanged,
        report.rejected_count,
    ))?;
    for rejection in report.rejected.iter().take(REJECTED_SHOWN) {
        eprintln!("  {}", rejection.message);
    }
    let more = report.rejected_count - (report.rejected.len().min(REJECTED_SHOWN)) as i64;
    if more > 0 {
        eprintln!("  … and {more} more; GET /api/v1/imports/{} has them all", report.id);
    }
    Ok(())
}
