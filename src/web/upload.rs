//! Uploads: one file on the disk, the other fields as a form.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::web::Payload;
use futures_util::TryStreamExt;
use tempfile::NamedTempFile;

use super::form::Form;
use crate::domain::error::Error;
use crate::http::imports::{broken, file_name, text, to_disk};
use crate::http::problem::Failure;

/// A file that was sent with a form.
pub struct Upload {
    pub file: NamedTempFile,
    pub name: String,
    pub form: Form,
}

/// Reads an upload.
///
/// # Errors
/// A refusal in the reader's words; the file is missing or too large.
pub async fn receive(request: &HttpRequest, payload: Payload) -> Result<Upload, Error> {
    read(request, payload).await.map_err(|failure| match failure {
        Failure::Core(error) => error,
        Failure::Edge(problem) => Error::unprocessable(problem.code, problem.detail, problem.next),
    })
}

async fn read(request: &HttpRequest, payload: Payload) -> Result<Upload, Failure> {
    let mut parts = Multipart::new(request.headers(), payload);
    let (mut fields, mut file) = (Vec::new(), None);
    while let Some(mut part) = parts.try_next().await.map_err(broken)? {
        let name = part.name().unwrap_or_default().to_owned();
        if name == "file" {
            let called = file_name(&part);
            file = Some((to_disk(&mut part).await?, called));
        } else {
            fields.push((name, text(&mut part).await?));
        }
    }
    // A browser sends a file without a name when none was chosen.
    match file.filter(|(_, name)| !name.is_empty()) {
        Some((file, name)) => Ok(Upload { file, name, form: Form::of(fields.into_iter()) }),
        None => Err(Error::invalid("file", "required", "Choose a file first").into()),
    }
}
