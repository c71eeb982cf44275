//! A print job as a file: its values are collected in one transaction, drawn outside of any, and what
//! could not be drawn is given up in another. Cut off in between, the sheets count as handed out,
//! and asking again draws them as copies that say so.

use anyhow::Context;

use super::rereading::hand_out;
use crate::app::App;
use crate::db::jobs::JobRow;
use crate::db::stations::PrinterRow;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{ClaimId, PrintJobId};
use crate::domain::station::PrinterLanguage;
use crate::operations::answers::{self, Head as AnswerHead};
use crate::operations::print_jobs::{self, NewClaimWish};
use crate::papers::font::Fonts;
use crate::papers::raster::Head;
use crate::papers::template::Template;
use crate::papers::thermal::Language;
use crate::papers::{Options, Output, Paper, render};

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
    let document = hand_out(app, actor, id, |tx| print_jobs::document(tx, id))?;
    let drawn = draw(&document.paper, document.template.as_deref(), output, &|_, _| {})?;
    if !drawn.problems.is_empty() {
        app.write(actor, |tx| print_jobs::not_rendered(tx, id, &drawn.problems))?;
    }
    if drawn.file.is_empty() {
        return Err(drawn.nothing(id));
    }
    Ok(Printout {
        file: drawn.file,
        positions: drawn.positions,
        left_out: document.left_out.len() + drawn.problems.len(),
        are_copies: document.are_copies,
    })
}

/// Hands the sheets of a job that wait out, and has a job draw them; the one that does already, when there is one.
///
/// # Errors
/// As [`print`].
pub fn draw_later(app: &App, actor: &Actor, id: PrintJobId, output: Output) -> Result<JobRow, Error> {
    match app.read(actor.seller, |db| answers::open_document(db, id, output))? {
        Some(job) => Ok(job),
        None => hand_out(app, actor, id, |tx| answers::document(tx, id, output)),
    }
}

/// A document that an earlier request had drawn by a job, and that nobody has taken; `None` without one.
///
/// # Errors
/// `document_not_drawn` while its job is at work; what stands against taking it.
pub fn take_drawn(
    app: &App,
    actor: &Actor,
    id: PrintJobId,
    output: Output,
) -> Result<Option<Printout>, Error> {
    let Some(job) = app.read(actor.seller, |db| answers::open_document(db, id, output))? else {
        return Ok(None);
    };
    if !job.state.is_end() {
        return Err(Error::conflict(
            "document_not_drawn",
            format!("Job {} is drawing the document of print job {id}.", job.id),
            "Wait until it has ended; the page of the print job shows how far it is.",
        ));
    }
    let (head, file) = app.write(actor, |tx| answers::take(tx, job.id))?;
    let AnswerHead { positions, left_out, are_copies, .. } = head;
    Ok(Some(Printout { file, positions, left_out, are_copies }))
}

/// Sheets drawn as one file.
pub(super) struct Drawn {
    /// Empty when none could be drawn.
    pub file: Vec<u8>,
    pub positions: Vec<i64>,
    /// Positions that could not be drawn, with the reason in words.
    pub problems: Vec<(i64, String)>,
}

impl Drawn {
    /// What is answered when nothing could be drawn.
    pub fn nothing(&self, id: PrintJobId) -> Error {
        let (position, why) = self.problems.first().cloned().unwrap_or_default();
        Error::conflict(
            "nothing_to_print",
            format!("No sheet of job {id} can be drawn. Sheet {position}: {why}."),
            "Correct what the sheets say, then resume the job.",
        )
    }
}

/// Draws a paper; tells how many of its sheets are drawn.
pub(super) fn draw(
    paper: &Paper,
    template: Option<&Template>,
    output: Output,
    watch: &dyn Fn(usize, usize),
) -> Result<Drawn, Error> {
    let options = Options { output, template, watch: Some(watch), ..Options::new(Fonts::shared()) };
    let rendered = render(paper, &options).context("drawing a print job")?;
    // Positions are from 1 and a job has far fewer sheets than either number can hold.
    let problems = rendered
        .problems
        .iter()
        .filter(|sheet| sheet.left_out)
        .map(|sheet| {
            let messages: Vec<&str> = sheet.problems.iter().map(|problem| problem.message.as_str()).collect();
            (i64::from(sheet.position), messages.join("; "))
        })
        .collect();
    let positions = rendered.sheets.iter().map(|sheet| i64::from(sheet.position)).collect();
    Ok(Drawn { file: rendered.file, positions, problems })
}

/// What a station gets: each sheet as a file of its own, in the order in which they are to be printed.
#[derive(Debug, Clone)]
pub struct Handful {
    /// `None` when there is nothing to print now.
    pub claim: Option<(ClaimId, PrintJobId)>,
    pub serial: String,
    pub sheets: Vec<SheetFile>,
    /// How many sheets were given up instead. When all of them were, there may be more.
    pub left_out: usize,
    /// Why there is nothing now; empty when there is simply nothing.
    pub waits: String,
}

/// One sheet, in the language of its printer.
#[derive(Debug, Clone)]
pub struct SheetFile {
    pub position: i64,
    pub file: Vec<u8>,
}

/// Takes the next sheets for a station and draws them one by one.
///
/// # Errors
/// As [`print_jobs::claim`].
pub fn handful(app: &App, actor: &Actor, wish: &NewClaimWish) -> Result<Handful, Error> {
    let nothing =
        |left_out, waits| Handful { claim: None, serial: String::new(), sheets: Vec::new(), left_out, waits };
    if let Some(waits) = app.read(actor.seller, |db| print_jobs::nothing_now(db, actor, wish))? {
        return Ok(nothing(0, waits));
    }
    let taken = match app.read(actor.seller, |db| print_jobs::next_job(db, actor, wish))? {
        Some(job) => hand_out(app, actor, job, |tx| print_jobs::claim(tx, wish))?,
        None => app.write(actor, |tx| print_jobs::claim(tx, wish))?,
    };
    let Some(claim) = taken.claim else {
        return Ok(nothing(taken.left_out.len(), taken.waits));
    };
    let template = claim.document.template.clone();
    let options = Options {
        output: output_of(&taken.printer)?,
        template: template.as_deref(),
        offset_mm: (taken.printer.offset_x_tenths as f32 / 10.0, taken.printer.offset_y_tenths as f32 / 10.0),
        ..Options::new(Fonts::shared())
    };
    let (mut sheets, mut problems) = (Vec::new(), Vec::new());
    for (paper, position) in single(claim.document.paper).into_iter().zip(claim.document.positions) {
        let rendered = render(&paper, &options).context("drawing a sheet for a station")?;
        match rendered.problems.iter().find(|sheet| sheet.left_out) {
            Some(sheet) => {
                let messages: Vec<&str> =
                    sheet.problems.iter().map(|problem| problem.message.as_str()).collect();
                problems.push((position, messages.join("; ")));
            }
            None => sheets.push(SheetFile { position, file: rendered.file }),
        }
    }
    if !problems.is_empty() {
        app.write(actor, |tx| print_jobs::not_rendered(tx, claim.job, &problems))?;
    }
    Ok(Handful {
        claim: Some((claim.id, claim.job)),
        serial: claim.serial,
        left_out: taken.left_out.len() + problems.len(),
        sheets,
        waits: String::new(),
    })
}

fn output_of(printer: &PrinterRow) -> Result<Output, Error> {
    let head = Head::parse(&printer.dpi.to_string()).map_err(anyhow::Error::msg)?;
    Ok(match printer.language {
        PrinterLanguage::Pdf => Output::Pdf,
        PrinterLanguage::Zpl => Output::Thermal(Language::Zpl, head),
        PrinterLanguage::ZplRuns => Output::Thermal(Language::ZplRuns, head),
        PrinterLanguage::Tspl => Output::Thermal(Language::Tspl, head),
    })
}

/// Each sheet as a paper of its own.
fn single(paper: Paper) -> Vec<Paper> {
    match paper {
        Paper::Waybills { size, sheets } => {
            sheets.into_iter().map(|sheet| Paper::Waybills { size, sheets: vec![sheet] }).collect()
        }
        Paper::DeliveryNotes { size, sheets } => {
            sheets.into_iter().map(|sheet| Paper::DeliveryNotes { size, sheets: vec![sheet] }).collect()
        }
        Paper::PackingLists { size, sheets } => {
            sheets.into_iter().map(|sheet| Paper::PackingLists { size, sheets: vec![sheet] }).collect()
        }
        Paper::ReturnLabels { size, sheets } => {
            sheets.into_iter().map(|sheet| Paper::ReturnLabels { size, sheets: vec![sheet] }).collect()
        }
        list => vec![list],
    }
}
