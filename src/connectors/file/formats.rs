//! What a format has to tell the reader, and state words that several formats share.

use super::row::{Fields, Told};
use crate::domain::order::{OrderKind, OrderState};

/// How the rows of one format become orders.
pub(super) trait Layout: Send + Sync {
    /// The column that names the order.
    fn number_column(&self) -> &str;

    /// Several rows make one order.
    fn is_grouped(&self) -> bool;

    /// The file tells (the heads, the lines) of its orders.
    fn tells(&self) -> (bool, bool);

    /// The file has a column for an order's total; without one the lines are summed up.
    fn tells_total(&self) -> bool {
        true
    }

    /// Reads one row; what is wrong with it goes to the faults of `fields`.
    fn read(&self, fields: &mut Fields<'_>) -> Told;

    /// The column behind a path of the snapshot such as `recipient.detail`.
    fn column_of(&self, path: &str) -> Option<&str>;
}

/// Looks a path up in a table of (path, column). The index of a line does not matter.
pub(super) fn lookup<'a>(table: &[(&str, &'a str)], path: &str) -> Option<&'a str> {
    let path = match (path.find('['), path.find("].")) {
        (Some(start), Some(end)) => format!("{}.{}", &path[..start], &path[end + 2..]),
        _ => path.to_owned(),
    };
    table
        .iter()
        .find(|(name, _)| path == *name || path.strip_prefix(name).is_some_and(|rest| rest.starts_with('.')))
        .map(|(_, column)| *column)
}

/// Reads an order state of Taobao's seller centre, or a common Chinese or English word.
///
/// Commas and blanks differ between exports, so they do not count. A state that speaks of a
/// deposit belongs to a presale.
pub(super) fn order_state(text: &str) -> Option<(OrderState, OrderKind)> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !"，,、。_-".contains(*c)).collect();
    let is_presale = ["定金", "尾款", "订金"].iter().any(|word| plain.contains(word));
    let plain = plain.split(['(', '（']).next().unwrap_or_default().to_lowercase();
    let state = match plain.as_str() {
        "等待买家付款" | "付款确认中" | "待付款" | "未付款" | "unpaid" | "pending" | "pendingpayment"
        | "authorized" => OrderState::Unpaid,
        "买家已付款等待卖家发货"
        | "等待卖家发货"
        | "买家已付款"
        | "待发货"
        | "已付款"
        | "awaitingshipment"
        | "paid"
        | "processing"
        | "unfulfilled" => OrderState::AwaitingShipment,
        "已冻结" | "挂起" | "held" | "onhold" => OrderState::Held,
        "卖家部分发货" | "部分发货" | "partiallyshipped" | "partial" => {
            OrderState::PartiallyShipped
        }
        "卖家已发货等待买家确认" | "等待买家确认收货" | "卖家已发货" | "已发货" | "shipped" | "fulfilled" => {
            OrderState::Shipped
        }
        "交易成功" | "已完成" | "已签收" | "completed" | "complete" => OrderState::Completed,
        "交易关闭" | "已关闭" | "已取消" | "已退款" | "cancelled" | "canceled" | "refunded" | "voided"
        | "failed" => OrderState::Cancelled,
        _ => return None,
    };
    Some((state, if is_presale { OrderKind::Presale } else { OrderKind::Normal }))
}

#[cfg(test)]
mod tests {
    use super::{lookup, order_state};
    use crate::domain::order::{OrderKind::*, OrderState::*};

    #[test]
    fn states_of_the_seller_centre_are_read() {
        for (text, expected) in [
            ("等待买家付款", Some((Unpaid, Normal))),
            ("等待买家付款(定金)", Some((Unpaid, Presale))),
            ("买家已付款，等待卖家发货", Some((AwaitingShipment, Normal))),
            ("买家已付款,等待卖家发货 ", Some((AwaitingShipment, Normal))),
            ("卖家部分发货", Some((PartiallyShipped, Normal))),
            ("卖家已发货，等待买家确认", Some((Shipped, Normal))),
            ("交易成功", Some((Completed, Normal))),
            ("交易关闭", Some((Cancelled, Normal))),
            ("On-Hold", Some((Held, Normal))),
            ("whatever", None),
        ] {
            assert_eq!(order_state(text), expected, "{text}");
        }
    }

    #[test]
    fn a_path_finds_its_column() {
        let table = [("lines.quantity", "购买数量"), ("total", "总金额")];
        assert_eq!(lookup(&table, "lines[12].quantity"), Some("购买数量"));
        assert_eq!(lookup(&table, "total.amount"), Some("总金额"));
        assert_eq!(lookup(&table, "totals"), None);
    }
}
