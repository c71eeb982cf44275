//! Logs: sentences with fields, on standard error.

use tracing_subscriber::filter::{FilterExt, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::settings::{LogFormat, Settings};
use crate::traces::{Exporter, Traces};

/// Begins to log, and to trace where somebody collects traces. Called once per process.
///
/// # Errors
/// When the filter or the collector's address cannot be read.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| anyhow::anyhow!("log is {:?}: {error}; write info or debug", settings.log))?;
    let filter = filter.and(filter_fn(|metadata| !Traces::wants(metadata)));
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).with_filter(filter).boxed(),
        LogFormat::Text => {
            use std::io::IsTerminal;
            let is_terminal = std::io::stderr().is_terminal();
            lines.with_target(false).with_ansi(is_terminal).with_filter(filter).boxed()
        }
    };
    let traces = match settings.traces_endpoint.as_str() {
        "" => None,
        endpoint => Some(Traces::new(Exporter::start(endpoint)?).with_filter(filter_fn(Traces::wants))),
    };
    let started = tracing_subscriber::registry().with(lines).with(traces).try_init();
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}
