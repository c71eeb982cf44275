//! What a process costs, as Linux counts it.

use std::path::Path;
use std::time::Duration;

use anyhow::Context;

/// Linux counts CPU time in hundredths of a second for everyone who reads `/proc`.
const TICK: Duration = Duration::from_millis(10);

/// The numbers of `/proc/…/stat` behind the name in brackets, which may hold blanks: the parent is the second of
/// them, user and system time the 12th and 13th, those of children that have ended the 14th and 15th.
fn stat(process: &str) -> anyhow::Result<Vec<u64>> {
    let file = Path::new("/proc").join(process).join("stat");
    let text = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    Ok(fields.split_whitespace().map(|field| field.parse().unwrap_or_default()).collect())
}

fn ticks(fields: &[u64], which: std::ops::Range<usize>) -> Duration {
    let ticks: u64 = fields.get(which).unwrap_or_default().iter().sum();
    TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
}

/// CPU time of a process so far, all its threads, user and system.
///
/// # Errors
/// Where there is no `/proc`: these figures are taken on Linux.
pub fn cpu(process: &str) -> anyhow::Result<Duration> {
    Ok(ticks(&stat(process)?, 11..13))
}

/// CPU time of a process and of its children, those that have ended too.
///
/// # Errors
/// As [`cpu`].
pub fn cpu_of_family(parent: u64) -> anyhow::Result<Duration> {
    let mut sum = ticks(&stat(&parent.to_string())?, 11..15);
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(process) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit()))
        else {
            continue;
        };
        // It may have ended meanwhile; then its parent has its time.
        if let Ok(fields) = stat(process)
            && fields.get(1) == Some(&parent)
        {
            sum += ticks(&fields, 11..13);
        }
    }
    Ok(sum)
}

/// The parent of a process.
///
/// # Errors
/// As [`cpu`].
pub fn parent(process: i64) -> anyhow::Result<u64> {
    stat(&process.to_string())?.get(1).copied().context("a process has a parent")
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
