//! Platforms that are played, as the day of linked shops has them.

// That day asks more of them.
#![allow(dead_code)]

#[path = "../it/linked_day/linked.rs"]
pub mod linked;
#[path = "../it/linked_day/places.rs"]
pub mod places;
