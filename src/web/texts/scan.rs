//! Texts of scan-and-ship.

use crate::web::lang::texts;

texts! {
    TITLE = "Scan" "扫描发货";
    FIELD = "Waybill number" "运单号";
    HINT = "Scan a waybill anywhere on this page, or type it and press Enter." "在本页任意处扫描面单，或输入后回车。";
    AT_ONCE = "Ship at once when it is fit to leave" "可发则立即发货";
    LOOK = "Look" "查看";
    UNKNOWN = "No parcel has the number {}." "没有单号为 {} 的包裹。";
    UNKNOWN_NEXT = "Scan it again; or look for it on the workbench." "请重扫，或到工作台查找。";
    FIT = "Fit to leave" "可以发货";
    LEFT = "It left just now." "刚刚发货。";
    LEFT_BEFORE = "It left before, at {}." "已于 {} 发货。";
    STOP = "Stop: it must not leave" "停止：不可发货";
    SHIP = "Ship it" "发货";
    INSIDE = "What belongs into it" "应装商品";
    WEIGHT = "Weight, g" "重量(克)";
    WEIGH = "Keep the weight" "记录重量";
    WEIGHT_OFF = "It weighs {} g and should weigh {} g: {} % off. Look inside." "称重 {} 克，预估 {} 克，相差 {}%，请检查。";
    TALLY = "{} shipped in this sitting" "本次已发 {} 件";
}
