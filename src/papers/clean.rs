//! What may reach paper: text without characters that print nothing or play tricks.

/// Takes out what must not reach paper, and blanks at both ends.
///
/// Line ends become line feeds and tabs blanks. Other control characters, zero-width ones and
/// those that turn the direction of text go: they print nothing and can reorder an address.
pub fn clean(text: &str) -> String {
    let mut cleaned = String::with_capacity(text.len());
    let mut after_return = false;
    for found in text.chars() {
        match found {
            '\n' if after_return => {}
            '\r' | '\n' | '\u{85}' | '\u{2028}' | '\u{2029}' => cleaned.push('\n'),
            '\t' | '\u{A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' => cleaned.push(' '),
            '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' => {}
            '\u{FEFF}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0000}'..='\u{E0FFF}' | '\u{AD}' => {}
            // Skin tones: without joining they would be squares of their own.
            '\u{1F3FB}'..='\u{1F3FF}' => {}
            _ if found.is_control() => {}
            _ => cleaned.push(found),
        }
        after_return = found == '\r';
    }
    cleaned.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_direction_tricks_never_reach_paper() {
        assert_eq!(clean("a\u{202E}b\u{0}c\r\nd\te\u{200B}\u{FEFF} "), "abc\nd e");
        assert_eq!(clean("\u{7}"), "");
    }
}
