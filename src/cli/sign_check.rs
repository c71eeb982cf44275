//! `huidan sign-check`: known signatures recomputed by the functions that sign real calls.

use std::path::Path;

use anyhow::{Context, bail};

use super::print;
use crate::connectors::sign_check;

/// Prints a line per signature: its id, then `ok` or what is wrong.
///
/// # Errors
/// When the file cannot be read, or a signature does not come out as it should.
pub fn run(file: &Path) -> anyhow::Result<()> {
    let reading = || format!("reading {}", file.display());
    let json = std::fs::read_to_string(file).with_context(reading)?;
    let vectors = sign_check::read(&json).with_context(reading)?;
    let mut wrong = 0;
    for vector in &vectors {
        let verdict = match (vector.holds(), vector.signature()) {
            (Ok(true), _) => "ok".to_owned(),
            (_, Ok(ours)) => format!("differs: {ours}, expected {}", vector.expected),
            (_, Err(error)) => format!("not computed: {error}"),
        };
        wrong += usize::from(verdict != "ok");
        print(&format!("{} {verdict}", vector.id))?;
    }
    if wrong > 0 {
        bail!("{wrong} of {} signatures do not come out as they should", vectors.len());
    }
    Ok(())
}
