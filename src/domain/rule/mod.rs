//! Rules: what an experienced person decides from the look of an order, written down.
//!
//! A set is a list of rules, read once from the first to the last. Two things are said of it and nothing else:
//!
//! - Of carrier, service, warehouse and flag an order has one: the first rule that matches and names one decides, and
//!   later ones lose. Tags, holds, gifts and audits add up: every rule that matches gives its own.
//! - A rule that matches and says `stop` ends the reading.
//!
//! Because the list is read once, no rule can run in circles; one that waits for a tag or flag which only a later rule
//! gives is told by [`analysis`]. An order's own moment (paid, else placed) is what `from`, `until` and `paid` go by, so
//! that judging an order again tomorrow decides the same. Pure: nothing here asks the record.

pub mod analysis;
mod bits;
pub mod compile;
pub mod decision;
pub mod dry_run;
mod logic;
pub mod split;
pub mod text;

use serde::{Deserialize, Serialize};

use super::audit::AuditKind;
use super::deadline::DayTime;
use super::deadline::calendar::WeekDay;
use super::id::ShopId;
use super::order::OrderKind;
use super::platform::Platform;
use super::text_enum;
use super::time::UtcTime;
use super::waybill::carriers::named;

pub use compile::{Compiled, Line, Seen};
pub use decision::{Decision, Fate, Outcome, Override};
pub use split::{Split, SplitBy};

/// Most rules of one seller.
pub const RULES_MAX: usize = 1_000;

text_enum! {
    /// What a rule decides.
    pub enum ActionKind("kind of decision") {
        Carrier = "carrier",
        Service = "service",
        Warehouse = "warehouse",
        Flag = "flag",
        Tag = "tag",
        Hold = "hold",
        Gift = "gift",
        Audit = "audit",
        Split = "split",
    }
}

impl ActionKind {
    /// Whether an order has one at most: the first rule decides.
    pub fn is_single(self) -> bool {
        matches!(self, Self::Carrier | Self::Service | Self::Warehouse | Self::Flag | Self::Split)
    }

    /// Whether a person may name a value for one order, in place of what rules want.
    pub fn may_be_named(self) -> bool {
        self.is_single() && self != Self::Split || self == Self::Gift
    }

    /// In English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Carrier => ("carrier", "快递"),
            Self::Service => ("service", "快递产品"),
            Self::Warehouse => ("warehouse", "仓库"),
            Self::Flag => ("flag", "旗标"),
            Self::Tag => ("tag", "标签"),
            Self::Hold => ("hold", "挂起"),
            Self::Gift => ("gift", "赠品"),
            Self::Audit => ("audit", "审核"),
            Self::Split => ("split", "拆单"),
        }
    }
}

text_enum! {
    /// Where a remark stands.
    pub enum RemarkPlace("place of a remark") {
        Message = "message",
        Memo = "memo",
        Note = "note",
    }
}

/// The rules of a seller, in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleSet {
    /// Up to 1,000; the first is read first.
    pub rules: Vec<Rule>,
}

/// One rule: when it matches, and what then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Names it in decisions: up to 40 lower case letters, digits and `-`. Given by itself where it is left out.
    #[serde(default)]
    pub key: String,
    /// For people: up to 80 characters.
    pub name: String,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub on: bool,
    /// Orders paid (else placed) at or after this time,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<UtcTime>,
    /// and before this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UtcTime>,
    /// Without it the rule matches every order.
    #[serde(default, skip_serializing_if = "Condition::is_nothing")]
    pub when: Condition,
    pub then: Actions,
    /// When it matches, no later rule is read.
    #[serde(default, skip_serializing_if = "is_no")]
    pub stop: bool,
}

/// When a rule matches. Each object has one field.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(no_recursion)]
pub enum Condition {
    /// Every one of them; an empty list matches every order.
    All(Vec<Condition>),
    /// At least one of them.
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// One of these shops.
    Shop(Vec<ShopId>),
    Platform(Vec<Platform>),
    Kind(Vec<OrderKind>),
    /// A line means one of these own SKUs; `TEA-*` is every code that begins so.
    Sku(Vec<String>),
    /// A line means an own SKU of one of these categories.
    Category(Vec<String>),
    /// A line has one of these codes of the shop; `*` at the end as above.
    ShopSku(Vec<String>),
    /// So many pieces of these own SKUs together.
    PiecesOf(PiecesOf),
    /// Pieces that are to be sent.
    Pieces(Range),
    /// Lines that are to be sent.
    Lines(Range),
    /// Pieces of one line.
    LineQuantity(Range),
    /// Weight in grams by the SKUs; an order whose weight is not known does not match.
    WeightG(Range),
    /// The order's total.
    Amount(Amount),
    /// Codes of GB/T 2260 with 2, 4 or 6 digits: `65` is Xinjiang.
    Region(Vec<String>),
    /// Countries by ISO 3166: `CN`.
    Country(Vec<String>),
    Remark(Remark),
    /// The order's flag: the platform's, or the one an earlier rule set.
    Flag(Vec<String>),
    /// A tag that an earlier rule gave.
    Tag(Vec<String>),
    /// The buyer's nick.
    Buyer(Vec<String>),
    /// A tag that somebody gave the buyer.
    BuyerTag(Vec<String>),
    /// The first order of this buyer nick in the shop, or not.
    FirstOrder(bool),
    /// When it was paid (else placed), by the clock on the seller's wall.
    Paid(PaidAt),
    /// Orders that leave together in its shipment.
    ShipmentOrders(Range),
}

/// From, to, or both; both ends count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Range {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
}

/// So many pieces of some SKUs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PiecesOf {
    /// Own SKUs, `*` at the end for all that begin so.
    pub skus: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
}

/// A total in minor units of one currency; an order in another currency does not match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    #[serde(default = "yuan")]
    pub currency: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
}

/// Words in remarks, whatever case. Without words: any remark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// `message` of the buyer, `memo` of the seller, `note` of the staff; without it, all three.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub within: Vec<RemarkPlace>,
    /// One of these stands in it; `*` within a word is anything between: `改*地址`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub any_of: Vec<String>,
}

/// A time of the week. What is left out does not matter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaidAt {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<WeekDay>,
    /// At or after this time of the day,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DayTime>,
    /// and before this one. An earlier one is that of the next morning: `22:00` to `06:00`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<DayTime>,
}

/// What a rule does to an order that it matches.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Actions {
    /// Code or name of a carrier: `sf`, `顺丰`.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "carrier")]
    pub carrier: Option<String>,
    /// Code of one of the carrier's services.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Code of a warehouse.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse: Option<String>,
    /// A flag of our own; the platform's stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hold: Option<HoldAction>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gifts: Vec<Gift>,
    /// Audits a person has to make.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub audits: Vec<AuditKind>,
    /// Takes the order apart into several parcels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split: Option<Split>,
}

/// Has the order wait, for a reason. Without an end a person ends it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HoldAction {
    /// 1 to 200 characters.
    pub reason: String,
    /// It ends by itself then,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<UtcTime>,
    /// or so many minutes after the order was paid (else placed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minutes: Option<i64>,
}

/// Something that is put into the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// Own SKU.
    pub sku: String,
    /// Pieces; 1 without.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub quantity: i64,
    /// As often as the order's total holds so many minor units of its currency; without it, once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub per: Option<i64>,
    /// Most pieces of one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<i64>,
}

impl Default for Condition {
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Condition {
    /// Whether it asks for nothing.
    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::All(list) if list.is_empty())
    }

    /// Every condition in it, itself first.
    pub fn walk<'a>(&'a self, visit: &mut impl FnMut(&'a Self)) {
        visit(self);
        match self {
            Self::All(list) | Self::Any(list) => list.iter().for_each(|one| one.walk(visit)),
            Self::Not(one) => one.walk(visit),
            _ => {}
        }
    }
}

impl Range {
    /// Whether a number lies in it.
    pub fn holds(self, number: i64) -> bool {
        self.at_least.is_none_or(|least| number >= least) && self.at_most.is_none_or(|most| number <= most)
    }
}

impl Actions {
    /// The kinds it decides.
    pub fn kinds(&self) -> Vec<ActionKind> {
        use ActionKind::*;
        [
            (Carrier, self.carrier.is_some()),
            (Service, self.service.is_some()),
            (Warehouse, self.warehouse.is_some()),
            (Flag, self.flag.is_some()),
            (Tag, !self.tags.is_empty()),
            (Hold, self.hold.is_some()),
            (Gift, !self.gifts.is_empty()),
            (Audit, !self.audits.is_empty()),
            (Split, self.split.is_some()),
        ]
        .into_iter()
        .filter_map(|(kind, does)| does.then_some(kind))
        .collect()
    }

    /// What it names for a kind of which there is one.
    pub fn single(&self, kind: ActionKind) -> Option<&str> {
        match kind {
            ActionKind::Carrier => self.carrier.as_deref(),
            ActionKind::Service => self.service.as_deref(),
            ActionKind::Warehouse => self.warehouse.as_deref(),
            ActionKind::Flag => self.flag.as_deref(),
            ActionKind::Split => self.split.as_ref().map(|split| split.by.as_str()),
            _ => None,
        }
    }
}

fn yes() -> bool {
    true
}

fn is_yes(is: &bool) -> bool {
    *is
}

fn is_no(is: &bool) -> bool {
    !*is
}

fn one() -> i64 {
    1
}

fn is_one(number: &i64) -> bool {
    *number == 1
}

fn yuan() -> String {
    "CNY".to_owned()
}

fn carrier<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    struct Code(#[serde(deserialize_with = "named")] String);
    Ok(Option::<Code>::deserialize(from)?.map(|code| code.0))
}

#[cfg(test)]
mod tests;
