//! The paces that are promised, each measured beside its limit in the same run.
//!
//! `cargo bench` runs all of them, `cargo bench -- intake labels` only those. PostgreSQL is found
//! in `TEST_DATABASE_URL`; every measurement makes databases of its own there and drops them
//! again. What is measured, why so, and the figures so far stand in `docs/performance.md`.
//!
//! The process fails when a promise is not held.

mod copy;
#[allow(dead_code)]
#[path = "../../tests/it/support/gateway.rs"]
mod gateway;
mod intake;
mod jobs;
mod labels;
mod numbers;
mod orders;
mod pages;
mod pages_sql;
mod papers;
mod pulls;
mod report;
mod resources;
mod rules;
mod serve;
mod statements;
mod workbench;
mod world;

use std::process::ExitCode;

use report::Report;

type Measure = fn(&mut Report) -> anyhow::Result<()>;

const MEASURES: &[(&str, Measure)] = &[
    ("intake", intake::on_postgres),
    ("intake-sqlite", intake::on_sqlite),
    ("pulls", pulls::measure),
    ("pages", pages::measure),
    ("workbench", workbench::measure),
    ("numbers", numbers::measure),
    ("labels", labels::measure),
    ("papers", papers::measure),
    ("jobs", jobs::measure),
    ("serve", serve::measure),
    ("rules", rules::measure),
];

fn main() -> ExitCode {
    // A measurement of a whole process runs this program once more, as its own child.
    if std::env::var_os(labels::CHILD).is_some() {
        return labels::child();
    }
    if std::env::var_os(papers::CHILD).is_some() {
        return papers::child();
    }
    if std::env::var_os(jobs::CHILD).is_some() {
        return jobs::child();
    }
    // `cargo test --all-targets` and nextest start this program too, without the flag of `cargo bench`.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let wanted: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let unknown = wanted.iter().find(|name| !MEASURES.iter().any(|(known, _)| known == name));
    if let Some(name) = unknown {
        let known: Vec<&str> = MEASURES.iter().map(|(name, _)| *name).collect();
        eprintln!("{name} is no measurement; write one or more of {}", known.join(", "));
        return ExitCode::from(2);
    }
    let mut report = Report::default();
    if let Err(error) = statements::watch() {
        report.broken("BENCH_STATEMENTS", &error);
    }
    for (name, measure) in MEASURES {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            println!("{name}");
            if let Err(error) = measure(&mut report) {
                report.broken(name, &error);
            }
            statements::print();
        }
    }
    report.conclude()
}
