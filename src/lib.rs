//! huidan: one shipping queue for the orders of every shop a seller runs.

pub mod agent;
pub mod app;
pub mod cli;
pub mod connectors;
pub mod db;
pub mod demo;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod log;
pub mod operations;
pub mod papers;
pub mod settings;
pub mod traces;
pub mod web;
