//! `huidan serve`

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Context;
use tracing::info;

use crate::app::App;
use crate::domain::actor::Actor;
use crate::http::{self, ServeOptions};
use crate::jobs::run::{Beside, Choice, THREADS, work_until};
use crate::operations::{NOBODY, sessions};
use crate::settings::Settings;
use crate::web;

/// Serves until the process is asked to end; requests at work are finished first.
pub fn run(settings: &Settings, with_workers: bool) -> anyhow::Result<()> {
    let app = super::open_to_stay(settings)?;
    let lease = settings.job_lease;
    let background: Vec<Background> = match with_workers {
        true => vec![Box::new(move |app, stop| work(app, lease, Beside::default(), stop))],
        false => Vec::new(),
    };
    let link = app.write(&Actor::system(NOBODY), sessions::offer_setup)?;
    serve(settings, &app, background, |address| {
        info!(%address, "huidan serves http://{address}");
        if let Some(link) = link {
            // On standard output and not in the log, which may be kept and read by others.
            println!("First start: open http://{address}/setup/{link} to set up; the link works once.");
        }
    })
}

/// Runs jobs beside the requests. `lease` is how long they stay this process's own when it is killed.
pub fn work(app: &App, lease: Duration, beside: Beside, stop: &AtomicBool) {
    if let Err(error) = work_until(app, &Choice::all(usize::from(THREADS)).leased_for(lease), beside, stop) {
        tracing::error!("No job runs in this process: {error}");
    }
}

/// Work beside the requests; it ends soon after the flag is set and its thread is woken.
pub type Background = Box<dyn FnOnce(&App, &AtomicBool) + Send>;

/// Serves requests with work beside them, and ends both in order.
pub fn serve(
    settings: &Settings,
    app: &App,
    background: Vec<Background>,
    ready: impl FnOnce(std::net::SocketAddr),
) -> anyhow::Result<()> {
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let workers: Vec<_> = background
            .into_iter()
            .map(|work| {
                let (app, stop) = (app.clone(), &stop);
                threads.spawn(move || work(&app, stop))
            })
            .collect();
        let options = ServeOptions {
            listen: settings.listen.clone(),
            threads: settings.http_threads,
            signals: true,
            pages: web::routes,
        };
        let ended = actix_web::rt::System::new().block_on(async {
            let served = http::serve(app.clone(), &options)
                .with_context(|| format!("listening on {} (setting listen)", settings.listen))?;
            ready(served.address);
            served.server.await?;
            anyhow::Ok(())
        });
        stop.store(true, Ordering::Relaxed);
        workers.iter().for_each(|worker| worker.thread().unpark());
        info!("huidan has ended");
        ended
    })
}
