//! Pages by position that lose nothing: each begins with the last row of the one before.
//!
//! An order that leaves the list while it is read pulls every later one a place forward, over the edge of a page that was
//! read already. Then a page does not begin with the row it should, and the reading goes back until it does.

/// Where a page by position starts, and the row that was read last before it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub skip: usize,
    /// How the list is sorted says how this is to be read; empty at the beginning.
    pub last: String,
}

impl Place {
    /// The place a page before this one named; the beginning without one. `None` for what was never a place.
    pub fn parse(from: Option<&str>) -> Option<Self> {
        let Some(from) = from else { return Some(Self { skip: 0, last: String::new() }) };
        let (skip, last) = from.split_once(' ')?;
        Some(Self { skip: skip.parse().ok()?, last: last.to_owned() })
    }

    fn to_text(&self) -> String {
        format!("{} {}", self.skip, self.last)
    }

    /// Whether a page is a gap away from the last row read: it begins behind it. Then `Some` place to go back to.
    pub fn back(&self, page: usize, is_behind: bool) -> Option<String> {
        (self.skip > 0 && is_behind)
            .then(|| Self { skip: self.skip.saturating_sub(page), last: self.last.clone() }.to_text())
    }

    /// The place of the page behind one of so many rows that ends with `last`.
    pub fn onward(&self, rows: usize, last: &str) -> String {
        Self { skip: self.skip + rows - 1, last: last.to_owned() }.to_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_join_with_one_row_and_go_back_when_they_do_not() {
        let first = Place::parse(None).expect("the beginning");
        let next = first.onward(100, "100");
        assert_eq!(next, "99 100");
        let place = Place::parse(Some(&next)).expect("a place");
        assert_eq!(place.back(100, false), None);
        assert_eq!(place.back(100, true).as_deref(), Some("0 100"));
        let begin = Place::parse(Some("0 100")).expect("a place");
        assert_eq!(begin.back(100, true), None, "nothing is before the beginning");
        assert_eq!(Place::parse(Some("of another shop")), None);
    }
}
