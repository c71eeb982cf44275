//! A print job as a file: its values are collected in one transaction, drawn outside of any, and what
//! could not be drawn is given up in another. Cut off in between, the sheets count as handed out,
//! and asking again draws them as copies that say so.

use std::sync::OnceLock;

use anyhow::Context;

use crate::app::App;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::PrintJobId;
use crate::operations::print_jobs;
use crate::papers::font::Fonts;
use crate::papers::{Options, Output, render};

/// The sheets of a job that are to be printed now.
#[derive(Debug, Clone)]
pub struct Printout {
    pub file: Vec<u8>,
    /// Positions of the sheets in it, in the order of its pages.
    pub positions: Vec<i64>,
    /// How many sheets were given up: stale, no longer to be sent, or not to be drawn. The job says
    /// of each why.
    pub left_out: usize,
    /// Every sheet was handed out before, and says on its face that it is a copy.
    pub are_copies: bool,
}

/// Draws the sheets of a job that wait, and notes that they were handed out.
///
/// # Errors
/// `nothing_to_print` when no sheet waits or none can be drawn; a conflict when a thermal printer is to print what is
/// no label.
pub fn print(app: &App, actor: &Actor, id: PrintJobId, output: Output) -> Result<Printout, Error> {
    if output != Output::Pdf {
        app.read(actor.seller, |db| print_jobs::is_on_labels(db, id))?;
    }
    let document = app.write(actor, |tx| print_jobs::document(tx, id))?;
    let options = Options { output, ..Options::new(fonts()) };
    let rendered = render(&document.paper, &options).context("drawing a print job")?;
    // Positions are from 1 and a job has far fewer sheets than either number can hold.
    let problems: Vec<(i64, String)> = rendered
        .problems
        .iter()
        .filter(|sheet| sheet.left_out)
        .map(|sheet| {
            let messages: Vec<&str> = sheet.problems.iter().map(|problem| problem.message.as_str()).collect();
            (i64::from(sheet.position), messages.join("; "))
        })
        .collect();
    if !problems.is_empty() {
        app.write(actor, |tx| print_jobs::not_rendered(tx, id, &problems))?;
    }
    if rendered.file.is_empty() {
        let (position, why) = problems.first().cloned().unwrap_or_default();
        return Err(Error::conflict(
            "nothing_to_print",
            format!("No sheet of job {id} can be drawn. Sheet {position}: {why}."),
            "Correct what the sheets say, then resume the job.",
        ));
    }
    Ok(Printout {
        file: rendered.file,
        positions: rendered.sheets.iter().map(|sheet| i64::from(sheet.position)).collect(),
        left_out: document.left_out.len() + problems.len(),
        are_copies: document.are_copies,
    })
}

/// Made once: reading them takes longer than drawing a label.
fn fonts() -> &'static Fonts {
    static FONTS: OnceLock<Fonts> = OnceLock::new();
    FONTS.get_or_init(Fonts::embedded)
}
