//! Texts of rules: the list, the form, what they would change, and what they decided on an order.

use crate::domain::deadline::calendar::WeekDay;
use crate::domain::rule::{ActionKind, Fate, RemarkPlace, SplitBy};
use crate::web::lang::{Text, texts};

texts! {
    TITLE = "Rules" "规则";
    LEAD = "Read from the first to the last, for every order that comes in or changes." "订单新增或变更时，由上至下逐条判断。";
    HOW = "Of carrier, service, warehouse, flag and split the first rule that matches decides. Tags, holds, gifts and audits of all that match add up." "快递、产品、仓库、旗标、拆单以最先匹配的规则为准；标签、挂起、赠品、审核全部累加。";
    EMPTY = "No rules yet. A rule says which carrier, gift or hold an order gets by what it looks like." "还没有规则。规则按订单内容决定快递、赠品、挂起等。";
    NEW = "New rule" "新建规则";
    TO_LIST = "All rules" "全部规则";
    WHEN = "When" "条件";
    THEN = "Then" "动作";
    EVERY_ORDER = "every order" "所有订单";
    STATE = "State" "状态";
    ON = "on" "启用";
    OFF = "off" "停用";
    SWITCH_ON = "Switch on" "启用";
    SWITCH_OFF = "Switch off" "停用";
    UP = "Move up" "上移";
    DOWN = "Move down" "下移";
    ENDS = "ends the reading" "匹配后停止";
    CHANGED_BY = "version {}, by {}, {}" "第 {} 版，{} 于 {}";
    BEING_JUDGED = "{} parcels are still being judged anew." "还有 {} 个包裹正在重新判断。";
    ODD = "Look at these first" "请先检查";
    RUN_ALL = "Judge everything that waits anew" "重新判断所有待发订单";
    RAN = "{} parcels are judged anew." "{} 个包裹已重新判断。";
    SAVED = "The rule {} is kept; what waits follows." "规则「{}」已保存，待发订单随之更新。";
    REMOVED = "The rule {} is gone." "规则「{}」已删除。";
    REMOVE_ASK = "Remove the rule {}?" "删除规则「{}」？";
    MOVED = "Moved." "已移动。";
    SWITCHED = "Switched." "已切换。";
    TEXT = "Rules as text" "规则文本";
    TEXT_HINT = "JSON with all rules in their order. What is written here takes the place of them all; an error names rule, field and line." "JSON，按顺序包含全部规则；导入会整体替换，错误会指出规则、字段和行。";
    EXPORT = "Download" "下载";
    IMPORT = "Take over" "导入";
    IMPORTED = "{} rules are kept." "已保存 {} 条规则。";
    NAME = "Name" "名称";
    VALID_FROM = "For orders paid from (optional)" "付款时间起(可选)";
    VALID_UNTIL = "until before (optional)" "付款时间止(可选)";
    ALL_OF = "All of these hold; what is left empty does not matter." "以下条件同时满足，留空表示不限。";
    MORE_CONDITIONS = "More conditions" "更多条件";
    EXCEPT = "But none of these" "但不包括";
    AS_TEXT = "Its conditions say more than the form can; they stand as text." "条件较复杂，以文本编辑。";
    SHOPS = "Shops" "店铺";
    PLATFORMS = "Platforms" "平台";
    KINDS = "Kinds of orders" "订单类型";
    SKUS = "Own SKUs, one of them" "自有编码(任一)";
    CATEGORIES = "Categories of own SKUs, one of them" "商品类目(任一)";
    SHOP_SKUS = "Codes of the shop, one of them" "平台编码(任一)";
    LIST_HINT = "Parted by commas; TEA-* is all that begin so." "逗号分隔；TEA-* 表示以此开头。";
    PIECES_OF = "Pieces of these own SKUs" "以下编码的件数";
    PIECES = "Pieces" "总件数";
    LINES = "Different lines" "商品行数";
    LINE_QUANTITY = "Pieces of one line" "单行件数";
    WEIGHT = "Weight in grams" "重量(克)";
    AMOUNT = "Total" "订单金额";
    CURRENCY = "Currency" "币种";
    ORDERS = "Orders in the parcel" "合单数";
    FROM = "from" "不低于";
    TO = "to" "不高于";
    REGIONS = "Regions" "地区";
    REGION_HINT = "Codes of 2, 4 or 6 digits: 65 is Xinjiang, 3301 is Hangzhou." "行政区划代码，2/4/6 位：65 新疆，3301 杭州。";
    COUNTRIES = "Countries" "国家";
    REMARKS = "Words in remarks, one of them" "留言备注含(任一)";
    REMARK_HINT = "* stands for anything between: change*address." "* 表示任意间隔：改*地址。";
    REMARK_ANY = "any remark" "有任意留言备注";
    WITHIN = "Looked for in" "查找范围";
    FLAGS = "Flags" "旗标";
    TAGS = "Tags of earlier rules" "前面规则设置的标签";
    BUYERS = "Buyer nicks" "买家昵称";
    BUYER_TAGS = "Tags of the buyer, one of them" "买家标签(任一)";
    FIRST = "First order of a buyer" "买家首单";
    EITHER = "does not matter" "不限";
    YES = "yes" "是";
    NO = "no" "否";
    DAYS = "Paid on" "付款日";
    PAID_FROM = "Paid from" "付款时刻起";
    PAID_TO = "Paid before" "付款时刻止";
    CARRIER = "Carrier" "快递";
    NO_CARRIER = "leave it open" "不指定";
    SERVICE = "Service" "快递产品";
    WAREHOUSE = "Warehouse" "仓库";
    FLAG = "Flag" "旗标";
    GIVE_TAGS = "Tags" "标签";
    HOLD = "Hold it for this reason" "挂起原因";
    HOLD_UNTIL = "until (optional)" "挂起至(可选)";
    HOLD_MINUTES = "or for so many minutes after payment" "或付款后分钟数";
    GIFTS = "Gifts" "赠品";
    GIFTS_HINT = "SKU*PIECES, one a line." "编码*件数，每行一个。";
    GIFT_BY_HAND = "Gifts by hand" "手工赠品";
    GIFT_BY_HAND_HINT = "Instead of those of rules; empty for none. SKU*PIECES, parted by semicolons." "代替规则赠品，留空为不送；编码*件数，分号分隔。";
    GIFT_PER = "for each so much of the total (optional)" "每满(可选)";
    GIFT_MOST = "pieces at most (optional)" "最多件数(可选)";
    AUDITS = "Have it audited" "需要审核";
    SPLIT = "Split the order" "拆单";
    SPLIT_NOT = "leave it whole" "不拆";
    SPLIT_SKUS = "Only these SKUs leave apart (by SKU)" "仅拆出这些编码(按商品)";
    SPLIT_SKUS_HINT = "Empty: each SKU leaves apart. ICE-* is all that begin so." "留空则每个编码各一包；ICE-* 表示以此开头。";
    SPLIT_PIECES = "Most pieces of a parcel (by pieces)" "每包最多件数(按件数)";
    SPLIT_INTO = "{}, {} parcels" "{}，{} 个包裹";
    STOP = "When it matches, read no later rule" "匹配后不再判断后面的规则";
    TRY = "See what it would change" "预览影响";
    DRY_TITLE = "What it would change" "预览影响";
    DRY_SUM = "{} of {} waiting orders would change." "{} / {} 个待发订单会变化。";
    DRY_NONE = "Nothing would change on the {} orders that wait." "{} 个待发订单都不会变化。";
    DRY_GOING = "Counting: {} of {} orders." "统计中：{} / {}。";
    DRY_KEEP = "Keep these rules" "采用这些规则";
    DRY_KEPT = "The rules are kept; what waits follows." "规则已保存，待发订单随之更新。";
    DRY_OTHERS = "and {} rarer changes" "另有 {} 处较少见的变化";
    BACK = "Back, change nothing" "返回，不作更改";
    NOW = "Now" "现在";
    WOULD = "Would be" "将变为";
    COUNT = "Orders" "订单";
    EXAMPLES = "For example" "例如";
    NOTHING = "nothing" "无";
    DECIDED = "Decided by rules" "规则结果";
    DECIDED_BY = "version {}, {}" "第 {} 版，{}";
    WON = "counts" "生效";
    LOST = "came too late" "未生效";
    LOST_TO = "rule {} came first" "规则「{}」在先";
    TAKEN_BACK = "taken back by hand" "人工取消";
    BY_HAND = "by hand" "人工指定";
    STOPPED = "Rule {} ended the reading." "规则「{}」后停止。";
    TAKE_BACK = "Not for this order" "本单不用";
    LET_GO = "Let it go" "放行";
    GIVE_BACK = "Leave it to the rules" "恢复按规则";
    OVERRIDDEN = "Decided for this order; it stays so." "已按人工决定，之后不变。";
    GIVEN_BACK = "The rules decide again." "已恢复按规则。";
    SET_CARRIER = "Carrier by hand" "指定快递";
    SET = "Set" "指定";
    MONDAY = "Mon" "周一";
    TUESDAY = "Tue" "周二";
    WEDNESDAY = "Wed" "周三";
    THURSDAY = "Thu" "周四";
    FRIDAY = "Fri" "周五";
    SATURDAY = "Sat" "周六";
    SUNDAY = "Sun" "周日";
    MESSAGE = "buyer message" "买家留言";
    MEMO = "seller memo" "卖家备注";
    STAFF_NOTE = "staff note" "内部备注";
    IN_PARCEL = "orders in the parcel" "合单数";
    NOT = "not ({})" "非({})";
    AND = " and " " 且 ";
    OR = " or " " 或 ";
    ANY_OF = "{}: {}" "{}: {}";
    AT_LEAST = "{} ≥ {}" "{} ≥ {}";
    AT_MOST = "{} ≤ {}" "{} ≤ {}";
    BETWEEN = "{} {}–{}" "{} {}–{}";
    KIND = "Decides" "内容";
}

/// A day of the week, short.
pub fn day(day: WeekDay) -> Text {
    match day {
        WeekDay::Monday => MONDAY,
        WeekDay::Tuesday => TUESDAY,
        WeekDay::Wednesday => WEDNESDAY,
        WeekDay::Thursday => THURSDAY,
        WeekDay::Friday => FRIDAY,
        WeekDay::Saturday => SATURDAY,
        WeekDay::Sunday => SUNDAY,
    }
}

/// Where a remark stands.
pub fn place(place: RemarkPlace) -> Text {
    match place {
        RemarkPlace::Message => MESSAGE,
        RemarkPlace::Memo => MEMO,
        RemarkPlace::Note => STAFF_NOTE,
    }
}

/// What became of a wish.
pub fn fate(fate: Fate) -> Text {
    match fate {
        Fate::Won => WON,
        Fate::Lost => LOST,
        Fate::TakenBack => TAKEN_BACK,
        Fate::ByHand => BY_HAND,
    }
}

/// By what a rule splits.
pub fn split_by(by: SplitBy) -> Text {
    let (en, zh) = by.words();
    Text { en, zh }
}

/// What a rule decides.
pub fn kind(kind: ActionKind) -> Text {
    let (en, zh) = kind.words();
    Text { en, zh }
}
