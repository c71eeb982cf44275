//! What a printer was given: written down before the first byte of a sheet leaves, and again when its end is known.
//!
//! A program that is killed has told the server nothing of what it had in hand. The next run reads here which of those
//! sheets it had not begun, and which came out before the word of it was heard; only the one in between stays unknown.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::server::Told;

/// A sheet that was begun, and nothing more is known.
const BEGUN: &str = "begun";

/// The words of the ledger a line may end with.
const RESULTS: &[&str] = &["acknowledged", "handed_over", "unknown", "not_printed"];

/// The journal of one printer, for the handful it prints now.
pub struct Journal {
    path: PathBuf,
    file: Option<File>,
}

/// What an earlier run wrote.
#[derive(Debug, PartialEq, Eq)]
pub struct Left {
    pub claim: String,
    last: HashMap<i64, String>,
}

/// What is known of one sheet of a claim.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// Not a byte of it left.
    NotBegun,
    /// It was being sent.
    Begun,
    /// What became of it, as the server is told.
    Told(&'static str),
}

impl Journal {
    /// The journal of the printer with this name, in the desk's folder.
    pub fn of(folder: &Path, printer: &str) -> Self {
        Self { path: folder.join(format!("journal-{}", super::desk::short_hash(printer))), file: None }
    }

    /// What the run before left; `None` where it printed nothing.
    pub fn left(&self) -> Option<Left> {
        let mut text = String::new();
        File::open(&self.path).and_then(|mut file| file.read_to_string(&mut text)).ok()?;
        let mut lines = text.lines();
        let claim = lines.next()?.strip_prefix("claim ")?.to_owned();
        let read = |line: &str| {
            let (position, word) = line.split_once(' ')?;
            Some((position.parse().ok()?, word.to_owned()))
        };
        Some(Left { claim, last: lines.filter_map(read).collect() })
    }

    /// Begins with a new handful; what the one before it left was told.
    ///
    /// # Errors
    /// When the folder cannot be written. Then nothing may be printed.
    pub fn begin(&mut self, claim: &str) -> std::io::Result<()> {
        self.file = None;
        let draft = self.path.with_extension("new");
        let mut file = File::create(&draft)?;
        writeln!(file, "claim {claim}")?;
        file.sync_all()?;
        std::fs::rename(&draft, &self.path)?;
        self.file = Some(file);
        Ok(())
    }

    /// Notes that a sheet is sent from now on.
    ///
    /// # Errors
    /// When it cannot be written. Then the sheet may not be sent.
    pub fn begun(&mut self, position: i64) -> std::io::Result<()> {
        let file = self.file.as_mut().ok_or_else(|| std::io::Error::other("no handful was begun"))?;
        writeln!(file, "{position} {BEGUN}")?;
        file.sync_data()
    }

    /// Notes what became of a sheet. Lost, it costs a person a look at the paper.
    pub fn told(&mut self, told: &Told) {
        if let Some(file) = &mut self.file {
            let _ = writeln!(file, "{} {}", told.position, told.result);
        }
    }
}

impl Left {
    /// What is known of a sheet of this claim. A line that was cut off counts as begun.
    pub fn of(&self, position: i64) -> Known {
        match self.last.get(&position) {
            None => Known::NotBegun,
            Some(word) => match RESULTS.iter().find(|result| *result == word) {
                Some(result) => Known::Told(result),
                None => Known::Begun,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_killed_run_leaves_one_sheet_in_doubt() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut journal = Journal::of(folder.path(), "zebra");
        assert_eq!(journal.left(), None);
        assert!(journal.begun(1).is_err(), "nothing is sent before the handful is written down");
        journal.begin("77").expect("a folder to write in");
        journal.begun(4).expect("written");
        journal.told(&Told { position: 4, result: "acknowledged", detail: String::new() });
        journal.begun(5).expect("written");
        drop(journal);

        let left = Journal::of(folder.path(), "zebra").left().expect("a journal");
        assert_eq!(left.claim, "77");
        assert_eq!(left.of(4), Known::Told("acknowledged"));
        assert_eq!(left.of(5), Known::Begun);
        assert_eq!(left.of(6), Known::NotBegun);
        assert_eq!(Journal::of(folder.path(), "laser").left(), None, "each printer has its own");

        let mut next = Journal::of(folder.path(), "zebra");
        next.begin("78").expect("a folder to write in");
        assert_eq!(next.left().expect("a journal").of(5), Known::NotBegun);
    }

    #[test]
    fn a_line_that_was_cut_off_is_doubt() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = Journal::of(folder.path(), "zebra");
        std::fs::write(&journal.path, "claim 77\n4 begun\n4 acknow").expect("a file");
        assert_eq!(journal.left().expect("a journal").of(4), Known::Begun);
    }
}
