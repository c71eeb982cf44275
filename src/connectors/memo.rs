//! Memos: what the seller notes with an order in the shop, told by us.
//!
//! No platform has a key that makes a telling once, so each reads what stands there first. Most keep one text, behind which ours
//! is added with a `；`: what another hand wrote stays, unless a person wants it replaced. Others keep a list of notes.

use super::link::{Access, CallError};
use super::parcel::ShipError;

/// Between two memos in one text; platforms turn line breaks into other things.
const BETWEEN: char = '；';

/// A platform that can be told memos.
pub trait Memos: Send + Sync {
    /// Tells the shop a memo, unless it stands there.
    ///
    /// # Errors
    /// As [`ShipError`] says.
    fn note(&self, access: &Access, memo: &Memo) -> Result<Noted, ShipError>;
}

/// What is to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Memo {
    /// The platform's number of the order.
    pub order: String,
    pub text: String,
    /// A colour of the platform's; empty leaves the order's flag as it is.
    pub flag: String,
    /// It takes the place of what stands there.
    pub is_replacing: bool,
}

impl Memo {
    /// Whether nothing but ours came to `before`, which is how the shop stood, when it shows `after` now.
    pub fn leads_to(&self, before: &str, after: &str) -> bool {
        let before = Standing { text: before.to_owned(), flag: String::new() };
        on_one_line(after) == on_one_line(&self.text)
            || on_one_line(&wanted(self, &before).text) == on_one_line(after)
    }
}

/// A memo as the shop shows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    pub text: String,
    /// Empty without one.
    pub flag: String,
}

/// What came of telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noted {
    /// What the shop shows, without the memo's words.
    pub proof: String,
    /// Memo and flag as orders come with them from now on; `None` where they come without.
    pub stands: Option<Standing>,
}

/// The longest memo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Most {
    Bytes(usize),
    Chars(usize),
    /// No document says.
    Unknown,
}

/// How a platform keeps memos.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoRule {
    pub most: Most,
    /// Its flags: our words and its numbers.
    pub flags: &'static [(&'static str, i64)],
    /// Each is a note of its own; otherwise all are one text.
    pub is_list: bool,
}

impl MemoRule {
    /// In a word for the guide.
    pub fn shown(&self) -> String {
        let kind = if self.is_list { "a note each" } else { "one text" };
        match self.most {
            Most::Bytes(most) => format!("{kind}, {most} bytes"),
            Most::Chars(most) => format!("{kind}, {most} characters"),
            Most::Unknown => kind.to_owned(),
        }
    }

    /// Why a text is too long to be told, if it is.
    pub fn too_long(&self, text: &str) -> Option<String> {
        let said = |there: usize, most: usize, unit: &str| {
            (there > most)
                .then(|| format!("the memo has {there} {unit}, and the platform takes {most}; shorten it"))
        };
        match self.most {
            Most::Bytes(most) => said(text.len(), most, "bytes"),
            Most::Chars(most) => said(text.chars().count(), most, "characters"),
            Most::Unknown => None,
        }
    }

    /// The platform's number of a flag; `None` for none.
    pub fn number(&self, flag: &str) -> Option<i64> {
        self.flags.iter().find(|(word, _)| *word == flag).map(|(_, number)| *number)
    }

    /// Tells a platform that keeps one text what is not there yet.
    ///
    /// # Errors
    /// A refusal when the text would be too long; what `write` says.
    pub fn tell(
        &self,
        memo: &Memo,
        stands: Standing,
        write: impl FnOnce(&Standing) -> Result<(), CallError>,
    ) -> Result<Noted, ShipError> {
        let wanted = wanted(memo, &stands);
        if wanted != stands {
            if let Some(why) = self.too_long(&wanted.text) {
                return Err(ShipError::Refused(format!("With what stands there {why}")));
            }
            write(&wanted).map_err(ShipError::of_write)?;
        }
        Ok(Noted { proof: proof(&memo.order, &wanted.flag), stands: Some(wanted) })
    }
}

/// The word of a platform's flag; empty for none and for one that is not known here.
pub fn word(flags: &'static [(&'static str, i64)], number: i64) -> &'static str {
    flags.iter().find(|(_, own)| *own == number).map_or("", |(word, _)| word)
}

/// What is kept as the proof: never the memo's words.
pub fn proof(order: &str, flag: &str) -> String {
    match flag {
        "" => format!("{order} shows the memo"),
        flag => format!("{order} shows the memo, flag {flag}"),
    }
}

/// A text on one line, as it is told.
pub fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What is to stand there.
fn wanted(memo: &Memo, stands: &Standing) -> Standing {
    let ours = on_one_line(&memo.text);
    let there = on_one_line(&stands.text);
    let text = match memo.is_replacing {
        true if there == ours => stands.text.clone(),
        true => ours,
        false if there.is_empty() => ours,
        false if stands_in(&there, &ours) => stands.text.clone(),
        false => format!("{}{BETWEEN}{ours}", stands.text.trim_end()),
    };
    let flag = if memo.flag.is_empty() { &stands.flag } else { &memo.flag };
    Standing { text, flag: flag.clone() }
}

/// Whether a memo stands among others.
fn stands_in(there: &str, ours: &str) -> bool {
    there.match_indices(ours).any(|(at, found)| {
        let (before, behind) = (&there[..at], &there[at + found.len()..]);
        (before.is_empty() || before.ends_with(BETWEEN)) && (behind.is_empty() || behind.starts_with(BETWEEN))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_is_added_behind_what_stands_there_and_only_once() {
        for (there, ours, is_replacing, expected) in [
            ("", "送小样", false, "送小样"),
            ("易碎", "送小样", false, "易碎；送小样"),
            ("易碎；送小样", "送小样", false, "易碎；送小样"),
            ("送小样；客服又写", "送小样", false, "送小样；客服又写"),
            ("易碎\n勿压；送 小样", "送\n小样", false, "易碎\n勿压；送 小样"),
            ("已加急处理", "加急", false, "已加急处理；加急"),
            ("易碎", "送小样", true, "送小样"),
            ("送小样", "送小样", true, "送小样"),
            ("a；a", "a", false, "a；a"),
        ] {
            let memo =
                Memo { order: "1".to_owned(), text: ours.to_owned(), flag: String::new(), is_replacing };
            let stands = Standing { text: there.to_owned(), flag: "red".to_owned() };
            let wished = wanted(&memo, &stands);
            assert_eq!((wished.text.as_str(), wished.flag.as_str()), (expected, "red"), "{there} + {ours}");
            let again = wanted(&memo, &wished);
            assert_eq!(again, wished, "a second telling changes nothing");
            assert!(memo.leads_to(there, &wished.text) && !memo.leads_to(there, "别人；又写"));
        }
    }

    #[test]
    fn what_is_there_is_not_written_and_what_is_too_long_is_refused() {
        let rule = MemoRule { most: Most::Chars(6), flags: &[("red", 1)], is_list: false };
        let memo = |text: &str, flag: &str| Memo {
            order: "7".to_owned(),
            text: text.to_owned(),
            flag: flag.to_owned(),
            is_replacing: false,
        };
        let stands = Standing { text: "易碎".to_owned(), flag: "red".to_owned() };
        let told = rule.tell(&memo("易碎", "red"), stands.clone(), |_| panic!("it is there"));
        assert_eq!(told.expect("done").proof, "7 shows the memo, flag red");
        let refused = rule.tell(&memo("送小样品", ""), stands, |_| Ok(()));
        let Err(ShipError::Refused(words)) = refused else { panic!("{refused:?}") };
        assert!(words.contains("has 7 characters") && words.contains("takes 6"), "{words}");
        assert_eq!((rule.number("red"), rule.number("cyan"), word(rule.flags, 1)), (Some(1), None, "red"));
    }
}
