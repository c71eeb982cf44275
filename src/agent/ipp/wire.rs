//! How a request reaches an IPP printer: an HTTP POST, encrypted with `ipps`, with a password where the desk has one.
//!
//! The password stands in a file of the desk and goes to the printer alone: never to the server, and never over a
//! connection somebody else could read or answer.

use std::io::{ErrorKind, Read};
use std::path::Path;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ipp::parser::IppParser;
use ipp::reader::IppReader;
use ipp::request::IppRequestResponse;
use ureq::Agent;
use ureq::http::Uri;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use crate::agent::spec::{IppPlace, Trust};

const CONNECT: Duration = Duration::from_secs(10);
/// Largest answer that is read: a long list of jobs.
const ANSWER_MAX: u64 = 4 << 20;
/// The port of `ipp` and of `ipps` (RFC 8010, section 8; RFC 7472, section 3).
const PORT: u16 = 631;

/// Why a request brought no answer that counts.
pub enum Failure {
    /// The printer was not reached, or said no.
    Refused(String),
    /// It may have been heard.
    Lost(String),
}

/// The way to one printer.
pub struct Wire {
    agent: Agent,
    /// As requests name the printer: `ipp://HOST/PATH`.
    uri: Uri,
    /// The same as an address of the web.
    url: String,
    authorization: Option<String>,
}

impl Wire {
    /// Reads what the desk has for this printer. Nothing is sent yet.
    ///
    /// # Errors
    /// An address that is none, a file of the desk that cannot be read or that others can, in a sentence.
    pub fn open(place: &IppPlace) -> Result<Self, String> {
        let uri: Uri = place.uri.parse().map_err(|error| format!("{}: {error}", place.uri))?;
        let url = web_address(&uri).ok_or_else(|| format!("{} names no printer", place.uri))?;
        let authorization = place.login.as_deref().map(login).transpose()?;
        let tls = TlsConfig::builder();
        let tls = match &place.trust {
            Trust::Known => tls,
            Trust::File(file) => tls.root_certs(RootCerts::new_with_certs(&certificates(file)?)),
            Trust::Anybody => tls.disable_verification(true),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .tls_config(tls.build())
            .timeout_connect(Some(CONNECT))
            // A connection that was kept may have been closed by the printer: then nobody knows whether it heard.
            .max_idle_connections(0)
            .user_agent(concat!("huidan-station/", env!("CARGO_PKG_VERSION")))
            .build();
        Ok(Self { agent: config.into(), uri, url, authorization })
    }

    /// The printer as requests name it.
    pub fn uri(&self) -> Uri {
        self.uri.clone()
    }

    /// Sends a request and reads its answer.
    ///
    /// # Errors
    /// [`Failure`], which tells what was refused from what may have been heard.
    pub fn ask(
        &self,
        request: IppRequestResponse,
        patience: Duration,
    ) -> Result<IppRequestResponse, Failure> {
        let mut body = Vec::new();
        request.into_read().read_to_end(&mut body).map_err(|error| Failure::Refused(error.to_string()))?;
        let mut post = self.agent.post(&self.url).header("content-type", "application/ipp");
        if let Some(authorization) = &self.authorization {
            post = post.header("authorization", authorization);
        }
        let post = post.config().timeout_global(Some(patience)).build();
        let answer = post.send(&body[..]).map_err(|error| match never_left(&error) {
            true => Failure::Refused(error.to_string()),
            false => Failure::Lost(error.to_string()),
        })?;
        match answer.status().as_u16() {
            200..=299 => {}
            status @ 300..=499 => return Err(Failure::Refused(self.refusal(status))),
            status => return Err(Failure::Lost(format!("the printer's server answers {status}"))),
        }
        let reader = answer.into_body().into_with_config().limit(ANSWER_MAX).reader();
        let answer = IppParser::new(IppReader::new(reader)).parse();
        let answer = answer.map_err(|error| Failure::Lost(error.to_string()))?;
        let status = answer.header().status_code();
        match status.is_success() {
            true => Ok(answer),
            false => Err(Failure::Refused(format!("the printer says: {status}"))),
        }
    }

    fn refusal(&self, status: u16) -> String {
        match (status, &self.authorization) {
            (401, None) => {
                "the printer wants a name and a password; write them to a file and name it with login=FILE"
                    .to_owned()
            }
            (401 | 403, Some(_)) => {
                format!(
                    "the printer does not take this name and password ({status}); correct the file of login="
                )
            }
            (426, _) => {
                "the printer wants an encrypted connection; write ipps:// instead of ipp://".to_owned()
            }
            _ => format!("the printer's server answers {status}"),
        }
    }
}

/// `http://HOST:PORT/PATH`, or `https` for `ipps`.
fn web_address(uri: &Uri) -> Option<String> {
    let scheme = if uri.scheme_str() == Some("ipps") { "https" } else { "http" };
    let authority = uri.authority()?;
    let port = authority.port_u16().unwrap_or(PORT);
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    Some(format!("{scheme}://{}:{port}{path}", authority.host()))
}

/// The header of a name and a password, from the first line of a file: `NAME:PASSWORD`.
fn login(file: &Path) -> Result<String, String> {
    let shown = file.display();
    #[cfg(unix)]
    {
        let about = std::fs::metadata(file).map_err(|error| format!("{shown}: {error}"))?;
        if std::os::unix::fs::MetadataExt::mode(&about) & 0o077 != 0 {
            return Err(format!("{shown} holds a password and others can read it; run chmod 600 {shown}"));
        }
    }
    let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
    let line = text.lines().next().unwrap_or_default().trim();
    match line.split_once(':') {
        Some((name, password)) if !name.is_empty() && !password.is_empty() => {
            Ok(format!("Basic {}", STANDARD.encode(line)))
        }
        _ => Err(format!("{shown} holds no name and password; write NAME:PASSWORD on its first line")),
    }
}

/// Every certificate of a PEM file.
fn certificates(file: &Path) -> Result<Vec<ureq::tls::Certificate<'static>>, String> {
    let shown = file.display();
    let text = std::fs::read(file).map_err(|error| format!("{shown}: {error}"))?;
    let items = parse_pem(&text).filter_map(|item| match item {
        Ok(PemItem::Certificate(certificate)) => Some(certificate),
        _ => None,
    });
    let found: Vec<_> = items.collect();
    match found.is_empty() {
        true => Err(format!("{shown} holds no certificate; save the printer's as PEM there")),
        false => Ok(found),
    }
}

/// Whether a request failed before a byte of it was sent.
fn never_left(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound
        | ureq::Error::ConnectionFailed
        | ureq::Error::BadUri(_)
        | ureq::Error::Tls(_) => true,
        ureq::Error::Timeout(which) => {
            matches!(which, ureq::Timeout::Connect | ureq::Timeout::Resolve)
        }
        ureq::Error::Io(error) => match error.kind() {
            ErrorKind::ConnectionRefused => true,
            // Said while the two greet each other, before anything else: a certificate nobody vouches for, or a printer
            // that does not speak TLS at all.
            ErrorKind::InvalidData => {
                let why = error.to_string();
                why.contains("invalid peer certificate") || why.contains("InvalidContentType")
            }
            _ => false,
        },
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_a_printer_is_one_of_the_web() {
        for (uri, url) in [
            ("ipp://cups/printers/laser", "http://cups:631/printers/laser"),
            ("ipps://10.0.0.9/ipp/print", "https://10.0.0.9:631/ipp/print"),
            ("ipps://[::1]:8631", "https://[::1]:8631/"),
        ] {
            assert_eq!(web_address(&uri.parse().expect("a uri")).as_deref(), Some(url), "{uri}");
        }
    }

    #[test]
    fn a_password_that_others_can_read_is_not_used() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("laser");
        let chmod = |mode| {
            let mode = std::os::unix::fs::PermissionsExt::from_mode(mode);
            std::fs::set_permissions(&file, mode).expect("a mode");
        };
        std::fs::write(&file, "desk:p:w\n").expect("a file");
        chmod(0o644);
        assert!(login(&file).expect_err("others read it").contains("chmod 600"));
        chmod(0o600);
        assert_eq!(login(&file).expect("a login"), format!("Basic {}", STANDARD.encode("desk:p:w")));
        std::fs::write(&file, "desk\n").expect("a file");
        assert!(login(&file).expect_err("no password").contains("NAME:PASSWORD"));
        assert!(certificates(&file).expect_err("no certificate").contains("PEM"));
    }
}
