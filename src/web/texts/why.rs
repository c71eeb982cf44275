//! Texts of the page that says why an order is not further.

use crate::web::lang::texts;

texts! {
    TITLE = "Why?" "查原因";
    LEAD = "Where an order is, what stands in the way, what happens next." "订单在哪、卡在何处、下一步是什么。";
    NUMBER = "Order number or its beginning, or a waybill" "订单号(或前几位)或运单号";
    ASK = "Ask" "查询";
    NEXT = "Next:" "下一步：";
    TO_NUMBER = "waits for a number" "待录单号";
    TO_PRINT = "waits to be printed" "待打印";
    TO_REPRINT = "to be printed again" "需重打";
    TO_SHIP = "waits to be shipped" "待发货";
    TO_TELL = "left; its shop is told next" "已发，待回传";
    TO_BRING = "number to be brought to its shop" "待上传单号";
    TO_SETTLE = "left; its shop does not know" "已发，回传异常";
    DONE = "left; its shop knows" "已发并回传";
    NOWHERE = "in no parcel" "不在包裹中";
    UNKNOWN = "No order and no waybill here is called {}." "没有订单或运单叫 {}。";
    UNKNOWN_NEXT = "It has not come in. Look below when its shop was last heard; ask the shop again, or import its file." "尚未进单。请看下方各店铺最近进单时间，重新拉取或导入文件。";
    REJECTED = "Refused rows that name it" "提到它的被拒行";
    SHOPS = "Where it could come from" "可能的来源";
    SHOP = "Shop" "店铺";
    BY = "Orders come" "进单方式";
    PULLED = "by asking" "自动拉取";
    PUSHED = "by push" "推送";
    FILE = "by file" "导入文件";
    LAST_PULL = "Read to the end" "最近完整读取";
    LAST_INTAKE = "Last orders" "最近进单";
    LAST_ORDER = "Newest change there" "平台最近变更";
    COUNTED = "Counted against the shop" "与平台核对单数";
    MISSING = "{} missing here" "缺 {} 单";
    ALIKE = "numbers look like this" "单号格式相同";
    FROM_EMPTY = "Missing an order? Ask why" "找不到订单？查原因";
}
