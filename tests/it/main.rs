//! All integration tests, one module per noun, in one binary.
//!
//! Run them with `make test`, which lends them a PostgreSQL. What a test is built from is in
//! [`support`].

#[macro_use]
mod support;

mod answers;
mod api;
mod architecture;
mod audits;
mod browser;
mod carriers;
mod claims;
mod clocks;
mod company;
mod consent;
mod containers;
mod copy;
mod crash;
mod day;
mod deadlines;
mod demo;
mod douyin;
mod evening;
mod gateways;
mod hand_overs;
mod harness;
mod idempotency;
mod imports;
mod intake;
mod jd;
mod jobs;
mod kills;
mod kuaishou;
mod merging;
mod migrations;
mod number_runs;
mod outages;
mod packing;
mod phones;
mod pinduoduo;
mod print_jobs;
mod printers;
mod pulling;
mod remarks;
mod rule_splits;
mod rules;
mod second_factor;
mod shared_workers;
mod ship;
mod shipments;
mod shopify;
mod skus;
mod soak;
mod stations;
mod taobao;
mod telling;
mod templates;
mod tokens;
mod traces;
mod walkthrough;
mod web;
mod weights;
mod why;
mod write_backs;
mod xiaohongshu;
