//! Lines of a text file in any of the encodings exports come in, in bounded memory.

use std::io::{self, Read};

use encoding_rs::{Decoder, Encoding};

/// Bytes decoded at a time.
const CHUNK_BYTES: usize = 64 * 1024;
/// A longer line is cut here; its rest is passed over, and the row is refused for its columns.
pub(super) const LINE_BYTES: usize = 256 * 1024;

/// Reads a source line by line as UTF-8.
pub(super) struct Lines<R> {
    source: R,
    decoder: Decoder,
    chunk: Vec<u8>,
    text: String,
    /// Where the unread part of `text` begins.
    start: usize,
    line_end: char,
    ended: bool,
}

impl<R: Read> Lines<R> {
    /// `line_end` is `\n`, or `\r` for files of very old Mac programs.
    pub(super) fn new(source: R, encoding: &'static Encoding, line_end: char) -> Self {
        let decoder = encoding.new_decoder_with_bom_removal();
        Self {
            source,
            decoder,
            chunk: vec![0; CHUNK_BYTES],
            text: String::new(),
            start: 0,
            line_end,
            ended: false,
        }
    }

    /// The next line without its end; `None` after the last.
    pub(super) fn next_line(&mut self) -> io::Result<Option<String>> {
        let mut line = String::new();
        let mut began = false;
        loop {
            let rest = &self.text[self.start..];
            began |= !rest.is_empty();
            let end = rest.find(self.line_end);
            let part = &rest[..end.unwrap_or(rest.len())];
            let room = LINE_BYTES.saturating_sub(line.len());
            line.push_str(&part[..part.floor_char_boundary(room)]);
            if let Some(end) = end {
                self.start += end + 1;
                if line.ends_with('\r') {
                    line.pop();
                }
                return Ok(Some(line));
            }
            if self.ended {
                self.start = self.text.len();
                return Ok(began.then_some(line));
            }
            self.fill()?;
        }
    }

    /// Replaces the text, which has been read to its end, by the next chunk.
    fn fill(&mut self) -> io::Result<()> {
        let count = self.source.read(&mut self.chunk)?;
        self.text.clear();
        self.start = 0;
        self.ended = count == 0;
        let needed = self.decoder.max_utf8_buffer_length(count).unwrap_or(CHUNK_BYTES * 4);
        self.text.reserve(needed);
        // Bytes that are no text become U+FFFD; a row that needs them is refused there.
        let _ = self.decoder.decode_to_string(&self.chunk[..count], &mut self.text, self.ended);
        Ok(())
    }
}
