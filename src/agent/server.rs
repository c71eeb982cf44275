//! The server as a desk sees it: a few calls, and what their failures mean.

use std::time::Duration;

use anyhow::Context;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::spec::PrinterSpec;

/// A call, from the first byte to the last; a handful of sheets is drawn meanwhile.
const DEADLINE: Duration = Duration::from_secs(30);
const CONNECT: Duration = Duration::from_secs(5);
/// Longest answer that is read: a handful of sheets.
const ANSWER_MAX: u64 = 64 << 20;

/// Why a call brought nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Trouble {
    /// Not reached, or out of order for now: the same call may work later.
    #[error("the server cannot be reached: {0}")]
    Away(String),
    /// This request is refused, and another may do.
    #[error("{detail} {next}")]
    Refused { code: String, detail: String, next: String },
    /// Nothing this program may do any more.
    #[error("{0}")]
    Fatal(String),
}

/// How a desk that knocked stands.
#[derive(Debug, Deserialize)]
pub struct Knocked {
    pub state: String,
    pub code: String,
}

/// The desk, once its program has begun.
#[derive(Debug, Deserialize)]
pub struct Begun {
    pub printers: Vec<KnownPrinter>,
}

/// A printer with the id the server gave it.
#[derive(Debug, Deserialize)]
pub struct KnownPrinter {
    pub id: String,
    pub name: String,
}

/// Sheets to print.
#[derive(Debug, Deserialize)]
pub struct Handful {
    pub claim: Option<String>,
    pub print_job: Option<String>,
    pub serial: String,
    pub sheets: Vec<Sheet>,
    pub left_out: usize,
    pub waits: String,
}

/// One sheet as a file for its printer.
#[derive(Debug, Deserialize)]
pub struct Sheet {
    pub position: i64,
    #[serde(deserialize_with = "base64")]
    pub document: Vec<u8>,
}

fn base64<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
    let text = String::deserialize(from)?;
    STANDARD.decode(text).map_err(serde::de::Error::custom)
}

/// Sheets of one claim of this desk that the server calls unknown.
#[derive(Debug, Deserialize)]
pub struct Doubt {
    pub claim: String,
    pub serial: String,
    pub positions: Vec<i64>,
}

/// What a program says of a sheet.
#[derive(Debug, Clone, serde::Serialize)]
pub struct Told {
    pub position: i64,
    pub result: &'static str,
    pub detail: String,
}

/// The server of a desk.
pub struct Server {
    agent: ureq::Agent,
    base: String,
    authorization: String,
}

impl Server {
    /// The server at this address.
    ///
    /// # Errors
    /// When the address is none.
    pub fn new(address: &str, key: &str) -> anyhow::Result<Self> {
        let base = address.trim_end_matches('/').to_owned();
        let uri: ureq::http::Uri =
            base.parse().with_context(|| format!("{address:?} is no address; write https://HOST"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            anyhow::bail!("{address:?} is no address of a server; write https://HOST");
        }
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(DEADLINE))
            .timeout_connect(Some(CONNECT))
            .user_agent(concat!("huidan-station/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), base, authorization: format!("Bearer {key}") })
    }

    /// Knocks, or asks whether the desk was let in. The key itself does not travel.
    pub fn knock(&self, name: &str, seller: Option<&str>, key_hash: &str) -> Result<Knocked, Trouble> {
        let version = env!("CARGO_PKG_VERSION");
        let body = json!({ "name": name, "seller": seller, "secret_hash": key_hash, "version": version });
        self.post("/agents/stations", false, &body)
    }

    /// Begins a session with these printers.
    pub fn begin(
        &self,
        session: &str,
        replaces: &str,
        lease_s: u64,
        printers: &[PrinterSpec],
    ) -> Result<Begun, Trouble> {
        let printers: Vec<Json> = printers.iter().map(PrinterSpec::described).collect();
        let body = json!({
            "session": session, "replaces": replaces, "lease_s": lease_s, "printers": printers,
            "version": env!("CARGO_PKG_VERSION"),
        });
        self.post("/api/v1/stations/me/session", true, &body)
    }

    /// Says that the program lives.
    pub fn live(&self, session: &str, lease_s: u64) -> Result<Begun, Trouble> {
        let body = json!({ "session": session, "lease_s": lease_s });
        self.post("/api/v1/stations/me/session", true, &body)
    }

    /// Takes the next sheets of a printer.
    pub fn claim(
        &self,
        session: &str,
        lease_s: u64,
        printer: &str,
        request: &str,
        sheets: usize,
    ) -> Result<Handful, Trouble> {
        let body = json!({
            "session": session, "lease_s": lease_s, "printer": printer, "request": request, "sheets": sheets,
        });
        self.post("/api/v1/stations/me/claims", true, &body)
    }

    /// Says what became of sheets, and what is wrong with the printer.
    pub fn report(
        &self,
        session: &str,
        lease_s: u64,
        claim: &str,
        sheets: &[Told],
        problem: Option<(&str, &str)>,
    ) -> Result<Json, Trouble> {
        let problem = problem.map(|(printer, detail)| json!({ "printer": printer, "detail": detail }));
        let body = json!({
            "session": session, "lease_s": lease_s, "claim": claim, "sheets": sheets, "problem": problem,
        });
        self.post("/api/v1/stations/me/reports", true, &body)
    }

    /// What this desk has taken and nobody knows of.
    pub fn doubts(&self) -> Result<Vec<Doubt>, Trouble> {
        #[derive(Deserialize)]
        struct Doubts {
            items: Vec<Doubt>,
        }
        let request = self.agent.get(format!("{}/api/v1/stations/me/doubts", self.base));
        let answer = request.header("authorization", &self.authorization).call();
        Ok(read::<Doubts>(answer)?.items)
    }

    fn post<T: DeserializeOwned>(&self, path: &str, with_key: bool, body: &Json) -> Result<T, Trouble> {
        let mut request =
            self.agent.post(format!("{}{path}", self.base)).header("content-type", "application/json");
        if with_key {
            request = request.header("authorization", &self.authorization);
        }
        read(request.send(body.to_string()))
    }
}

fn read<T: DeserializeOwned>(
    answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<T, Trouble> {
    let mut answer = answer.map_err(|error| Trouble::Away(error.to_string()))?;
    let status = answer.status().as_u16();
    let text = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_string();
    let text = text.map_err(|error| Trouble::Away(error.to_string()))?;
    match status {
        200..=299 => serde_json::from_str(&text)
            .map_err(|error| Trouble::Away(format!("its answer cannot be read: {error}"))),
        429 | 500..=599 => Err(Trouble::Away(format!("it answers {status}"))),
        _ => Err(refused(status, &text)),
    }
}

/// The server's own words, where it has some.
fn refused(status: u16, text: &str) -> Trouble {
    #[derive(Deserialize)]
    struct Problem {
        code: String,
        detail: String,
        next: String,
    }
    match serde_json::from_str::<Problem>(text) {
        Ok(problem) if ends_the_program(status, &problem.code) => {
            Trouble::Fatal(format!("{} {}", problem.detail, problem.next))
        }
        Ok(Problem { code, detail, next }) => Trouble::Refused { code, detail, next },
        Err(_) => Trouble::Fatal(format!("the server answers {status}; is the address right?")),
    }
}

/// What no repetition and no other request mends.
fn ends_the_program(status: u16, code: &str) -> bool {
    status == 401 || status == 403 || matches!(code, "station_in_use" | "not_a_station")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_own_words_say_whether_to_go_on() {
        let problem =
            |code: &str| json!({ "code": code, "detail": "So it is.", "next": "Do this." }).to_string();
        for (status, text, is_fatal) in [
            (401, problem("token_revoked"), true),
            (409, problem("station_in_use"), true),
            (409, problem("claim_ended"), false),
            (422, problem("invalid_fields"), false),
            (404, "<html>a router's page</html>".to_owned(), true),
        ] {
            assert_eq!(matches!(refused(status, &text), Trouble::Fatal(_)), is_fatal, "{status} {text}");
        }
    }

    #[test]
    fn only_an_address_of_the_web_is_a_server() {
        for (address, fits) in [
            ("https://orders.example.com", true),
            ("http://127.0.0.1:7800/", true),
            ("orders.example.com", false),
            ("ftp://x", false),
            ("", false),
        ] {
            assert_eq!(Server::new(address, "hd_x").is_ok(), fits, "{address:?}");
        }
    }
}
