//! The work at a desk: one thread per printer, and one that says that the program lives.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tracing::{info, warn};

use super::desk::{Desk, fresh};
use super::journal::Journal;
use super::printer::{self, Outcome};
use super::server::{Handful, Server, Told, Trouble};
use super::spec::PrinterSpec;
use super::{Options, pause};

/// How long after a look that brought nothing.
const IDLE: Duration = Duration::from_millis(400);
/// Waits while the server is away: from, to.
const AWAY: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(5));
/// Waits while the printer is away: from, to.
const OUT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(15));
/// Sheets of the first handful: few are drawn fast, so paper moves soon.
const FIRST_HANDFUL: usize = 3;

/// A program that prints for a desk.
pub struct Running<'a> {
    options: &'a Options,
    pub(super) server: &'a Server,
    folder: PathBuf,
    session: String,
    printers: Vec<(String, &'a PrinterSpec)>,
    /// The process was asked to end.
    stop: &'a AtomicBool,
    /// This program has no business any more: another took over, or the desk was retired.
    over: Mutex<Option<Trouble>>,
    ended: AtomicBool,
}

impl<'a> Running<'a> {
    /// Begins a session; `None` when asked to stop before the server answered.
    ///
    /// # Errors
    /// When another program prints for the desk, or the desk may not print.
    pub fn begin(
        options: &'a Options,
        server: &'a Server,
        desk: &Desk,
        (before, session): (String, String),
        stop: &'a AtomicBool,
    ) -> anyhow::Result<Option<Self>> {
        let mut wait = AWAY.0;
        let begun = loop {
            match server.begin(&session, &before, options.lease_s, &options.printers) {
                Ok(begun) => break begun,
                Err(Trouble::Away(why)) => warn!("The server cannot be reached ({why}); trying again"),
                Err(trouble) => {
                    // The next start must still be able to say which run has ended.
                    desk.keep_session(&before)?;
                    anyhow::bail!("{trouble}");
                }
            }
            if pause(stop, wait) {
                return Ok(None);
            }
            wait = (wait * 2).min(AWAY.1);
        };
        let spec = |name: &str| options.printers.iter().find(|spec| spec.name == name);
        let printers: Vec<_> =
            begun.printers.into_iter().filter_map(|known| Some((known.id, spec(&known.name)?))).collect();
        let n = printers.len();
        info!(printer.count = n, "Station {:?} prints on {n} printers", options.station);
        let (over, ended) = (Mutex::new(None), AtomicBool::new(false));
        let folder = desk.folder().to_owned();
        Ok(Some(Self { options, server, folder, session, printers, stop, over, ended }))
    }

    pub fn printers(&self) -> impl Iterator<Item = &(String, &'a PrinterSpec)> {
        self.printers.iter()
    }

    /// No printer is served any more.
    pub fn end(&self) {
        self.ended.store(true, Ordering::Relaxed);
    }

    fn trouble(&self) -> Option<Trouble> {
        self.over.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    fn give_up(&self, trouble: &Trouble) {
        *self.over.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some(trouble.clone());
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.trouble().is_some()
    }

    /// Says that the program lives, three times within a lease, so that a slow printer loses nothing.
    pub fn keep_alive(&self) {
        let pace = Duration::from_millis(self.options.lease_s * 1_000 / 3);
        while !pause(&self.ended, pace) {
            match self.server.live(&self.session, self.options.lease_s) {
                Ok(_) => {}
                Err(trouble @ Trouble::Fatal(_)) => {
                    self.give_up(&trouble);
                    return;
                }
                Err(trouble) => warn!("The server does not know that this station lives: {trouble}"),
            }
        }
    }

    /// Prints for one printer until the program ends; what is in hand is settled first.
    ///
    /// # Errors
    /// When this program has no business any more.
    pub fn serve(&self, (id, spec): &(String, &PrinterSpec)) -> Result<(), Trouble> {
        let fatal = |error: anyhow::Error| Trouble::Fatal(error.to_string());
        let mut journal = Journal::of(&self.folder, &spec.name);
        self.settling(id, spec, &journal)?;
        let mut request = fresh().map_err(fatal)?;
        let (mut size, mut said) = (FIRST_HANDFUL, String::new());
        while !self.is_stopping() {
            let answer = self.patiently(|| {
                self.server.claim(
                    &self.session,
                    self.options.lease_s,
                    id,
                    &request,
                    size.min(self.options.window),
                )
            });
            let handful = match answer {
                Ok(Some(handful)) => handful,
                Ok(None) => break,
                Err(Trouble::Refused { code, detail, .. }) => {
                    warn!("Printer {:?} gets no sheets ({code}): {detail}", spec.name);
                    request = fresh().map_err(fatal)?;
                    pause(self.stop, AWAY.1);
                    continue;
                }
                Err(trouble) => {
                    self.give_up(&trouble);
                    return Err(trouble);
                }
            };
            request = fresh().map_err(fatal)?;
            if handful.claim.is_some() {
                size = self.options.window;
                self.print(id, spec, &handful, &mut journal)?;
                continue;
            }
            if handful.waits != said {
                said.clone_from(&handful.waits);
                info!("Printer {:?}: {}", spec.name, if said.is_empty() { "nothing waits" } else { &said });
            }
            // Sheets that were given up made room for others.
            if handful.left_out == 0 {
                size = FIRST_HANDFUL;
                pause(self.stop, IDLE);
            }
        }
        self.trouble().map_or(Ok(()), Err)
    }

    fn settling(&self, id: &str, spec: &PrinterSpec, journal: &Journal) -> Result<(), Trouble> {
        self.settle(id, spec, journal).inspect_err(|trouble| self.give_up(trouble))
    }

    /// Prints a handful in its order. What did not come out for sure ends it: nothing overtakes.
    fn print(
        &self,
        id: &str,
        spec: &PrinterSpec,
        handful: &Handful,
        journal: &mut Journal,
    ) -> Result<(), Trouble> {
        let claim = handful.claim.as_deref().unwrap_or_default();
        let job = handful.print_job.as_deref().unwrap_or_default();
        let mut untold: Vec<Told> = Vec::new();
        // Without the desk's own note of what it begins a kill would leave the whole handful in doubt.
        let mut problem: Option<String> =
            journal.begin(claim).err().map(|error| format!("the desk's journal: {error}"));
        for sheet in &handful.sheets {
            let position = sheet.position;
            let told = |result, detail: &str| Told { position, result, detail: detail.to_owned() };
            if problem.is_some() || self.is_stopping() {
                untold.push(told("not_printed", ""));
                continue;
            }
            let name = sheet_name(&handful.serial, position, claim);
            // A page that is told late is no harm: the sheet itself is reported when it is done.
            let keeps = |reasons: &str| {
                if let Err(trouble) = self.report(id, claim, &[], Some(reasons)) {
                    warn!("The server was not told what keeps printer {:?}: {trouble}", spec.name);
                }
            };
            let outcome = match journal.begun(position) {
                Ok(()) => printer::print(spec, &name, &sheet.document, &|| self.is_stopping(), &keeps),
                Err(error) => Outcome::NothingTaken(format!("the desk's journal: {error}")),
            };
            match outcome {
                Outcome::Printed => untold.push(told("acknowledged", "")),
                Outcome::HandedOver => untold.push(told("handed_over", "")),
                Outcome::Unknown(why) => {
                    warn!("Sheet {position} of job {job} is unknown: {why}");
                    untold.push(told("unknown", &why));
                    problem = Some(why);
                }
                Outcome::NothingTaken(why) => {
                    warn!("Printer {:?} takes nothing: {why}", spec.name);
                    untold.push(told("not_printed", &why));
                    problem = Some(why);
                }
            }
            if let Some(last) = untold.last() {
                journal.told(last);
            }
            // One try now; what the server did not hear is told again with the next sheet, and at the end until it is heard.
            if problem.is_none() && self.report(id, claim, &untold, None).is_ok() {
                untold.clear();
            }
        }
        if !untold.is_empty() || problem.is_some() {
            let told = self.until_heard(|| self.report(id, claim, &untold, problem.as_deref()));
            if let Err(trouble) = told {
                self.give_up(&trouble);
                return Err(trouble);
            }
        }
        if problem.is_some() {
            self.wait_for_printer(spec);
            // What became of its last sheet a printer that is back may say itself.
            self.settling(id, spec, journal)?;
        }
        Ok(())
    }

    pub(super) fn report(
        &self,
        printer: &str,
        claim: &str,
        sheets: &[Told],
        problem: Option<&str>,
    ) -> Result<(), Trouble> {
        let problem = problem.map(|detail| (printer, detail));
        self.server.report(&self.session, self.options.lease_s, claim, sheets, problem).map(drop)
    }

    /// Asks until there is an answer, or the program ends.
    pub(super) fn patiently<T>(&self, ask: impl Fn() -> Result<T, Trouble>) -> Result<Option<T>, Trouble> {
        let mut wait = AWAY.0;
        loop {
            match ask() {
                Err(Trouble::Away(why)) => warn!("The server cannot be reached ({why}); trying again"),
                answer => return answer.map(Some),
            }
            if self.is_stopping() || pause(self.stop, wait) {
                return Ok(None);
            }
            wait = (wait * 2).min(AWAY.1);
        }
    }

    /// The same for what must be heard, also when the program is asked to end: for one lease, after which the
    /// server takes it for unknown anyway.
    pub(super) fn until_heard(&self, tell: impl Fn() -> Result<(), Trouble>) -> Result<(), Trouble> {
        let (mut wait, mut stopping_for) = (AWAY.0, Duration::ZERO);
        loop {
            match tell() {
                Err(Trouble::Away(why)) if stopping_for.as_secs() < self.options.lease_s => {
                    warn!("The server cannot be reached ({why}); what was printed is told again");
                }
                // Somebody else has these sheets in hand now; there is nobody left to tell.
                Err(Trouble::Refused { detail, .. }) => {
                    warn!("What was printed was not taken down: {detail}");
                    return Ok(());
                }
                told => return told,
            }
            std::thread::sleep(wait);
            if self.is_stopping() {
                stopping_for += wait;
            }
            wait = (wait * 2).min(AWAY.1);
        }
    }

    /// Asks for no more sheets until the printer can be reached.
    fn wait_for_printer(&self, spec: &PrinterSpec) {
        let mut wait = OUT.0;
        while !pause(self.stop, wait) && self.trouble().is_none() {
            match printer::probe(spec) {
                Ok(()) => return,
                Err(why) => warn!("Printer {:?} is still away: {why}", spec.name),
            }
            wait = (wait * 2).min(OUT.1);
        }
    }
}

/// The name of a sheet and this attempt, where a printer shows names.
pub(super) fn sheet_name(serial: &str, position: i64, claim: &str) -> String {
    format!("huidan-{serial}-{position}-{claim}")
}
