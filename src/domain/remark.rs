//! Words in remarks that must not be overlooked: "urgent", "another address".

/// Keywords of one seller.
const KEYWORDS_MAX: usize = 50;
/// Characters of a keyword.
const KEYWORD_CHARS: usize = 20;
/// Characters of a note.
pub const NOTE_CHARS: usize = 1_000;

/// A part of a text, and whether it is a keyword.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Piece<'a> {
    pub text: &'a str,
    pub is_keyword: bool,
}

/// Keywords as they are kept: trimmed, each once, whatever case.
///
/// # Errors
/// A sentence with the value that cannot be taken.
pub fn parse_keywords(words: &[String]) -> Result<Vec<String>, String> {
    let mut kept: Vec<String> = Vec::new();
    for word in words.iter().map(|word| word.trim()) {
        let length = word.chars().count();
        if length == 0 || length > KEYWORD_CHARS || word.chars().any(char::is_control) {
            return Err(format!("{word:?} has {length} characters; write 1 to {KEYWORD_CHARS} on one line"));
        }
        if !kept.iter().any(|known| begins(known, word) == Some(known.len())) {
            kept.push(word.to_owned());
        }
    }
    match kept.len() > KEYWORDS_MAX {
        true => Err(format!("There are {} keywords; write up to {KEYWORDS_MAX}", kept.len())),
        false => Ok(kept),
    }
}

/// A note as it is kept: trimmed, lines allowed.
///
/// # Errors
/// A sentence with the length.
pub fn parse_note(text: &str) -> Result<String, String> {
    let text = text.trim().replace("\r\n", "\n");
    let length = text.chars().count();
    let is_odd = |c: char| c.is_control() && c != '\n';
    match length == 0 || length > NOTE_CHARS || text.chars().any(is_odd) {
        true => Err(format!(
            "The note has {length} characters; write 1 to {NOTE_CHARS}, without signs that cannot be seen"
        )),
        false => Ok(text),
    }
}

/// How many bytes of the text the keyword takes at its beginning, whatever case; `None` when it does not
/// stand there.
fn begins(text: &str, keyword: &str) -> Option<usize> {
    let mut rest = text.chars();
    for wanted in keyword.chars() {
        let found = rest.next()?;
        if found != wanted && !found.to_lowercase().eq(wanted.to_lowercase()) {
            return None;
        }
    }
    Some(text.len() - rest.as_str().len())
}

/// The longest keyword at the beginning of the text: its place in the list and its bytes in the text.
fn longest(text: &str, keywords: &[String]) -> Option<(usize, usize)> {
    let there = keywords.iter().enumerate().filter(|(_, word)| !word.is_empty());
    there.filter_map(|(index, word)| Some((index, begins(text, word)?))).max_by_key(|(_, bytes)| *bytes)
}

/// The text cut at its keywords; put together the pieces are the text. Of two keywords that begin at one
/// place the longer one counts.
pub fn pieces<'a>(text: &'a str, keywords: &[String]) -> Vec<Piece<'a>> {
    let (mut found, mut plain, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        match longest(&text[at..], keywords) {
            Some((_, bytes)) => {
                if plain < at {
                    found.push(Piece { text: &text[plain..at], is_keyword: false });
                }
                found.push(Piece { text: &text[at..at + bytes], is_keyword: true });
                at += bytes;
                plain = at;
            }
            None => at += text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }
    if plain < text.len() {
        found.push(Piece { text: &text[plain..], is_keyword: false });
    }
    found
}

/// The keywords that stand in a text, in the order of the list.
pub fn keywords_in(text: &str, keywords: &[String]) -> Vec<String> {
    let mut there = vec![false; keywords.len()];
    let mut at = 0;
    while at < text.len() {
        let step = match longest(&text[at..], keywords) {
            Some((index, bytes)) => {
                there[index] = true;
                bytes
            }
            None => text[at..].chars().next().map_or(1, char::len_utf8),
        };
        at += step;
    }
    keywords.iter().zip(there).filter(|(_, there)| *there).map(|(word, _)| word.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(list: &[&str]) -> Vec<String> {
        list.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn keywords_are_marked_and_nothing_is_lost() {
        for (text, keywords, shown) in [
            ("请加急,换地址", &["加急", "换地址"][..], "请[加急],[换地址]"),
            ("URGENT urgent", &["Urgent"], "[URGENT] [urgent]"),
            ("加急加急件", &["加急", "加急件"], "[加急][加急件]"),
            ("nothing", &["加急"], "nothing"),
            ("aaa", &["aa"], "[aa]a"),
            ("", &["aa"], ""),
            ("x", &[], "x"),
        ] {
            let keywords = words(keywords);
            let cut = pieces(text, &keywords);
            let marked: String = cut
                .iter()
                .map(
                    |piece| {
                        if piece.is_keyword { format!("[{}]", piece.text) } else { piece.text.to_owned() }
                    },
                )
                .collect();
            assert_eq!(marked, shown);
            assert_eq!(cut.iter().map(|piece| piece.text).collect::<String>(), text);
        }
        assert_eq!(keywords_in("请加急, urgent", &words(&["换地址", "URGENT", "加急"])), ["URGENT", "加急"]);
    }

    #[test]
    fn keywords_and_notes_are_checked() {
        assert_eq!(parse_keywords(&words(&[" 加急 ", "Urgent", "URGENT"])), Ok(words(&["加急", "Urgent"])));
        let many: Vec<String> = (0..51).map(|n| format!("w{n}")).collect();
        for bad in [words(&[""]), words(&["长".repeat(21).as_str()]), words(&["a\nb"]), many] {
            assert!(parse_keywords(&bad).is_err(), "{bad:?}");
        }
        assert_eq!(parse_note(" 换地址\r\n到楼下 "), Ok("换地址\n到楼下".to_owned()));
        for bad in ["", " \n ", "a\u{0}b", &"长".repeat(1_001)] {
            assert!(parse_note(bad).is_err());
        }
    }
}
