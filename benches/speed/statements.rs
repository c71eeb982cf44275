//! Where the time of a run goes, by statement, when `BENCH_STATEMENTS` is set.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

/// Longest part of a statement that is printed, in characters.
const SHOWN: usize = 110;

static SPENT: Mutex<Option<HashMap<String, (Duration, usize)>>> = Mutex::new(None);

/// Watches every connection made from now on, where the variable asks for it.
pub fn watch() -> anyhow::Result<()> {
    if std::env::var_os("BENCH_STATEMENTS").is_some() {
        set_default_instrumentation(|| Some(Box::new(Watch { started: None })))?;
    }
    Ok(())
}

struct Watch {
    started: Option<Instant>,
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartQuery { .. } => self.started = Some(Instant::now()),
            InstrumentationEvent::FinishQuery { query, .. } => {
                let Some(started) = self.started.take() else { return };
                // The values follow the text after this mark.
                let text = query.to_string();
                let text = text.split(" -- binds").next().unwrap_or_default();
                let text: String = text.chars().take(SHOWN).collect();
                let mut spent = SPENT.lock().unwrap_or_else(|broken| broken.into_inner());
                let entry = spent.get_or_insert_default().entry(text).or_default();
                entry.0 += started.elapsed();
                entry.1 += 1;
            }
            _ => {}
        }
    }
}

/// Prints the most expensive statements since the last time.
pub fn print() {
    let Some(spent) = SPENT.lock().unwrap_or_else(|broken| broken.into_inner()).take() else { return };
    let mut spent: Vec<_> = spent.into_iter().collect();
    spent.sort_by_key(|(_, (time, _))| std::cmp::Reverse(*time));
    let whole: Duration = spent.iter().map(|(_, (time, _))| *time).sum();
    println!("       statements took {:.2} s", whole.as_secs_f64());
    for (text, (time, count)) in spent.iter().take(30) {
        println!("       {:8.1} ms {count:6} × {text}", time.as_secs_f64() * 1_000.0);
    }
}
