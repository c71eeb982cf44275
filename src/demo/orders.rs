//! Orders of the simulated shops: by number alone, so that the same order is always the same.

use chrono::Duration;

use super::people;
use crate::domain::money::Money;
use crate::domain::order::{OrderHead, OrderKind, OrderLine, OrderSnapshot, OrderState, Refund};
use crate::domain::recipient::Recipient;
use crate::domain::time::UtcTime;

/// What a simulated shop pretends to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Taobao,
    Shopify,
    Own,
}

impl Kind {
    pub const ALL: &'static [Self] = &[Self::Taobao, Self::Shopify, Self::Own];
}

/// SKU, title, variant, price in minor units.
const GOODS: [(&str, &str, &str, i64); 10] = [
    ("TEA-LJ-250", "明前龙井 250g", "礼盒", 25_800),
    ("TEA-TGY-100", "铁观音 100g", "罐装", 6_800),
    ("TEA-PU-357", "普洱熟茶饼 357g", "2019 年", 16_800),
    ("TEA-JAS-50", "茉莉花茶 50g", "袋装", 2_900),
    ("CUP-WHITE", "白瓷盖碗", "150ml", 8_900),
    ("CUP-CELADON", "龙泉青瓷杯", "一对", 12_800),
    ("POT-YIXING", "紫砂壶", "200ml", 39_900),
    ("TRAY-BAMBOO", "竹制茶盘", "小号", 15_900),
    ("SPOON-BAMBOO", "竹茶匙", "", 1_900),
    ("GIFT-BAG", "礼品袋", "红色", 900),
];

/// What is special about an order; most have nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Case {
    Plain,
    Unpaid,
    RefundRequested,
    LineRefunded,
    Cancelled,
    Message,
    MemoAndFlag,
    Presale,
    NoPhone,
    PhoneSlip,
    NoRoom,
    Masked,
    RareName,
    LongRemark,
    ManyLines,
    CashOnDelivery,
    LongAddress,
    Emoji,
    HeldByPlatform,
}

/// The case of the `n`-th order. Every 48 orders show each case once.
pub fn case(kind: Kind, n: usize) -> Case {
    use Case::*;
    match n % 48 {
        3 => Unpaid,
        5 => RefundRequested,
        7 => LineRefunded,
        9 => Cancelled,
        11 | 35 => Message,
        13 => MemoAndFlag,
        15 => Presale,
        17 => NoPhone,
        19 => PhoneSlip,
        21 => NoRoom,
        23 if kind == Kind::Taobao => Masked,
        25 => RareName,
        27 => LongRemark,
        29 => ManyLines,
        31 if kind == Kind::Own => CashOnDelivery,
        33 => LongAddress,
        37 => Emoji,
        39 => HeldByPlatform,
        _ => Plain,
    }
}

/// The platform's number of the `n`-th order.
pub fn number(kind: Kind, n: usize) -> String {
    match kind {
        Kind::Taobao => format!("26084112{:011}", 34_567_890_000_usize + n * 7),
        Kind::Shopify => format!("#{}", 1001 + n),
        Kind::Own => format!("W{:07}", 10_001 + n),
    }
}

/// The `n`-th of `count` orders of a shop, placed over the last two days before `now`.
pub fn order(kind: Kind, n: usize, count: usize, now: UtcTime) -> OrderSnapshot {
    let minutes = 5 + 50 * 60 * (count.saturating_sub(n)) as i64 / (count.max(1) as i64);
    at(kind, n, now.plus(-Duration::minutes(minutes)), now)
}

/// The `n`-th order of a shop, placed at `placed`.
pub fn at(kind: Kind, n: usize, placed: UtcTime, now: UtcTime) -> OrderSnapshot {
    let case = case(kind, n);
    let paid = (case != Case::Unpaid).then(|| placed.plus(Duration::minutes(3)));
    let lines = lines(kind, n, case);
    let goods: i64 = lines.iter().map(|line| line.quantity * line.price.amount).sum();
    let money = |amount| Money::new(amount, kind.currency());
    let (message, memo, flag) = remarks(case);
    OrderSnapshot {
        number: number(kind, n),
        updated_at: paid.unwrap_or(placed),
        head: Some(OrderHead {
            state: match case {
                Case::Unpaid => OrderState::Unpaid,
                Case::Cancelled => OrderState::Cancelled,
                Case::HeldByPlatform => OrderState::Held,
                _ => OrderState::AwaitingShipment,
            },
            kind: match case {
                Case::Presale => OrderKind::Presale,
                Case::CashOnDelivery => OrderKind::Cod,
                _ => OrderKind::Normal,
            },
            created_at: Some(placed),
            paid_at: paid,
            ship_by: (case == Case::Presale).then(|| now.plus(Duration::days(7))),
            ship_from: (case == Case::Presale).then(|| now.plus(Duration::days(5))),
            buyer_nick: format!("tea_lover_{}", buyer(kind, n)),
            buyer_message: message.to_owned(),
            seller_memo: memo.to_owned(),
            flag: flag.to_owned(),
            total: money(goods),
            shipping_fee: money(0),
            recipient: recipient(kind, n, case),
        }),
        lines: Some(lines),
    }
}

/// Who bought it: a third of the orders come from a few regulars who buy in every shop.
fn buyer(kind: Kind, n: usize) -> usize {
    if n.is_multiple_of(3) { n / 3 * 2 % 400 } else { 400 + n * 3 + kind as usize }
}

fn recipient(kind: Kind, n: usize, case: Case) -> Recipient {
    if kind == Kind::Shopify && n % 3 == 1 {
        return people::abroad(n / 3);
    }
    // A near match is a regular written a little differently.
    let near = matches!(case, Case::PhoneSlip | Case::NoRoom);
    let mut recipient = people::at_home(if near { n / 3 * 2 % 400 } else { buyer(kind, n) });
    match case {
        Case::NoPhone => recipient.phone.clear(),
        Case::PhoneSlip => recipient.phone = recipient.phone.replacen("1380000", "1390000", 1),
        Case::NoRoom => {
            if let Some((street, _)) = recipient.detail.split_once("单元") {
                recipient.detail = format!("{street}单元");
            }
        }
        Case::Masked => {
            recipient.name = format!("{}*", recipient.name.chars().take(1).collect::<String>());
            recipient.phone = format!("*******{}", &recipient.phone[7..]);
            recipient.detail = "********".to_owned();
        }
        Case::RareName => recipient.name = "𠮷田龑喆".to_owned(),
        Case::LongAddress => {
            recipient.detail.push_str(
                "创新创业示范园区东门进来第三栋联合办公楼十二层左手边前台旁边的快递收发室请放在货架第二格",
            );
        }
        _ => {}
    }
    recipient
}

fn remarks(case: Case) -> (&'static str, &'static str, &'static str) {
    match case {
        Case::Message => ("请周末前送到,谢谢!", "", ""),
        Case::MemoAndFlag => ("", "老客户,送小样一份", "red"),
        Case::LongRemark => (
            "这是送给奶奶的生日礼物,请不要放价格单,礼盒请用红色的礼品袋装好,如果方便的话请附一张手写的贺卡,写上「祝奶奶生日快乐、身体健康」,非常感谢!",
            "已答应手写贺卡,打包时注意",
            "yellow",
        ),
        Case::Emoji => ("谢谢老板 😊🍵", "", ""),
        _ => ("", "", ""),
    }
}

fn lines(kind: Kind, n: usize, case: Case) -> Vec<OrderLine> {
    let count = match case {
        Case::ManyLines => 7,
        Case::LineRefunded => 2,
        _ => 1 + n % 2,
    };
    (0..count)
        .map(|index| {
            let (sku, title, variant, price) = GOODS[(n * 3 + index * 7) % GOODS.len()];
            OrderLine {
                number: (index + 1).to_string(),
                sku: sku.to_owned(),
                title: title.to_owned(),
                variant: variant.to_owned(),
                quantity: 1 + ((n + index) % 3) as i64,
                price: Money::new(if kind == Kind::Shopify { price / 7 } else { price }, kind.currency()),
                refund: match case {
                    Case::RefundRequested => Refund::Requested,
                    Case::LineRefunded if index == 0 => Refund::Refunded,
                    _ => Refund::None,
                },
                requires_shipping: true,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forty_eight_orders_of_each_shop_show_every_case() {
        let shown: Vec<Case> = Kind::ALL.iter().flat_map(|kind| (0..48).map(|n| case(*kind, n))).collect();
        for wanted in [Case::Unpaid, Case::Masked, Case::CashOnDelivery, Case::PhoneSlip, Case::Presale] {
            assert!(shown.contains(&wanted), "{wanted:?} is never shown");
        }
    }

    #[test]
    fn regulars_buy_in_every_shop() {
        let at = |kind| recipient(kind, 6, Case::Plain);
        assert!(at(Kind::Taobao) == at(Kind::Own) && at(Kind::Own) == at(Kind::Shopify));
    }
}
