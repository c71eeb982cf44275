//! `huidan work`

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::rt::signal::unix::{SignalKind, signal};
use anyhow::Context;
use futures_util::future::select;
use tracing::info;

use crate::agent;
use crate::jobs::run::{Beside, Choice, work_until};
use crate::settings::Settings;

/// Runs jobs until the process is asked to end; what is at work may end first.
pub fn run(settings: &Settings, queues: &[String], threads: usize) -> anyhow::Result<()> {
    let choice = Choice::named(queues, threads)?.leased_for(settings.job_lease);
    let app = super::open_to_stay(settings)?;
    info!("huidan works on jobs with {threads} threads");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| work_until(&app, &choice, Beside::default(), &stop));
        let asked = actix_web::rt::System::new().block_on(asked_to_end());
        stop.store(true, Ordering::Relaxed);
        worker.thread().unpark();
        let worked = worker.join().unwrap_or_else(|_| Err(std::io::Error::other("the workers panicked")));
        asked.and(worked.context("running jobs"))
    })
}

/// Prints for a desk until the process is asked to end; what is in hand is settled first.
pub fn print(options: agent::Options) -> anyhow::Result<()> {
    let stop = Arc::new(AtomicBool::new(false));
    let seen = stop.clone();
    let (ended, end) = std::sync::mpsc::channel();
    // A thread of its own: it waits for printers and for the server, and signals are heard beside it.
    let station = std::thread::spawn(move || {
        let outcome = agent::run(&options, &seen);
        // Nobody listens once the signal came first; then the thread is joined below.
        let _ = ended.send(());
        outcome
    });
    actix_web::rt::System::new().block_on(async {
        let over = actix_web::rt::task::spawn_blocking(move || end.recv());
        select(Box::pin(over), Box::pin(asked_to_end())).await;
        stop.store(true, Ordering::Relaxed);
    });
    station.join().unwrap_or_else(|_| Err(anyhow::anyhow!("the station panicked")))
}

/// Waits for SIGTERM or Ctrl-C.
async fn asked_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
    Ok(())
}
