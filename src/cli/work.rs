//! `huidan work`

use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::rt::signal::unix::{SignalKind, signal};
use anyhow::Context;
use futures_util::future::select;
use tracing::info;

use crate::jobs::run::{Choice, work_until};
use crate::settings::Settings;

/// Runs jobs until the process is asked to end; what is at work may end first.
pub fn run(settings: &Settings, queues: &[String], threads: usize) -> anyhow::Result<()> {
    let choice = Choice::named(queues, threads)?;
    let app = super::open_to_stay(settings)?;
    info!("huidan works on jobs with {threads} threads");
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let worker = scope.spawn(|| work_until(&app, &choice, &stop));
        let asked = actix_web::rt::System::new().block_on(asked_to_end());
        stop.store(true, Ordering::Relaxed);
        worker.thread().unpark();
        let worked = worker.join().unwrap_or_else(|_| Err(std::io::Error::other("the workers panicked")));
        asked.and(worked.context("running jobs"))
    })
}

/// Waits for SIGTERM or Ctrl-C.
async fn asked_to_end() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for Ctrl-C")?;
    select(Box::pin(terminate.recv()), Box::pin(interrupt.recv())).await;
    Ok(())
}
