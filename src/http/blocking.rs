//! The one way from the async edge down to everything that waits.

use actix_web::web;

use crate::domain::error::Error;

/// Runs work that waits for the database or the disk on a thread made for it.
///
/// # Errors
/// What the work answers; [`Error::Internal`] when it panicked.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let span = tracing::Span::current();
    let outcome = web::block(move || span.in_scope(work)).await;
    outcome.unwrap_or_else(|_| Err(Error::Internal(anyhow::anyhow!("work for a request panicked"))))
}
