//! Whether orders of one recipient may leave in one parcel.
//!
//! Identity is not asked here ([`super::identity`] is the one that knows recipients); this is about
//! money, platforms, promises and the seller's own policy. Two forms of the same rules: a pairwise
//! one with a reason for people ([`may_travel_together`]), and a text that is equal for orders that
//! may merge by themselves ([`scope`]), so that the database can hold one open shipment for each.

use crate::domain::id::ShopId;
use crate::domain::order::{OrderKind, OrderState};
use crate::domain::platform::Platform;
use crate::domain::text_enum;
use crate::domain::time::UtcTime;

text_enum! {
    /// Which orders of a seller merge as they arrive.
    pub enum MergePolicy("merge policy") {
        /// None; people merge by hand.
        Off = "off",
        SameShop = "same_shop",
        SamePlatform = "same_platform",
        AllShops = "all_shops",
    }
}

/// What an order brings into a shared parcel besides its recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traveller {
    pub platform: Platform,
    pub shop: ShopId,
    pub kind: OrderKind,
    pub state: OrderState,
    /// ISO 3166-1 alpha-2; empty reads as `CN`.
    pub country: String,
    /// Before this moment it must not leave (presale).
    pub ship_from: Option<UtcTime>,
    /// Promised to leave by then.
    pub ship_by: Option<UtcTime>,
    /// A refund, cancellation or change of address is not decided yet.
    pub after_sale_open: bool,
    /// A presale whose balance is unpaid or whose day has not come.
    pub presale_waiting: bool,
    /// Its sheet is printed.
    pub printed: bool,
    /// It left, wholly or in part, or was split by hand.
    pub started: bool,
    /// The platform consolidates the parcel for a buyer abroad (集运).
    pub consolidated: bool,
    /// Declared to customs order by order, with the buyer's identity and a value limit.
    pub declared: bool,
    /// Carrier or warehouse that the platform chose; empty when the seller is free.
    pub fixed_route: String,
}

/// Declares the objections: code, English, Chinese.
macro_rules! objections {
    ($($(#[$doc:meta])* $variant:ident = $code:literal, $english:literal, $chinese:literal;)*) => {
        /// Why two orders must not share a parcel.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Objection { $($(#[$doc])* $variant,)* }

        impl Objection {
            /// Every objection, for the documentation.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The stable code.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code,)* }
            }

            /// What to tell a person, in English.
            pub fn english(self) -> &'static str {
                match self { $(Self::$variant => $english,)* }
            }

            /// What to tell a person, in Chinese.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$variant => $chinese,)* }
            }
        }
    };
}

objections! {
    NotAwaiting = "not_awaiting_shipment", "One of the orders is not awaiting shipment.", "有订单不是待发货状态。";
    AlreadyPrinted = "already_printed", "One of the orders is already printed; void its sheet first.", "有订单已打印，请先作废面单。";
    AlreadyStarted = "already_started", "One of the orders is already shipped or split.", "有订单已发货或已拆单。";
    AfterSaleOpen = "after_sale_open", "A refund, cancellation or change of address is open; settle it first.", "有订单的退款、取消或改地址未处理完。";
    PresaleWaiting = "presale_waiting", "A presale is not fully paid or not due.", "有预售订单未付尾款或未到发货时间。";
    CodWithPrepaid = "cod_with_prepaid", "Cash on delivery cannot travel with a prepaid order.", "货到付款与已付款订单不能合并。";
    /// Source: order desk of ShopEx (open source), which never mixes these with orders from elsewhere.
    PlatformForbids = "platform_forbids", "Orders of JD and Pinduoduo may not travel with orders from elsewhere.", "京东、拼多多订单不能与其他平台订单合并。";
    ConsolidatedWithOrdinary = "consolidated_with_ordinary", "A consolidated order cannot travel with an ordinary one.", "集运订单与普通订单不能合并。";
    CrossBorder = "cross_border", "Each order has its own customs declaration.", "跨境订单需逐单申报，不能合并。";
    OtherCountry = "other_country", "The orders go to different countries.", "订单收货国家或地区不同。";
    OtherShopAbroad = "other_shop_abroad", "A parcel abroad is declared by one shop.", "寄往境外的包裹只能由同一店铺申报。";
    RouteFixed = "route_fixed", "The platform chose another carrier or warehouse for one of the orders.", "平台为其中一单指定了不同的快递或仓库。";
    PromisesApart = "promises_apart", "One order must leave before the other may.", "一单须先发，另一单尚不能发。";
    PolicyOff = "policy_off", "Merging is switched off for this seller.", "商家未开启合单。";
    PolicyShop = "policy_same_shop", "The seller merges within one shop only.", "商家只允许同店铺合单。";
    PolicyPlatform = "policy_same_platform", "The seller merges within one platform only.", "商家只允许同平台合单。";
}

/// Whether two orders of one recipient may share a parcel without asking a person.
///
/// # Errors
/// The first objection: what concerns one order alone comes before what concerns the two.
pub fn may_travel_together(a: &Traveller, b: &Traveller, policy: MergePolicy) -> Result<(), Objection> {
    alone(a)?;
    alone(b)?;
    let objections = [
        (policy == MergePolicy::Off, Objection::PolicyOff),
        (is_cod(a.kind) != is_cod(b.kind), Objection::CodWithPrepaid),
        (closed_circle(a.platform) != closed_circle(b.platform), Objection::PlatformForbids),
        (a.consolidated != b.consolidated, Objection::ConsolidatedWithOrdinary),
        (country(&a.country) != country(&b.country), Objection::OtherCountry),
        (is_abroad(&a.country) && a.shop != b.shop, Objection::OtherShopAbroad),
        (a.fixed_route != b.fixed_route, Objection::RouteFixed),
        (leaves_before(a, b) || leaves_before(b, a), Objection::PromisesApart),
        (policy == MergePolicy::SameShop && a.shop != b.shop, Objection::PolicyShop),
        (policy == MergePolicy::SamePlatform && a.platform != b.platform, Objection::PolicyPlatform),
    ];
    match objections.into_iter().find(|(holds, _)| *holds) {
        Some((_, objection)) => Err(objection),
        None => Ok(()),
    }
}

/// The text two orders that are each free to travel have in common exactly when they may merge by
/// themselves; `None` when an order with these traits never does.
///
/// Stable: it is stored as part of the key of an open shipment. What is rare and known only later
/// (fixed routes, promises apart, consolidated or declared orders) is not part of it;
/// [`may_travel_together`] is asked before an order joins.
pub fn scope(
    platform: Platform,
    shop: ShopId,
    kind: OrderKind,
    country_code: &str,
    policy: MergePolicy,
) -> Option<String> {
    let circle = match policy {
        MergePolicy::Off => return None,
        _ if is_abroad(country_code) => format!("shop:{shop}"),
        MergePolicy::SameShop => format!("shop:{shop}"),
        MergePolicy::SamePlatform => format!("platform:{platform}"),
        MergePolicy::AllShops => match closed_circle(platform) {
            Some(platform) => format!("platform:{platform}"),
            None => "all".to_owned(),
        },
    };
    let payment = if is_cod(kind) { "cod" } else { "prepaid" };
    Some(format!("{circle}/{payment}/{}", country(country_code)))
}

fn alone(order: &Traveller) -> Result<(), Objection> {
    let objections = [
        (order.started, Objection::AlreadyStarted),
        (order.state != OrderState::AwaitingShipment, Objection::NotAwaiting),
        (order.printed, Objection::AlreadyPrinted),
        (order.after_sale_open, Objection::AfterSaleOpen),
        (order.presale_waiting, Objection::PresaleWaiting),
        (order.declared, Objection::CrossBorder),
    ];
    match objections.into_iter().find(|(holds, _)| *holds) {
        Some((_, objection)) => Err(objection),
        None => Ok(()),
    }
}

fn is_cod(kind: OrderKind) -> bool {
    kind == OrderKind::Cod
}

/// Platforms whose orders stay among themselves.
fn closed_circle(platform: Platform) -> Option<Platform> {
    matches!(platform, Platform::Jd | Platform::Pdd).then_some(platform)
}

fn country(code: &str) -> String {
    let code = code.trim();
    if code.is_empty() { "CN".to_owned() } else { code.to_uppercase() }
}

fn is_abroad(code: &str) -> bool {
    country(code) != "CN"
}

/// Whether the first order must be gone before the second may go.
fn leaves_before(first: &Traveller, second: &Traveller) -> bool {
    matches!((first.ship_by, second.ship_from), (Some(by), Some(from)) if by < from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(platform: Platform, shop: i64, kind: OrderKind, country: &str) -> Traveller {
        Traveller {
            platform,
            shop: ShopId(shop),
            kind,
            state: OrderState::AwaitingShipment,
            country: country.to_owned(),
            ship_from: None,
            ship_by: None,
            after_sale_open: false,
            presale_waiting: false,
            printed: false,
            started: false,
            consolidated: false,
            declared: false,
            fixed_route: String::new(),
        }
    }

    fn plain() -> Traveller {
        order(Platform::Taobao, 1, OrderKind::Normal, "CN")
    }

    #[test]
    fn each_trait_that_forbids_is_named() {
        let time = |text| Some(UtcTime::parse(text).expect("a time"));
        for (other, objection) in [
            (Traveller { kind: OrderKind::Cod, ..plain() }, Objection::CodWithPrepaid),
            (Traveller { platform: Platform::Jd, ..plain() }, Objection::PlatformForbids),
            (Traveller { platform: Platform::Pdd, shop: ShopId(2), ..plain() }, Objection::PlatformForbids),
            (Traveller { state: OrderState::Held, ..plain() }, Objection::NotAwaiting),
            (Traveller { printed: true, ..plain() }, Objection::AlreadyPrinted),
            (Traveller { started: true, ..plain() }, Objection::AlreadyStarted),
            (Traveller { after_sale_open: true, ..plain() }, Objection::AfterSaleOpen),
            (Traveller { presale_waiting: true, ..plain() }, Objection::PresaleWaiting),
            (Traveller { consolidated: true, ..plain() }, Objection::ConsolidatedWithOrdinary),
            (Traveller { declared: true, ..plain() }, Objection::CrossBorder),
            (Traveller { country: "US".into(), ..plain() }, Objection::OtherCountry),
            (Traveller { fixed_route: "sf".into(), ..plain() }, Objection::RouteFixed),
        ] {
            assert_eq!(may_travel_together(&plain(), &other, MergePolicy::AllShops), Err(objection));
            assert_eq!(may_travel_together(&other, &plain(), MergePolicy::AllShops), Err(objection));
        }
        let early = Traveller { ship_by: time("2026-11-20T00:00:00Z"), ..plain() };
        let late = Traveller { ship_from: time("2026-12-01T00:00:00Z"), ..plain() };
        assert_eq!(may_travel_together(&early, &late, MergePolicy::SameShop), Err(Objection::PromisesApart));
        assert_eq!(may_travel_together(&plain(), &plain(), MergePolicy::Off), Err(Objection::PolicyOff));
    }

    #[test]
    fn a_policy_widens_the_circle() {
        let other_shop = order(Platform::Taobao, 2, OrderKind::Normal, "");
        let other_platform = order(Platform::Douyin, 3, OrderKind::Presale, "cn");
        for (other, policy, answer) in [
            (&other_shop, MergePolicy::SameShop, Err(Objection::PolicyShop)),
            (&other_shop, MergePolicy::SamePlatform, Ok(())),
            (&other_platform, MergePolicy::SamePlatform, Err(Objection::PolicyPlatform)),
            (&other_platform, MergePolicy::AllShops, Ok(())),
        ] {
            assert_eq!(may_travel_together(&plain(), other, policy), answer);
        }
    }

    #[test]
    fn equal_scopes_and_permission_are_one_thing_for_free_orders() {
        let mut orders = Vec::new();
        for (platform, shop) in [
            (Platform::Taobao, 1),
            (Platform::Taobao, 2),
            (Platform::Jd, 3),
            (Platform::Pdd, 4),
            (Platform::Push, 5),
        ] {
            for kind in [OrderKind::Normal, OrderKind::Cod, OrderKind::Reissue] {
                orders.extend(["CN", "", "US", "DE"].map(|country| order(platform, shop, kind, country)));
            }
        }
        let scope =
            |order: &Traveller, policy| scope(order.platform, order.shop, order.kind, &order.country, policy);
        for policy in MergePolicy::ALL {
            for a in &orders {
                for b in &orders {
                    let equal = scope(a, *policy).is_some() && scope(a, *policy) == scope(b, *policy);
                    assert_eq!(equal, may_travel_together(a, b, *policy).is_ok(), "{policy}: {a:?} {b:?}");
                }
            }
        }
    }

    #[test]
    fn objections_have_codes_of_their_own() {
        let codes: std::collections::HashSet<_> =
            Objection::ALL.iter().map(|objection| objection.code()).collect();
        assert_eq!(codes.len(), Objection::ALL.len());
        assert!(Objection::ALL.iter().all(|it| it.english().ends_with('.') && it.chinese().ends_with('。')));
    }
}
