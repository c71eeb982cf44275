//! What a template shows of a list of many parcels: a pick list or a hand-over list.

use crate::domain::print::Paper;
use crate::papers::hand_over_list::kilograms;
use crate::papers::pick_list::{Pick, by_sku};
use crate::papers::values::{HandOverList, PickList};

/// A list, with what is counted over it.
pub struct ListValues<'a> {
    pub serial: &'a str,
    pub warehouse: &'a str,
    pub printed: &'a str,
    /// Of a pick list; empty for others.
    pub picks: Vec<Pick>,
    pub rows: ListRows<'a>,
}

/// The rows of a list.
#[derive(Clone, Copy)]
pub enum ListRows<'a> {
    Pick(&'a PickList),
    HandOver(&'a HandOverList),
}

impl<'a> ListValues<'a> {
    /// Of a pick list.
    pub fn of_pick_list(list: &'a PickList) -> Self {
        Self {
            serial: &list.serial,
            warehouse: &list.warehouse,
            printed: &list.printed_note,
            picks: by_sku(list),
            rows: ListRows::Pick(list),
        }
    }

    /// Of a hand-over list.
    pub fn of_hand_over_list(list: &'a HandOverList) -> Self {
        Self {
            serial: &list.serial,
            warehouse: &list.warehouse,
            printed: &list.printed_note,
            picks: Vec::new(),
            rows: ListRows::HandOver(list),
        }
    }

    pub fn paper(&self) -> Paper {
        match self.rows {
            ListRows::Pick(_) => Paper::PickList,
            ListRows::HandOver(_) => Paper::HandOverList,
        }
    }

    /// How many parcels it speaks of.
    pub fn parcels(&self) -> usize {
        match self.rows {
            ListRows::Pick(list) => list.shipments.len(),
            ListRows::HandOver(list) => list.parcels.len(),
        }
    }

    pub fn pieces(&self) -> u64 {
        match self.rows {
            ListRows::Pick(_) => self.picks.iter().map(|pick| u64::from(pick.quantity)).sum(),
            ListRows::HandOver(list) => list.parcels.iter().map(|parcel| u64::from(parcel.pieces)).sum(),
        }
    }

    pub fn carrier_name(&self) -> &str {
        match self.rows {
            ListRows::Pick(_) => "",
            ListRows::HandOver(list) => &list.carrier_name,
        }
    }

    pub fn day(&self) -> &str {
        match self.rows {
            ListRows::Pick(_) => "",
            ListRows::HandOver(list) => &list.day,
        }
    }

    /// Kilograms of what was weighed; empty when nothing was.
    pub fn weight(&self) -> String {
        let ListRows::HandOver(list) = self.rows else { return String::new() };
        let weighed: Vec<u64> =
            list.parcels.iter().filter_map(|parcel| parcel.weight_grams.map(u64::from)).collect();
        if weighed.is_empty() { String::new() } else { kilograms(weighed.iter().sum()) }
    }
}
