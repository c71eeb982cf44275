//! Where a line may end: rules for Chinese punctuation, Latin words and what mixes them.
//!
//! A small part of Unicode's line breaking (UAX 14), the part that addresses and remarks need.

/// How a character behaves at the end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A blank; it hangs over the end of its line.
    Space,
    /// A line ends here, always.
    NewLine,
    /// Ideographs and kana: a line may end on either side.
    Wide,
    /// Never at the start of a line.
    Closing,
    /// The same of ASCII, which also stands inside numbers and words.
    Point,
    /// Never at the end of a line.
    Opening,
    /// Ends a part of a word, such as the hyphen.
    Joint,
    /// Everything else: letters, digits, signs.
    Letter,
}

impl Kind {
    /// The behaviour of a character.
    pub fn of(found: char) -> Self {
        match found {
            '\n' => Self::NewLine,
            ' ' | '\u{3000}' => Self::Space,
            '，' | '。' | '、' | '；' | '：' | '？' | '！' | '）' | '】' | '》' | '」' | '』' | '〉'
            | '〕' | '］' | '｝' | '”' | '’' | '…' | '～' | '％' | '·' => Self::Closing,
            ',' | '.' | ';' | ':' | '?' | '!' | ')' | ']' | '}' | '%' => Self::Point,
            '（' | '【' | '《' | '「' | '『' | '〈' | '〔' | '［' | '｛' | '“' | '‘' | '(' | '[' | '{'
            | '#' | '￥' => Self::Opening,
            '-' | '/' | '_' | '\\' | '|' | '@' | '&' | '‐' | '–' | '—' => Self::Joint,
            '\u{2E80}'..='\u{A4CF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF00}'..='\u{FFEF}' => Self::Wide,
            '\u{1F000}'..='\u{3FFFF}' => Self::Wide,
            _ => Self::Letter,
        }
    }
}

/// May a line end between two characters?
pub enum Break {
    /// Yes.
    Good,
    /// Only when the line offers no better place: `TEA-LJ-250` is easier to read in one piece.
    Poor,
    /// Never.
    None,
}

/// Whether a line may end between two neighbours.
pub fn break_between(left: Kind, right: Kind) -> Break {
    match (left, right) {
        (_, Kind::Space | Kind::NewLine | Kind::Closing | Kind::Point) | (Kind::Opening, _) => Break::None,
        (Kind::Space | Kind::Wide | Kind::Closing, _) | (_, Kind::Wide | Kind::Opening) => Break::Good,
        (Kind::Joint, _) => Break::Poor,
        // After an ASCII point no break either: "3.14" and "a:b" stay in one piece.
        (Kind::Letter | Kind::Point | Kind::NewLine, Kind::Letter | Kind::Joint) => Break::None,
    }
}
