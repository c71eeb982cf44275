//! Traditional characters to simplified ones, one by one.
//!
//! Lookup only: what is shown or printed stays as the person typed it. The number of characters never
//! changes, so a place found in the simplified text is the same place in the original.

/// Characters that stay in the names of places although elsewhere another one stands for them: 乾安, 磐石.
const KEPT: [char; 2] = ['乾', '磐'];

/// The text with every traditional character replaced by its simplified form.
pub fn simplified(text: &str) -> String {
    text.split_inclusive(KEPT)
        .map(|part| match part.chars().next_back().filter(|last| KEPT.contains(last)) {
            Some(kept) => {
                fast2s::convert(&part[..part.len() - kept.len_utf8()]) + kept.encode_utf8(&mut [0; 4])
            }
            None => fast2s::convert(part),
        })
        .collect()
}

/// The characters of `text` as they are and as they are looked up; both lists have the same length.
pub(crate) fn char_pairs(text: &str) -> (Vec<char>, Vec<char>) {
    let original: Vec<char> = text.chars().collect();
    let mut lookup: Vec<char> = simplified(text).chars().collect();
    if lookup.len() != original.len() {
        lookup.clone_from(&original);
    }
    (original, lookup)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_simplified_one_by_one() {
        for (traditional, simple) in
            [("臺北市大安區", "台北市大安区"), ("彌敦道", "弥敦道"), ("北京", "北京"), ("", "")]
        {
            assert_eq!(simplified(traditional), simple);
        }
        assert_eq!(char_pairs("後里a😀").0.len(), char_pairs("後里a😀").1.len());
    }

    #[test]
    fn the_names_of_today_are_simplified_already() {
        let table = include_str!("../../../data/divisions.txt");
        let changed: Vec<&str> = table.lines().filter(|line| simplified(line) != *line).collect();
        assert_eq!(changed, Vec::<&str>::new(), "nobody would find these");
    }
}
