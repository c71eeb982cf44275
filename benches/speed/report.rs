//! Figures beside their limits, and whether every promise was held.

use std::process::ExitCode;
use std::time::{Duration, Instant};

/// What a ratio is held to.
#[derive(Debug, Clone, Copy)]
pub enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Bound {
    fn holds(self, value: f64) -> bool {
        match self {
            Self::AtLeast(least) => value >= least,
            Self::AtMost(most) => value <= most,
        }
    }
}

impl std::fmt::Display for Bound {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::AtLeast(least) => write!(out, "at least {least}"),
            Self::AtMost(most) => write!(out, "at most {most}"),
        }
    }
}

/// Collects what was found.
#[derive(Default)]
pub struct Report {
    failures: Vec<String>,
}

impl Report {
    /// A figure that nothing is promised of.
    pub fn note(&self, what: &str, figure: &str) {
        println!("       {what}: {figure}");
    }

    /// A value held to its bound; `beside` names both sides of a ratio, or how it was measured.
    pub fn hold(&mut self, what: &str, value: f64, bound: Bound, beside: &str) {
        let verdict = if bound.holds(value) { "PASS" } else { "FAIL" };
        println!("  {verdict} {what}: {value:.2} ({bound}); {beside}");
        if !bound.holds(value) {
            self.failures.push(what.to_owned());
        }
    }

    /// A measurement that could not be made.
    pub fn broken(&mut self, name: &str, error: &anyhow::Error) {
        println!("  FAIL {name}: {error:#}");
        self.failures.push(name.to_owned());
    }

    /// Success when every promise was held.
    pub fn conclude(self) -> ExitCode {
        if self.failures.is_empty() {
            println!("Every promise was held.");
            return ExitCode::SUCCESS;
        }
        println!("Not held: {}", self.failures.join(", "));
        ExitCode::FAILURE
    }
}

/// The value in the middle; on a shared machine means follow the neighbours.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// The smallest value.
pub fn best(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// How long `work` takes, with its answer.
pub fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let answer = work();
    (start.elapsed(), answer)
}

/// A size from the environment, for longer or shorter runs.
pub fn size(variable: &str, default: usize) -> anyhow::Result<usize> {
    match std::env::var(variable) {
        Ok(text) => text.parse().map_err(|_| anyhow::anyhow!("{variable} is {text:?}; write a whole number")),
        Err(_) => Ok(default),
    }
}
