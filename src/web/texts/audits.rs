//! Texts of the two audits of orders.

use crate::domain::audit::{AuditKind, AuditMode, AuditState};
use crate::web::lang::{Text, texts};

texts! {
    AUDIT = "Needs audit" "待审核";
    AUDITS = "Audits" "审核";
    CUSTOMER = "Customer audit" "客审";
    FINANCE = "Finance audit" "财审";
    ANY = "any audit" "客审或财审";
    LEFT_OVER = "left over from earlier days" "往日遗留";
    OPEN = "to be audited" "待审";
    PASSED = "passed" "已通过";
    REJECTED = "rejected" "已驳回";
    DECIDED = "by {}, {}" "{} 于 {}";
    FOR_WHAT_STANDS = "It counts for total, lines and remarks as they stand." "按当前金额、商品、备注审核，变更后需重审。";
    PASS = "Pass" "通过";
    PASS_CUSTOMER = "Pass customer audit" "客审通过";
    PASS_FINANCE = "Pass finance audit" "财审通过";
    REJECT = "Reject" "驳回";
    REASON = "Reason; it becomes a hold" "原因(转为挂起)";
    NOTE = "Note (optional)" "备注(可选)";
    UNDO = "Take back" "反审核";
    PASSED_N = "{} orders pass." "{} 单已通过。";
    REJECTED_N = "{} orders are rejected and held." "{} 单已驳回并挂起。";
    UNDONE_N = "{} audits are open again." "{} 单已反审核。";
    REJECT_TICKED = "Reject…" "驳回…";
    REJECT_CUSTOMER = "Reject in the customer audit" "客审驳回";
    REJECT_FINANCE = "Reject in the finance audit" "财审驳回";
    DESK = "Audit desk" "审单台";
    DESK_OF = "{} · order {}" "{} · 订单 {}";
    TO_DESK = "One by one" "逐单审核";
    QUEUE = "What waits" "待审队列";
    DEEDS = "Decide" "审核操作";
    NEXT = "Next" "下一单";
    PREVIOUS = "Previous" "上一单";
    UNDO_LAST = "Take back order {}: {}" "撤回订单 {}:{}";
    UNDO_HOLD_STAYS = "A hold that came with a rejection stays until it is released." "驳回时产生的挂起需另行解除。";
    NOT_YOURS = "Your role does not decide this audit." "您的角色无权审核此单。";
    BUYER = "This buyer" "买家历史";
    NO_NICK = "The shop tells no buyer nick for this order." "店铺未提供该单的买家昵称。";
    NO_OTHERS = "No other order of this buyer in the shop." "该买家在本店无其他订单。";
    OTHERS_N = "{} other orders in this shop, {} of them cancelled." "本店另有 {} 单，其中已取消 {} 单。";
    SAME_PARCEL = "In the same parcel" "同包裹的其他订单";
    THROUGH_TITLE = "Through" "已审到底";
    THROUGH = "{} parcels still wait: passed by, rejected or held." "仍有 {} 个包裹待审：已跳过、驳回或挂起。";
    NOTHING_WAITS = "Nothing waits for this audit." "没有待审的订单。";
    FROM_TOP = "From the top" "从头开始";
    RULES = "Audits of orders" "订单审核";
    RULES_HINT = "Finance audits what has passed the customer audit. A change of total, lines or remarks needs a new audit." "先客审后财审；金额、商品、备注变更后需重审。";
    MODE = "Which orders" "范围";
    MODE_OFF = "none" "不审";
    MODE_AUTO = "those with one of these" "满足以下条件";
    MODE_MANUAL = "every order" "每单";
    TOTAL_FROM = "Total from (optional)" "金额不低于(可选)";
    ON_REMARKS = "a remark or flag" "有留言备注或旗标";
    ON_FIRST = "first order of a buyer" "买家首单";
    ON_UNLINKED = "imported or typed" "导入或手工录入";
    ON_DISCOUNT = "discounted or free of charge" "有优惠或零价商品";
    ON_GIFTS = "a gift, or a line free of charge" "含赠品或零价商品";
    ON_SEVERAL = "several orders in one parcel" "多单合并";
    ON_FLOOR = "below the lowest price of a SKU" "低于商品底价";
}

/// What an audit is called.
pub fn kind(kind: AuditKind) -> Text {
    match kind {
        AuditKind::Customer => CUSTOMER,
        AuditKind::Finance => FINANCE,
    }
}

/// How an audit stands.
pub fn state(state: AuditState) -> Text {
    match state {
        AuditState::Open => OPEN,
        AuditState::Passed => PASSED,
        AuditState::Rejected => REJECTED,
    }
}

/// Which orders are audited.
pub fn mode(mode: AuditMode) -> Text {
    match mode {
        AuditMode::Off => MODE_OFF,
        AuditMode::Auto => MODE_AUTO,
        AuditMode::Manual => MODE_MANUAL,
    }
}
