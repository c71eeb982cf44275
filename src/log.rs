//! Logs: sentences with fields, on standard error.

use tracing_subscriber::EnvFilter;

use crate::settings::{LogFormat, Settings};

/// Begins to log. Called once per process.
///
/// # Errors
/// When the filter cannot be read.
pub fn start(settings: &Settings) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&settings.log)
        .map_err(|error| anyhow::anyhow!("log is {:?}: {error}; write info or debug", settings.log))?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let started = match settings.log_format {
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
        LogFormat::Text => {
            use std::io::IsTerminal;
            lines.with_target(false).with_ansi(std::io::stderr().is_terminal()).try_init()
        }
    };
    started.map_err(|error| anyhow::anyhow!("starting the log: {error}"))
}
