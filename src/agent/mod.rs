//! The print agent: a program beside the printers that fetches sheets and reports each of them.
//!
//! It only ever calls out, over HTTP, so a desk behind any router prints. It opens no database and holds
//! one handful of sheets in memory, and writes down what it begins. What it has said nothing about when it dies is unknown
//! on the server; started again it says what it knows, and what it does not is never printed again by itself.

mod desk;
mod ipp;
mod journal;
mod printer;
mod server;
mod settling;
mod spec;
mod work;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, bail};
use tracing::{info, warn};

pub use spec::PrinterSpec;

use desk::Desk;
use server::{Server, Trouble};

/// How to run at a desk.
#[derive(Debug, Clone)]
pub struct Options {
    /// The desk's name, as the manager sees it.
    pub station: String,
    /// Where the server is: `https://orders.example.com`.
    pub server: String,
    /// Whose desk it is; may be left out where the server has one seller.
    pub seller: Option<String>,
    pub printers: Vec<PrinterSpec>,
    /// Where the desk's own key is kept.
    pub folder: PathBuf,
    /// Sheets in hand at once.
    pub window: usize,
    /// Seconds until the server takes this program for dead when it is not heard of.
    pub lease_s: u64,
}

/// How long between two looks at whether a manager has let the desk in.
const KNOCK_PACE: Duration = Duration::from_secs(2);

/// Prints until asked to stop; what is in hand is settled first.
///
/// # Errors
/// When the desk is refused, retired, or another program prints for it.
pub fn run(options: &Options, stop: &AtomicBool) -> anyhow::Result<()> {
    if options.printers.is_empty() {
        bail!("station {:?} has no printer; name one with --printer NAME=raw://HOST:9100", options.station);
    }
    for spec in &options.printers {
        printer::check(spec).map_err(|why| anyhow::anyhow!("printer {:?}: {why}", spec.name))?;
    }
    let desk = Desk::open(&options.folder, &options.server, &options.station)?;
    let server = Server::new(&options.server, desk.key())?;
    if !wait_for_approval(options, &desk, &server, stop)? {
        return Ok(());
    }
    let session = desk.new_session()?;
    let running = work::Running::begin(options, &server, &desk, session, stop)?;
    let Some(running) = running else { return Ok(()) };
    let outcome = std::thread::scope(|threads| {
        threads.spawn(|| running.keep_alive());
        let printers: Vec<_> =
            running.printers().map(|printer| threads.spawn(|| running.serve(printer))).collect();
        let mut outcome = Ok(());
        for printer in printers {
            let served = printer
                .join()
                .unwrap_or_else(|_| Err(Trouble::Fatal("a printer's thread panicked".to_owned())));
            if served.is_err() {
                outcome = served;
            }
        }
        running.end();
        outcome
    });
    match outcome {
        Ok(()) => {
            info!("The station has ended; nothing is left in its hands");
            Ok(())
        }
        Err(trouble) => bail!("{trouble}"),
    }
}

/// Knocks until a manager has decided; false when the program is asked to stop before.
fn wait_for_approval(
    options: &Options,
    desk: &Desk,
    server: &Server,
    stop: &AtomicBool,
) -> anyhow::Result<bool> {
    let mut told = false;
    loop {
        match server.knock(&options.station, options.seller.as_deref(), &desk.key_hash()) {
            Ok(answer) => match answer.state.as_str() {
                "approved" => return Ok(true),
                "waiting" if !told => {
                    told = true;
                    info!(
                        "Station {:?} waits to be let in: a manager compares the code {} on the page Print stations",
                        options.station, answer.code
                    );
                }
                "waiting" => {}
                state => {
                    desk.forget().context("forgetting the key that was refused")?;
                    bail!("station {:?} is {state}; start again to knock with another key", options.station);
                }
            },
            Err(Trouble::Away(why)) => warn!("The server cannot be reached ({why}); trying again"),
            Err(trouble) => bail!("{trouble}"),
        }
        if pause(stop, KNOCK_PACE) {
            return Ok(false);
        }
    }
}

/// Waits; true when the program is asked to stop meanwhile.
fn pause(stop: &AtomicBool, span: Duration) -> bool {
    const STEP: Duration = Duration::from_millis(50);
    let begun = std::time::Instant::now();
    while begun.elapsed() < span {
        if stop.load(Ordering::Relaxed) {
            return true;
        }
        std::thread::sleep(STEP.min(span));
    }
    stop.load(Ordering::Relaxed)
}
