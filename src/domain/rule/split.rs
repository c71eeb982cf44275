//! Into which parcels a rule takes an order apart.
//!
//! Pure and without memory: the same lines give the same parts. That an order is taken apart once and then stays as it is,
//! is seen to where orders are put into shipments.

use serde::{Deserialize, Serialize};

use super::Line;
use crate::domain::text_enum;

/// Most parcels a rule makes of one order; what is beyond stays in the last.
pub const PARTS_MAX: usize = 50;
/// Most pieces of one parcel that a rule may name.
pub const PIECES_MAX: i64 = 10_000;

text_enum! {
    /// By what an order is taken apart.
    pub enum SplitBy("way to split") {
        /// What lies in one warehouse leaves together.
        Warehouse = "warehouse",
        /// What is of one category leaves together.
        Category = "category",
        /// Each own SKU leaves apart; with `skus`, those leave together, apart from the rest.
        Sku = "sku",
        /// No parcel holds more than `pieces` pieces.
        Pieces = "pieces",
    }
}

impl SplitBy {
    /// In English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Warehouse => ("by warehouse", "按仓库"),
            Self::Category => ("by category", "按类目"),
            Self::Sku => ("by SKU", "按商品"),
            Self::Pieces => ("by pieces", "按件数"),
        }
    }
}

/// Takes an order apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Split {
    pub by: SplitBy,
    /// With `sku`: what leaves apart, `*` at the end for all that begin so. Without them each SKU does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skus: Vec<String>,
    /// With `pieces`: most pieces of one parcel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pieces: Option<i64>,
}

/// Pieces of lines, each by its place in the list of lines.
pub type Part = Vec<(usize, i64)>;

/// The parcels of an order by its lines, the first for what stays where it is. One, or none, when there is nothing to take
/// apart, or while it is not known what a line means.
pub fn parts(split: &Split, lines: &[Line]) -> Vec<Part> {
    if split.by == SplitBy::Pieces {
        return by_pieces(split.pieces.unwrap_or(PIECES_MAX).max(1), lines);
    }
    if lines.iter().any(|line| line.own.is_empty()) {
        return Vec::new();
    }
    let is_named = |line: &Line| split.skus.iter().any(|sku| is_meant(sku, line.own));
    let key = |line: &Line| -> String {
        match split.by {
            SplitBy::Warehouse => line.warehouse.to_owned(),
            SplitBy::Category => line.category.to_owned(),
            SplitBy::Sku if split.skus.is_empty() => line.own.to_owned(),
            // The rest has no name, and what is named has this one.
            SplitBy::Sku | SplitBy::Pieces => if is_named(line) { "named" } else { "" }.to_owned(),
        }
    };
    let mut parts: Vec<(String, Part)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let key = key(line);
        let is_full = parts.len() == PARTS_MAX;
        match parts.iter_mut().find(|(known, _)| *known == key) {
            Some((_, part)) => part.push((at, line.quantity)),
            None if is_full => parts[PARTS_MAX - 1].1.push((at, line.quantity)),
            None => parts.push((key, vec![(at, line.quantity)])),
        }
    }
    // What leaves from the usual warehouse, or is not named, stays where it is.
    parts.sort_by_key(|(key, _)| !key.is_empty());
    parts.into_iter().map(|(_, part)| part).collect()
}

/// Fills one parcel after the other, in the order of the lines.
fn by_pieces(most: i64, lines: &[Line]) -> Vec<Part> {
    let mut parts: Vec<Part> = Vec::new();
    let mut room = 0;
    for (at, line) in lines.iter().enumerate() {
        let mut left = line.quantity;
        while left > 0 {
            if room == 0 && parts.len() < PARTS_MAX {
                parts.push(Part::new());
                room = most;
            }
            let taken = if room == 0 { left } else { left.min(room) };
            room = (room - taken).max(0);
            left -= taken;
            let last = parts.last_mut().expect("room was made for a first part");
            match last.last_mut().filter(|(known, _)| *known == at) {
                Some((_, pieces)) => *pieces += taken,
                None => last.push((at, taken)),
            }
        }
    }
    parts
}

fn is_meant(name: &str, code: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => code.starts_with(start),
        None => name == code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(
        own: &'static str,
        category: &'static str,
        warehouse: &'static str,
        quantity: i64,
    ) -> Line<'static> {
        Line { own, shop: "", category, warehouse, quantity }
    }

    fn check(by: SplitBy, skus: &[&str], pieces: Option<i64>, lines: &[Line], expected: &[&[(usize, i64)]]) {
        let split = Split { by, skus: skus.iter().map(ToString::to_string).collect(), pieces };
        let found = parts(&split, lines);
        assert_eq!(found, expected, "{by} {skus:?} {pieces:?}");
        let sum =
            |at: usize| -> i64 { found.iter().flatten().filter(|one| one.0 == at).map(|one| one.1).sum() };
        if !found.is_empty() {
            for (at, line) in lines.iter().enumerate() {
                assert_eq!(sum(at), line.quantity, "no piece is lost or doubled");
            }
        }
        assert_eq!(parts(&split, lines), found, "again the same");
    }

    #[test]
    fn lines_are_parted_by_what_their_skus_are() {
        let lines = [
            line("ICE-1", "frozen", "cold", 2),
            line("TEA", "tea", "", 1),
            line("ICE-2", "frozen", "cold", 1),
            line("CUP", "", "", 3),
        ];
        check(SplitBy::Warehouse, &[], None, &lines, &[&[(1, 1), (3, 3)], &[(0, 2), (2, 1)]]);
        check(SplitBy::Category, &[], None, &lines, &[&[(3, 3)], &[(0, 2), (2, 1)], &[(1, 1)]]);
        check(SplitBy::Sku, &[], None, &lines, &[&[(0, 2)], &[(1, 1)], &[(2, 1)], &[(3, 3)]]);
        check(SplitBy::Sku, &["ICE-*"], None, &lines, &[&[(1, 1), (3, 3)], &[(0, 2), (2, 1)]]);
        check(SplitBy::Sku, &["NONE"], None, &lines, &[&[(0, 2), (1, 1), (2, 1), (3, 3)]]);
        check(SplitBy::Warehouse, &[], None, &lines[1..2], &[&[(0, 1)]]);
        let unknown = [line("ICE-1", "frozen", "cold", 2), line("", "", "", 1)];
        check(SplitBy::Warehouse, &[], None, &unknown, &[]);
    }

    #[test]
    fn parcels_hold_no_more_pieces_than_said() {
        let lines = [line("", "", "", 5), line("", "", "", 2)];
        check(SplitBy::Pieces, &[], Some(3), &lines, &[&[(0, 3)], &[(0, 2), (1, 1)], &[(1, 1)]]);
        check(SplitBy::Pieces, &[], Some(7), &lines, &[&[(0, 5), (1, 2)]]);
        check(SplitBy::Pieces, &[], Some(3), &[], &[]);
        let many = [line("", "", "", 200)];
        let split = Split { by: SplitBy::Pieces, skus: Vec::new(), pieces: Some(1) };
        let found = parts(&split, &many);
        assert_eq!((found.len(), found[PARTS_MAX - 1][0]), (PARTS_MAX, (0, 151)), "the last takes the rest");
    }
}
