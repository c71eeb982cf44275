//! The Internet Printing Protocol: a printer that says what became of a job.
//!
//! A refusal took nothing. An answer that got lost is asked about by the job's name, which is the sheet's own:
//! a printer that was frozen prints the job after the client has given up. As long as the printer answers that
//! the job is pending or processing it is waited for, for paper may be refilled; what keeps it is said meanwhile.

mod wire;

use std::io::Cursor;
use std::time::{Duration, Instant};

use ipp::attribute::{IppAttribute, IppAttributes};
use ipp::model::{DelimiterTag, IppVersion, JobState, Operation};
use ipp::operation::{GetJobAttributes, GetPrinterAttributes, IppOperation, PrintJob};
use ipp::payload::IppPayload;
use ipp::request::IppRequestResponse;
use ipp::value::IppValue;

use super::printer::Outcome;
use super::spec::{IppPlace, PrinterSpec};
use crate::domain::station::PrinterLanguage;

use wire::Failure;
pub use wire::Wire;

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
    place: &IppPlace,
    name: &str,
    document: &[u8],
    printer: &PrinterSpec,
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Outcome {
    let wire = match Wire::open(place) {
        Ok(wire) => wire,
        Err(why) => return Outcome::NothingTaken(why),
    };
    let format = match printer.language {
        PrinterLanguage::Pdf => "application/pdf",
        PrinterLanguage::Zpl | PrinterLanguage::ZplRuns => "application/vnd.zebra-zpl",
        // Nobody has given TSPL a name: it goes as it is.
        PrinterLanguage::Tspl => "application/octet-stream",
    };
    let payload = IppPayload::new(Cursor::new(document.to_vec()));
    let request = PrintJob::new(wire.uri(), payload, Some(USER), Some(name), Some(format));
    let request = match request {
        Ok(request) => request.into_ipp_request(),
        Err(error) => return Outcome::NothingTaken(error.to_string()),
    };
    let job = match wire.ask(request, printer.patience) {
        Ok(answer) => number(answer.attributes(), DelimiterTag::JobAttributes, "job-id"),
        Err(Failure::Refused(why)) => return Outcome::NothingTaken(why),
        // What became of the request is not known: the printer may have the job.
        Err(Failure::Lost(why)) => match find(&wire, name) {
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
        Some(job) => follow(&wire, job, printer.patience, is_stopping, keeps),
        None => Outcome::Unknown("the printer gave the job no number".to_owned()),
    }
}

/// Whether the printer answers.
///
/// # Errors
/// Why not.
pub fn probe(place: &IppPlace) -> Result<(), String> {
    let wire = Wire::open(place)?;
    let request = GetPrinterAttributes::new(wire.uri()).map_err(|error| error.to_string())?;
    match wire.ask(request.into_ipp_request(), ASK) {
        Ok(_) => Ok(()),
        Err(Failure::Refused(why) | Failure::Lost(why)) => Err(why),
    }
}

/// What became of a job of this name that was sent by an earlier run of this program; `None` when the printer knows none.
///
/// # Errors
/// Why the printer cannot be asked.
pub fn became(
    place: &IppPlace,
    name: &str,
    patience: Duration,
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Result<Option<Outcome>, String> {
    let wire = Wire::open(place)?;
    Ok(find(&wire, name)?.map(|job| follow(&wire, job, patience, is_stopping, keeps)))
}

/// The number of a job by its name, among those at work and those that are done.
fn find(wire: &Wire, name: &str) -> Result<Option<i32>, String> {
    for which in ["not-completed", "completed"] {
        let keyword = |text: &str| IppValue::new_keyword(text).map_err(|error| error.to_string());
        let mut request = IppRequestResponse::new(IppVersion::v1_1(), Operation::GetJobs, Some(wire.uri()))
            .map_err(|error| error.to_string())?;
        let names = ["job-id", "job-name"].map(keyword);
        let wanted = IppValue::Array(names.into_iter().collect::<Result<_, _>>()?);
        for (key, value) in [("which-jobs", keyword(which)?), ("requested-attributes", wanted)] {
            let attribute = IppAttribute::with_name(key, value).map_err(|error| error.to_string())?;
            request.attributes_mut().add(DelimiterTag::OperationAttributes, attribute);
        }
        let answer = match wire.ask(request, ASK) {
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
fn kept_by(wire: &Wire) -> Option<String> {
    let request = GetPrinterAttributes::with_attributes(wire.uri(), ["printer-state-reasons"]).ok()?;
    let answer = wire.ask(request.into_ipp_request(), ASK).ok()?;
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
    wire: &Wire,
    job: i32,
    patience: Duration,
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Outcome {
    let mut heard = Instant::now();
    let (mut looks, mut reasons) = (0_u32, String::new());
    loop {
        let asked = GetJobAttributes::new(wire.uri(), job, Some(USER))
            .map_err(|error| Failure::Refused(error.to_string()))
            .and_then(|request| wire.ask(request.into_ipp_request(), ASK));
        let state = match &asked {
            Ok(answer) => number(answer.attributes(), DelimiterTag::JobAttributes, "job-state"),
            Err(_) => None,
        };
        match state {
            Some(state) if state == JobState::Completed as i32 => {
                if !reasons.is_empty() {
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
                return Outcome::Unknown(format!("the printer says nothing of job {job} for {seconds} s"));
            }
            None => {}
        }
        if is_stopping() {
            return Outcome::Unknown(format!("the station ended while the printer had job {job}"));
        }
        looks += 1;
        if looks.is_multiple_of(LOOKS_A_REASON)
            && let Some(now) = kept_by(wire).filter(|now| *now != reasons)
        {
            keeps(&now);
            reasons = now;
        }
        std::thread::sleep(LOOK);
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

fn number(attributes: &IppAttributes, group: DelimiterTag, name: &str) -> Option<i32> {
    match attributes.first_of(group)?.get(name)?.value() {
        IppValue::Integer(number) | IppValue::Enum(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
