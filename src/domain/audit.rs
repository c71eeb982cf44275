//! The two audits of an order: the customer audit (客审), then the finance audit (财审).
//!
//! Pure rules: which orders need a person by the settings of their shop, and whether what a person decided still counts. A
//! decision is for the order as it was seen: when its total, lines or remarks change, it has to be audited again.

use serde::{Deserialize, Serialize};

use super::actor::Right;
use super::text_enum;

text_enum! {
    /// Which audit; the finance audit comes after the customer audit.
    pub enum AuditKind("audit") {
        Customer = "customer",
        Finance = "finance",
    }
}

impl AuditKind {
    /// What deciding it needs.
    pub fn right(self) -> Right {
        match self {
            Self::Customer => Right::AuditCustomer,
            Self::Finance => Right::AuditFinance,
        }
    }
}

text_enum! {
    /// Which orders a person has to audit.
    pub enum AuditMode("audit mode") {
        /// None.
        Off = "off",
        /// Those that meet a trigger.
        Auto = "auto",
        /// Every one.
        Manual = "manual",
    }
}

text_enum! {
    /// How an audit stands.
    pub enum AuditState("audit state") {
        /// A person is needed.
        Open = "open",
        Passed = "passed",
        Rejected = "rejected",
    }
}

text_enum! {
    /// Why an order has to be audited.
    pub enum AuditCause("cause of an audit") {
        /// The shop's setting is `manual`.
        EveryOrder = "every_order",
        /// The total is at least that of the setting.
        Total = "total",
        /// It has a message, memo, note or flag.
        Remarks = "remarks",
        /// Nothing came from this buyer nick before.
        FirstOrder = "first_order",
        /// It was imported, typed or pushed: no linked platform told it.
        Unlinked = "unlinked",
        /// A line costs nothing, or the total is less than lines and shipping.
        Discounted = "discounted",
        /// A rule puts a gift in, or a line costs nothing.
        Gifts = "gifts",
        /// Several orders leave together in its parcel.
        SeveralOrders = "several_orders",
        /// A line, or what was paid for all of them, is below the floor prices of its SKUs.
        BelowFloor = "below_floor",
        /// A rule of the seller's wants it.
        Rule = "rule",
        /// It has changed since it was audited.
        Changed = "changed",
        /// Somebody rejected it as it is.
        Rejected = "rejected",
    }
}

impl AuditCause {
    /// In English and Chinese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::EveryOrder => ("the shop wants every order audited", "店铺要求每单审核"),
            Self::Total => ("high total", "金额达到审核线"),
            Self::Remarks => ("remark or flag", "有留言备注或旗标"),
            Self::FirstOrder => ("first order of this buyer", "买家首单"),
            Self::Unlinked => ("imported or typed", "导入或手工录入"),
            Self::Discounted => ("discounted or free of charge", "有优惠或零价商品"),
            Self::Gifts => ("gift", "含赠品"),
            Self::SeveralOrders => ("several orders in one parcel", "多单合并"),
            Self::BelowFloor => ("below the lowest price", "低于底价"),
            Self::Rule => ("a rule wants it", "规则要求"),
            Self::Changed => ("changed since its audit", "审核后有变更"),
            Self::Rejected => ("rejected", "已驳回"),
        }
    }
}

/// Which orders of a shop have to pass one audit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditRule {
    /// `off`, `auto` (those that meet one of the triggers below) or `manual` (every order).
    pub mode: AuditMode,
    /// Trigger: a total of at least so many minor units of the order's currency. None without.
    pub total_from: Option<i64>,
    /// Trigger: a message, memo, note or flag.
    pub remarks: bool,
    /// Trigger: the first order of this buyer nick in the shop. Where no nick is told, every order counts as the first.
    pub first_order: bool,
    /// Trigger: imported, typed or pushed, not told by a linked platform.
    pub unlinked: bool,
    /// Trigger: a line that costs nothing, or a total below lines and shipping.
    pub discounted: bool,
    /// Trigger: a gift by a rule, or a line that costs nothing.
    pub gifts: bool,
    /// Trigger: several orders leave together in its parcel.
    pub several_orders: bool,
    /// Trigger: a line below the floor price of its SKU, or less paid for all lines than their floor prices.
    pub below_floor: bool,
}

impl Default for AuditRule {
    fn default() -> Self {
        Self {
            mode: AuditMode::Off,
            total_from: None,
            remarks: false,
            first_order: false,
            unlinked: false,
            discounted: false,
            gifts: false,
            several_orders: false,
            below_floor: false,
        }
    }
}

/// Which orders of a shop have to be audited.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuditSettings {
    pub customer: AuditRule,
    pub finance: AuditRule,
}

impl AuditSettings {
    /// The rule of one audit.
    pub fn rule(&self, kind: AuditKind) -> &AuditRule {
        match kind {
            AuditKind::Customer => &self.customer,
            AuditKind::Finance => &self.finance,
        }
    }

    /// Whether any order may have to be audited.
    pub fn is_on(&self) -> bool {
        AuditKind::ALL.iter().any(|kind| self.rule(*kind).mode != AuditMode::Off)
    }

    /// Whether it matters if an order is its buyer's first.
    pub fn asks_for_first_order(&self) -> bool {
        self.asks(|rule| rule.first_order)
    }

    /// Whether it matters how many orders leave together.
    pub fn asks_for_company(&self) -> bool {
        self.asks(|rule| rule.several_orders)
    }

    /// Whether it matters what SKUs are never sold below.
    pub fn asks_for_floors(&self) -> bool {
        self.asks(|rule| rule.below_floor)
    }

    fn asks(&self, wanted: fn(&AuditRule) -> bool) -> bool {
        AuditKind::ALL
            .iter()
            .map(|kind| self.rule(*kind))
            .any(|rule| rule.mode == AuditMode::Auto && wanted(rule))
    }
}

impl AuditRule {
    /// What is wrong with it: the name of the field and a sentence.
    pub fn check(&self) -> Option<(&'static str, String)> {
        if let Some(total) = self.total_from.filter(|total| *total < 0) {
            return Some(("total_from", format!("{total} is negative; write minor units from 0, or null")));
        }
        let triggers = [
            self.remarks,
            self.first_order,
            self.unlinked,
            self.discounted,
            self.gifts,
            self.several_orders,
            self.below_floor,
        ];
        let has_trigger = self.total_from.is_some() || triggers.into_iter().any(|trigger| trigger);
        (self.mode == AuditMode::Auto && !has_trigger).then(|| {
            let said =
                "\"auto\" without a trigger audits nothing; set a trigger, or write \"off\" or \"manual\"";
            ("mode", said.to_owned())
        })
    }
}

/// What triggers look at. Amounts are minor units of the order's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    pub total: i64,
    /// Lines and shipping as they are priced; none where a line is in another currency.
    pub worth: Option<i64>,
    /// A line that is to be sent costs nothing.
    pub has_free_line: bool,
    /// A message, memo, note or flag.
    pub has_remarks: bool,
    /// Nothing came from this buyer before.
    pub is_first: bool,
    /// A linked platform told it.
    pub is_linked: bool,
    /// A rule puts a gift in.
    pub has_gift: bool,
    /// Several orders leave together in its parcel.
    pub has_company: bool,
    /// See [`is_below_floor`].
    pub is_below_floor: bool,
}

/// Whether something is sold below its floor price, all in minor units of the order's currency: one line, or all of them
/// together, because a discount may stand on the whole order. `lines` are pieces, the price of one and its floor, of those
/// that have a floor; `paid` is what was paid for all lines.
pub fn is_below_floor(lines: &[(i64, i64, i64)], paid: i64) -> bool {
    let floors: i64 =
        lines.iter().map(|(pieces, _, floor)| pieces.saturating_mul(*floor)).fold(0, i64::saturating_add);
    lines.iter().any(|(_, price, floor)| price < floor) || !lines.is_empty() && paid < floors
}

/// Why an order has to pass an audit; empty when it has not.
pub fn causes(rule: &AuditRule, told: &Told) -> Vec<AuditCause> {
    match rule.mode {
        AuditMode::Off => Vec::new(),
        AuditMode::Manual => vec![AuditCause::EveryOrder],
        AuditMode::Auto => [
            (AuditCause::Total, rule.total_from.is_some_and(|from| told.total >= from)),
            (AuditCause::Remarks, rule.remarks && told.has_remarks),
            (AuditCause::FirstOrder, rule.first_order && told.is_first),
            (AuditCause::Unlinked, rule.unlinked && !told.is_linked),
            (
                AuditCause::Discounted,
                rule.discounted && (told.has_free_line || told.worth.is_some_and(|worth| told.total < worth)),
            ),
            (AuditCause::Gifts, rule.gifts && (told.has_gift || told.has_free_line)),
            (AuditCause::SeveralOrders, rule.several_orders && told.has_company),
            (AuditCause::BelowFloor, rule.below_floor && told.is_below_floor),
        ]
        .into_iter()
        .filter_map(|(cause, fires)| fires.then_some(cause))
        .collect(),
    }
}

/// How one audit of an order stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    pub kind: AuditKind,
    pub state: AuditState,
    /// Why it is needed; never empty.
    pub causes: Vec<AuditCause>,
}

/// How an audit that is needed for `causes` stands after a decision, which `is_current` when the order is still as it was
/// seen. None when it is not needed.
pub fn standing(
    kind: AuditKind,
    mut causes: Vec<AuditCause>,
    decision: Option<(AuditState, bool)>,
) -> Option<Standing> {
    if causes.is_empty() {
        return None;
    }
    let state = match decision {
        Some((state, true)) => state,
        Some((_, false)) => {
            causes.push(AuditCause::Changed);
            AuditState::Open
        }
        None => AuditState::Open,
    };
    if state == AuditState::Rejected {
        causes.push(AuditCause::Rejected);
    }
    Some(Standing { kind, state, causes })
}

/// The audit that somebody has to do next: finance waits for the customer audit.
pub fn next(standings: &[Standing]) -> Option<&Standing> {
    standings.iter().filter(|one| one.state != AuditState::Passed).min_by_key(|one| one.kind)
}

/// Causes as a reason keeps them.
pub fn note(causes: &[AuditCause]) -> String {
    causes.iter().map(|cause| cause.as_str()).collect::<Vec<_>>().join(",")
}

/// The words of causes that a reason keeps, in English and Chinese.
pub fn words(note: &str) -> (String, String) {
    let causes: Vec<AuditCause> = note.split(',').filter_map(|word| AuditCause::parse(word).ok()).collect();
    let said = |pick: fn(AuditCause) -> &'static str, between| {
        causes.iter().map(|cause| pick(*cause)).collect::<Vec<_>>().join(between)
    };
    (said(|cause| cause.words().0, ", "), said(|cause| cause.words().1, "、"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAIN: Told = Told {
        total: 5000,
        worth: Some(5000),
        has_free_line: false,
        has_remarks: false,
        is_first: false,
        is_linked: true,
        has_gift: false,
        has_company: false,
        is_below_floor: false,
    };

    fn every_trigger() -> AuditRule {
        AuditRule {
            mode: AuditMode::Auto,
            total_from: Some(10_000),
            remarks: true,
            first_order: true,
            unlinked: true,
            discounted: true,
            gifts: true,
            several_orders: true,
            below_floor: true,
        }
    }

    fn check(change: impl FnOnce(&mut Told), expected: &str) {
        let mut told = PLAIN;
        change(&mut told);
        assert_eq!(note(&causes(&every_trigger(), &told)), expected, "{told:?}");
        let silent = AuditRule { mode: AuditMode::Auto, ..AuditRule::default() };
        assert_eq!(causes(&silent, &told), [], "a trigger that is not set fires for nothing");
        let off = AuditRule { mode: AuditMode::Off, ..every_trigger() };
        assert_eq!(causes(&off, &told), []);
        let manual = AuditRule { mode: AuditMode::Manual, ..AuditRule::default() };
        assert_eq!(causes(&manual, &told), [AuditCause::EveryOrder]);
    }

    #[test]
    fn each_trigger_fires_for_what_it_looks_at() {
        check(|_| {}, "");
        check(|told| (told.total, told.worth) = (9_999, Some(9_999)), "");
        check(|told| (told.total, told.worth) = (10_000, Some(10_000)), "total");
        check(|told| told.has_remarks = true, "remarks");
        check(|told| told.is_first = true, "first_order");
        check(|told| told.is_linked = false, "unlinked");
        check(|told| told.has_free_line = true, "discounted,gifts");
        check(|told| told.has_gift = true, "gifts");
        check(|told| told.has_company = true, "several_orders");
        check(|told| told.is_below_floor = true, "below_floor");
        check(|told| told.worth = Some(5001), "discounted");
        check(|told| told.worth = Some(4999), "");
        check(|told| told.worth = None, "");
        check(|told| (told.has_remarks, told.is_linked) = (true, false), "remarks,unlinked");
    }

    #[test]
    fn a_floor_holds_for_each_line_and_for_all_of_them() {
        for (lines, paid, expected) in [
            (&[][..], 0, false),
            (&[(2, 5000, 5000)], 10_000, false),
            (&[(2, 4999, 5000)], 10_000, true),
            // The line is dear enough, but a discount on the whole order is not.
            (&[(2, 6000, 5000)], 9_999, true),
            (&[(1, 6000, 5000), (1, 6000, 5000)], 10_000, false),
            (&[(i64::MAX, 6000, 5000)], 1, true),
        ] {
            assert_eq!(is_below_floor(lines, paid), expected, "{lines:?} {paid}");
        }
    }

    #[test]
    fn a_decision_counts_for_what_was_seen() {
        use AuditState::*;
        let check = |decision, expected: Option<(AuditState, &str)>| {
            let found = standing(AuditKind::Customer, vec![AuditCause::Total], decision);
            let found = found.map(|one| (one.state, note(&one.causes)));
            assert_eq!(found, expected.map(|(state, causes)| (state, causes.to_owned())));
        };
        check(None, Some((Open, "total")));
        check(Some((Passed, true)), Some((Passed, "total")));
        check(Some((Passed, false)), Some((Open, "total,changed")));
        check(Some((Rejected, true)), Some((Rejected, "total,rejected")));
        check(Some((Rejected, false)), Some((Open, "total,changed")));
        assert_eq!(standing(AuditKind::Customer, Vec::new(), Some((Rejected, true))), None);
    }

    #[test]
    fn finance_waits_for_the_customer_audit() {
        let of = |kind, state| Standing { kind, state, causes: vec![AuditCause::EveryOrder] };
        let both = |customer, finance| {
            let standings = [of(AuditKind::Finance, finance), of(AuditKind::Customer, customer)];
            next(&standings).map(|one| one.kind)
        };
        use AuditState::*;
        assert_eq!(both(Open, Open), Some(AuditKind::Customer));
        assert_eq!(both(Rejected, Passed), Some(AuditKind::Customer));
        assert_eq!(both(Passed, Open), Some(AuditKind::Finance));
        assert_eq!(both(Passed, Passed), None);
    }

    #[test]
    fn a_rule_that_audits_nothing_is_refused() {
        let auto = AuditRule { mode: AuditMode::Auto, ..AuditRule::default() };
        assert_eq!(auto.check().map(|(field, _)| field), Some("mode"));
        assert_eq!(every_trigger().check(), None);
        let negative = AuditRule { total_from: Some(-1), ..every_trigger() };
        assert_eq!(negative.check().map(|(field, _)| field), Some("total_from"));
    }

    #[test]
    fn causes_are_told_in_both_languages() {
        let (english, chinese) = words("remarks,changed");
        assert_eq!(english, "remark or flag, changed since its audit");
        assert_eq!(chinese, "有留言备注或旗标、审核后有变更");
    }
}
