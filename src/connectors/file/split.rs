//! Splitting a line of CSV into cells, and noticing rows that were cut.
//!
//! A standard CSV reader that meets a quote without its partner takes everything up to the
//! next quote, or the rest of the file, for one cell: one row cut in the middle then takes
//! good rows with it. This splitter goes line by line, so its caller can give up one line
//! and go on with the next.

/// The cells of one row, in one buffer that is used again for the next row.
#[derive(Debug, Default)]
pub(super) struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
    }

    pub(super) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The cell as it stands in the file; empty beyond the last.
    pub(super) fn get(&self, index: usize) -> &str {
        let Some(end) = self.ends.get(index) else { return "" };
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.text[start..*end]
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    pub(super) fn push(&mut self, cell: &str) {
        self.text.push_str(cell);
        self.close();
    }

    fn close(&mut self) {
        self.ends.push(self.text.len());
    }
}

/// How a row stands after a line was fed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The row is complete.
    Whole,
    /// The row is complete, but a quote stood where none may, and was taken as a character.
    Odd,
    /// A quote is open: the row goes on in the next line.
    Open,
}

/// Feeds a line to a row. `cells` holds the row so far when `open`, and is empty otherwise.
pub(super) fn feed(line: &str, delimiter: u8, open: bool, cells: &mut Cells) -> Status {
    let bytes = line.as_bytes();
    let mut at = 0;
    let mut odd = false;
    let mut quoted = open;
    if open {
        cells.text.push('\n');
    }
    loop {
        if !quoted && bytes.get(at) == Some(&b'"') {
            quoted = true;
            at += 1;
        }
        if quoted {
            let Some(length) = line[at..].find('"') else {
                cells.text.push_str(&line[at..]);
                return Status::Open;
            };
            cells.text.push_str(&line[at..at + length]);
            at += length + 1;
            if bytes.get(at) == Some(&b'"') {
                cells.text.push('"');
                at += 1;
                continue;
            }
            // Some exports put a blank or a tab between the quote and the delimiter.
            let blanks =
                bytes[at..].iter().take_while(|b| **b != delimiter && matches!(b, b' ' | b'\t')).count();
            match bytes.get(at + blanks) {
                Some(byte) if *byte != delimiter => {
                    // `"8"G"`: the quote belongs to the text.
                    cells.text.push('"');
                    odd = true;
                    continue;
                }
                _ => at += blanks,
            }
            quoted = false;
        } else {
            let length = bytes[at..].iter().position(|byte| *byte == delimiter).unwrap_or(bytes.len() - at);
            cells.text.push_str(&line[at..at + length]);
            at += length;
        }
        cells.close();
        if at >= bytes.len() {
            return if odd { Status::Odd } else { Status::Whole };
        }
        at += 1;
    }
}

/// Ends a row whose quote never closed, so that what was read of it can be shown.
pub(super) fn give_up(cells: &mut Cells) {
    cells.close();
}

#[cfg(test)]
mod tests {
    use super::{Cells, Status, feed, give_up};

    fn check(lines: &[&str], expected: &[&str], status: Status) {
        let mut cells = Cells::default();
        let mut last = Status::Whole;
        for (index, line) in lines.iter().enumerate() {
            last = feed(line, b',', index > 0, &mut cells);
        }
        if last == Status::Open {
            give_up(&mut cells);
        }
        assert_eq!((cells.iter().collect::<Vec<_>>(), last), (expected.to_vec(), status), "{lines:?}");
    }

    #[test]
    fn lines_become_cells() {
        check(&["a,b,c"], &["a", "b", "c"], Status::Whole);
        check(&[""], &[""], Status::Whole);
        check(&["a,"], &["a", ""], Status::Whole);
        check(&[r#""a,b","say ""hi""",c"#], &["a,b", r#"say "hi""#, "c"], Status::Whole);
        check(&[r#"="2608411234567890123",b"#], &[r#"="2608411234567890123""#, "b"], Status::Whole);
        check(&["\"a\"\t,b"], &["a", "b"], Status::Whole);
        check(&[r#""a","8"G memory",c"#], &["a", "8\"G memory", "c"], Status::Odd);
    }

    #[test]
    fn an_open_quote_waits_for_the_next_line() {
        check(&[r#"a,"first"#, r#"second",c"#], &["a", "first\nsecond", "c"], Status::Whole);
        check(&[r#"a,"cut"#], &["a", "cut"], Status::Open);
        check(&[r#"a,"cut"#, r#""b","c""#], &["a", "cut\n\"b", "c"], Status::Odd);
    }
}
