//! What an order may look like at most, whichever way it came.
//!
//! The bounds keep one order from filling a page, a label or a database column. They are
//! far above what real shops send, so meeting one is nearly always a column mixed up.

use std::collections::HashSet;

use chrono::Datelike;
use serde::Serialize;

use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderLine, OrderSnapshot};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// Characters of an order number or a line number.
pub const NUMBER_CHARS: usize = 64;
/// Characters of a seller's code.
pub const SKU_CHARS: usize = 128;
/// Characters of a title, a variant, and the street part of an address.
pub const TITLE_CHARS: usize = 512;
/// Characters of a name, a nick, a phone, a region.
pub const NAME_CHARS: usize = 128;
/// Characters of a platform's key of a masked recipient; Taobao's OAID alone has over 100.
pub const KEY_CHARS: usize = 512;
/// Characters of a buyer's message or a seller's memo.
pub const REMARK_CHARS: usize = 2_000;
/// Pieces of one line.
pub const QUANTITY: std::ops::RangeInclusive<i64> = 1..=1_000_000;
/// Minor units of an amount.
pub const AMOUNT: std::ops::RangeInclusive<i64> = 0..=1_000_000_000_000_000;
/// Lines of one order.
pub const LINES: usize = 500;
/// Years an order can be from; outside it a date column was read wrongly.
const YEARS: std::ops::RangeInclusive<i32> = 1990..=2099;
/// The next step for a time outside of those years.
pub(super) const CALENDAR: &str = "write a time from 1990 to 2099";

/// Characters of a refused value that an error repeats.
const SHOWN_CHARS: usize = 80;

/// One thing wrong with one field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FieldError {
    /// Path inside the order, such as `lines[0].quantity`.
    pub field: String,
    /// Stable word for programs.
    pub code: &'static str,
    /// The value as it came, shortened.
    pub value: String,
    /// A sentence with the field, the value and the next step.
    pub message: String,
}

impl FieldError {
    /// An error whose sentence reads "`field` is `value`; `next`".
    pub fn new(field: impl Into<String>, code: &'static str, value: &str, next: &str) -> Self {
        let (field, value) = (field.into(), shorten(value));
        let message = match value.as_str() {
            "" => format!("{field} is empty; {next}"),
            _ => format!("{field} is {value}; {next}"),
        };
        Self { field, code, value, message }
    }
}

/// A value short enough for a sentence, without characters a database or terminal chokes on.
pub fn shorten(value: &str) -> String {
    let clean = |c: char| if c.is_control() { '\u{FFFD}' } else { c };
    let mut shown: String = value.chars().take(SHOWN_CHARS).map(clean).collect();
    if value.chars().nth(SHOWN_CHARS).is_some() {
        shown.push('…');
    }
    shown
}

/// The moment is one an order can have.
pub fn is_in_calendar(time: UtcTime) -> bool {
    YEARS.contains(&time.chrono().year())
}

/// Everything about an order that is out of bounds, field by field; empty when it may be stored.
pub fn violations(order: &OrderSnapshot) -> Vec<FieldError> {
    let mut check = Check::default();
    check.required("number", &order.number, NUMBER_CHARS);
    check.time("updated_at", Some(order.updated_at));
    if let Some(head) = &order.head {
        check.head(head);
    }
    if let Some(lines) = &order.lines {
        let currency = order.head.as_ref().map(|head| head.total.currency.as_str());
        check.lines(lines, currency);
    }
    check.errors
}

#[derive(Default)]
struct Check {
    errors: Vec<FieldError>,
}

impl Check {
    fn refuse(&mut self, field: &str, code: &'static str, value: &str, next: &str) {
        self.errors.push(FieldError::new(field, code, value, next));
    }

    fn text(&mut self, field: &str, value: &str, most: usize) {
        // PostgreSQL cannot store a NUL in a text.
        if value.contains('\0') {
            self.refuse(field, "nul_character", value, "remove the NUL character");
        }
        // The byte length bounds the character count, so most texts are never walked.
        if value.len() > most && value.chars().count() > most {
            self.refuse(field, "too_long", value, &format!("write at most {most} characters"));
        }
    }

    fn required(&mut self, field: &str, value: &str, most: usize) {
        if value.trim().is_empty() {
            self.refuse(field, "missing", value, &format!("write 1 to {most} characters"));
        }
        self.text(field, value, most);
    }

    fn time(&mut self, field: &str, time: Option<UtcTime>) {
        let Some(time) = time else { return };
        if !is_in_calendar(time) {
            self.refuse(field, "out_of_range", &time.to_string(), CALENDAR);
        }
    }

    fn money(&mut self, field: &str, money: &Money, expected: Option<&str>) {
        if !AMOUNT.contains(&money.amount) {
            let next = format!("write {} to {} minor units", AMOUNT.start(), AMOUNT.end());
            self.refuse(&format!("{field}.amount"), "out_of_range", &money.amount.to_string(), &next);
        }
        let field = format!("{field}.currency");
        if !are_capitals(&money.currency, 3) {
            self.refuse(&field, "bad_currency", &money.currency, "write three capitals such as CNY");
        } else if let Some(expected) = expected
            && expected != money.currency
            && are_capitals(expected, 3)
        {
            let next = format!("write {expected} as in the total; one order has one currency");
            self.refuse(&field, "currency_differs", &money.currency, &next);
        }
    }

    fn head(&mut self, head: &OrderHead) {
        self.time("created_at", head.created_at);
        self.time("paid_at", head.paid_at);
        self.time("ship_by", head.ship_by);
        self.time("ship_from", head.ship_from);
        self.text("buyer.nick", &head.buyer_nick, NAME_CHARS);
        self.text("buyer.message", &head.buyer_message, REMARK_CHARS);
        self.text("seller_memo", &head.seller_memo, REMARK_CHARS);
        self.text("flag", &head.flag, NUMBER_CHARS);
        self.money("total", &head.total, None);
        self.money("shipping_fee", &head.shipping_fee, Some(&head.total.currency));
        self.recipient(&head.recipient);
    }

    fn recipient(&mut self, recipient: &Recipient) {
        self.text("recipient.name", &recipient.name, NAME_CHARS);
        self.text("recipient.phone", &recipient.phone, NAME_CHARS);
        self.text("recipient.province", &recipient.province, NAME_CHARS);
        self.text("recipient.city", &recipient.city, NAME_CHARS);
        self.text("recipient.district", &recipient.district, NAME_CHARS);
        self.text("recipient.town", &recipient.town, NAME_CHARS);
        self.text("recipient.detail", &recipient.detail, TITLE_CHARS);
        self.text("recipient.postcode", &recipient.postcode, NUMBER_CHARS);
        self.text("recipient.address_key", &recipient.address_key, KEY_CHARS);
        if !recipient.country.is_empty() && !are_capitals(&recipient.country, 2) {
            let next = "write two capitals such as CN (ISO 3166-1)";
            self.refuse("recipient.country", "bad_country", &recipient.country, next);
        }
    }

    fn lines(&mut self, lines: &[OrderLine], currency: Option<&str>) {
        if lines.is_empty() {
            self.refuse("lines", "missing", "", "send at least one line");
        }
        if lines.len() > LINES {
            let next = format!("send at most {LINES} lines, and the rest as another order");
            self.refuse("lines", "too_many", &lines.len().to_string(), &next);
        }
        let mut seen = HashSet::new();
        for (index, line) in lines.iter().take(LINES).enumerate() {
            let field = |name: &str| format!("lines[{index}].{name}");
            self.required(&field("number"), &line.number, NUMBER_CHARS);
            if !seen.insert(&line.number) {
                let next = "give each line of the order its own number";
                self.refuse(&field("number"), "duplicate", &line.number, next);
            }
            self.text(&field("sku"), &line.sku, SKU_CHARS);
            self.text(&field("title"), &line.title, TITLE_CHARS);
            self.text(&field("variant"), &line.variant, TITLE_CHARS);
            if !QUANTITY.contains(&line.quantity) {
                let next = format!("write a whole number from {} to {}", QUANTITY.start(), QUANTITY.end());
                self.refuse(&field("quantity"), "out_of_range", &line.quantity.to_string(), &next);
            }
            self.money(&field("price"), &line.price, currency);
        }
    }
}

/// The text is so many capitals, as codes of currencies and countries are.
pub(super) fn are_capitals(text: &str, count: usize) -> bool {
    text.len() == count && text.bytes().all(|byte| byte.is_ascii_uppercase())
}
