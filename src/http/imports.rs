//! File imports over HTTP.
//!
//! The upload goes to a file as it arrives, so its size costs disk and not memory.

use std::io::Write;
use std::time::Instant;

use actix_multipart::{Field, Multipart, MultipartError};
use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::rt::time::sleep;
use actix_web::web::Data;
use anyhow::Context;
use futures_util::TryStreamExt;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use utoipa::{IntoParams, ToSchema};

use super::blocking::blocking;
use super::body::{Id, Params, content_type, id_of, media_type, too_large};
use super::caller::Caller;
use super::idempotency::Answer;
use super::jobs::JobView;
use super::later::{LOOK, WAIT, prefers_later};
use super::page::{Items, Page};
use super::problem::{Failure, Reply};
use crate::app::App;
use crate::connectors::file::{Format, Mapping, Rejection};
use crate::db::imports::{self as record, ImportRow};
use crate::db::{Db, jobs, shops};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::{ImportId, JobId, SellerId, ShopId};
use crate::domain::job::JobState;
use crate::domain::time::UtcTime;
use crate::jobs::imports::later::{AT_ONCE_MAX, Upload, report};
use crate::jobs::imports::{FileChoice, ImportReport, import};

/// Most bytes of a file; `connectors::file` refuses larger ones too.
const FILE_MAX: usize = 200 << 20;
/// Most bytes of a field beside the file.
const FIELD_MAX: usize = 64 << 10;
/// So many bytes are gathered before they are written to the disk.
const CHUNK: usize = 1 << 20;

/// A file and how it is to be read.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the document's picture of a multipart body")]
pub struct FileUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
    /// Without it the header decides.
    format: Option<Format>,
    /// JSON: field to column name. Without it the one remembered for this header, else a proposal.
    mapping: Option<String>,
}

/// An import as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportView {
    id: ImportId,
    shop: ShopId,
    file_name: String,
    format: String,
    created: i64,
    updated: i64,
    unchanged: i64,
    rejected_count: i64,
    created_at: UtcTime,
    /// Null while it is under way, and when it was cut off; importing the file again completes it.
    finished_at: Option<UtcTime>,
    /// The job that takes it in, when that is not the request that brought it.
    job: Option<JobId>,
}

/// An import with its rejected rows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ImportWithRowsView {
    #[serde(flatten)]
    import: ImportView,
    /// The first 10,000 of them.
    #[schema(value_type = Vec<Rejection>)]
    rejected: serde_json::Value,
}

/// Which imports.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Id of a shop.
    shop: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl From<ImportRow> for ImportView {
    fn from(row: ImportRow) -> Self {
        let ImportRow { id, shop_id, file_name, format, created, updated, unchanged, rejected, .. } = row;
        Self {
            id,
            shop: shop_id,
            file_name,
            format,
            created,
            updated,
            unchanged,
            rejected_count: rejected,
            created_at: row.created_at,
            finished_at: row.finished_at,
            job: row.job_id,
        }
    }
}

/// Import a file
///
/// CSV or XLSX as exported by the platform, up to 200 MB (64 MB with an `Idempotency-Key`). A row that
/// cannot be taken is listed and leaves the others; importing a file again changes nothing. A file of more
/// than 1 MB is taken in by a job: one that ends within ten seconds is answered like a short file, any other
/// with 202 and the job, at once with `Prefer: respond-async`.
#[utoipa::path(post, path = "/api/v1/shops/{id}/imports", tag = "orders",
    request_body(content = FileUpload, content_type = "multipart/form-data"),
    responses((status = 201, description = "What the file did", body = ImportReport),
              (status = 202, description = "The job that takes the file in", body = JobView)))]
pub async fn create(
    caller: Caller,
    id: Id<ShopId>,
    request: HttpRequest,
    payload: actix_web::web::Payload,
) -> Reply {
    caller.needs(Right::Intake)?;
    let kind = content_type(&request);
    if kind != "multipart/form-data" {
        return Err(media_type(&kind, "multipart/form-data"));
    }
    let is_patient = !prefers_later(&request);
    let (file, choice) = receive(Multipart::new(request.headers(), payload)).await?;
    let size = file.as_file().metadata().context("looking at an upload").map_err(Error::from)?.len();
    if size <= AT_ONCE_MAX && is_patient {
        return caller
            .steps(StatusCode::CREATED, move |app, actor| {
                let shop = app.read(actor.seller, |db| shops::find(db, id.0))?;
                import(app, actor, &shop, file.path(), &choice, &mut |_| {})
            })
            .await;
    }
    let (app, seller) = (caller.app.clone(), caller.actor.seller);
    let answer = blocking(move || {
        let shop = caller.app.read(caller.actor.seller, |db| shops::find(db, id.0))?;
        let upload = Upload::look(&caller.app, &caller.actor, &shop, file.path(), &choice)?;
        caller.write_now(StatusCode::ACCEPTED, |tx| Ok(JobView::from(upload.enqueue(tx)?.1)))
    });
    let answer = answer.await?;
    match is_patient && answer.status == StatusCode::ACCEPTED {
        true => ended_soon(app, seller, answer).await,
        false => Ok(answer.respond()),
    }
}

/// The report of an import that ends soon enough to be waited for, else the answer with its job.
async fn ended_soon(app: Data<App>, seller: SellerId, accepted: Answer) -> Reply {
    #[derive(Deserialize)]
    struct Accepted {
        arguments: Arguments,
    }
    #[derive(Deserialize)]
    struct Arguments {
        import: ImportId,
    }
    let job: Accepted =
        serde_json::from_str(&accepted.body).context("reading a job back").map_err(Error::from)?;
    let (import, until) = (job.arguments.import, Instant::now() + WAIT);
    loop {
        let app = app.clone();
        if let Some(answer) = blocking(move || app.read(seller, |db| ended(db, import))).await? {
            return Ok(Answer { replayed: accepted.replayed, ..answer }.respond());
        }
        if Instant::now() >= until {
            return Ok(accepted.respond());
        }
        sleep(LOOK).await;
    }
}

/// What is answered for an import whose job has ended: its report, or the job that came to nothing.
fn ended(db: &mut Db, import: ImportId) -> Result<Option<Answer>, Error> {
    if let Some(report) = report(db, import)? {
        return Answer::json(StatusCode::CREATED, &report).map(Some);
    }
    let row = record::find(db, import)?;
    match row.job_id.filter(|_| row.job_state.is_some_and(JobState::is_end)) {
        Some(job) => Answer::json(StatusCode::ACCEPTED, &JobView::from(jobs::find(db, job)?)).map(Some),
        None => Ok(None),
    }
}

/// List imports
///
/// Newest first.
#[utoipa::path(get, path = "/api/v1/imports", tag = "orders", params(ImportQuery),
    responses((status = 200, description = "A page of imports", body = Items<ImportView>)))]
pub async fn list(caller: Caller, query: Params<ImportQuery>) -> Reply {
    caller.needs(Right::See)?;
    let ImportQuery { shop, limit, cursor } = query.0;
    let shop = shop.map(|text| id_of("shop", &text)).transpose()?.map(ShopId);
    let (page, before) = Page::by_id(limit.as_deref(), cursor.as_deref(), "imports")?;
    caller
        .read(move |db| {
            let rows = record::list(db, shop, before.map(ImportId), page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], ImportView::from))
        })
        .await
}

/// Show an import
#[utoipa::path(get, path = "/api/v1/imports/{id}", tag = "orders",
    responses((status = 200, description = "The import with its rejected rows", body = ImportWithRowsView)))]
pub async fn show(caller: Caller, id: Id<ImportId>) -> Reply {
    // The rows may hold names and phones.
    caller.needs(Right::Intake)?;
    caller
        .read(move |db| {
            let row = record::find(db, id.0)?;
            let rejected = record::rejections(db, &row)?;
            let rejected =
                serde_json::from_str(&rejected).context("reading the rejected rows of an import")?;
            Ok(ImportWithRowsView { import: row.into(), rejected })
        })
        .await
}

/// Reads the parts of the upload.
async fn receive(mut parts: Multipart) -> Result<(NamedTempFile, FileChoice), Failure> {
    let mut choice = FileChoice::default();
    let mut file = None;
    while let Some(mut part) = parts.try_next().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            "file" => {
                choice.name = file_name(&part);
                file = Some(to_disk(&mut part).await?);
            }
            "format" => {
                let text = text(&mut part).await?;
                let format =
                    Format::parse(text.trim()).map_err(|said| Error::invalid("format", "word", said))?;
                choice.format = Some(format);
            }
            "mapping" => {
                let text = text(&mut part).await?;
                let mapping: Mapping = serde_json::from_str(&text).map_err(|error| {
                    Error::invalid(
                        "mapping",
                        "json",
                        format!("The mapping is no JSON of fields and columns: {error}"),
                    )
                })?;
                choice.mapping = Some(mapping);
            }
            _ => {
                let detail = format!("There is no field {name:?}; the fields here are file, format, mapping");
                return Err(Error::invalid(name, "unknown", detail).into());
            }
        }
    }
    let file = file.ok_or_else(|| Error::invalid("file", "required", "file is missing"))?;
    Ok((file, choice))
}

/// The name a part came with.
pub(crate) fn file_name(part: &Field) -> String {
    let name = part.content_disposition().and_then(|head| head.get_filename()).unwrap_or("upload");
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}

/// Writes a part to a file of its own as it arrives.
pub(crate) async fn to_disk(part: &mut Field) -> Result<NamedTempFile, Failure> {
    let mut file = blocking(|| Ok(NamedTempFile::new().context("making a file for an upload")?)).await?;
    let (mut written, mut buffer) = (0, Vec::new());
    loop {
        let chunk = part.try_next().await.map_err(broken)?;
        let at_end = chunk.is_none();
        buffer.extend_from_slice(chunk.as_deref().unwrap_or_default());
        if written + buffer.len() > FILE_MAX {
            return Err(too_large(FILE_MAX));
        }
        if at_end || buffer.len() >= CHUNK {
            written += buffer.len();
            let full = std::mem::take(&mut buffer);
            file = blocking(move || {
                file.write_all(&full).context("keeping an upload")?;
                Ok(file)
            })
            .await?;
        }
        if at_end {
            return Ok(file);
        }
    }
}

/// Reads a part that is a field.
pub(crate) async fn text(part: &mut Field) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.try_next().await.map_err(broken)? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > FIELD_MAX {
            return Err(Error::invalid(
                part.name().unwrap_or_default(),
                "length",
                "The field is longer than 64 kB",
            )
            .into());
        }
    }
    String::from_utf8(bytes).map_err(|_| {
        Error::invalid(part.name().unwrap_or_default(), "encoding", "The field is no UTF-8").into()
    })
}

/// A body that is no well-formed upload.
pub(crate) fn broken(error: MultipartError) -> Failure {
    let detail = format!("The multipart body cannot be read: {error}.");
    Failure::edge(
        StatusCode::BAD_REQUEST,
        "body_incomplete",
        detail,
        "Send it again, with its boundary in the Content-Type.",
    )
}
