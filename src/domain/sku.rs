//! Own SKUs: what the seller sells, what bundles weigh, and which line of a shop probably means which.
//!
//! Whether a code is taken or mapped is the database's business. Nothing here maps by itself what
//! was only guessed: a proposal waits for a person.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::error::FieldError;
use super::id::SkuId;
use super::money::Money;
use super::text_enum;

/// Characters of an own code: as many as a shop's code may have, so that the two can be equal.
pub const CODE_MAX: usize = 128;
/// Characters of a category, as of a tag, and of a warehouse's code.
pub const CATEGORY_MAX: usize = 40;
/// Characters of an own title, and of a pattern.
pub const TITLE_MAX: usize = 200;
/// Characters of a shelf's name.
const SHELF_MAX: usize = 40;
/// Characters of a barcode; an EAN has 13.
const BARCODE_MAX: usize = 48;
/// Heaviest piece, in grams: ten tonnes.
const WEIGHT_MAX_G: i64 = 10_000_000;
/// Longest side, in millimetres: a hundred metres.
const SIDE_MAX_MM: i64 = 100_000;
/// Different parts of one bundle.
pub const PARTS_MAX: usize = 50;
/// Pieces of one part.
const PART_QUANTITY_MAX: i64 = 1_000;
/// Bundles within bundles: more are nobody's shelf, and keep the sums small.
pub const DEPTH_MAX: usize = 4;

/// Length, width and height of one piece, in whole millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SizeMm {
    pub length: i64,
    pub width: i64,
    pub height: i64,
}

/// What a SKU is to be, before its parts are looked up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkuFields {
    pub code: String,
    pub title: String,
    /// Of one piece; a bundle without one weighs what its parts do.
    pub weight_g: Option<i64>,
    pub size_mm: Option<SizeMm>,
    /// What kind of thing it is, in the seller's own words; empty without one.
    pub category: String,
    /// Code of the warehouse it lies in; empty for the usual one.
    pub warehouse: String,
    /// What one piece is never sold below; nothing is compared without it.
    pub floor_price: Option<Money>,
    /// Where it lies, as pick lists name it; empty when nobody has said so.
    pub shelf: String,
    /// What a scanner reads on a piece, an EAN for instance; empty without one.
    pub barcode: String,
}

impl SkuFields {
    /// Trims and checks every field.
    ///
    /// # Errors
    /// Each field that cannot be taken.
    pub fn parse(self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        let code = self.code.trim().to_owned();
        let title = self.title.trim().to_owned();
        for (field, text, most) in [("code", &code, CODE_MAX), ("title", &title, TITLE_MAX)] {
            let length = text.chars().count();
            if length == 0 || length > most || text.chars().any(char::is_control) {
                let detail = format!("{text:?} has {length} characters; write 1 to {most} on one line");
                errors.push(FieldError::new(field, "length", detail));
            }
        }
        let shelf = self.shelf.trim().to_owned();
        if shelf.chars().count() > SHELF_MAX || shelf.chars().any(char::is_control) {
            let detail = format!("{shelf:?} is no shelf; write at most {SHELF_MAX} characters on one line");
            errors.push(FieldError::new("shelf", "length", detail));
        }
        let barcode = self.barcode.trim().to_owned();
        if barcode.len() > BARCODE_MAX || !barcode.chars().all(|c| c.is_ascii_graphic()) {
            let detail = format!(
                "{barcode:?} is no barcode; write at most {BARCODE_MAX} letters, digits and signs, as a scanner types them"
            );
            errors.push(FieldError::new("barcode", "barcode", detail));
        }
        if let Some(weight) = self.weight_g.filter(|weight| !(1..=WEIGHT_MAX_G).contains(weight)) {
            let detail = format!("{weight} g is not within 1 to {WEIGHT_MAX_G}; leave it out when unknown");
            errors.push(FieldError::new("weight_g", "range", detail));
        }
        if let Some(size) = self.size_mm {
            for (field, side) in [("length", size.length), ("width", size.width), ("height", size.height)] {
                if !(1..=SIDE_MAX_MM).contains(&side) {
                    let detail = format!("{side} mm is not within 1 to {SIDE_MAX_MM}");
                    errors.push(FieldError::new(format!("size_mm.{field}"), "range", detail));
                }
            }
        }
        let category = self.category.trim().to_owned();
        let warehouse = self.warehouse.trim().to_owned();
        for (field, text) in [("category", &category), ("warehouse", &warehouse)] {
            let length = text.chars().count();
            if length > CATEGORY_MAX || text.chars().any(char::is_control) {
                let detail = format!(
                    "{text:?} has {length} characters; write up to {CATEGORY_MAX} on one line, or nothing"
                );
                errors.push(FieldError::new(field, "length", detail));
            }
        }
        if let Some(price) = &self.floor_price {
            let is_currency =
                price.currency.len() == 3 && price.currency.bytes().all(|b| b.is_ascii_uppercase());
            if !is_currency || price.amount < 1 {
                let detail = format!(
                    "{} {:?} is no price; write minor units from 1 and three capitals of ISO 4217, such as CNY",
                    price.amount, price.currency
                );
                errors.push(FieldError::new("floor_price", "range", detail));
            }
        }
        if errors.is_empty() {
            Ok(Self { code, title, category, warehouse, shelf, barcode, ..self })
        } else {
            Err(errors)
        }
    }
}

/// Checks how many pieces of a part a bundle has.
///
/// # Errors
/// A sentence with the value.
pub fn part_quantity(quantity: i64) -> Result<i64, String> {
    match (1..=PART_QUANTITY_MAX).contains(&quantity) {
        true => Ok(quantity),
        false => Err(format!("{quantity} pieces are not within 1 to {PART_QUANTITY_MAX}")),
    }
}

/// Letters and digits in lower case, nothing else: what stays when the same code or title is written
/// differently (`TEA-250`, `tea 250`, `ＴＥＡ２５０`).
pub fn loose(text: &str) -> String {
    // Full-width forms stand 0xFEE0 above ASCII (Unicode block FF00).
    let fold = |c: char| match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        other => other,
    };
    text.chars().map(fold).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// What bundles consist of: for each bundle its parts and how many of each.
pub type Parts = HashMap<SkuId, Vec<(SkuId, i64)>>;

/// What so many pieces of a SKU are fetched as: itself where it is whole, or its parts, down to what is whole or no bundle.
/// Each part once, in the order in which it is met.
///
/// A bundle that lies on a shelf or has a barcode of its own is whole; another one is put together at the table.
pub fn taken_apart(
    sku: SkuId,
    quantity: i64,
    parts: &Parts,
    is_whole: &dyn Fn(SkuId) -> bool,
) -> Vec<(SkuId, i64)> {
    fn walk(
        found: &mut Vec<(SkuId, i64)>,
        (sku, quantity): (SkuId, i64),
        parts: &Parts,
        is_whole: &dyn Fn(SkuId) -> bool,
        depth: usize,
    ) {
        match parts.get(&sku).filter(|_| depth > 0 && !is_whole(sku)) {
            Some(below) => {
                for (part, count) in below {
                    walk(found, (*part, quantity.saturating_mul(*count)), parts, is_whole, depth - 1);
                }
            }
            None => match found.iter_mut().find(|(known, _)| *known == sku) {
                Some((_, count)) => *count = count.saturating_add(quantity),
                None => found.push((sku, quantity)),
            },
        }
    }
    let mut found = Vec::new();
    walk(&mut found, (sku, quantity), parts, is_whole, DEPTH_MAX + 1);
    found
}

/// Why a bundle cannot be made of these parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BundleFault {
    /// It would contain itself, by way of this part.
    Circle(SkuId),
    /// Bundles would stand in bundles deeper than [`DEPTH_MAX`].
    Deep,
}

/// What bundles consist of and where they stand in, kept free of circles and not too deep.
#[derive(Debug, Default)]
pub struct Bundles {
    below: Parts,
    above: Parts,
}

impl Bundles {
    /// Bundles as they are written down.
    pub fn new(below: Parts) -> Self {
        let mut above = Parts::new();
        for (bundle, parts) in &below {
            for (part, quantity) in parts {
                above.entry(*part).or_default().push((*bundle, *quantity));
            }
        }
        Self { below, above }
    }

    /// Has `sku` consist of these parts from now on. All bundles below and above it must be known.
    ///
    /// # Errors
    /// [`BundleFault`]; then it consists of what it did.
    pub fn set(&mut self, sku: SkuId, parts: &[(SkuId, i64)]) -> Result<(), BundleFault> {
        for (part, _) in parts {
            let (mut seen, mut next) = (HashSet::new(), vec![*part]);
            while let Some(one) = next.pop() {
                if one == sku {
                    return Err(BundleFault::Circle(*part));
                }
                if seen.insert(one) {
                    next.extend(self.below.get(&one).into_iter().flatten().map(|(part, _)| *part));
                }
            }
        }
        let below = parts.iter().map(|(part, _)| 1 + depth(*part, &self.below, DEPTH_MAX)).max();
        if below.unwrap_or(0) + depth(sku, &self.above, DEPTH_MAX) > DEPTH_MAX {
            return Err(BundleFault::Deep);
        }
        for (part, _) in self.below.insert(sku, parts.to_vec()).into_iter().flatten() {
            self.above.entry(part).or_default().retain(|(bundle, _)| *bundle != sku);
        }
        for (part, quantity) in parts {
            self.above.entry(*part).or_default().push((sku, *quantity));
        }
        Ok(())
    }
}

/// Steps down from a SKU to what is no bundle; `limit` ends the walk one step beyond.
fn depth(sku: SkuId, parts: &Parts, limit: usize) -> usize {
    let (mut level, mut steps) = (vec![sku], 0);
    while steps <= limit {
        let mut below: Vec<SkuId> =
            level.iter().filter_map(|one| parts.get(one)).flatten().map(|(part, _)| *part).collect();
        below.sort_unstable();
        below.dedup();
        if below.is_empty() {
            break;
        }
        (level, steps) = (below, steps + 1);
    }
    steps
}

/// What one piece of a SKU weighs in grams: its own weight, else the sum of its parts; `None` when
/// one of them is not known.
pub fn weight_g(sku: SkuId, own: &HashMap<SkuId, Option<i64>>, parts: &Parts) -> Option<i64> {
    fn weigh(
        sku: SkuId,
        own: &HashMap<SkuId, Option<i64>>,
        parts: &Parts,
        steps: usize,
        known: &mut HashMap<SkuId, Option<i64>>,
    ) -> Option<i64> {
        if let Some(weight) = own.get(&sku).copied().flatten() {
            return Some(weight);
        }
        if let Some(found) = known.get(&sku) {
            return *found;
        }
        let below = parts.get(&sku).filter(|below| !below.is_empty() && steps <= DEPTH_MAX)?;
        let sum = below.iter().try_fold(0_i64, |sum, (part, quantity)| {
            sum.checked_add(weigh(*part, own, parts, steps + 1, known)?.checked_mul(*quantity)?)
        });
        known.insert(sku, sum);
        sum
    }
    weigh(sku, own, parts, 0, &mut HashMap::new())
}

/// What pieces of SKUs weigh together; `None` without any, or when one weight is not known.
pub fn total_g(pieces: impl IntoIterator<Item = (i64, Option<i64>)>) -> Option<i64> {
    let mut total = None;
    for (quantity, weight) in pieces {
        total = Some(total.unwrap_or(0_i64).checked_add(weight?.checked_mul(quantity)?)?);
    }
    total
}

text_enum! {
    /// Why a SKU is proposed for a line.
    pub enum Likeness("likeness") {
        /// A pattern of the seller fits the title.
        Pattern = "pattern",
        /// The codes differ in case, blanks or signs alone.
        Code = "code",
        /// The titles differ in case, blanks or signs alone.
        Title = "title",
    }
}

/// Whether a pattern fits a text: its pieces between `*` stand in it in their order, whatever case and blanks.
///
/// A pattern without letters and digits fits nothing.
pub fn fits(pattern: &str, text: &str) -> bool {
    let text = loose(text);
    let (mut rest, mut any) = (text.as_str(), false);
    for piece in pattern.split(['*', '＊']).map(loose).filter(|piece| !piece.is_empty()) {
        match rest.find(&piece) {
            Some(at) => (rest, any) = (&rest[at + piece.len()..], true),
            None => return false,
        }
    }
    any
}

/// Checks a pattern.
///
/// # Errors
/// A sentence with the value.
pub fn parse_pattern(text: &str) -> Result<String, String> {
    let text = text.trim();
    let length = text.chars().count();
    if length > TITLE_MAX || text.chars().any(char::is_control) || loose(text).chars().count() < 2 {
        return Err(format!(
            "{text:?} is no pattern; write 2 to {TITLE_MAX} characters of the title, * between words that need not touch"
        ));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(edges: &[(i64, i64, i64)]) -> Parts {
        let mut parts = Parts::new();
        for (bundle, part, quantity) in edges {
            parts.entry(SkuId(*bundle)).or_default().push((SkuId(*part), *quantity));
        }
        parts
    }

    #[test]
    fn what_is_on_no_shelf_is_fetched_by_its_parts() {
        // 1 = 2 × 2 and 3; 2 = 4 × 3 and 3.
        let parts = parts(&[(1, 2, 2), (1, 3, 1), (2, 4, 3), (2, 3, 1)]);
        let fetched = |whole: &[i64]| {
            let whole = whole.to_vec();
            let found = taken_apart(SkuId(1), 5, &parts, &move |id| whole.contains(&id.0));
            found.into_iter().map(|(id, count)| (id.0, count)).collect::<Vec<_>>()
        };
        assert_eq!(fetched(&[]), [(4, 30), (3, 15)]);
        assert_eq!(fetched(&[2]), [(2, 10), (3, 5)]);
        assert_eq!(fetched(&[1, 2]), [(1, 5)]);
    }

    #[test]
    fn a_bundle_does_not_contain_itself_and_is_not_deep() {
        for (edges, wish, expected) in [
            (&[][..], &[2, 3][..], Ok(())),
            (&[(2, 1, 1)], &[2], Err(BundleFault::Circle(SkuId(2)))),
            (&[(2, 4, 1), (4, 1, 1)], &[3, 2], Err(BundleFault::Circle(SkuId(2)))),
            // The same part by two ways is no circle.
            (&[(2, 4, 1), (3, 4, 1)], &[2, 3], Ok(())),
            (&[(2, 3, 1), (3, 4, 1), (4, 5, 1)], &[2], Ok(())),
            (&[(2, 3, 1), (3, 4, 1), (4, 5, 1), (5, 6, 1)], &[2], Err(BundleFault::Deep)),
            // What it stands in counts as well.
            (&[(9, 8, 1), (8, 7, 1), (7, 1, 1), (2, 3, 1)], &[2], Err(BundleFault::Deep)),
            // What it consisted of before does not.
            (&[(1, 5, 1), (5, 6, 1), (2, 1, 1)], &[4], Ok(())),
        ] {
            let wish: Vec<(SkuId, i64)> = wish.iter().map(|part| (SkuId(*part), 1)).collect();
            assert_eq!(Bundles::new(parts(edges)).set(SkuId(1), &wish), expected, "{edges:?} {wish:?}");
        }
        let mut bundles = Bundles::new(parts(&[(1, 2, 1)]));
        assert_eq!(bundles.set(SkuId(1), &[(SkuId(3), 1)]), Ok(()));
        assert_eq!(bundles.set(SkuId(2), &[(SkuId(1), 1)]), Ok(()), "1 consists of 2 no more");
        assert_eq!(bundles.set(SkuId(3), &[(SkuId(2), 1)]), Err(BundleFault::Circle(SkuId(2))));
    }

    #[test]
    fn a_bundle_weighs_what_its_parts_do_unless_it_was_weighed() {
        let own = |weights: &[(i64, Option<i64>)]| {
            weights.iter().map(|(sku, weight)| (SkuId(*sku), *weight)).collect::<HashMap<_, _>>()
        };
        let edges = parts(&[(1, 2, 2), (1, 3, 1), (3, 4, 3)]);
        for (weights, expected) in [
            (&[(1, Some(900)), (2, None)][..], Some(900)),
            (&[(1, None), (2, Some(250)), (3, None), (4, Some(10))], Some(530)),
            (&[(1, None), (2, Some(250)), (3, Some(50)), (4, None)], Some(550)),
            (&[(1, None), (2, Some(250)), (3, None), (4, None)], None),
            (&[(1, None), (2, Some(i64::MAX)), (3, Some(1))], None),
        ] {
            assert_eq!(weight_g(SkuId(1), &own(weights), &edges), expected, "{weights:?}");
        }
        assert_eq!(weight_g(SkuId(1), &own(&[(1, None)]), &parts(&[(1, 1, 2)])), None, "a circle ends");
    }

    #[test]
    fn a_parcel_weighs_nothing_known_while_one_piece_does_not() {
        for (pieces, expected) in [
            (&[(2, Some(250)), (1, Some(30))][..], Some(530)),
            (&[(2, Some(250)), (1, None)], None),
            (&[], None),
            (&[(i64::MAX, Some(2))], None),
        ] {
            assert_eq!(total_g(pieces.iter().copied()), expected, "{pieces:?}");
        }
    }

    #[test]
    fn patterns_fit_titles_whatever_case_and_blanks() {
        for (pattern, text, expected) in [
            ("龙井*250g", "新茶 龙井 礼盒 250G", true),
            ("龙井*250g", "250g 龙井", false),
            ("Mug  Blue", "mug-blue, large", true),
            ("mug", "smug", true),
            ("*", "anything", false),
            ("！！", "!!", false),
            ("龙井＊２５０", "龙井250", true),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        assert!(parse_pattern(" 龙井*礼盒 ").is_ok());
        for bad in ["", "*", "a", "**龙", "a\nb"] {
            assert!(parse_pattern(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn fields_are_trimmed_and_each_wrong_one_is_told() {
        let fields = |code: &str, weight_g, size_mm| SkuFields {
            code: code.to_owned(),
            title: " 龙井 ".to_owned(),
            weight_g,
            size_mm,
            category: " 茶叶 ".to_owned(),
            warehouse: String::new(),
            floor_price: None,
            shelf: " A-02 ".to_owned(),
            barcode: " 6901234567892 ".to_owned(),
        };
        let size = |length| Some(SizeMm { length, width: 1, height: 1 });
        let good = fields(" TEA-250 ", Some(250), size(300)).parse().expect("well-formed");
        assert_eq!((good.code.as_str(), good.title.as_str()), ("TEA-250", "龙井"));
        assert_eq!(good.category, "茶叶");
        let price = |amount, currency| SkuFields {
            floor_price: Some(Money::new(amount, currency)),
            ..fields("A", None, None)
        };
        assert!(price(1, "CNY").parse().is_ok());
        assert_eq!((good.shelf.as_str(), good.barcode.as_str()), ("A-02", "6901234567892"));
        let odd = SkuFields { shelf: "x".repeat(41), barcode: "一维码".to_owned(), ..good };
        let told = odd.parse().expect_err("neither can be");
        assert_eq!(told.iter().map(|one| one.field.as_str()).collect::<Vec<_>>(), ["shelf", "barcode"]);
        for (wish, field) in [
            (price(0, "CNY"), "floor_price"),
            (price(100, "yuan"), "floor_price"),
            (SkuFields { category: "长".repeat(41), ..fields("A", None, None) }, "category"),
            (SkuFields { warehouse: "a\tb".to_owned(), ..fields("A", None, None) }, "warehouse"),
            (fields("", None, None), "code"),
            (fields("a\tb", None, None), "code"),
            (fields("A", Some(0), None), "weight_g"),
            (fields("A", None, size(0)), "size_mm.length"),
        ] {
            let errors = wish.clone().parse().expect_err(field);
            assert_eq!(errors.iter().map(|error| error.field.as_str()).collect::<Vec<_>>(), [field]);
        }
        assert_eq!(part_quantity(1), Ok(1));
        assert!(part_quantity(0).is_err() && part_quantity(1_001).is_err());
    }

    #[test]
    fn only_letters_and_digits_tell_codes_apart() {
        for (text, expected) in
            [("TEA-250", "tea250"), ("tea 250", "tea250"), ("ＴＥＡ２５０", "tea250"), ("--", "")]
        {
            assert_eq!(loose(text), expected, "{text}");
        }
    }
}
