//! Texts in the order in which people count: A-2 before A-10.

/// A piece of a text that sorts as people count: A-2 before A-10.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Chunk {
    /// Digits without leading zeros: the longer, the larger. Then the digits as written.
    Number(usize, String, String),
    Text(String),
}

/// The pieces of a text, to be compared.
pub fn natural(text: &str) -> Vec<Chunk> {
    let mut chunks = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let numeric = first.is_ascii_digit();
        let end = rest.find(|found: char| found.is_ascii_digit() != numeric).unwrap_or(rest.len());
        let (chunk, after) = rest.split_at(end);
        chunks.push(if numeric {
            let digits = chunk.trim_start_matches('0');
            Chunk::Number(digits.len(), digits.to_owned(), chunk.to_owned())
        } else {
            Chunk::Text(chunk.to_owned())
        });
        rest = after;
    }
    chunks
}
