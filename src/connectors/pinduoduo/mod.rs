//! Pinduoduo: its gateway and its message channel.

pub mod sign;
