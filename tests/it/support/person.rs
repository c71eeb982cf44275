//! Somebody who works through the API while it comes and goes, and repeats each request until it is answered.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value as Json;

/// A client of one or several servers, with a fresh `Idempotency-Key` for each wish.
pub struct Person<'a> {
    /// Where to ask next.
    address: Box<dyn Fn() -> String + Sync + 'a>,
    token: String,
    keys: AtomicUsize,
    answered: AtomicUsize,
    patience: Duration,
}

impl<'a> Person<'a> {
    pub fn new(token: String, patience: Duration, address: impl Fn() -> String + Sync + 'a) -> Self {
        Self {
            address: Box::new(address),
            token,
            keys: AtomicUsize::new(0),
            answered: AtomicUsize::new(0),
            patience,
        }
    }

    /// How many wishes have been fulfilled.
    pub fn answered(&self) -> usize {
        self.answered.load(Ordering::Relaxed)
    }

    pub fn get(&self, path: &str) -> Json {
        self.until_answered("GET", path, None)
    }

    pub fn post(&self, path: &str, body: Json) -> Json {
        self.until_answered("POST", path, Some(body))
    }

    /// Fetches a job's document until its sheets are handed out. Whether the file itself comes whole is another
    /// matter: a process that lives for a tenth of a second seldom ends one.
    pub fn print(&self, job: &str) {
        let begun = Instant::now();
        while begun.elapsed() < self.patience {
            let document = self.send("GET", &format!("{job}/document"), None, "");
            if let Some((status @ 400..500, said)) = document {
                panic!("{job}: {status} {}", String::from_utf8_lossy(&said));
            }
            if self.get(job)["next"].as_array().is_some_and(Vec::is_empty) {
                return;
            }
        }
        panic!("{job} is never handed out");
    }

    fn until_answered(&self, method: &str, path: &str, body: Option<Json>) -> Json {
        let key = format!("day-{}", self.keys.fetch_add(1, Ordering::Relaxed));
        let begun = Instant::now();
        while begun.elapsed() < self.patience {
            match self.once(method, path, body.as_ref(), &key) {
                Some((status, answer)) if status < 300 => {
                    self.answered.fetch_add(1, Ordering::Relaxed);
                    return answer;
                }
                // Work of several transactions was cut off; its key is free again after a minute.
                Some((409, answer)) if answer["code"] == "idempotency_in_progress" => {
                    return self.anew(method, path, body);
                }
                Some((status @ 400..500, answer)) => panic!("{method} {path}: {status} {answer}"),
                _ => std::thread::sleep(Duration::from_millis(15)),
            }
        }
        panic!("{method} {path} is never answered");
    }

    /// The same wish under another key: only what is safe to repeat gets here.
    fn anew(&self, method: &str, path: &str, body: Option<Json>) -> Json {
        assert!(path.ends_with("/orders"), "{path} is one transaction and leaves no key behind");
        self.until_answered(method, path, body)
    }

    fn once(&self, method: &str, path: &str, body: Option<&Json>, key: &str) -> Option<(u16, Json)> {
        let (status, answer) = self.send(method, path, body, key)?;
        Some((status, serde_json::from_slice(&answer).ok()?))
    }

    fn send(&self, method: &str, path: &str, body: Option<&Json>, key: &str) -> Option<(u16, Vec<u8>)> {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(10)))
            .proxy(None)
            .build()
            .new_agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", (self.address)()))
            .header("authorization", format!("Bearer {}", self.token));
        let answer = match body {
            Some(body) => agent.run(
                request
                    .header("content-type", "application/json")
                    .header("idempotency-key", key)
                    .body(body.to_string())
                    .expect("a request"),
            ),
            None => agent.run(request.body(()).expect("a request")),
        };
        let mut answer = answer.ok()?;
        let status = answer.status().as_u16();
        Some((status, answer.body_mut().read_to_vec().ok()?))
    }
}
