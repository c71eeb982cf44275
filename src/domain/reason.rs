//! Why an order cannot leave yet. Reasons are a set; ready is the empty set.

use serde::{Deserialize, Serialize};

use super::audit::{self, AuditKind, Standing};
use super::id::OrderId;
use super::order::{OrderKind, OrderState};
use super::text_enum;
use super::time::UtcTime;

text_enum! {
    /// The stable code of a reason.
    pub enum ReasonCode("reason") {
        Unpaid = "unpaid",
        RefundOpen = "refund_open",
        Closed = "closed",
        Held = "held",
        /// A rule of the seller's has it wait.
        RuleHeld = "rule_held",
        PlatformHeld = "platform_held",
        PlatformShipped = "platform_shipped",
        PlatformPartlyShipped = "platform_partly_shipped",
        AddressIncomplete = "address_incomplete",
        RecipientMasked = "recipient_masked",
        HeadMissing = "head_missing",
        LinesMissing = "lines_missing",
        NothingToShip = "nothing_to_ship",
        PresaleNotDue = "presale_not_due",
        SkuUnmapped = "sku_unmapped",
        RemarkUnread = "remark_unread",
        AuditCustomer = "audit_customer",
        AuditFinance = "audit_finance",
        MergeWait = "merge_wait",
        RegionClosed = "region_closed",
    }
}

/// One reason of one order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    pub code: ReasonCode,
    pub order: OrderId,
    /// What the sentence needs beyond the code: who holds it and why, which fields, which day.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// All that decides whether one order may leave.
#[derive(Debug, Clone)]
pub struct OrderFacts {
    pub order: OrderId,
    pub state: OrderState,
    pub kind: OrderKind,
    pub has_head: bool,
    pub has_lines: bool,
    /// Pieces that are to be sent: not refunded, not gone, not a service.
    pub pieces: i64,
    pub refund_open: bool,
    pub ship_from: Option<UtcTime>,
    /// Until then it waits for companions.
    pub waits_until: Option<UtcTime>,
    /// Fields of the recipient that are missing.
    pub missing: Vec<String>,
    /// Name, phone or address are masked and no platform key stands for them.
    pub is_masked: bool,
    pub holds: Vec<HoldFact>,
    /// Holds by rules; `held_by` is the rule's name.
    pub rule_holds: Vec<HoldFact>,
    pub remark_unread: bool,
    /// The audits that it needs, also those it has passed.
    pub audits: Vec<Standing>,
    /// What the shop calls the lines that mean no SKU, where the seller wants every line to mean one.
    pub unmapped: Vec<String>,
}

/// A hold that nobody has released.
#[derive(Debug, Clone)]
pub struct HoldFact {
    pub reason: String,
    pub held_by: String,
    pub until_at: Option<UtcTime>,
}

/// The reasons of one order at one moment, in the order in which a person would mend them.
pub fn reasons(facts: &OrderFacts, now: UtcTime) -> Vec<Reason> {
    use ReasonCode::*;
    let mut found = Vec::new();
    let mut add = |code, note: String| found.push(Reason { code, order: facts.order, note });
    if !facts.has_head {
        add(HeadMissing, String::new());
    } else {
        match facts.state {
            OrderState::Unpaid => add(Unpaid, String::new()),
            OrderState::Cancelled => add(Closed, String::new()),
            OrderState::Held => add(PlatformHeld, String::new()),
            OrderState::PartiallyShipped => add(PlatformPartlyShipped, String::new()),
            OrderState::Shipped | OrderState::Completed => add(PlatformShipped, String::new()),
            OrderState::AwaitingShipment => {}
        }
    }
    if facts.refund_open {
        add(RefundOpen, String::new());
    }
    if !facts.has_lines {
        add(LinesMissing, String::new());
    } else if facts.pieces == 0 && !facts.refund_open {
        add(NothingToShip, String::new());
    }
    if facts.has_head {
        if facts.is_masked {
            add(RecipientMasked, String::new());
        } else if !facts.missing.is_empty() {
            add(AddressIncomplete, facts.missing.join(", "));
        }
    }
    if let Some(day) = facts.ship_from.filter(|day| *day > now) {
        add(PresaleNotDue, day.to_string());
    }
    for hold in facts.holds.iter().filter(|hold| hold.until_at.is_none_or(|until| until > now)) {
        let until = hold.until_at.map(|until| format!(" until {until}")).unwrap_or_default();
        add(Held, format!("{} ({}{until})", hold.reason, hold.held_by));
    }
    for hold in facts.rule_holds.iter().filter(|hold| hold.until_at.is_none_or(|until| until > now)) {
        let until = hold.until_at.map(|until| format!(" until {until}")).unwrap_or_default();
        add(RuleHeld, format!("{} ({}{until})", hold.reason, hold.held_by));
    }
    if !facts.unmapped.is_empty() {
        add(SkuUnmapped, listed(&facts.unmapped));
    }
    if facts.remark_unread {
        add(RemarkUnread, String::new());
    }
    if let Some(open) = audit::next(&facts.audits) {
        add(ReasonCode::of_audit(open.kind), audit::note(&open.causes));
    }
    if let Some(moment) = facts.waits_until.filter(|moment| *moment > now) {
        add(MergeWait, moment.to_string());
    }
    found
}

/// The first names of a list, and how many more there are.
fn listed(names: &[String]) -> String {
    const NAMED: usize = 3;
    let more = names.len().saturating_sub(NAMED);
    let named = names[..names.len() - more].join(", ");
    if more > 0 { format!("{named} +{more}") } else { named }
}

/// The next moment at which time alone changes the reasons.
pub fn recheck_at(facts: &OrderFacts, now: UtcTime) -> Option<UtcTime> {
    let holds = facts.holds.iter().chain(&facts.rule_holds).filter_map(|hold| hold.until_at);
    holds.chain(facts.ship_from).chain(facts.waits_until).filter(|moment| *moment > now).min()
}

impl ReasonCode {
    /// An order with this reason travels alone: it must not keep its companions waiting.
    ///
    /// A hold, an unread remark, an open audit, a code nobody has mapped, a closed region or the wait for companions is
    /// about the parcel and keeps the company together.
    pub fn parts_company(self) -> bool {
        !matches!(
            self,
            Self::Held
                | Self::RuleHeld
                | Self::SkuUnmapped
                | Self::RemarkUnread
                | Self::AuditCustomer
                | Self::AuditFinance
                | Self::MergeWait
                | Self::RegionClosed
        )
    }

    /// The reason of an open audit.
    pub fn of_audit(kind: AuditKind) -> Self {
        match kind {
            AuditKind::Customer => Self::AuditCustomer,
            AuditKind::Finance => Self::AuditFinance,
        }
    }

    /// Nothing will leave on this order any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::NothingToShip)
    }

    /// What is the case, in English and Chinese.
    pub fn sentence(self) -> (&'static str, &'static str) {
        match self {
            Self::Unpaid => ("The order is not paid.", "订单未付款。"),
            Self::RefundOpen => ("A refund is requested or under way.", "有未结束的退款。"),
            Self::Closed => ("The order is closed.", "订单已关闭。"),
            Self::Held => ("Someone holds the order", "订单被挂起"),
            Self::RuleHeld => ("A rule holds the order", "规则挂起"),
            Self::PlatformHeld => ("The platform holds the order.", "平台暂缓发货。"),
            Self::PlatformShipped => ("The shop shows it as shipped already.", "平台已显示发货。"),
            Self::PlatformPartlyShipped => {
                ("The shop shows a part of it as shipped.", "平台已显示部分发货。")
            }
            Self::AddressIncomplete => ("The address is incomplete", "收货信息不完整"),
            Self::RecipientMasked => ("Name, phone or address are masked.", "收货信息已脱敏。"),
            Self::HeadMissing => {
                ("Only the lines have arrived, the order itself has not.", "只收到明细，缺订单主表。")
            }
            Self::LinesMissing => ("The order has arrived without its lines.", "订单缺少商品明细。"),
            Self::NothingToShip => ("No line is left to be sent.", "没有需要发货的商品。"),
            Self::PresaleNotDue => ("The presale is not due", "预售未到发货时间"),
            Self::SkuUnmapped => ("It is not known which SKU is meant", "商品未对应自有编码"),
            Self::RemarkUnread => ("A remark has not been read.", "留言或备注未读。"),
            Self::AuditCustomer => ("It waits for the customer audit", "待客审"),
            Self::AuditFinance => ("It waits for the finance audit", "待财审"),
            Self::MergeWait => ("It waits for companions", "等待合单"),
            Self::RegionClosed => ("The region is not served", "收货地区停发"),
        }
    }

    /// What to do next, in English and Chinese.
    pub fn next_step(self) -> (&'static str, &'static str) {
        match self {
            Self::Unpaid => ("Wait for the payment; the shop tells us.", "等待付款，平台会通知。"),
            Self::RefundOpen => {
                ("Settle the refund in the shop; then it is ready or closed.", "先在平台处理退款。")
            }
            Self::Closed => ("Nothing is to be done.", "无需处理。"),
            Self::Held => ("Release the hold, or wait for its day.", "解除挂起，或等到期。"),
            Self::RuleHeld => {
                ("Look at the order and let it go, or change the rule.", "查看订单后放行，或修改规则。")
            }
            Self::PlatformHeld => ("Look into the shop for the platform's reason.", "到平台查看原因。"),
            Self::PlatformShipped => ("Check in the shop who shipped it.", "到平台核实发货情况。"),
            Self::PlatformPartlyShipped => {
                ("Check in the shop what has left; ship the rest there.", "到平台核实已发部分。")
            }
            Self::AddressIncomplete => {
                ("Ask the buyer and correct the address in the shop.", "联系买家并在平台补全地址。")
            }
            Self::RecipientMasked => (
                "Import the order with its full address, or link the shop for its own labels.",
                "导入完整地址，或授权平台面单。",
            ),
            Self::HeadMissing => ("Import the order list of the same export.", "请导入同批订单主表。"),
            Self::LinesMissing => ("Import the order detail list of the same export.", "请导入同批明细表。"),
            Self::NothingToShip => ("Nothing is to be done.", "无需处理。"),
            Self::PresaleNotDue => ("Wait for the day; it becomes ready by itself.", "到期后自动就绪。"),
            Self::SkuUnmapped => (
                "Map the shop's code to a SKU; all waiting orders follow.",
                "对应商品编码，所有待发订单随之放行。",
            ),
            Self::RemarkUnread => ("Read the remark and mark it as read.", "阅读后标记已读。"),
            Self::AuditCustomer => {
                ("Look at the order, then pass or reject it.", "查看订单后通过或驳回客审。")
            }
            Self::AuditFinance => {
                ("Have finance look at the order, then pass or reject it.", "由财务查看后通过或驳回财审。")
            }
            Self::MergeWait => {
                ("Wait, or shorten the merge wait in the settings.", "等待，或在设置中缩短等待时间。")
            }
            Self::RegionClosed => (
                "Choose another carrier for it, or wait until the notice ends.",
                "改选其他快递，或等停发结束。",
            ),
        }
    }
}

impl Reason {
    /// The sentence with its note, in English and Chinese.
    pub fn message(&self) -> (String, String) {
        let (english, chinese) = self.code.sentence();
        let (note, note_zh) = match self.code {
            ReasonCode::AuditCustomer | ReasonCode::AuditFinance => audit::words(&self.note),
            _ => (self.note.clone(), self.note.clone()),
        };
        if note.is_empty() {
            return (english.to_owned(), chinese.to_owned());
        }
        let open = |sentence: &'static str| sentence.trim_end_matches(['.', '。']);
        (format!("{}: {note}.", open(english)), format!("{}：{note_zh}。", open(chinese)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fit() -> OrderFacts {
        OrderFacts {
            order: OrderId(1),
            state: OrderState::AwaitingShipment,
            kind: OrderKind::Normal,
            has_head: true,
            has_lines: true,
            pieces: 2,
            refund_open: false,
            ship_from: None,
            waits_until: None,
            missing: Vec::new(),
            is_masked: false,
            holds: Vec::new(),
            rule_holds: Vec::new(),
            remark_unread: false,
            audits: Vec::new(),
            unmapped: Vec::new(),
        }
    }

    fn check(change: impl FnOnce(&mut OrderFacts), expected: &[&str]) {
        let mut facts = fit();
        change(&mut facts);
        let codes: Vec<_> =
            reasons(&facts, moment("2026-11-20T00:00:00Z")).iter().map(|r| r.code.as_str()).collect();
        assert_eq!(codes, expected);
    }

    fn moment(text: &str) -> UtcTime {
        UtcTime::parse(text).expect(text)
    }

    #[test]
    fn each_fact_brings_its_reason() {
        let hold = |until: Option<&str>| HoldFact {
            reason: "check the size".into(),
            held_by: "user:1".into(),
            until_at: until.map(moment),
        };
        check(|_| {}, &[]);
        check(|facts| facts.state = OrderState::Unpaid, &["unpaid"]);
        check(|facts| facts.state = OrderState::Completed, &["platform_shipped"]);
        check(|facts| facts.has_head = false, &["head_missing"]);
        check(|facts| facts.pieces = 0, &["nothing_to_ship"]);
        check(|facts| (facts.pieces, facts.refund_open) = (0, true), &["refund_open"]);
        check(|facts| facts.missing = vec!["phone".into()], &["address_incomplete"]);
        check(|facts| facts.ship_from = Some(moment("2026-11-21T00:00:00Z")), &["presale_not_due"]);
        check(|facts| facts.ship_from = Some(moment("2026-11-20T00:00:00Z")), &[]);
        check(|facts| facts.holds = vec![hold(None), hold(Some("2026-11-19T00:00:00Z"))], &["held"]);
        check(
            |facts| (facts.state, facts.remark_unread) = (OrderState::Cancelled, true),
            &["closed", "remark_unread"],
        );
        check(
            |facts| facts.rule_holds = vec![hold(None), hold(Some("2026-11-19T00:00:00Z"))],
            &["rule_held"],
        );
        check(|facts| facts.unmapped = vec!["TEA".into()], &["sku_unmapped"]);
        let open = |kind| audit::standing(kind, vec![audit::AuditCause::Total], None).expect("it is needed");
        check(|facts| facts.audits = vec![open(AuditKind::Finance)], &["audit_finance"]);
        check(
            |facts| facts.audits = vec![open(AuditKind::Customer), open(AuditKind::Finance)],
            &["audit_customer"],
        );
    }

    #[test]
    fn an_audit_says_why_in_both_languages() {
        let note = "total,changed".to_owned();
        let reason = Reason { code: ReasonCode::AuditCustomer, order: OrderId(1), note };
        let english = "It waits for the customer audit: high total, changed since its audit.";
        assert_eq!(
            reason.message(),
            (english.to_owned(), "待客审：金额达到审核线、审核后有变更。".to_owned())
        );
    }

    #[test]
    fn a_long_list_of_unmapped_names_is_cut() {
        for (count, expected) in [(1, "A1"), (3, "A1, A2, A3"), (5, "A1, A2, A3 +2")] {
            let names: Vec<String> = (1..=count).map(|n| format!("A{n}")).collect();
            assert_eq!(listed(&names), expected);
        }
    }

    #[test]
    fn a_reason_that_ends_by_itself_says_when_to_look_again() {
        let mut facts = fit();
        facts.ship_from = Some(moment("2026-11-21T00:00:00Z"));
        facts.holds = vec![HoldFact {
            reason: String::new(),
            held_by: String::new(),
            until_at: Some(moment("2026-11-20T12:00:00Z")),
        }];
        let look = |now| recheck_at(&facts, moment(now)).map(|at| at.to_string());
        assert_eq!(look("2026-11-20T00:00:00Z").as_deref(), Some("2026-11-20T12:00:00Z"));
        assert_eq!(look("2026-11-20T12:00:00Z").as_deref(), Some("2026-11-21T00:00:00Z"));
        assert_eq!(look("2026-11-21T00:00:00Z"), None);
    }
}
