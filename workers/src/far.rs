//! A bell between processes: rings here at once, tells the others, hears them.
//!
//! Nobody who rings waits for a network: one thread tells, another listens, each on a connection of
//! its own that is made anew when it breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::local::LocalBell;
use crate::ports::Bell;

/// What carries rings between processes.
pub trait Wire {
    /// Tells the others.
    ///
    /// # Errors
    /// When the connection is broken; a new one is made.
    fn tell(&mut self) -> anyhow::Result<()>;
    /// Waits, at most `timeout`; answers whether somebody told.
    ///
    /// # Errors
    /// As [`Wire::tell`].
    fn hear(&mut self, timeout: Duration) -> anyhow::Result<bool>;
}

/// Between two tries to connect.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// One wait for the others.
const LISTENING: Duration = Duration::from_secs(5);

/// Rings for this process and, by a [`Wire`], for all others.
pub struct FarBell {
    here: Arc<LocalBell>,
    /// What is to be told.
    to_tell: Arc<LocalBell>,
    hears: Arc<AtomicBool>,
}

impl FarBell {
    /// Starts the two threads; they end with the process.
    ///
    /// # Errors
    /// When the system has no threads to give.
    pub fn start(
        connect: impl Fn() -> anyhow::Result<Box<dyn Wire>> + Send + Sync + 'static,
    ) -> std::io::Result<Self> {
        let connect = Arc::new(connect);
        let bell = Self { here: Arc::default(), to_tell: Arc::default(), hears: Arc::default() };
        let (here, hears, connecting) = (bell.here.clone(), bell.hears.clone(), connect.clone());
        spawn("bell-listen", move || listen(&*connecting, &here, &hears))?;
        let to_tell = bell.to_tell.clone();
        spawn("bell-tell", move || tell(&*connect, &to_tell))?;
        Ok(bell)
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> std::io::Result<()> {
    std::thread::Builder::new().name(name.to_owned()).spawn(work).map(drop)
}

fn listen(connect: &dyn Fn() -> anyhow::Result<Box<dyn Wire>>, here: &LocalBell, hears: &AtomicBool) {
    let mut pause = FIRST_PAUSE;
    loop {
        let error = listen_while_well(connect, here, hears);
        if hears.swap(false, Ordering::Relaxed) {
            pause = FIRST_PAUSE;
            tracing::warn!("Other processes are not heard; the ledger is looked at instead: {error:#}");
        }
        // Whoever waits by a slow clock looks once, and from then on by a quick one.
        here.ring();
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Passes on what the others tell, until the connection breaks; answers why it did.
fn listen_while_well(
    connect: &dyn Fn() -> anyhow::Result<Box<dyn Wire>>,
    here: &LocalBell,
    hears: &AtomicBool,
) -> anyhow::Error {
    let mut wire = match connect() {
        Ok(wire) => wire,
        Err(error) => return error,
    };
    loop {
        let is_told = match wire.hear(LISTENING) {
            Ok(is_told) => is_told,
            Err(error) => return error,
        };
        // Only now: a connection that breaks at once must not count as hearing.
        hears.store(true, Ordering::Relaxed);
        if is_told {
            here.ring();
        }
    }
}

fn tell(connect: &dyn Fn() -> anyhow::Result<Box<dyn Wire>>, to_tell: &LocalBell) {
    let mut told = to_tell.wait(u64::MAX, Duration::ZERO);
    let mut wire: Option<Box<dyn Wire>> = None;
    loop {
        // Many rings at once are told once.
        let rung = to_tell.wait(told, Duration::from_secs(3600));
        if rung == told {
            continue;
        }
        told = rung;
        // A connection that broke while nobody rang is noticed now: once more on a new one.
        for _ in 0..2 {
            let result = match wire.take().map_or_else(connect, Ok) {
                Ok(mut open) => open.tell().map(|()| wire = Some(open)),
                Err(error) => Err(error),
            };
            match result {
                Ok(()) => break,
                // Not told: the others look by themselves when they do not hear.
                Err(error) => tracing::debug!("The others were not told: {error:#}"),
            }
        }
    }
}

impl Bell for FarBell {
    fn ring(&self) {
        self.here.ring();
        self.to_tell.ring();
    }

    fn nudge(&self) {
        self.here.ring();
    }

    fn wait(&self, seen: u64, timeout: Duration) -> u64 {
        self.here.wait(seen, timeout)
    }

    fn hears_all(&self) -> bool {
        self.hears.load(Ordering::Relaxed)
    }
}
