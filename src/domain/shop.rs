//! A shop's own settings.

use serde::{Deserialize, Serialize};

use super::audit::AuditSettings;
use super::deadline::DeadlineSettings;
use super::plan::ShopPlan;

/// How orders of one shop are treated. Absent settings have their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShopSettings {
    /// Hours from payment to the ship deadline; the order's own promised time wins.
    pub ship_within_hours: i64,
    /// Everything else about deadlines: cut-offs, days off, warnings, presales, activities.
    pub deadline: DeadlineSettings,
    /// An order with a message or memo waits until someone has read it.
    pub remarks_must_be_read: bool,
    /// Its orders are read again right before their labels leave, where the platform can be asked.
    pub reread_before_print: bool,
    /// Which orders a person has to audit before they leave; none unless set.
    pub audits: AuditSettings,
    /// Which way its orders go, and from where.
    pub plan: ShopPlan,
    /// Minutes east of UTC in which this shop's files write their times.
    pub utc_offset_minutes: i32,
    /// Currency of amounts that come without one.
    pub currency: String,
    /// Part of the demo; nothing outside is reached.
    pub simulated: bool,
    /// Where the shop's API is, for platforms that are asked for orders: `https://shop.example`.
    pub address: String,
    /// Days of history that are read when the shop is linked; platforms may keep less. Without effect once it was read.
    pub history_days: i64,
    /// The custom field (Vendure) or metadata key (Medusa) in which this shop keeps the buyer's note; empty without one.
    pub buyer_note_key: String,
    /// The metadata key (Medusa) of the seller's memo; empty without one.
    pub seller_memo_key: String,
}

impl Default for ShopSettings {
    fn default() -> Self {
        Self {
            ship_within_hours: 48,
            deadline: DeadlineSettings::default(),
            remarks_must_be_read: false,
            reread_before_print: true,
            audits: AuditSettings::default(),
            plan: ShopPlan::default(),
            utc_offset_minutes: 480,
            currency: "CNY".to_owned(),
            simulated: false,
            address: String::new(),
            history_days: 90,
            buyer_note_key: String::new(),
            seller_memo_key: String::new(),
        }
    }
}
