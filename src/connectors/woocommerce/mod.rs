//! WooCommerce: the REST API `wc/v3` of a shop's own site, and its webhooks.

pub mod sign;
