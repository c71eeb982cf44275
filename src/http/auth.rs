//! Who asks: bearer tokens.
//!
//! Failed tries are counted per peer address, so that guessing costs more than it can bring.
//! A token that worked before is let through even then: behind a proxy all share one address,
//! and one wrong program must not lock out the others.

use std::collections::{HashMap, HashSet};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::AUTHORIZATION;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, HttpMessage, web};

use super::blocking::blocking;
use super::problem::{EdgeProblem, Failure};
use crate::app::App;
use crate::db::seal;
use crate::domain::actor::Actor;
use crate::operations::{NOBODY, tokens};

/// Failed tries of one address in a row before it has to wait.
const BURST: f64 = 20.0;
/// Seconds until one more failed try is allowed.
const REFILL_S: f64 = 3.0;
/// Addresses and tokens remembered at most; beyond that everything is forgotten and begins anew.
const REMEMBERED: usize = 10_000;

/// Lets a request with a good token pass and notes who it is.
pub async fn authenticate(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    match actor(&request).await {
        Ok(actor) => {
            request.extensions_mut().insert(actor);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Err(failure) => Ok(request.error_response(failure)),
    }
}

async fn actor(request: &ServiceRequest) -> Result<Actor, Failure> {
    let (Some(app), Some(guard)) =
        (request.app_data::<web::Data<App>>(), request.app_data::<web::Data<Guard>>())
    else {
        return Err(Failure::of_status(StatusCode::INTERNAL_SERVER_ERROR));
    };
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let Some(header) = header else {
        return Err(unauthorised("unauthorised", "This address needs a token."));
    };
    let Some(token) = bearer(header) else {
        return Err(unauthorised("unauthorised", "The Authorization header is no bearer token."));
    };
    let peer = request.peer_addr().map(|address| address.ip());
    let fingerprint = seal::digest(token.as_bytes());
    guard.admit(peer, &fingerprint)?;

    let (app, text) = (app.clone(), token.to_owned());
    let row = blocking(move || app.read(NOBODY, |db| tokens::recognise(db, &text))).await?;
    match row {
        Some(row) if row.revoked_at.is_none() => {
            guard.worked(fingerprint);
            Ok(Actor { seller: row.seller_id, name: format!("token:{}", row.id), role: row.role })
        }
        Some(_) => {
            guard.failed(peer, &fingerprint);
            Err(unauthorised("token_revoked", "This token was revoked."))
        }
        None => {
            guard.failed(peer, &fingerprint);
            Err(unauthorised("unauthorised", "Nobody was given this token."))
        }
    }
}

/// The scheme's name is read in any case (RFC 9110, section 11.1).
fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn unauthorised(code: &'static str, detail: &str) -> Failure {
    let next = match code {
        "token_revoked" => "Ask an owner for a new token.",
        _ => "Send the header Authorization: Bearer TOKEN, with a token from huidan token create.",
    };
    Failure::edge(StatusCode::UNAUTHORIZED, code, detail, next)
}

/// Failed tries per address.
#[derive(Debug, Default)]
pub struct Guard {
    state: Mutex<GuardState>,
}

#[derive(Debug, Default)]
struct GuardState {
    /// Tries left, as of a moment.
    peers: HashMap<IpAddr, (f64, Instant)>,
    good: HashSet<String>,
}

impl Guard {
    fn admit(&self, peer: Option<IpAddr>, fingerprint: &str) -> Result<(), Failure> {
        let Some(peer) = peer else { return Ok(()) };
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let left = state.left(peer);
        if left >= 1.0 || state.good.contains(fingerprint) {
            return Ok(());
        }
        let wait_s = ((1.0 - left) * REFILL_S).ceil();
        Err(Failure::Edge(EdgeProblem {
            status: StatusCode::TOO_MANY_REQUESTS,
            code: "too_many_failures",
            detail: format!("Too many wrong tokens came from this address; it may try again in {wait_s} s."),
            next: "Correct the token before trying again.",
            // A whole number of seconds, at most the time of one refill.
            retry_after_s: Some(wait_s as u64),
        }))
    }

    fn worked(&self, fingerprint: String) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.good.len() >= REMEMBERED {
            state.good.clear();
        }
        state.good.insert(fingerprint);
    }

    fn failed(&self, peer: Option<IpAddr>, fingerprint: &str) {
        let Some(peer) = peer else { return };
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.good.remove(fingerprint);
        let left = state.left(peer);
        if state.peers.len() >= REMEMBERED {
            state.peers.clear();
        }
        state.peers.insert(peer, ((left - 1.0).max(0.0), Instant::now()));
    }
}

impl GuardState {
    fn left(&self, peer: IpAddr) -> f64 {
        let Some((left, at)) = self.peers.get(&peer) else { return BURST };
        (left + at.elapsed().as_secs_f64() / REFILL_S).min(BURST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_peer_that_guesses_waits_while_good_tokens_pass() {
        let guard = Guard::default();
        let peer = Some(IpAddr::from([10, 0, 0, 1]));
        guard.worked("good".to_owned());
        for _ in 0..20 {
            guard.admit(peer, "guess").expect("within the burst");
            guard.failed(peer, "guess");
        }
        assert_eq!(guard.admit(peer, "guess").expect_err("beyond it").to_string().split(';').next(), {
            Some("Too many wrong tokens came from this address")
        });
        guard.admit(peer, "good").expect("it worked before");
        guard.admit(Some(IpAddr::from([10, 0, 0, 2])), "guess").expect("another address");
    }

    #[test]
    fn only_bearer_tokens_are_read() {
        for (header, token) in [
            ("Bearer hd_x", Some("hd_x")),
            ("bearer  hd_x ", Some("hd_x")),
            ("Basic aGQ=", None),
            ("Bearer ", None),
            ("hd_x", None),
        ] {
            assert_eq!(bearer(header), token, "{header}");
        }
    }
}
