//! What each connector can do, as data: connectors read their windows and pages here, the API and the guide show it.

use super::memo::MemoRule;
use super::windows::Rule;
use super::{douyin, jd, kuaishou, medusa, pinduoduo, shopify, taobao, vendure, woocommerce, xiaohongshu};
use crate::domain::platform::Platform;
use crate::domain::text_enum;

text_enum! {
    /// How a list of orders is read without losing one.
    pub enum Paging("way of paging") {
        /// Closed windows of time, each from its last page to its first.
        Backward = "backward",
        /// Behind a cursor, oldest change first.
        Cursor = "cursor",
        /// By position over what never changes, each page beginning with the last row of the one before.
        Position = "position",
    }
}

text_enum! {
    /// What of an order may leave in a parcel of its own.
    pub enum Parts("part of an order") {
        /// The order as a whole: its first number marks all of it as sent.
        WholeOrders = "whole_orders",
        WholeLines = "whole_lines",
        Pieces = "pieces",
        /// Any, but only the numbers are told.
        NumbersOnly = "numbers_only",
    }
}

text_enum! {
    /// How recipients come.
    pub enum Recipients("kind of recipients") {
        Plain = "plain",
        /// Masked, with the platform's word on who is the same.
        MaskedWithKey = "masked_with_key",
        /// Masked, and nothing says who is the same.
        Masked = "masked",
    }
}

/// What a connector can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Capability {
    pub platform: Platform,
    pub paging: Paging,
    /// Longest window over the time of change, in seconds; `None` where there is no longest one.
    pub window_s: Option<i64>,
    /// Orders of a page.
    pub page_size: u64,
    /// Orders of a window up to which its pages are answered; `None` where all are.
    pub rows_max: Option<u64>,
    /// How many days back the platform answers; `None` where it does not say.
    pub back_days: Option<i64>,
    pub parts: Parts,
    pub recipients: Recipients,
    /// Single orders can be read again by their numbers, so many with a call; `None` where they cannot.
    pub by_number: Option<usize>,
    /// How it is told memos; `None` where it takes none.
    pub memo: Option<MemoRule>,
    /// It says how many orders were placed within a time, so gaps are found.
    pub is_counted: bool,
    /// Pushes or webhooks are heard.
    pub is_pushed: bool,
    /// It was seen on a running server, not only played.
    pub is_seen: bool,
    /// What stays off until it was seen on a live shop.
    pub off: &'static [&'static str],
}

impl Capability {
    /// The bounds of its windows, for a list that is read backward.
    pub const fn rule(&self) -> Rule {
        Rule {
            longest_s: match self.window_s {
                Some(seconds) => seconds,
                None => i64::MAX / 4,
            },
            size: self.page_size,
            most: match self.rows_max {
                Some(rows) => rows,
                None => u64::MAX,
            },
        }
    }

    /// Its row in the guide.
    pub fn row(&self) -> String {
        let many = |number: Option<u64>| number.map_or("–".to_owned(), |number| number.to_string());
        let window = match self.window_s {
            Some(seconds) if seconds % 86_400 == 0 => format!("{} d", seconds / 86_400),
            Some(seconds) => format!("{} min", seconds / 60),
            None => "–".to_owned(),
        };
        format!(
            "| `{}` | {} | {window} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            self.platform,
            self.paging,
            self.page_size,
            many(self.rows_max),
            many(self.back_days.map(i64::unsigned_abs)),
            self.parts,
            self.recipients,
            self.by_number.map_or("–".to_owned(), |number| number.to_string()),
            if self.is_pushed { "yes" } else { "no" },
            if self.is_counted { "yes" } else { "no" },
            self.memo.map_or("–".to_owned(), |rule| rule.shown()),
            if self.is_seen { "seen" } else { "played" },
        )
    }
}

const PLAIN: Capability = Capability {
    platform: Platform::Vendure,
    paging: Paging::Position,
    window_s: None,
    page_size: 100,
    rows_max: None,
    back_days: None,
    parts: Parts::Pieces,
    recipients: Recipients::Plain,
    by_number: Some(100),
    memo: Some(vendure::MEMO),
    is_counted: true,
    is_pushed: false,
    is_seen: true,
    off: &[],
};

/// Every connector that has a record.
pub const ALL: &[Capability] = &[
    PLAIN,
    Capability { platform: Platform::Medusa, by_number: Some(1), memo: Some(medusa::MEMO), ..PLAIN },
    Capability {
        platform: Platform::Woocommerce,
        parts: Parts::NumbersOnly,
        memo: Some(woocommerce::MEMO),
        is_pushed: true,
        ..PLAIN
    },
    Capability {
        platform: Platform::Shopify,
        paging: Paging::Cursor,
        page_size: 50,
        by_number: Some(20),
        memo: Some(shopify::MEMO),
        is_pushed: true,
        is_seen: false,
        ..PLAIN
    },
    TAOBAO,
    Capability { platform: Platform::Tmall, ..TAOBAO },
    Capability {
        platform: Platform::Pdd,
        window_s: Some(1_800),
        page_size: 100,
        parts: Parts::WholeOrders,
        memo: Some(pinduoduo::MEMO),
        is_counted: false,
        off: &["messages (PMC)"],
        ..TAOBAO
    },
    douyin::CAPABILITY,
    jd::CAPABILITY,
    kuaishou::CAPABILITY,
    xiaohongshu::CAPABILITY,
];

/// The record of a platform.
pub fn of(platform: Platform) -> Option<&'static Capability> {
    ALL.iter().find(|one| one.platform == platform)
}

const TAOBAO: Capability = Capability {
    platform: Platform::Taobao,
    paging: Paging::Backward,
    window_s: Some(86_400),
    page_size: 50,
    rows_max: None,
    back_days: Some(89),
    parts: Parts::WholeLines,
    recipients: Recipients::MaskedWithKey,
    by_number: Some(1),
    memo: Some(taobao::MEMO),
    is_counted: true,
    is_pushed: false,
    is_seen: false,
    off: &["messages (TMC)"],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connectors::link::connector;

    #[test]
    fn the_guide_shows_each_record_and_each_record_has_a_connector() {
        let guide = include_str!("../../docs/connectors.md");
        for one in ALL {
            assert!(guide.contains(&one.row()), "docs/connectors.md lacks\n{}", one.row());
            let connector = connector(one.platform).expect("a connector");
            assert_eq!(one.memo.is_some(), connector.memos().is_some(), "{}", one.platform);
            assert_eq!(one.is_counted, connector.counting().is_some(), "{}", one.platform);
        }
    }
}
