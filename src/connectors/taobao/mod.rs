//! Taobao and Tmall: the gateway TOP of the open platform.

pub mod sign;
