//! The two exports of the Taobao and Tmall seller centre.
//!
//! ExportOrderList tells the heads, ExportOrderDetailList the lines; either may come first,
//! or alone. Columns come and go by year, so only those needed for a parcel must be there.

use super::address;
use super::formats::{Layout, lookup, order_state};
use super::row::{Fields, Told};
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderState, Refund};
use crate::domain::recipient::Recipient;

const NUMBER: &str = "订单编号";
const STATE: &str = "订单状态";
const NAME: &str = "收货人姓名";
const ADDRESS: &str = "收货地址";
const CHANGED_ADDRESS: &str = "修改后的收货地址";
const CREATED: &str = "订单创建时间";

/// Columns without which no head can be read.
pub(super) const NEEDED_FOR_ORDERS: &[&str] = &[NUMBER, STATE, NAME, ADDRESS, CREATED];
/// Columns without which no line can be read.
pub(super) const NEEDED_FOR_LINES: &[&str] = &[NUMBER, "标题", "购买数量"];

/// ExportOrderList: one row per order.
pub(super) struct Orders;

impl Layout for Orders {
    fn number_column(&self) -> &str {
        NUMBER
    }

    fn is_grouped(&self) -> bool {
        false
    }

    fn tells(&self) -> (bool, bool) {
        (true, false)
    }

    fn read(&self, fields: &mut Fields<'_>) -> Told {
        let (state, mut kind) = order_state(fields.get(STATE)).unwrap_or_else(|| {
            fields.refuse(
                STATE,
                "unknown_state",
                "it is no state of the seller centre that we know; tell us the word",
            );
            (OrderState::Unpaid, OrderKind::Normal)
        });
        if !fields.get("分阶段订单信息").is_empty() {
            kind = OrderKind::Presale;
        }
        let mut recipient = Recipient { country: "CN".to_owned(), ..Recipient::default() };
        recipient.name = fields.address(NAME);
        recipient.phone = fields.identifier(fields.first_of(&["联系手机", "联系电话"]));
        let place = fields.address(fields.first_of(&[CHANGED_ADDRESS, ADDRESS]));
        address::read(&place, &mut recipient);

        let currency = fields.currency;
        let (created_at, paid_at) = (fields.time(CREATED), fields.time("订单付款时间"));
        let ship_by = fields.time(fields.first_of(&["应发货时间", "最晚发货时间"]));
        let latest = [created_at, paid_at, fields.time("发货时间")].into_iter().flatten().max();
        let head = OrderHead {
            state,
            kind,
            created_at: fields.created_at(created_at, paid_at),
            paid_at,
            ship_by,
            ship_from: None,
            buyer_nick: fields.text(fields.first_of(&["买家会员名", "买家昵称"])),
            buyer_message: remark(fields, "买家留言"),
            seller_memo: remark(fields, fields.first_of(&["订单备注", "商家备注", "卖家备注"])),
            flag: String::new(),
            total: fields.money(fields.first_of(&["总金额", "买家实际支付金额"]), currency),
            shipping_fee: fields.money("买家应付邮费", currency),
            recipient,
        };
        Told { head: Some(head), line: None, latest }
    }

    fn column_of(&self, path: &str) -> Option<&str> {
        lookup(
            &[
                ("number", NUMBER),
                ("created_at", CREATED),
                ("paid_at", "订单付款时间"),
                ("buyer.nick", "买家会员名"),
                ("buyer.message", "买家留言"),
                ("seller_memo", "订单备注"),
                ("total", "总金额"),
                ("shipping_fee", "买家应付邮费"),
                ("recipient.name", NAME),
                ("recipient.phone", "联系手机"),
                ("recipient", ADDRESS),
            ],
            path,
        )
    }
}

/// A remark without the apostrophe that some years of the export put before every one.
fn remark(fields: &Fields<'_>, column: &str) -> String {
    let text = fields.get(column);
    text.strip_prefix('\'').unwrap_or(text).to_owned()
}

/// ExportOrderDetailList: one row per line.
pub(super) struct Lines;

impl Layout for Lines {
    fn number_column(&self) -> &str {
        NUMBER
    }

    fn is_grouped(&self) -> bool {
        true
    }

    fn tells(&self) -> (bool, bool) {
        (false, true)
    }

    fn read(&self, fields: &mut Fields<'_>) -> Told {
        let refund = match (refund(fields.get("退款状态")), order_state(fields.get(STATE))) {
            (Some(refund), _) => refund,
            // A closed line in a paid order was paid back: it must not be sent.
            (None, Some((OrderState::Cancelled, _))) => Refund::Refunded,
            (None, _) => Refund::None,
        };
        let price = fields.money("价格", fields.currency);
        let line = OrderLine {
            number: fields.identifier(fields.first_of(&["子订单编号", "子订单号"])),
            // The code of the variant before the code of the product.
            sku: fields.sku(fields.first_of(&["外部系统编号", "商家编码"])),
            title: fields.text("标题"),
            variant: fields.text(fields.first_of(&["商品属性", "套餐信息"])),
            quantity: fields.quantity("购买数量"),
            price,
            refund,
            requires_shipping: true,
        };
        Told { head: None, line: Some(line), latest: None }
    }

    fn column_of(&self, path: &str) -> Option<&str> {
        lookup(
            &[
                ("number", NUMBER),
                ("lines.sku", "商家编码"),
                ("lines.title", "标题"),
                ("lines.variant", "商品属性"),
                ("lines.quantity", "购买数量"),
                ("lines.price", "价格"),
            ],
            path,
        )
    }
}

/// Refund words of newer exports; they are those of the platform's API (`refund_status`).
fn refund(text: &str) -> Option<Refund> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !"，,".contains(*c)).collect();
    Some(match plain.as_str() {
        "没有申请退款" | "无退款" => Refund::None,
        "买家已经申请退款等待卖家同意" | "退款中" => Refund::Requested,
        "卖家已经同意退款等待买家退货" => Refund::ApprovedWaitingReturn,
        "买家已经退货等待卖家确认收货" => Refund::Returning,
        "退款成功" => Refund::Refunded,
        "卖家拒绝退款" => Refund::Rejected,
        "退款关闭" => Refund::Closed,
        _ => return None,
    })
}
