//! What a process costs, as Linux counts it.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

/// Linux counts CPU time in hundredths of a second for everyone who reads `/proc`.
const TICK: Duration = Duration::from_millis(10);

/// CPU time of a process so far, all its threads, user and system.
///
/// # Errors
/// Where there is no `/proc`: these figures are taken on Linux.
pub fn cpu(process: &str) -> anyhow::Result<Duration> {
    let file = Path::new("/proc").join(process).join("stat");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    // The name in brackets may hold blanks; user and system time are fields 14 and 15.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: u32 =
        fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u32>().ok()).sum();
    Ok(TICK * ticks)
}

/// A memory figure of a process in KiB: `VmRSS` now, `VmHWM` at its peak.
///
/// # Errors
/// Where there is no `/proc`, or it has no such figure.
pub fn memory_kib(process: &str, figure: &str) -> anyhow::Result<u64> {
    let file = Path::new("/proc").join(process).join("status");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let line = text.lines().find_map(|line| line.strip_prefix(figure)?.strip_prefix(':'));
    let words = line.with_context(|| format!("{figure} is missing in {}", file.display()))?;
    Ok(words.trim().trim_end_matches(" kB").parse()?)
}
