//! Something that is looked at again and again, as server-sent events: one whenever it has changed.

use std::future::Future;
use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::header::{CACHE_CONTROL, ContentEncoding};
use actix_web::rt::time::sleep;
use actix_web::web::Bytes;
use futures_util::stream::unfold;
use serde::Serialize;

use crate::domain::error::Error;

/// After so long without news a line says that the stream lives: proxies cut silent ones.
const QUIET: Duration = Duration::from_secs(12);
/// A stream lasts so long; a browser opens the next one by itself.
const LONGEST: Duration = Duration::from_secs(600);

struct Follow<T, L> {
    look: L,
    shown: Option<T>,
    is_first: bool,
    lasted: Duration,
}

/// Events with this name, one for what is seen at first and one for every change, until `is_end`.
///
/// # Errors
/// When the first look fails; a later one that fails ends the stream, and whoever follows asks again.
pub async fn stream<T, L, F>(
    event: &'static str,
    pace: Duration,
    look: L,
    is_end: fn(&T) -> bool,
) -> Result<HttpResponse, Error>
where
    T: Serialize + PartialEq + 'static,
    L: Fn() -> F + 'static,
    F: Future<Output = Result<T, Error>> + 'static,
{
    look().await?;
    let begin = Follow { look, shown: None, is_first: true, lasted: Duration::ZERO };
    let events = unfold(begin, move |mut follow| async move {
        if follow.shown.as_ref().is_some_and(is_end) {
            return None;
        }
        let mut quiet = Duration::ZERO;
        loop {
            if !follow.is_first {
                sleep(pace).await;
                follow.lasted += pace;
                quiet += pace;
            }
            follow.is_first = false;
            let now = (follow.look)().await.ok()?;
            if follow.shown.as_ref() != Some(&now) {
                let text = format!("event: {event}\ndata: {}\n\n", serde_json::to_string(&now).ok()?);
                follow.shown = Some(now);
                return Some((Ok::<_, Error>(Bytes::from(text)), follow));
            }
            if follow.lasted > LONGEST {
                return None;
            }
            if quiet >= QUIET {
                return Some((Ok(Bytes::from_static(b": quiet\n\n")), follow));
            }
        }
    });
    Ok(HttpResponse::Ok()
        .content_type("text/event-stream")
        .insert_header((CACHE_CONTROL, "no-store"))
        // Compressed, events would wait for each other.
        .insert_header(ContentEncoding::Identity)
        .streaming(events))
}
