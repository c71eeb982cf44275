//! Requests that are answered later, as jobs: the answer is kept sealed for a day, to be asked for by the job's id.

use anyhow::Context;
use serde_json::{Value as Json, json};
use workers::End;

use super::printing::draw;
use super::run::Task;
use super::shipping;
use crate::db::{Tx, answers as record, jobs as job_record};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::{JobId, ShopId};
use crate::domain::write_back::UploadForm;
use crate::operations::answers::{Act, Drawing, Head, Request};
use crate::operations::write_backs::upload_file;
use crate::operations::{number_runs, print_jobs};
use crate::papers::Output;
use crate::papers::thermal::Language;

/// How long an answer is kept, and what was asked for.
pub const ANSWER_KEPT: chrono::Duration = chrono::Duration::hours(24);

/// Answers one request.
///
/// # Errors
/// What stands against it; a refusal is the answer, and the job is dead of it.
pub fn answer(task: &Task) -> Result<End, Error> {
    let job = JobId(task.job.id);
    let Some(request) = task.app.read(task.actor.seller, |db| record::request(db, job))? else {
        return Err(Error::conflict(
            "answer_gone",
            format!("What job {job} was to answer is no longer kept."),
            "Ask again.",
        ));
    };
    let Request { role, act } = serde_json::from_str(&request).context("reading a request back")?;
    let actor = Actor { role, ..task.actor.clone() };
    let task = &Task { app: task.app, job: task.job, work: task.work, actor };
    match act {
        Act::Document(drawing) => draw_document(task, &drawing),
        Act::NumberRun(run) => act_once(task, 201, |tx| {
            let made = number_runs::commit(tx, &run)?;
            let result = json!({ "number_run": made.id, "left_out": made.left_out.len() });
            Ok((result, to_json(&made)?))
        }),
        Act::Ship(new) => shipping::ship(task, &new),
        Act::PrintJob(new) => act_once(task, 201, |tx| {
            let made = print_jobs::create(tx, &new)?;
            let result = json!({ "print_job": made.id, "sheets": made.sheets.len(),
                                 "left_out": made.left_out.len() });
            Ok((result, to_json(&made)?))
        }),
        Act::UploadFile { shop, form } => write_file(task, shop, form),
    }
}

pub(super) fn to_json(view: &impl serde::Serialize) -> Result<Vec<u8>, Error> {
    Ok(serde_json::to_vec(view).context("writing an answer as JSON")?)
}

/// Does it, keeps its answer and ends the job, in one transaction.
fn act_once(
    task: &Task,
    status: u16,
    mut act: impl FnMut(&mut Tx) -> Result<(Json, Vec<u8>), Error>,
) -> Result<End, Error> {
    let head = json_head(status)?;
    task.app.write(&task.actor, |tx| {
        let job = JobId(task.job.id);
        job_record::complete(tx, task.job.hold(), None)?;
        let (result, body) = act(tx)?;
        record::finish(tx, job, &head, &body)?;
        Ok(job_record::set_result(tx, job, &result)?)
    })?;
    Ok(End::Settled)
}

/// How an answer in JSON is given.
pub(super) fn json_head(status: u16) -> Result<String, Error> {
    let head = Head { status, media_type: "application/json".to_owned(), ..Head::default() };
    Ok(serde_json::to_string(&head).context("writing how an answer is given")?)
}

fn write_file(task: &Task, shop: ShopId, form: UploadForm) -> Result<End, Error> {
    let now = task.app.now();
    let file = task.app.read(task.actor.seller, |db| upload_file(db, shop, form, now))?;
    let result = json!({ "shop": shop, "rows": file.write_backs.len(), "bytes": file.bytes.len() });
    let head = Head {
        status: 200,
        media_type: file.media_type,
        file_name: file.name,
        write_backs: file.write_backs,
        ..Head::default()
    };
    let head = serde_json::to_string(&head).context("writing how an answer is given")?;
    task.settle(Some(&result), |tx| Ok(record::finish(tx, JobId(task.job.id), &head, &file.bytes)?))
}

fn draw_document(task: &Task, drawing: &Drawing) -> Result<End, Error> {
    let id = drawing.print_job;
    let drawn = draw(&drawing.paper, drawing.template.as_ref(), drawing.output, &|done, total| {
        task.work.progress(done as u64, total as u64);
    })?;
    let not_rendered = |tx: &mut Tx| match drawn.problems.is_empty() {
        true => Ok(()),
        false => print_jobs::not_rendered(tx, id, &drawn.problems),
    };
    if drawn.file.is_empty() {
        task.app.write(&task.actor, not_rendered)?;
        return Err(drawn.nothing(id));
    }
    let head = Head {
        status: 200,
        media_type: media_type(drawing.output).to_owned(),
        positions: drawn.positions.clone(),
        left_out: drawing.left_out + drawn.problems.len(),
        are_copies: drawing.are_copies,
        ..Head::default()
    };
    let result = json!({ "print_job": id, "sheets": head.positions.len(), "left_out": head.left_out,
                         "copies": head.are_copies, "bytes": drawn.file.len() });
    let head = serde_json::to_string(&head).context("writing how an answer is given")?;
    task.settle(Some(&result), |tx| {
        not_rendered(tx)?;
        Ok(record::finish(tx, JobId(task.job.id), &head, &drawn.file)?)
    })
}

/// What a document of this kind is called on the web.
pub fn media_type(output: Output) -> &'static str {
    match output {
        Output::Pdf => "application/pdf",
        Output::Thermal(Language::Zpl | Language::ZplRuns, _) => "application/zpl",
        Output::Thermal(Language::Tspl, _) => "application/tspl",
    }
}
