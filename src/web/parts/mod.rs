//! Pieces that several pages show alike.

pub mod badges;
