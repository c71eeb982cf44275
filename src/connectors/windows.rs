//! Lists that are asked for in windows of time and pages by number, and lose nothing.
//!
//! An order that changes leaves its window, and later rows slide one place towards the first page: a reader that goes
//! forward skips one. So the first look at a window counts, and its pages are read from the last to the first, where a
//! row that slides is at worst read twice. Platforms say so themselves (TOP, Pinduoduo, Xiaohongshu). A window with more
//! rows than can be paged is halved, and two windows share their border, whether a platform counts it in or not.

use super::link::CallError;
use crate::domain::time::UtcTime;

/// What a platform allows for its list.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Seconds of the longest window.
    pub longest_s: i64,
    /// Rows of a page.
    pub size: u64,
    /// Rows of a window up to which pages are answered.
    pub most: u64,
}

/// Where a reading stands: a window, both ends in seconds after 1970, and a page of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Window {
    pub start_s: i64,
    pub end_s: i64,
    /// Where the last window ends.
    until_s: i64,
    /// 0 for the first look.
    page: u64,
    /// How many rows the first look counted.
    total: u64,
}

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
pub struct Onward {
    /// The rows count; otherwise they come again with a page that follows.
    pub is_read: bool,
    pub next: Option<String>,
}

/// A sweep begins five minutes before the one before it did, by our clock. Platforms that sign their calls refuse a clock that
/// is more than six to ten minutes off, so five minutes more cover every clock they take calls from.
const SKEW_S: i64 = 300;

/// Shortest window: two windows share a second, so one of two seconds goes on.
const SHORTEST_S: i64 = 2;

impl Window {
    /// The window and page that the page before named; without one the beginning of everything since then.
    ///
    /// # Errors
    /// `Invalid` for what was never a place.
    pub fn parse(from: Option<&str>, since: UtcTime, now: UtcTime, rule: &Rule) -> Result<Self, CallError> {
        let Some(from) = from else {
            return Ok(Self::starting(seconds(since) - SKEW_S, seconds(now), rule.longest_s));
        };
        let numbers: Option<Vec<i64>> = from.split(' ').map(|part| part.parse().ok()).collect();
        match numbers.as_deref() {
            Some(&[start_s, end_s, until_s, page, total]) if page >= 0 && total >= 0 => {
                Ok(Self { start_s, end_s, until_s, page: page.unsigned_abs(), total: total.unsigned_abs() })
            }
            _ => Err(CallError::Invalid(format!("{from:?} is no page of this shop"))),
        }
    }

    fn starting(start_s: i64, until_s: i64, length_s: i64) -> Self {
        let until_s = until_s.max(start_s);
        Self { start_s, end_s: until_s.min(start_s + length_s), until_s, page: 0, total: 0 }
    }

    /// The page to ask for, the first being 1.
    pub fn page(&self) -> u64 {
        self.page.max(1)
    }

    /// What follows, now that the platform has said how many rows the window has.
    ///
    /// # Errors
    /// `Invalid` when more rows than can be paged lie within seconds.
    pub fn onward(&self, rule: &Rule, total: u64) -> Result<Onward, CallError> {
        let pages = total.div_ceil(rule.size);
        let go = |is_read, next: Self| Ok(Onward { is_read, next: Some(next.to_text()) });
        if self.page == 0 {
            if total > rule.most {
                return go(false, self.halved(total)?);
            }
            if pages > 1 {
                return go(false, Self { page: pages, total, ..self.clone() });
            }
        } else if total > self.total {
            // Rows came in late and may have pushed others behind the pages still to come.
            return go(true, Self { page: 0, total: 0, ..self.clone() });
        } else if self.page > 1 {
            let page = pages.clamp(1, self.page - 1);
            return go(true, Self { page, ..self.clone() });
        }
        Ok(Onward { is_read: true, next: self.following(rule).map(|next| next.to_text()) })
    }

    fn halved(&self, total: u64) -> Result<Self, CallError> {
        let length_s = self.end_s - self.start_s;
        if length_s <= SHORTEST_S {
            let words = format!("it shows {total} orders within {length_s} seconds, more than it answers");
            return Err(CallError::Invalid(words));
        }
        let end_s = self.start_s + (length_s / 2).max(SHORTEST_S);
        Ok(Self { end_s, page: 0, total: 0, ..self.clone() })
    }

    /// The window behind this one, which may be longer again.
    fn following(&self, rule: &Rule) -> Option<Self> {
        let length_s = (2 * (self.end_s - self.start_s)).min(rule.longest_s);
        (self.end_s < self.until_s).then(|| Self::starting(self.end_s - 1, self.until_s, length_s))
    }

    fn to_text(&self) -> String {
        format!("{} {} {} {} {}", self.start_s, self.end_s, self.until_s, self.page, self.total)
    }
}

/// Where a reading by a cursor stands: in a window of time, behind what the cursor marks. A cursor over a list sorted by time
/// of change, oldest first, loses nothing: an order that changes meanwhile moves behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch {
    pub start_s: i64,
    pub end_s: i64,
    until_s: i64,
    /// Empty at the beginning of the window.
    pub cursor: String,
}

impl Stretch {
    /// As [`Window::parse`], in windows of so many seconds at most.
    ///
    /// # Errors
    /// `Invalid` for what was never a place.
    pub fn parse(
        from: Option<&str>,
        since: UtcTime,
        now: UtcTime,
        longest_s: i64,
    ) -> Result<Self, CallError> {
        let Some(from) = from else {
            let start_s = seconds(since) - SKEW_S;
            return Ok(Self::starting(start_s, seconds(now).max(start_s), longest_s));
        };
        let mut parts = from.splitn(4, ' ');
        let mut number = || parts.next().and_then(|part| part.parse().ok());
        match (number(), number(), number(), parts.next()) {
            (Some(start_s), Some(end_s), Some(until_s), Some(cursor)) => {
                Ok(Self { start_s, end_s, until_s, cursor: cursor.to_owned() })
            }
            _ => Err(CallError::Invalid(format!("{from:?} is no page of this shop"))),
        }
    }

    fn starting(start_s: i64, until_s: i64, longest_s: i64) -> Self {
        Self { start_s, end_s: until_s.min(start_s + longest_s), until_s, cursor: String::new() }
    }

    /// The page behind this one: where the platform's cursor leads, or the next window behind its last page.
    pub fn onward(&self, cursor: Option<&str>, longest_s: i64) -> Option<String> {
        let next = match cursor {
            Some(cursor) => Self { cursor: cursor.to_owned(), ..self.clone() },
            None if self.end_s < self.until_s => Self::starting(self.end_s - 1, self.until_s, longest_s),
            None => return None,
        };
        Some(format!("{} {} {} {}", next.start_s, next.end_s, next.until_s, next.cursor))
    }
}

/// Whole seconds after 1970.
pub fn seconds(time: UtcTime) -> i64 {
    time.micros().div_euclid(1_000_000)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const RULE: Rule = Rule { longest_s: 100, size: 3, most: 9 };

    /// A list by time of change that another hand changes before each page.
    struct Played {
        rows: Vec<(i64, u32)>,
        windows: Vec<(i64, i64)>,
    }

    impl Played {
        fn page(&mut self, window: &Window, is_closed: bool) -> (u64, Vec<u32>) {
            self.rows.sort_unstable();
            self.windows.push((window.start_s, window.end_s));
            let is_in = |at: i64| match is_closed {
                true => (window.start_s..=window.end_s).contains(&at),
                // Neither end counts, as strict filters do it.
                false => at > window.start_s && at < window.end_s,
            };
            let found: Vec<u32> = self.rows.iter().filter(|(at, _)| is_in(*at)).map(|(_, id)| *id).collect();
            let skip = usize::try_from((window.page() - 1) * RULE.size).expect("small");
            let page = found.iter().copied().skip(skip).take(3).collect();
            (found.len() as u64, page)
        }
    }

    fn read(
        played: &mut Played,
        since: i64,
        until: i64,
        is_closed: bool,
        mut meanwhile: impl FnMut(&mut Played),
    ) -> BTreeSet<u32> {
        let at = |s: i64| UtcTime::of_millis(s * 1_000);
        let (mut seen, mut from) = (BTreeSet::new(), None);
        for _ in 0..1_000 {
            let window = Window::parse(from.as_deref(), at(since), at(until), &RULE).expect("a place");
            assert!(window.end_s - window.start_s <= RULE.longest_s);
            let (total, rows) = played.page(&window, is_closed);
            let onward = window.onward(&RULE, total).expect("it goes on");
            if onward.is_read {
                seen.extend(rows);
            }
            meanwhile(played);
            match onward.next {
                Some(next) => from = Some(next),
                None => return seen,
            }
        }
        panic!("it ends");
    }

    #[test]
    fn rows_of_every_second_are_read_whether_borders_count_or_not() {
        for is_closed in [true, false] {
            // A row in each second, and six in one; everything but the very borders, which the overlap of sweeps covers.
            let mut rows: Vec<(i64, u32)> = (1..400).map(|s| (s, u32::try_from(s).expect("small"))).collect();
            rows.extend((500..506).map(|id| (200, id)));
            let all: BTreeSet<u32> = rows.iter().map(|(_, id)| *id).collect();
            let mut played = Played { rows, windows: Vec::new() };
            assert_eq!(read(&mut played, 0, 400, is_closed, |_| ()), all);
        }
    }

    #[test]
    fn a_row_that_leaves_its_window_takes_no_other_with_it() {
        let rows: Vec<(i64, u32)> = (0..9).map(|id| (10, id)).collect();
        let mut played = Played { rows, windows: Vec::new() };
        let mut next = 0;
        // Before every page the first row that is left changes and is out of the window.
        let seen = read(&mut played, 0, 100, true, |played| {
            if let Some(row) = played.rows.iter_mut().find(|(at, _)| *at == 10).filter(|_| next < 3) {
                (row.0, next) = (200, next + 1);
            }
        });
        let gone: BTreeSet<u32> =
            played.rows.iter().filter(|(at, _)| *at == 200).map(|(_, id)| *id).collect();
        let left: BTreeSet<u32> = (0..9).filter(|id| !gone.contains(id)).collect();
        assert!(seen.is_superset(&left), "{seen:?} of {left:?}");
        // What left is changed again, and is found by the sweep over that time.
        assert!(read(&mut played, 150, 250, true, |_| ()).is_superset(&gone));
    }

    #[test]
    fn rows_that_come_in_late_are_read() {
        let mut played = Played { rows: (0..7).map(|id| (10, id)).collect(), windows: Vec::new() };
        let mut is_late = true;
        let seen = read(&mut played, 0, 100, true, |played| {
            if std::mem::take(&mut is_late) {
                played.rows.extend([(5, 70), (5, 71)]);
            }
        });
        assert_eq!(seen.len(), 9);
    }

    #[test]
    fn more_than_can_be_paged_within_seconds_is_said() {
        let mut played = Played { rows: (0..10).map(|id| (10, id)).collect(), windows: Vec::new() };
        let window = Window::parse(Some("9 11 100 0 0"), UtcTime::of_millis(0), UtcTime::of_millis(0), &RULE);
        let window = window.expect("a place");
        let (total, _) = played.page(&window, true);
        let words = window.onward(&RULE, total).expect_err("too many").to_string();
        assert!(words.contains("10 orders within 2 seconds"), "{words}");
        assert!(Window::parse(Some("x"), UtcTime::of_millis(0), UtcTime::of_millis(0), &RULE).is_err());
    }

    #[test]
    fn a_cursor_is_followed_through_every_window() {
        let at = |s: i64| UtcTime::of_millis(s * 1_000);
        let first = Stretch::parse(None, at(300), at(350), 200).expect("the beginning");
        assert_eq!((first.start_s, first.end_s, first.cursor.as_str()), (0, 200, ""));
        let second = first.onward(Some("a b"), 200).expect("a page");
        let second = Stretch::parse(Some(&second), at(7), at(7), 200).expect("a place");
        assert_eq!((second.start_s, second.end_s, second.cursor.as_str()), (0, 200, "a b"));
        let third = second.onward(None, 200).expect("a window");
        let third = Stretch::parse(Some(&third), at(7), at(7), 200).expect("a place");
        assert_eq!((third.start_s, third.end_s, third.cursor.as_str()), (199, 350, ""));
        assert_eq!(third.onward(None, 200), None);
        assert!(Stretch::parse(Some("1 2 3"), at(0), at(0), 100).is_err());
    }

    #[test]
    fn windows_of_many_rows_are_halved_and_grow_again() {
        let rows = (0..20).map(|id| (i64::from(id) / 2, id)).collect();
        let mut played = Played { rows, windows: Vec::new() };
        assert_eq!(read(&mut played, 0, 300, true, |_| ()).len(), 20);
        let longest = played.windows.iter().map(|(start, end)| end - start).max();
        assert_eq!(longest, Some(100));
        assert!(played.windows.iter().any(|(start, end)| end - start < 10));
    }
}
