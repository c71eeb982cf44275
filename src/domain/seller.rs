//! The seller's own settings.

use serde::{Deserialize, Serialize};

use super::deadline::{Calendar, Zone};
use super::plan::PlanSettings;
use super::recipient::permission::MergePolicy;

/// How this seller wants huidan to work. Absent settings have their defaults.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SellerSettings {
    /// Which orders with an identical recipient become one shipment as they arrive.
    pub merge_policy: MergePolicy,
    /// How long a paid order waits for companions before it is ready, in minutes.
    pub merge_wait_minutes: i64,
    /// An order waits until each of its lines means an own SKU.
    pub skus_must_be_mapped: bool,
    /// An order of any shop waits until somebody has read its message, memo and notes.
    pub remarks_must_be_read: bool,
    /// Words in remarks that are marked wherever they are shown: 加急, 换地址.
    pub remark_keywords: Vec<String>,
    /// A weighed parcel that is off its estimate by more than so many per cent, 1 to 100, is told at the scan; never without.
    pub weight_difference_percent: Option<i64>,
    /// Labels are good only once somebody has typed what stands on the first and the last one: for forms that were printed with
    /// their numbers before.
    pub retype_numbers: bool,
    /// Which way parcels go where nobody has said so.
    pub plans: PlanSettings,
    /// Who stands as the sender on labels.
    pub sender: Sender,
    /// Where the days of shops without a zone of their own begin and end.
    pub time_zone: Zone,
    /// The working days of shops without days of their own.
    pub calendar: Calendar,
}

impl Default for SellerSettings {
    fn default() -> Self {
        Self {
            merge_policy: MergePolicy::AllShops,
            merge_wait_minutes: 0,
            skus_must_be_mapped: false,
            remarks_must_be_read: false,
            remark_keywords: Vec::new(),
            weight_difference_percent: None,
            retype_numbers: false,
            plans: PlanSettings::default(),
            sender: Sender::default(),
            time_zone: Zone::default(),
            calendar: Calendar::default(),
        }
    }
}

/// The sender on labels and notes.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sender {
    pub name: String,
    pub phone: String,
    pub address: String,
}
