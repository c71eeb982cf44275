//! Kuaishou shops: the open platform and its encrypted pushes.

pub mod sign;
