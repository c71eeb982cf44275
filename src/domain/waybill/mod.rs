//! Waybill numbers: formats, check digits, and which number follows which.
