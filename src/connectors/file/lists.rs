//! What lists that are no orders share: columns known by several names, and cells read with their column's unit.

use super::Rejection;
use super::cells::{clean, fold, is_nothing};
use super::split::Cells;
use crate::domain::money::Money;
use crate::domain::sku::loose;

/// A column: what it means, its names with letters and digits alone, and how many decimals of its unit make one of ours.
pub(super) type Column = (&'static str, &'static [&'static str], u32);

/// Which columns a list has.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    /// Meaning, place, decimals.
    places: Vec<(&'static str, usize, u32)>,
    names: Vec<String>,
}

impl Columns {
    /// The columns of a header, and the names of those that mean nothing here. Of columns that mean the same the first
    /// counts.
    pub(super) fn of(header: &[String], known: &[Column]) -> (Self, Vec<String>) {
        let mut columns = Self { places: Vec::new(), names: header.to_vec() };
        let mut passed_over = Vec::new();
        for (place, name) in header.iter().enumerate() {
            let key = loose(name);
            match known.iter().find(|(_, names, _)| names.contains(&key.as_str())) {
                Some((what, _, decimals)) if !columns.has(what) => {
                    columns.places.push((what, place, *decimals))
                }
                _ if name.is_empty() => {}
                _ => passed_over.push(name.clone()),
            }
        }
        (columns, passed_over)
    }

    pub(super) fn has(&self, what: &str) -> bool {
        self.place(what).is_some()
    }

    /// The file's own name of a column; our word for it when the file has none.
    pub(super) fn name<'a>(&'a self, what: &'a str) -> &'a str {
        self.place(what).and_then(|(place, _)| self.names.get(place)).map_or(what, String::as_str)
    }

    fn place(&self, what: &str) -> Option<(usize, u32)> {
        self.places.iter().find(|(known, ..)| *known == what).map(|(_, place, decimals)| (*place, *decimals))
    }
}

/// One row of a list.
pub(super) struct Reader<'a> {
    pub(super) row: u64,
    pub(super) cells: &'a Cells,
    pub(super) columns: &'a Columns,
}

impl Reader<'_> {
    pub(super) fn raw(&self, what: &str) -> &str {
        self.columns.place(what).and_then(|(place, _)| self.cells.iter().nth(place)).unwrap_or_default()
    }

    pub(super) fn text(&self, what: &str) -> Option<String> {
        let text = clean(self.raw(what));
        (!is_nothing(text)).then(|| text.to_owned())
    }

    pub(super) fn reject(&self, what: &str, code: &'static str, next: &str) -> Rejection {
        Rejection::new(self.row, self.columns.name(what), self.raw(what), code, next)
    }

    /// A number in our unit, without anything behind the point.
    pub(super) fn number(&self, what: &str) -> Result<Option<i64>, Rejection> {
        let Some(text) = self.text(what) else { return Ok(None) };
        let decimals = self.columns.place(what).map_or(0, |(_, decimals)| decimals);
        match scaled(&fold(&text), decimals) {
            Some(number) => Ok(Some(number)),
            None => {
                let next = match decimals {
                    0 => "write a whole number".to_owned(),
                    more => format!("write a number with at most {more} decimals"),
                };
                Err(self.reject(what, "bad_number", &next))
            }
        }
    }

    /// An amount in minor units of a currency.
    pub(super) fn money(&self, what: &str, currency: &str) -> Result<Option<i64>, Rejection> {
        let Some(text) = self.text(what) else { return Ok(None) };
        let bare = fold(&text).replace('元', "");
        match Money::parse(bare.trim(), currency) {
            Ok(money) => Ok(Some(money.amount)),
            Err(_) => {
                Err(self.reject(what, "bad_amount", &format!("write an amount of {currency} such as 12.50")))
            }
        }
    }
}

/// A decimal number times ten to the power of `decimals`; `None` when something would be left behind the
/// point.
pub(super) fn scaled(text: &str, decimals: u32) -> Option<i64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return None;
    }
    let kept = fraction.trim_end_matches('0');
    let missing = (decimals as usize).checked_sub(kept.len())?;
    format!("{whole}{kept}{}", "0".repeat(missing)).parse().ok()
}

#[cfg(test)]
mod tests {
    use super::scaled;

    #[test]
    fn numbers_come_out_whole_or_not_at_all() {
        for (text, decimals, expected) in [
            ("0.25", 3, Some(250)),
            ("1", 3, Some(1000)),
            ("1.2345", 3, None),
            ("2.500", 0, None),
            ("2.000", 0, Some(2)),
            ("-1", 0, None),
            (".5", 1, None),
            ("", 0, None),
            ("99999999999999999999", 0, None),
        ] {
            assert_eq!(scaled(text, decimals), expected, "{text}");
        }
    }
}
