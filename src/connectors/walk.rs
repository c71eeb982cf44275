//! Closed windows of time, read from their last page to their first.
//!
//! Where a list is sorted by the time of change, newest first, an order that changes while it is read leaves its window,
//! and every older one moves a place towards the first page. Who reads forward skips one; who reads backward meets one
//! twice at worst. An order the platform puts into its list late pushes the others the other way; then the window holds
//! more than when it was counted, and is read again. Source: documents of TOP, Pinduoduo and Xiaohongshu on their lists.

/// Where a reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// Seconds since 1970, both within.
    pub start: i64,
    pub end: i64,
    /// The page to be read; 0 before the window was counted.
    pub page: i64,
    /// How many orders it held when it was counted.
    pub total: i64,
}

impl Walk {
    /// The place a page before this one named; without one the first window from `since` on, `span` seconds long at
    /// most. `None` for what was never a place.
    pub fn parse(from: Option<&str>, since: i64, span: i64, now: i64) -> Option<Self> {
        let Some(from) = from else { return Some(Self::window(since.min(now), span, now)) };
        let mut parts = from.split(' ').map(str::parse);
        let mut next = || parts.next()?.ok();
        Some(Self { start: next()?, end: next()?, page: next()?, total: next()? })
    }

    fn window(start: i64, span: i64, now: i64) -> Self {
        Self { start, end: (start + span).min(now), page: 0, total: 0 }
    }

    /// The window was counted: the page to read first.
    pub fn counted(&self, total: i64, page_size: i64) -> Self {
        let pages = (total + page_size - 1) / page_size;
        Self { page: pages.max(1), total, ..*self }
    }

    /// Where the next page is, after this one was read and the window was said to hold `total`; `None` behind the last.
    pub fn onward(&self, total: i64, span: i64, now: i64) -> Option<String> {
        let next = match self.page {
            2.. => Self { page: self.page - 1, ..*self },
            _ if total > self.total => Self { page: 0, ..*self },
            // A whole window ended before now, so there is more.
            _ if self.end - self.start >= span && self.end < now => Self::window(self.end, span, now),
            _ => return None,
        };
        Some(format!("{} {} {} {}", next.start, next.end, next.page, next.total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_read_backward_one_after_another_up_to_now() {
        let mut places = Vec::new();
        let mut from: Option<String> = None;
        loop {
            let mut walk = Walk::parse(from.as_deref(), 1_000, 100, 1_250).expect("a place");
            if walk.page == 0 {
                walk = walk.counted(if walk.start == 1_100 { 250 } else { 3 }, 100);
            }
            places.push((walk.start, walk.end, walk.page));
            // One order comes late while the second window is read for the first time.
            let is_late = walk.start == 1_100 && walk.page == 1 && places.len() < 5;
            from = walk.onward(walk.total + i64::from(is_late), 100, 1_250);
            if from.is_none() {
                break;
            }
        }
        assert_eq!(
            places,
            [
                (1_000, 1_100, 1),
                (1_100, 1_200, 3),
                (1_100, 1_200, 2),
                (1_100, 1_200, 1),
                (1_100, 1_200, 3),
                (1_100, 1_200, 2),
                (1_100, 1_200, 1),
                (1_200, 1_250, 1),
            ]
        );
        assert_eq!(Walk::parse(Some("of another shop"), 0, 1, 1), None);
        let empty = Walk::parse(None, 5, 10, 5).expect("a place").counted(0, 100);
        assert_eq!((empty.page, empty.onward(0, 10, 5)), (1, None));
    }
}
