//! Work of many transactions: it can be cut off between any two of them and be done again.

pub mod housekeeping;
pub mod imports;
pub mod intake;
pub mod printing;
