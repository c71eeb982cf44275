//! Texts of deadlines: the board, delays, and their settings.

use crate::domain::deadline::rule::{DaysOff, ShipRule};
use crate::domain::deadline::{ClockSource, DelayReason, Stage};
use crate::web::lang::{Text, texts};

texts! {
    TITLE = "Deadlines" "发货时限";
    LEAD = "Orders that have not left, by the moment before which they have to. A parcel of several orders is due with the first." "未发订单按最晚发货时间统计；合单包裹以最早到期的订单为准。";
    OVERDUE = "Overdue" "已超时";
    NEAR = "Near" "即将到期";
    NEXT_24 = "In 24 h" "24 小时内";
    LATER = "Later" "更晚";
    OPEN = "All open" "全部未发";
    PACK_BY = "To be packed by {}" "{} 前打包";
    PACK_MISSED = "Past their packing cut-off" "已过打包截单";
    CHART = "Orders due in the next 24 hours, by hour and shop" "未来 24 小时各店铺到期订单";
    HOUR_OF = "{} orders due from {} to {}" "{} 单在 {} 至 {} 到期";
    BY_SHOP = "By shop" "按店铺";
    SHOP = "Shop" "店铺";
    TOTAL = "Together" "合计";
    NOTHING_OPEN = "Every order has left." "所有订单均已发出。";
    TO_BOARD = "By hour and shop" "按小时与店铺查看";
    DELAYS = "Announced delays" "延迟发货通知";
    NO_DELAYS = "No delay has been announced." "暂无延迟通知。";
    DELAY = "Announce a delay…" "延迟发货…";
    DELAY_DO = "Announce" "确认延迟";
    DELAY_UNTIL = "They leave by" "改为最晚发货";
    DELAY_REASON = "Why" "原因";
    DELAY_NOTE = "In your own words" "说明";
    DELAY_HINT = "The shop and the buyer are not told by this; words to send stand beside each notice." "此操作不会通知平台与买家；每条通知旁有可复制的话术。";
    FOR_BUYER = "Words for the buyer" "买家话术";
    FOR_BUYER_HINT = "Copy them into the shop's chat or letter. A delay that the platform has to approve is reported in its own back office." "复制到店铺聊天或站内信；需平台报备的延迟请在平台后台操作。";
    DELAYED = "{} orders leave later." "已延迟 {} 单。";
    UNDO = "Take it back" "撤销";
    UNDO_ASK = "Take this delay back for every order it was announced for?" "撤销该通知涉及的所有订单的延迟？";
    UNDONE = "The deadlines of {} orders are what they were." "已恢复 {} 单的原时限。";
    TAKEN_BACK = "taken back" "已撤销";
    WAS = "was" "原为";
    DATE_MISSING = "The new date is missing or is no time; choose one." "请选择新的最晚发货时间。";
    CLOCK = "Deadline" "时限";
    PACKING_DAY = "For packing until" "打包截单";
    FROM_NOTICE = "delay announced" "延迟通知";
    FROM_PROMISE = "promised by the platform" "平台承诺";
    FROM_ACTIVITY = "activity of the shop" "店铺活动";
    FROM_PRESALE = "presale" "预售";
    FROM_SAME_DAY = "cut-off of the day" "当日截单";
    FROM_PAYMENT = "hours after payment" "付款后时限";
    RUNNING = "in time" "时间充足";
    WARN = "near" "即将到期";
    LATE = "overdue" "已超时";
    IN_TIME = "left in time" "按时发出";
    LEFT_LATE = "left late" "超时发出";
    ENDED = "ended" "已结束";
    STOCK_SHORT = "Stock is short" "缺货";
    PRODUCTION = "Made to order" "定制生产";
    HOLIDAY = "Holiday" "节假日";
    WEATHER = "Weather" "天气";
    CARRIER = "Carrier" "快递原因";
    BUYER = "The buyer asked for it" "买家要求";
    OTHER = "Something else" "其他";
    RULES = "Deadlines and cut-offs" "时限与截单";
    RULE = "Without a promise of the platform" "平台未承诺时";
    RULE_HOURS = "hours after payment" "付款后小时数";
    RULE_SAME_DAY = "by the cut-offs of the day" "按当日截单";
    DAYS_OFF = "Hours of days off" "休息日小时数";
    DAYS_COUNT = "count" "计入";
    DAYS_SKIP = "do not count" "不计入";
    WARN_MINUTES = "Warn so many minutes before" "提前提醒(分钟)";
    PAYMENT_CUT_OFF = "Cut-off of payments" "付款截单";
    PACKING_CUT_OFF = "Cut-off of packing" "打包截单";
    CONFIRM_CUT_OFF = "Cut-off of confirming" "确认发货截单";
    PRESALE_HOURS = "Hours after a presale's first day" "预售起发后小时数";
    ACTIVITIES = "Activities, one a line: from, to, hours, name" "活动，每行：开始 结束 小时数 名称";
    ZONE = "Time zone" "时区";
    ZONE_OWN = "Time zone; the seller's when empty" "时区(留空用系统设置)";
    OWN_DAYS = "Working days of its own" "使用本店工作日历";
    CALENDAR = "Working days" "工作日历";
    CALENDAR_HINT = "Deadlines of everything that has not left follow at once." "立即应用于所有未发订单。";
    EXCEPTIONS = "Days that differ, one a line: first day, last day, off or work, name" "例外日期，每行：首日 末日 off(休)或 work(班) 名称";
    NO_LINE = "Line {} cannot be read: {}" "第 {} 行无法识别：{}";
    LINE_DAYS = "write it like 2027-02-05 2027-02-11 off Spring Festival" "请写成 2027-02-05 2027-02-11 off 春节";
    LINE_ACTIVITY = "write it like 2026-11-10T20:00 2026-11-12T00:00 96 Double 11" "请写成 2026-11-10T20:00 2026-11-12T00:00 96 双十一";
    MON = "Mon" "周一";
    TUE = "Tue" "周二";
    WED = "Wed" "周三";
    THU = "Thu" "周四";
    FRI = "Fri" "周五";
    SAT = "Sat" "周六";
    SUN = "Sun" "周日";
}

/// The days of a week, Monday first.
pub const WEEK: [Text; 7] = [MON, TUE, WED, THU, FRI, SAT, SUN];

/// The word of where a deadline comes from.
pub fn source(source: ClockSource) -> Text {
    match source {
        ClockSource::Notice => FROM_NOTICE,
        ClockSource::Promise => FROM_PROMISE,
        ClockSource::Activity => FROM_ACTIVITY,
        ClockSource::Presale => FROM_PRESALE,
        ClockSource::SameDay => FROM_SAME_DAY,
        ClockSource::Payment => FROM_PAYMENT,
    }
}

/// The word of a stage.
pub fn stage(stage: Stage) -> Text {
    match stage {
        Stage::Running => RUNNING,
        Stage::Warn => WARN,
        Stage::Overdue => LATE,
        Stage::ShippedInTime => IN_TIME,
        Stage::ShippedLate => LEFT_LATE,
        Stage::Ended => ENDED,
    }
}

/// The word of why an order leaves later.
pub fn reason(reason: DelayReason) -> Text {
    match reason {
        DelayReason::StockShort => STOCK_SHORT,
        DelayReason::Production => PRODUCTION,
        DelayReason::Holiday => HOLIDAY,
        DelayReason::Weather => WEATHER,
        DelayReason::Carrier => CARRIER,
        DelayReason::Buyer => BUYER,
        DelayReason::Other => OTHER,
    }
}

/// The word of a rule.
pub fn rule(rule: ShipRule) -> Text {
    match rule {
        ShipRule::Hours => RULE_HOURS,
        ShipRule::SameDay => RULE_SAME_DAY,
    }
}

/// The word of what days off do.
pub fn days_off(rule: DaysOff) -> Text {
    match rule {
        DaysOff::Count => DAYS_COUNT,
        DaysOff::Skip => DAYS_SKIP,
    }
}
