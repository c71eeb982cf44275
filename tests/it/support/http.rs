//! The program's server on a free port of this machine, and a small client that waits.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::JoinHandle;

use actix_web::dev::ServerHandle;
use huidan::app::App;
use huidan::http::{ServeOptions, serve};
use serde_json::Value as Json;

use super::document;

/// A running server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    handle: ServerHandle,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start(app: App) -> Self {
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let options = ServeOptions {
                    listen: "127.0.0.1:0".to_owned(),
                    threads: 2,
                    signals: false,
                    pages: huidan::web::routes,
                };
                let served = serve(app, &options).expect("a free port of this machine");
                tell.send((served.address, served.server.handle())).expect("the test waits for it");
                served.server.await.expect("the server ends well");
            });
        });
        let (address, handle) = told.recv().expect("the server has started");
        Self { address, handle, thread: Some(thread) }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Answers have been read by now; there is nothing to wait for. The order is given as it
        // is called, its future only tells when it was carried out.
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            eprintln!("the test's server ended in a panic");
        }
    }
}

/// A client with or without a token.
pub struct Http {
    base: String,
    agent: ureq::Agent,
    headers: Vec<(String, String)>,
}

/// An answer, read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case; of repeated headers the last.
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Http {
    pub fn new(address: SocketAddr, token: Option<String>) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(std::time::Duration::from_secs(60)))
            .proxy(None)
            .build()
            .new_agent();
        let headers = token.map(|token| ("authorization".to_owned(), format!("Bearer {token}")));
        Self { base: format!("http://{address}"), agent, headers: headers.into_iter().collect() }
    }

    /// The same client with one more header in each request.
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name.to_owned(), value.to_owned()));
        Self { base: self.base.clone(), agent: self.agent.clone(), headers }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", &[])
    }

    pub fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, "", &[])
    }

    pub fn post(&self, path: &str, body: impl Into<Json>) -> Answer {
        self.send_json("POST", path, &body.into())
    }

    pub fn put(&self, path: &str, body: impl Into<Json>) -> Answer {
        self.send_json("PUT", path, &body.into())
    }

    pub fn patch(&self, path: &str, body: impl Into<Json>) -> Answer {
        self.send_json("PATCH", path, &body.into())
    }

    fn send_json(&self, method: &str, path: &str, body: &Json) -> Answer {
        self.send(method, path, "application/json", body.to_string().as_bytes())
    }

    /// Sends one file as `multipart/form-data`, under the field `file`, with further text fields.
    pub fn upload(&self, path: &str, file_name: &str, bytes: &[u8], fields: &[(&str, &str)]) -> Answer {
        const BOUNDARY: &str = "huidan-test-7MA4YWxkTrZu0gW";
        let mut body = Vec::new();
        for (name, value) in fields {
            let part =
                format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
            body.extend(part.into_bytes());
        }
        let head = format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{file_name}\"\r\n\
             Content-Type: application/octet-stream\r\n\r\n"
        );
        body.extend(head.into_bytes());
        body.extend(bytes);
        body.extend(format!("\r\n--{BOUNDARY}--\r\n").into_bytes());
        self.send("POST", path, &format!("multipart/form-data; boundary={BOUNDARY}"), &body)
    }

    /// Sends a request as it is; no `content-type` goes out when it is empty.
    pub fn send(&self, method: &str, path: &str, content_type: &str, body: &[u8]) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !content_type.is_empty() {
            request = request.header("content-type", content_type);
        }
        let what = format!("{method} {path}");
        let result = match body.is_empty() && content_type.is_empty() {
            true => self.agent.run(request.body(()).expect(&what)),
            false => self.agent.run(request.body(body).expect(&what)),
        };
        let mut response = result.unwrap_or_else(|error| panic!("{what}: {error}"));
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let body = response.body_mut().with_config().limit(64 << 20).read_to_vec();
        let answer = Answer {
            status: response.status().as_u16(),
            headers,
            body: body.unwrap_or_else(|error| panic!("the answer to {what}: {error}")),
        };
        document::hold(method, path, &answer);
        answer
    }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json(&self) -> Json {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error} in an answer {}: {}", self.status, self.text()))
    }

    /// The body as JSON, once the status is the expected one.
    #[track_caller]
    pub fn expect(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text());
        self.json()
    }

    /// The status and code of a problem: `409 shop_name_taken`.
    pub fn problem(&self) -> String {
        format!("{} {}", self.status, self.json()["code"].as_str().unwrap_or("without a code"))
    }
}
