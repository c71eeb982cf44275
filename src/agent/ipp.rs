//! The Internet Printing Protocol: a printer that says what became of a job.
//!
//! A refusal took nothing. An answer that got lost is asked about by the job's name, which is the sheet's own:
//! a printer that was frozen prints the job after the client has given up. As long as the printer answers that
//! the job is pending or processing it is waited for, for paper may be refilled; what keeps it is said meanwhile.

use std::io::Cursor;
use std::time::{Duration, Instant};

use ipp::attribute::{IppAttribute, IppAttributes};
use ipp::client::blocking::IppClient;
use ipp::model::{DelimiterTag, IppVersion, JobState, Operation};
use ipp::operation::{GetJobAttributes, GetPrinterAttributes, IppOperation, PrintJob};
use ipp::payload::IppPayload;
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;
use ureq::http::Uri;

use super::printer::Outcome;
use super::spec::PrinterSpec;
use crate::domain::station::PrinterLanguage;

/// Who prints, as the printer shows it.
const USER: &str = "huidan";
/// Between two looks at a job.
const LOOK: Duration = Duration::from_millis(300);
/// A question about a job may take so long.
const ASK: Duration = Duration::from_secs(10);
/// Looks at a job between two looks at what keeps the printer.
const LOOKS_A_REASON: u32 = 4;

/// Prints one sheet as a job of this name, and waits until the printer is done with it.
pub fn print(
    address: &str,
    name: &str,
    document: &[u8],
    printer: &PrinterSpec,
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Outcome {
    let place = match Place::parse(address) {
        Ok(place) => place,
        Err(why) => return Outcome::NothingTaken(why),
    };
    let format = match printer.language {
        PrinterLanguage::Pdf => "application/pdf",
        PrinterLanguage::Zpl | PrinterLanguage::ZplRuns => "application/vnd.zebra-zpl",
        // Nobody has given TSPL a name: it goes as it is.
        PrinterLanguage::Tspl => "application/octet-stream",
    };
    let payload = IppPayload::new(Cursor::new(document.to_vec()));
    let request = PrintJob::new(place.0.clone(), payload, Some(USER), Some(name), Some(format));
    let request = match request {
        Ok(request) => request.into_ipp_request(),
        Err(error) => return Outcome::NothingTaken(error.to_string()),
    };
    let job = match place.ask(request, printer.patience) {
        Ok(answer) => number(answer.attributes(), DelimiterTag::JobAttributes, "job-id"),
        Err(Failure::Refused(why)) => return Outcome::NothingTaken(why),
        // What became of the request is not known: the printer may have the job.
        Err(Failure::Lost(why)) => match place.find(name) {
            Ok(Some(job)) => Some(job),
            Ok(None) => {
                return Outcome::Unknown(format!(
                    "no answer came ({why}), and the printer knows no such job"
                ));
            }
            Err(again) => return Outcome::Unknown(format!("no answer came ({why}; asked again: {again})")),
        },
    };
    match job {
        Some(job) => place.follow(job, printer.patience, is_stopping, keeps),
        None => Outcome::Unknown("the printer gave the job no number".to_owned()),
    }
}

/// Whether the printer answers.
///
/// # Errors
/// Why not.
pub fn probe(address: &str) -> Result<(), String> {
    let place = Place::parse(address)?;
    let request = GetPrinterAttributes::new(place.0.clone()).map_err(|error| error.to_string())?;
    match place.ask(request.into_ipp_request(), ASK) {
        Ok(_) => Ok(()),
        Err(Failure::Refused(why) | Failure::Lost(why)) => Err(why),
    }
}

/// Why a request brought no answer that counts.
enum Failure {
    /// The printer was not reached, or said no.
    Refused(String),
    /// It may have been heard.
    Lost(String),
}

struct Place(Uri);

impl Place {
    fn parse(address: &str) -> Result<Self, String> {
        address.parse().map(Self).map_err(|error| format!("{address}: {error}"))
    }

    fn ask(&self, request: IppRequestResponse, patience: Duration) -> Result<IppRequestResponse, Failure> {
        let client = IppClient::builder(self.0.clone()).request_timeout(patience).build();
        let answer = client.send(request).map_err(|error| match &error {
            ipp::error::IppError::ClientError(cause) if never_left(cause) => {
                Failure::Refused(error.to_string())
            }
            ipp::error::IppError::RequestError(status @ 400..=499) => {
                Failure::Refused(format!("the printer's server answers {status}"))
            }
            _ => Failure::Lost(error.to_string()),
        })?;
        let status = answer.header().status_code();
        match status.is_success() {
            true => Ok(answer),
            false => Err(Failure::Refused(format!("the printer says: {status}"))),
        }
    }

    /// The number of a job by its name, among those at work and those that are done.
    fn find(&self, name: &str) -> Result<Option<i32>, String> {
        for which in ["not-completed", "completed"] {
            let keyword = |text: &str| IppValue::new_keyword(text).map_err(|error| error.to_string());
            let mut request =
                IppRequestResponse::new(IppVersion::v1_1(), Operation::GetJobs, Some(self.0.clone()))
                    .map_err(|error| error.to_string())?;
            let names = ["job-id", "job-name"].map(keyword);
            let wanted = IppValue::Array(names.into_iter().collect::<Result<_, _>>()?);
            for (key, value) in [("which-jobs", keyword(which)?), ("requested-attributes", wanted)] {
                let attribute = IppAttribute::with_name(key, value).map_err(|error| error.to_string())?;
                request.attributes_mut().add(DelimiterTag::OperationAttributes, attribute);
            }
            let answer = match self.ask(request, ASK) {
                Ok(answer) => answer,
                Err(Failure::Refused(why) | Failure::Lost(why)) => return Err(why),
            };
            let jobs = answer.attributes().groups_of(DelimiterTag::JobAttributes);
            let found =
                jobs.filter(|job| job.get("job-name").is_some_and(|known| known.value().to_string() == name));
            let number = |value: &IppValue| if let IppValue::Integer(id) = value { Some(*id) } else { None };
            let mut ids = found.filter_map(|job| number(job.get("job-id")?.value()));
            if let Some(id) = ids.next() {
                return Ok(Some(id));
            }
        }
        Ok(None)
    }

    /// What keeps the printer, in the words of the protocol (RFC 8011, section 5.4.12): `cover-open, media-empty`. Empty when
    /// nothing does, `None` when it does not say.
    fn kept_by(&self) -> Option<String> {
        let request =
            GetPrinterAttributes::with_attributes(self.0.clone(), ["printer-state-reasons"]).ok()?;
        let answer = self.ask(request.into_ipp_request(), ASK).ok()?;
        let group = answer.attributes().first_of(DelimiterTag::PrinterAttributes)?;
        let mut reasons: Vec<String> = match group.get("printer-state-reasons")?.value() {
            IppValue::Array(all) => all.iter().filter_map(|one| reason(&one.to_string())).collect(),
            one => reason(&one.to_string()).into_iter().collect(),
        };
        reasons.sort();
        reasons.dedup();
        Some(reasons.join(", "))
    }

    /// Waits until the job has ended; gives up when the printer has not answered for so long.
    ///
    /// `keeps` is told what keeps the printer whenever that changes, and with nothing when the job is done after all.
    fn follow(
        &self,
        job: i32,
        patience: Duration,
        is_stopping: &dyn Fn() -> bool,
        keeps: &dyn Fn(&str),
    ) -> Outcome {
        let mut heard = Instant::now();
        let (mut looks, mut kept_by) = (0_u32, String::new());
        loop {
            let asked = GetJobAttributes::new(self.0.clone(), job, Some(USER))
                .map_err(|error| Failure::Refused(error.to_string()))
                .and_then(|request| self.ask(request.into_ipp_request(), ASK));
            let state = match &asked {
                Ok(answer) => number(answer.attributes(), DelimiterTag::JobAttributes, "job-state"),
                Err(_) => None,
            };
            match state {
                Some(state) if state == JobState::Completed as i32 => {
                    if !kept_by.is_empty() {
                        keeps("");
                    }
                    return Outcome::Printed;
                }
                Some(state) if state == JobState::Canceled as i32 || state == JobState::Aborted as i32 => {
                    return Outcome::Unknown(format!("the printer ended job {job} before it was done"));
                }
                Some(_) => heard = Instant::now(),
                None if heard.elapsed() >= patience => {
                    let seconds = patience.as_secs();
                    return Outcome::Unknown(format!(
                        "the printer says nothing of job {job} for {seconds} s"
                    ));
                }
                None => {}
            }
            if is_stopping() {
                return Outcome::Unknown(format!("the station ended while the printer had job {job}"));
            }
            looks += 1;
            if looks.is_multiple_of(LOOKS_A_REASON)
                && let Some(now) = self.kept_by().filter(|now| *now != kept_by)
            {
                keeps(&now);
                kept_by = now;
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// A reason without its severity, when it is one that keeps paper from coming out; a low supply does not.
fn reason(keyword: &str) -> Option<String> {
    let plain =
        ["-error", "-warning", "-report"].iter().find_map(|end| keyword.strip_suffix(end)).unwrap_or(keyword);
    let keeps = keyword.ends_with("-error") || KEEPS.contains(&plain);
    keeps.then(|| plain.to_owned())
}

/// Reasons that keep paper from coming out whatever severity a printer gives them.
const KEEPS: &[&str] = &[
    "cover-open",
    "door-open",
    "input-tray-missing",
    "interlock-open",
    "marker-supply-empty",
    "media-empty",
    "media-jam",
    "media-needed",
    "output-area-full",
    "paused",
    "shutdown",
    "stopped",
    "toner-empty",
];

/// Whether a request failed before a byte of it was sent.
fn never_left(error: &ureq::Error) -> bool {
    match error {
        ureq::Error::HostNotFound | ureq::Error::ConnectionFailed | ureq::Error::BadUri(_) => true,
        ureq::Error::Timeout(which) => {
            matches!(which, ureq::Timeout::Connect | ureq::Timeout::Resolve)
        }
        ureq::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        _ => false,
    }
}

fn number(attributes: &IppAttributes, group: DelimiterTag, name: &str) -> Option<i32> {
    match attributes.first_of(group)?.get(name)?.value() {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader, Read, Write};
    use std::net::{TcpListener, TcpStream};
    use std::sync::{Arc, Mutex};

    use ipp::model::StatusCode;
    use ipp::parser::IppParser;
    use ipp::reader::IppReader;

    use super::*;

    /// What the printer does with the next job.
    #[derive(Clone, Copy, PartialEq)]
    enum Way {
        Prints,
        IsBusy,
        /// Takes the job, and hangs up without an answer.
        LosesTheAnswer,
        Aborts,
    }

    #[derive(Default)]
    struct Tray {
        /// Name and bytes of each job.
        jobs: Vec<(String, Vec<u8>)>,
        looks: usize,
    }

    /// A printer on this machine: its address, and what it got.
    fn listening(way: Way) -> (String, Arc<Mutex<Tray>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = format!("ipp://{}/ipp/print", listener.local_addr().expect("a place"));
        let tray = Arc::new(Mutex::new(Tray::default()));
        let kept = tray.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, way, &kept);
            }
        });
        (address, tray)
    }

    fn answer(mut stream: TcpStream, way: Way, tray: &Mutex<Tray>) {
        let body = read_body(&mut stream);
        let parsed = IppParser::new(IppReader::new(Cursor::new(body))).parse().expect("a request");
        let operation = parsed.header().operation_or_status;
        let name = parsed.attributes().first_of(DelimiterTag::OperationAttributes);
        let name = name.and_then(|group| group.get("job-name")).map(|name| name.value().to_string());
        let mut reply = IppRequestResponse::new_response(IppVersion::v1_1(), StatusCode::SuccessfulOk, 1)
            .expect("a reply");
        let mut tray = tray.lock().expect("no holder panics");
        let mut job = |attributes: &[(&str, IppValue)]| {
            for (name, value) in attributes {
                let attribute = IppAttribute::with_name(*name, value.clone()).expect("a name");
                reply.attributes_mut().add(DelimiterTag::JobAttributes, attribute);
            }
        };
        if operation == Operation::PrintJob as i16 {
            if way == Way::IsBusy {
                reply = IppRequestResponse::new_response(IppVersion::v1_1(), StatusCode::ServerErrorBusy, 1)
                    .expect("a reply");
            } else {
                let mut document = Vec::new();
                let mut payload = parsed.into_payload();
                payload.read_to_end(&mut document).expect("a document");
                tray.jobs.push((name.expect("a named job"), document));
                if way == Way::LosesTheAnswer {
                    return;
                }
                job(&[("job-id", IppValue::Integer(7))]);
            }
        } else if operation == Operation::GetJobs as i16 {
            if let Some((name, _)) = tray.jobs.first() {
                let name = IppValue::new_name_without_language(name.clone()).expect("a name");
                job(&[("job-id", IppValue::Integer(7)), ("job-name", name)]);
            }
        } else if operation == Operation::GetJobAttributes as i16 {
            tray.looks += 1;
            let state = match (way, tray.looks) {
                (Way::Aborts, _) => JobState::Aborted,
                (_, 1) => JobState::Processing,
                _ => JobState::Completed,
            };
            job(&[("job-state", IppValue::Enum(state as i32))]);
        }
        let reply = reply.to_bytes();
        let head = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/ipp\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
            reply.len()
        );
        stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&reply))
            .expect("the client listens");
    }

    /// The body of an HTTP request, in one piece or in chunks.
    fn read_body(stream: &mut TcpStream) -> Vec<u8> {
        let mut reader = BufReader::new(stream);
        let (mut line, mut length, mut is_chunked) = (String::new(), 0, false);
        while reader.read_line(&mut line).expect("a head") > 2 {
            let header = line.to_ascii_lowercase();
            if let Some(number) = header.strip_prefix("content-length:") {
                length = number.trim().parse().expect("a number");
            }
            is_chunked |= header.starts_with("transfer-encoding: chunked");
            line.clear();
        }
        let mut body = Vec::new();
        loop {
            if is_chunked {
                line.clear();
                reader.read_line(&mut line).expect("a length");
                length = usize::from_str_radix(line.trim(), 16).expect("a length");
            }
            let start = body.len();
            body.resize(start + length, 0);
            reader.read_exact(&mut body[start..]).expect("a piece");
            if !is_chunked || length == 0 {
                return body;
            }
            line.clear();
            reader.read_line(&mut line).expect("the end of a piece");
        }
    }

    fn printed(address: &str, patience_s: u64) -> Outcome {
        let spec = PrinterSpec::parse(&format!("p={address}?patience={patience_s}")).expect("a printer");
        print(address, "huidan-251120-7-1-99", b"%PDF-1.7 sheet", &spec, &|| false, &|_| {})
    }

    #[test]
    fn a_printer_says_itself_what_became_of_a_sheet() {
        let (address, tray) = listening(Way::Prints);
        assert_eq!(printed(&address, 20), Outcome::Printed);
        let got = tray.lock().expect("no holder panics");
        assert_eq!(got.jobs, [("huidan-251120-7-1-99".to_owned(), b"%PDF-1.7 sheet".to_vec())]);
        assert_eq!(got.looks, 2, "it was waited for");
        drop(got);
        assert_eq!(probe(&address), Ok(()));

        let (address, tray) = listening(Way::IsBusy);
        assert!(matches!(printed(&address, 20), Outcome::NothingTaken(why) if why.contains("usy")));
        assert_eq!(tray.lock().expect("no holder panics").jobs.len(), 0);

        let (address, _) = listening(Way::Aborts);
        assert!(matches!(printed(&address, 20), Outcome::Unknown(_)));

        let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("a place");
        assert!(matches!(printed(&format!("ipp://{free}/x"), 2), Outcome::NothingTaken(_)));
    }

    #[test]
    fn of_what_a_printer_says_of_itself_only_what_keeps_paper_counts() {
        for (keyword, expected) in [
            ("none", None),
            ("media-empty-warning", Some("media-empty")),
            ("media-jam-error", Some("media-jam")),
            ("cover-open", Some("cover-open")),
            ("toner-low-warning", None),
            ("fuser-over-temp-error", Some("fuser-over-temp")),
        ] {
            assert_eq!(reason(keyword).as_deref(), expected, "{keyword}");
        }
    }

    #[test]
    fn a_lost_answer_is_asked_about_and_the_sheet_is_sent_once() {
        let (address, tray) = listening(Way::LosesTheAnswer);
        assert_eq!(printed(&address, 5), Outcome::Printed, "the printer has it under its name");
        assert_eq!(tray.lock().expect("no holder panics").jobs.len(), 1);
    }
}
