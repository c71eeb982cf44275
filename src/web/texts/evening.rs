//! Texts of the evening check.

use crate::web::lang::texts;

texts! {
    TITLE = "Evening check" "晚间核对";
    HINT = "Numbered or printed, and not sent off." "已编号或已打印但尚未发出的包裹。";
    BEFORE = "Numbered before" "编号时间早于";
    SHOW = "Show" "查看";
    NONE = "Nothing that was numbered is left in the house." "已编号的包裹均已发出。";
    CARRIER = "Carrier" "快递";
    RUN = "Batch" "批次";
    BY_HAND = "typed one by one" "单独录入";
    PARCELS = "Parcels" "包裹数";
    PRINTED = "Printed" "已打印";
    OLDEST = "Since" "最早";
    NUMBERED = "Numbered" "编号时间";
    SCAN = "Scan" "扫描";
    VOID = "Take the number off" "退回单号";
    VOID_ASK = "Take the number off this parcel? A printed label must be destroyed." "退回该包裹的单号？已打印的面单须销毁。";
    ALL = "All groups" "全部分组";
    PULL_OUT = "Pull these labels out" "须抽出的面单";
    PULL_OUT_HINT = "These labels may lie on the table or on a parcel. None of them may leave as it is." "以下面单可能在桌上或包裹上，不得就此发出。";
    CANCELLED = "cancelled after printing" "打印后取消";
    ELSEWHERE = "shipped by somebody else" "已由他处发货";
    TWICE = "number is on another parcel too" "单号重复使用";
}
