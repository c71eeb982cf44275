//! `Idempotency-Key`: the same request, sent again, gets the first answer.
//!
//! There are two ways, because there are two kinds of work.
//!
//! * [`once`]: the work, and the keeping of its answer, are one transaction. A process that dies
//!   leaves both or neither; a second request waits for the first one's end.
//! * [`stepwise`]: work of several transactions takes the key first, and keeps the answer when it
//!   is done. Such work must itself be safe to repeat (taking in orders is), because the process
//!   may die in between; then, after a minute, the next request takes over.
//!
//! Answers live for 24 hours, sealed. Failures of the program are not kept.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{CONTENT_TYPE, HeaderName};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage, HttpResponse};
use anyhow::Context;
use chrono::Duration;
use serde::Serialize;

use super::body;
use super::problem::{self, Failure};
use crate::app::App;
use crate::db::idempotency::{self, AnswerRow};
use crate::db::{Tx, seal};
use crate::domain::actor::Actor;
use crate::domain::error::Error;

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Sealing purpose of kept answers.
const PURPOSE: &str = "idempotency";
const KEY_MAX: usize = 255;

fn lifetime() -> Duration {
    Duration::hours(24)
}

/// After so long without an answer the process that took the key counts as dead.
fn patience() -> Duration {
    Duration::seconds(60)
}

/// A request that may come again.
#[derive(Debug, Clone)]
pub struct Intent {
    key: String,
    request_hash: String,
}

/// What is answered, in a form that can be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    pub status: StatusCode,
    pub content_type: String,
    pub body: String,
    pub replayed: bool,
}

impl Answer {
    /// An answer in JSON.
    ///
    /// # Errors
    /// When the view cannot be written as JSON.
    pub fn json(status: StatusCode, view: &impl Serialize) -> Result<Self, Error> {
        let body = match status {
            StatusCode::NO_CONTENT => String::new(),
            _ => serde_json::to_string(view).context("writing an answer as JSON")?,
        };
        Ok(Self { status, content_type: "application/json".to_owned(), body, replayed: false })
    }

    /// The response of this answer.
    pub fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status);
        if self.replayed {
            response.insert_header((REPLAYED, "true"));
        }
        if self.body.is_empty() {
            return response.finish();
        }
        response.insert_header((CONTENT_TYPE, self.content_type)).body(self.body)
    }
}

/// Reads the header of a POST and notes what the request is, for the handler's work.
pub async fn read_intent(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    if request.method() == Method::POST && request.headers().contains_key(KEY) {
        match intent(&mut request).await {
            Ok(intent) => drop(request.extensions_mut().insert(intent)),
            Err(failure) => return Ok(request.error_response(failure)),
        }
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

async fn intent(request: &mut ServiceRequest) -> Result<Intent, Failure> {
    let value = request.headers().get(KEY).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let key = value.trim().to_owned();
    if key.is_empty() || key.len() > KEY_MAX {
        let detail = format!("The key has {} characters; write 1 to {KEY_MAX} of plain ASCII", key.len());
        return Err(Error::invalid("Idempotency-Key", "length", detail).into());
    }
    let bytes = body::read(&mut request.take_payload(), body::LARGE).await?;
    // Another role may not see what this one was answered.
    let role = request.extensions().get::<Actor>().map(|actor| actor.role.as_str()).unwrap_or_default();
    let head = format!("{} {} {role}\n", request.method(), request.uri());
    let boundary = boundary(request);
    let request_hash = request_hash(&head, &bytes, boundary.as_deref());
    request.set_payload(Payload::from(bytes));
    Ok(Intent { key, request_hash })
}

/// The boundary of a multipart body.
fn boundary(request: &ServiceRequest) -> Option<String> {
    let kind = request.headers().get(CONTENT_TYPE)?.to_str().ok()?;
    let (_, boundary) = kind.split_once("boundary=")?;
    let boundary = boundary.split(';').next().unwrap_or_default().trim().trim_matches('"');
    (!boundary.is_empty()).then(|| boundary.to_owned())
}

/// Programs draw a fresh boundary for each try of the same upload, so it is left out.
fn request_hash(head: &str, body: &[u8], boundary: Option<&str>) -> String {
    let mut bytes = head.as_bytes().to_vec();
    match boundary.map(str::as_bytes) {
        None => bytes.extend_from_slice(body),
        Some(boundary) => {
            let mut rest = body;
            while let Some(at) = rest.windows(boundary.len()).position(|window| window == boundary) {
                bytes.extend_from_slice(&rest[..at]);
                rest = &rest[at + boundary.len()..];
            }
            bytes.extend_from_slice(rest);
        }
    }
    seal::digest(&bytes)
}

/// Does the work and keeps its answer in one transaction, or answers as the first time.
///
/// # Errors
/// What the work answers; a conflict while the key is at work elsewhere; a refusal when the key
/// belongs to another request.
pub fn once(
    app: &App,
    actor: &Actor,
    intent: Option<&Intent>,
    mut work: impl FnMut(&mut Tx) -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(intent) = intent else { return app.write(actor, work) };
    let answer = app.write(actor, |tx| {
        if let Some(answer) = begin(tx, intent)? {
            return Ok(answer);
        }
        let answer = work(tx)?;
        keep(tx, intent, &answer)?;
        Ok(answer)
    });
    if let Err(error) = &answer {
        keep_refusal(app, actor, intent, error);
    }
    answer
}

/// Does work of several transactions and keeps its answer, or answers as the first time.
///
/// # Errors
/// As [`once`].
pub fn stepwise(
    app: &App,
    actor: &Actor,
    intent: Option<&Intent>,
    work: impl FnOnce() -> Result<Answer, Error>,
) -> Result<Answer, Error> {
    let Some(intent) = intent else { return work() };
    if let Some(answer) = app.write(actor, |tx| begin(tx, intent))? {
        return Ok(answer);
    }
    match work() {
        Ok(answer) => {
            app.write(actor, |tx| keep(tx, intent, &answer))?;
            Ok(answer)
        }
        Err(error) => {
            if let Err(cause) = app.write(actor, |tx| Ok(idempotency::free(tx, &intent.key)?)) {
                tracing::debug!("An idempotency key could not be freed; it will be taken over: {cause}");
            }
            keep_refusal(app, actor, intent, &error);
            Err(error)
        }
    }
}

/// Takes the key; answers the first answer when there is one.
fn begin(tx: &mut Tx, intent: &Intent) -> Result<Option<Answer>, Error> {
    let oldest = tx.now.plus(-lifetime());
    idempotency::forget(tx, oldest)?;
    if idempotency::take(tx, &intent.key, &intent.request_hash)? {
        return Ok(None);
    }
    let row = idempotency::find(tx, &intent.key)?.context("an idempotency key that was taken is gone")?;
    if row.request_hash != intent.request_hash {
        return Err(Error::unprocessable(
            "idempotency_key_reused",
            format!("The Idempotency-Key {:?} came with another request before.", intent.key),
            "Use a fresh key for each new request.",
        ));
    }
    if row.status != 0 {
        return Ok(Some(kept(tx, row)?));
    }
    if row.created_at > tx.now.plus(-patience()) {
        return Err(Error::conflict(
            "idempotency_in_progress",
            "The first request with this Idempotency-Key is still at work.",
            "Send it again in a few seconds to get its answer.",
        ));
    }
    idempotency::take_over(tx, &intent.key)?;
    Ok(None)
}

fn keep(tx: &mut Tx, intent: &Intent, answer: &Answer) -> Result<(), Error> {
    let body = tx.seal(PURPOSE, &answer.body);
    Ok(idempotency::keep(tx, &intent.key, answer.status.as_u16(), &answer.content_type, &body)?)
}

fn kept(tx: &Tx, row: AnswerRow) -> Result<Answer, Error> {
    let status = u16::try_from(row.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    Ok(Answer {
        status: status.context("a kept answer has no HTTP status")?,
        content_type: row.content_type,
        body: tx.open(PURPOSE, &row.body)?,
        replayed: true,
    })
}

/// A refusal changed nothing, so it is kept by itself. Losing it does no harm: the request would
/// be looked at anew.
fn keep_refusal(app: &App, actor: &Actor, intent: &Intent, error: &Error) {
    let about_the_key = matches!(error, Error::Refused(refusal) if refusal.code.starts_with("idempotency_"));
    let Some((status, body)) = problem::lasting(error).filter(|_| !about_the_key) else { return };
    let status = StatusCode::from_u16(status).expect("problems are made from statuses");
    let answer = Answer { status, content_type: problem::MEDIA_TYPE.to_owned(), body, replayed: false };
    let kept = app.write(actor, |tx| {
        if idempotency::take(tx, &intent.key, &intent.request_hash)? {
            keep(tx, intent, &answer)?;
        }
        Ok(())
    });
    if let Err(cause) = kept {
        tracing::debug!("A refusal was not kept for its idempotency key: {cause}");
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};
    use std::sync::{Arc, mpsc};

    use super::*;
    use crate::db::pool::{Pool, Synchronous};
    use crate::db::seal::Keys;
    use crate::domain::id::SellerId;
    use crate::domain::time::UtcTime;

    #[test]
    fn stepwise_work_is_left_alone_while_it_runs_and_taken_over_when_it_died() {
        let folder = tempfile::tempdir().expect("a folder");
        let address = format!("sqlite://{}", folder.path().join("huidan.db").display());
        let pool = Pool::open(&address, 2, Synchronous::Normal).expect("a database");
        crate::db::migrate::run(&pool).expect("a schema");
        let keys = Keys::parse("k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").expect("a key");
        let seconds = Arc::new(AtomicI64::new(0));
        let begin = UtcTime::parse("2026-11-20T04:00:00Z").expect("a time");
        let clock = {
            let seconds = seconds.clone();
            move || begin.plus(Duration::seconds(seconds.load(Ordering::Relaxed)))
        };
        let app = App::new(pool, keys).with_clock(Arc::new(clock));
        let actor = Actor::system(SellerId(1));
        let intent = Intent { key: "k".to_owned(), request_hash: "h".to_owned() };
        let answer = |text: &str| Answer::json(StatusCode::OK, &text);
        let run = |text: &str| stepwise(&app, &actor, Some(&intent), || answer(text));

        // The first request is at work until it is told to end.
        let (started, has_started) = mpsc::channel();
        let (end, may_end) = mpsc::channel();
        std::thread::scope(|threads| {
            let (app, actor, intent, answer) = (&app, &actor, &intent, &answer);
            let first = threads.spawn(move || {
                stepwise(app, actor, Some(intent), || {
                    started.send(()).expect("the test waits");
                    may_end.recv().expect("the test tells");
                    answer("first")
                })
            });
            has_started.recv().expect("it starts");
            let Err(Error::Refused(refusal)) = run("second") else { panic!("the first is at work") };
            assert_eq!(refusal.code, "idempotency_in_progress");

            // After a minute it counts as dead, and the next one does the work.
            seconds.store(61, Ordering::Relaxed);
            assert_eq!(run("third").expect("it takes over").body, "\"third\"");
            end.send(()).expect("it was alive after all");
            assert_eq!(first.join().expect("no panic").expect("no failure").body, "\"first\"");
        });

        // Whoever answered last is what stays; a failure of the program would not.
        let again = run("fourth").expect("it was answered");
        assert!(again.replayed, "{again:?}");
        let other = Intent { key: "other".to_owned(), ..intent.clone() };
        let failed = stepwise(&app, &actor, Some(&other), || Err(Error::Internal(anyhow::anyhow!("broken"))));
        assert!(matches!(failed, Err(Error::Internal(_))));
        let after = stepwise(&app, &actor, Some(&other), || answer("mended")).expect("the key is free again");
        assert_eq!((after.body.as_str(), after.replayed), ("\"mended\"", false));
    }

    #[test]
    fn a_fresh_boundary_is_the_same_upload() {
        let upload = |boundary: &str, text: &str| {
            let body = format!("--{boundary}\r\n\r\n{text}\r\n--{boundary}--\r\n");
            request_hash("POST /x owner\n", body.as_bytes(), Some(boundary))
        };
        assert_eq!(upload("aaaa", "orders"), upload("bbbb", "orders"));
        assert_ne!(upload("aaaa", "orders"), upload("aaaa", "others"));
    }
}
