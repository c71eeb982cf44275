//! Sentences of reasons that come with a code: reasons proper have both languages of their own,
//! refusals of batches come in English and have their Chinese here.

use crate::domain::reason::ReasonCode;
use crate::web::lang::{Lang, Text, texts};

texts! {
    ALREADY_NUMBERED = "It has a number already." "已有运单号。";
    ALREADY_SHIPPED = "It has been shipped." "已经发货。";
    CANCELLED = "It is cancelled." "已取消。";
    LISTED_TWICE = "It is listed twice." "重复选择。";
    DEADLINE_NOT_RUNNING = "No deadline runs for it." "没有进行中的时限。";
    DEADLINE_NOT_LATER = "The new date is no later than its deadline." "新时间不晚于当前时限。";
    NOT_FOUND = "It is not there any more." "已不存在。";
    NOT_NUMBERED = "It has no number yet." "尚无运单号。";
    NUMBERS_EXHAUSTED = "The numbers ended before it." "号码已用完。";
    NUMBER_TAKEN = "The number is in use." "号码已被占用。";
    LEASE_ENDED = "The station fell silent before it told." "打印站失联，结果未知。";
    SHEET_STALE = "What it shows has changed since." "内容已变更。";
    NOT_HANDED_OUT = "It was never handed out." "从未送出打印。";
    AUDIT_NOT_NEEDED = "Its shop does not ask for this audit." "店铺未要求此审核。";
    AUDIT_PASSED = "It has passed this audit." "已通过此审核。";
    NOT_AUDITED = "Nobody has decided this audit." "尚未审核。";
    ORDER_CHANGED = "It has changed since it was shown." "页面打开后订单已变更。";
    ORDER_UNDER_WAY = "It is numbered, printed or shipped." "已编号、打印或发货。";
    WRONG_ITEM = "It does not belong into this parcel." "不属于此包裹，请放回。";
    PIECE_TOO_MANY = "All pieces of it are in already." "该商品已装齐，请放回。";
    SCAN_COUNTED = "Another scan came first; look at the list." "已有其他扫描计入，请核对清单。";
    NOT_TO_BE_PACKED = "The parcel must not be packed." "此包裹不可装箱，请搁置。";
    PLANNED_OTHERWISE = "It is planned for another carrier." "计划用其他快递。";
    NEEDS_NO_NUMBER = "It carries no waybill number." "自送或自提，无需运单号。";
    NUMBER_VOID = "The number is void." "号码已作废。";
}

fn known(code: &str) -> Option<Text> {
    Some(match code {
        "wrong_item" => WRONG_ITEM,
        "piece_too_many" => PIECE_TOO_MANY,
        "scan_counted" => SCAN_COUNTED,
        "not_to_be_packed" => NOT_TO_BE_PACKED,
        "already_numbered" => ALREADY_NUMBERED,
        "already_shipped" => ALREADY_SHIPPED,
        "cancelled" => CANCELLED,
        "audit_not_needed" => AUDIT_NOT_NEEDED,
        "audit_passed" => AUDIT_PASSED,
        "not_audited" => NOT_AUDITED,
        "order_changed" => ORDER_CHANGED,
        "order_under_way" => ORDER_UNDER_WAY,
        "listed_twice" => LISTED_TWICE,
        "deadline_not_running" => DEADLINE_NOT_RUNNING,
        "deadline_not_later" => DEADLINE_NOT_LATER,
        "not_found" => NOT_FOUND,
        "not_numbered" => NOT_NUMBERED,
        "number_exhausted" | "numbers_exhausted" => NUMBERS_EXHAUSTED,
        "number_taken" => NUMBER_TAKEN,
        "planned_otherwise" => PLANNED_OTHERWISE,
        "needs_no_number" => NEEDS_NO_NUMBER,
        "number_void" => NUMBER_VOID,
        "lease_ended" => LEASE_ENDED,
        "sheet_stale" => SHEET_STALE,
        "not_handed_out" => NOT_HANDED_OUT,
        _ => return None,
    })
}

/// Why something was left out. English keeps its values; Chinese has the sentence of the code.
pub fn message(lang: Lang, code: &str, english: &str) -> String {
    let chinese = || match ReasonCode::parse(code) {
        Ok(reason) => Some(reason.sentence().1.to_owned()),
        Err(_) => known(code).map(|text| text.zh.to_owned()),
    };
    match lang {
        Lang::En => english.to_owned(),
        Lang::Zh => chinese().unwrap_or_else(|| english.to_owned()),
    }
}

/// Why a sheet is as it is: the sentence of its code, or what was said of it.
pub fn of_sheet(lang: Lang, reason: &str) -> String {
    match (lang, known(reason), ReasonCode::parse(reason)) {
        (_, Some(text), _) => text.of(lang).to_owned(),
        (Lang::En, _, Ok(reason)) => reason.sentence().0.to_owned(),
        _ => message(lang, reason, reason),
    }
}

/// What to do next about it.
pub fn next(lang: Lang, code: &str, english: &str) -> String {
    match (lang, ReasonCode::parse(code)) {
        (Lang::Zh, Ok(reason)) => reason.next_step().1.to_owned(),
        (Lang::Zh, Err(_)) if known(code).is_some() => String::new(),
        _ => english.to_owned(),
    }
}
