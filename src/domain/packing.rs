//! Packing: each piece is scanned into its parcel, and what does not belong inside is refused.
//!
//! Pure counting. An item is known by its barcode, by the seller's own code, by the shop's code, or, where it has neither, by title and
//! variant: such a piece is counted by hand.

use std::collections::BTreeMap;

/// What belongs into a parcel of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Names the item within its parcel.
    pub key: String,
    /// What a scanner may read on it.
    pub codes: Vec<String>,
    pub quantity: i64,
}

/// Pieces that are in, by the key of their item.
pub type Scanned = BTreeMap<String, i64>;

/// What a scan was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scan {
    /// One more piece of this item is in.
    Counted(String),
    /// All pieces of this item are in already: so many.
    TooMany(String, i64),
    /// Nothing of the kind belongs inside.
    Wrong,
}

/// The item a code means, and whether one more piece of it belongs inside. Of two items with the code, one that still
/// lacks pieces is meant.
pub fn scan(wanted: &[Wanted], scanned: &Scanned, code: &str) -> Scan {
    let code = code.trim();
    let means = |item: &&Wanted| {
        item.key == code
            || item.codes.iter().any(|known| !known.is_empty() && known.eq_ignore_ascii_case(code))
    };
    let lacks = |item: &&Wanted| scanned.get(&item.key).copied().unwrap_or(0) < item.quantity;
    let meant: Vec<&Wanted> = wanted.iter().filter(means).collect();
    match (meant.iter().copied().find(lacks), meant.first()) {
        (Some(item), _) => Scan::Counted(item.key.clone()),
        (None, Some(item)) => Scan::TooMany(item.key.clone(), item.quantity),
        (None, None) => Scan::Wrong,
    }
}

/// Pieces that are still missing.
pub fn missing(wanted: &[Wanted], scanned: &Scanned) -> i64 {
    wanted.iter().map(|item| (item.quantity - scanned.get(&item.key).copied().unwrap_or(0)).max(0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(key: &str, codes: &[&str], quantity: i64) -> Wanted {
        Wanted { key: key.to_owned(), codes: codes.iter().map(|code| (*code).to_owned()).collect(), quantity }
    }

    #[test]
    fn a_scan_counts_down_what_belongs_inside_and_nothing_else() {
        let items = [
            wanted("TEA", &["TEA", "shop-7"], 2),
            wanted("CUP", &["CUP"], 1),
            wanted("Gift red", &["", ""], 1),
        ];
        let mut scanned = Scanned::new();
        let counted = |key: &str| Scan::Counted(key.to_owned());
        for (code, expected, left) in [
            (" tea ", counted("TEA"), 3),
            ("SHOP-7", counted("TEA"), 2),
            ("TEA", Scan::TooMany("TEA".to_owned(), 2), 2),
            ("POT", Scan::Wrong, 2),
            ("", Scan::Wrong, 2),
            ("Gift red", counted("Gift red"), 1),
            ("cup", counted("CUP"), 0),
        ] {
            let found = scan(&items, &scanned, code);
            assert_eq!(found, expected, "{code}");
            if let Scan::Counted(key) = found {
                *scanned.entry(key).or_default() += 1;
            }
            assert_eq!(missing(&items, &scanned), left, "{code}");
        }
    }

    #[test]
    fn of_two_items_with_one_code_the_one_that_lacks_pieces_is_meant() {
        let items = [wanted("a", &["X"], 1), wanted("b", &["X"], 1)];
        let scanned = Scanned::from([("a".to_owned(), 1)]);
        assert_eq!(scan(&items, &scanned, "X"), Scan::Counted("b".to_owned()));
    }
}
