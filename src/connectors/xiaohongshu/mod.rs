//! Xiaohongshu: the open platform's one address for all calls.

pub mod sign;
