//! Services that follow parcels, and a carrier that is asked itself: how each signs.

pub mod kdniao;
pub mod kuaidi100;
pub mod seventeen_track;
pub mod sf_express;
pub mod trackingmore;
