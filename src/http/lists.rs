//! Lists as files: SKUs, price sheets, notices. One file per request, in a field called `file`.

use std::fs::File;

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use futures_util::TryStreamExt;
use tempfile::NamedTempFile;

use super::body::{content_type, media_type};
use super::imports::{broken, to_disk};
use super::problem::Failure;
use crate::connectors::Refusal;
use crate::connectors::file::{Options, Source};
use crate::domain::error::Error;
use crate::domain::time::UtcTime;

/// Most bytes of a list.
const LIST_MAX: u64 = 20 << 20;
/// Most rows of a list.
const ROWS_MAX: u64 = 20_000;

/// A list as a file.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "the document's picture of a multipart body")]
pub struct ListUpload {
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// Receives the one file of a request.
pub(super) async fn upload(
    request: &HttpRequest,
    payload: actix_web::web::Payload,
) -> Result<NamedTempFile, Failure> {
    let kind = content_type(request);
    if kind != "multipart/form-data" {
        return Err(media_type(&kind, "multipart/form-data"));
    }
    let mut parts = Multipart::new(request.headers(), payload);
    let mut file = None;
    while let Some(mut part) = parts.try_next().await.map_err(broken)? {
        match part.name().unwrap_or_default() {
            "file" => file = Some(to_disk(&mut part).await?),
            other => {
                let detail = format!("There is no field {other:?}; the only field here is file");
                return Err(Error::invalid(other, "unknown", detail).into());
            }
        }
    }
    file.ok_or_else(|| Error::invalid("file", "required", "file is missing").into())
}

/// Reads an uploaded list.
///
/// # Errors
/// When it is no such list.
pub(crate) fn read<T>(
    file: &NamedTempFile,
    now: UtcTime,
    read: impl FnOnce(Box<dyn Source>, &Options) -> Result<T, Refusal>,
) -> Result<T, Error> {
    let file = File::open(file.path()).map_err(anyhow::Error::from)?;
    read_source(Box::new(file), now, read)
}

/// Reads a list that was pasted.
///
/// # Errors
/// When it is no such list.
pub(crate) fn read_text<T>(
    text: &str,
    now: UtcTime,
    read: impl FnOnce(Box<dyn Source>, &Options) -> Result<T, Refusal>,
) -> Result<T, Error> {
    read_source(Box::new(std::io::Cursor::new(text.as_bytes().to_vec())), now, read)
}

fn read_source<T>(
    source: Box<dyn Source>,
    now: UtcTime,
    read: impl FnOnce(Box<dyn Source>, &Options) -> Result<T, Refusal>,
) -> Result<T, Error> {
    let options = Options { max_bytes: LIST_MAX, max_rows: ROWS_MAX, ..Options::new(now) };
    read(source, &options)
        .map_err(|refusal| Error::unprocessable(refusal.code, refusal.message, refusal.next))
}
