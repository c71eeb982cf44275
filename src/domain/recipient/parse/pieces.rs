//! The text while it is taken apart: what has been read is cut out, the rest falls into pieces.

/// Stands where a phone was: a name beside it is likely the name.
pub(super) const PHONE: char = '\u{1e}';
/// Stands where a label, a postcode or a code was.
pub(super) const CUT: char = '\u{1d}';
/// Stands where the region was.
pub(super) const REGION: char = '\u{1c}';

/// A stretch of text between two breaks, in characters of the whole text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub start: usize,
    pub end: usize,
    /// Only breaks lie between this piece and a phone, before or behind it.
    pub beside_phone: bool,
}

impl Piece {
    pub fn text(self, text: &[char]) -> String {
        text[self.start..self.end].iter().collect::<String>().trim_matches(is_edge).to_owned()
    }
}

fn is_edge(c: char) -> bool {
    c.is_whitespace() || "-_:：~.。,，;；、/|\\+=".contains(c)
}

/// Overwrites a stretch with a mark, so that all places keep their numbers.
pub(super) fn cut(text: &mut [char], from: usize, to: usize, mark: char) {
    for c in &mut text[from..to] {
        *c = mark;
    }
}

/// Whether the text falls apart at `at`. A hyphen or slash between digits or letters belongs to a number.
pub(super) fn is_break(text: &[char], at: usize, hyphens: bool) -> bool {
    match text[at] {
        PHONE | CUT | REGION => true,
        ',' | '，' | ';' | '；' | '|' | '｜' | '【' | '】' | '[' | ']' | '「' | '」' | '。' | '、' | '：'
        | ':' | '！' | '!' | '"' | '“' | '”' => true,
        '/' | '\\' => !between_alphanumerics(text, at),
        '-' | '_' => hyphens && !between_alphanumerics(text, at),
        '+' => hyphens,
        c => c.is_whitespace(),
    }
}

fn between_alphanumerics(text: &[char], at: usize) -> bool {
    let word = |c: Option<&char>| c.is_some_and(char::is_ascii_alphanumeric);
    word(at.checked_sub(1).and_then(|before| text.get(before))) && word(text.get(at + 1))
}

/// Hyphens (or plus signs) separate the fields of this text: one touches a phone.
pub(super) fn hyphens_separate(text: &[char]) -> bool {
    text.windows(2).any(|pair| matches!(pair, ['-' | '+' | '_', PHONE] | [PHONE, '-' | '+' | '_']))
}

/// All pieces, left to right. Latin words with blanks between them stay one piece.
pub(super) fn split(text: &[char]) -> Vec<Piece> {
    let hyphens = hyphens_separate(text);
    let mut pieces = Vec::new();
    let mut start = None;
    for at in 0..=text.len() {
        let breaks = at == text.len() || (is_break(text, at, hyphens) && !inside_latin(text, at));
        match (breaks, start) {
            (false, None) => start = Some(at),
            (true, Some(from)) => {
                pieces.push(Piece { start: from, end: at, beside_phone: false });
                start = None;
            }
            _ => {}
        }
    }
    pieces.retain(|piece| piece.text(text).chars().any(char::is_alphanumeric));
    for piece in &mut pieces {
        let before =
            text[..piece.start].iter().rev().take_while(|c| !c.is_alphanumeric()).any(|c| *c == PHONE);
        let behind = text[piece.end..].iter().take_while(|c| !c.is_alphanumeric()).any(|c| *c == PHONE);
        piece.beside_phone = before || behind;
    }
    pieces
}

/// A blank inside `Tom Chen`.
fn inside_latin(text: &[char], at: usize) -> bool {
    let letter = |c: Option<&char>| c.is_some_and(|c| c.is_ascii_alphabetic() || *c == '.');
    text[at] == ' '
        && letter(at.checked_sub(1).and_then(|before| text.get(before)))
        && letter(text.get(at + 1))
}
