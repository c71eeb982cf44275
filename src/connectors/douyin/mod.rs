//! Douyin shops (抖店): the open platform, its pushes and the calls it makes to us.

pub mod canonical;
pub mod sign;
