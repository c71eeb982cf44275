//! Texts of scan-and-pack.

use crate::web::lang::texts;

texts! {
    TITLE = "Pack" "扫描装箱";
    LEAD = "Scan a parcel's number, then each piece that goes in." "先扫包裹号，再逐件扫描装入的商品。";
    FIELD = "Parcel or piece" "包裹号或商品码";
    HINT = "Waybill number or parcel code first; then barcodes or codes of the pieces. The scale too: 1.25kg." "先扫运单号或包裹码，再扫商品条码或编码；称重也在此输入，如 1.25kg。";
    WEIGHED = "Parcel #{} weighs {} g." "包裹 #{} 重 {} 克。";
    WEIGHT_OFF = "That is {} % off what its goods should weigh. Look into the box." "与商品应重相差 {}%，请检查箱内商品。";
    OF_BUNDLE = "part of {}" "{} 的组成部分";
    COUNT = "Scan" "扫描";
    PRINT_LAST = "The last piece prints the waybill" "扫完最后一件自动打印面单";
    SHIP_LAST = "The last piece ships the parcel" "扫完最后一件自动发货";
    NO_PARCEL = "No parcel has the code {}." "没有编码为 {} 的包裹。";
    NO_PARCEL_NEXT = "Scan the waybill, the packing list, or type the parcel's number." "请扫描面单、装箱单，或输入包裹编号。";
    OPENED = "Parcel {}: scan its pieces" "包裹 {}：请逐件扫描";
    IN = "{} is in. {} to go." "{} 已装入，还差 {} 件。";
    FULL = "All pieces are in." "全部装齐。";
    FULL_BEFORE = "It was packed before, at {}." "已于 {} 装箱。";
    PRINTED = "The waybill is queued: job #{}." "面单已排队：打印任务 #{}。";
    SHIPPED = "It left just now." "刚刚发货。";
    STOP = "Stop" "停止";
    OPEN_LEFT = "Parcel {} still lacks {} pieces. Finish it, or put it aside." "包裹 {} 还差 {} 件，请先装完或搁置。";
    ASIDE = "Put it aside" "搁置此包裹";
    AGAIN = "Empty it and scan again" "清空重扫";
    AGAIN_ASK = "Forget what was scanned into this parcel?" "清空该包裹的扫描记录？";
    ITEM = "Item" "商品";
    CODE = "Code" "编码";
    PIECES = "In / wanted" "已装/应装";
    BY_HAND = "One more by hand" "手工计一件";
}
