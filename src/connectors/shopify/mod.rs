//! Shopify: the GraphQL Admin API and its webhooks.

pub mod sign;
