//! Ended spans to a collector: OTLP over HTTP with JSON (opentelemetry.io/docs/specs/otlp, "OTLP/HTTP").
//!
//! By a thread of its own. Nobody waits for it: what a slow collector does not take in time is dropped, and so is what
//! is in hand when the process ends.

use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value as Json, json};

use super::layer::Ended;

/// Spans in hand, and of one message.
const IN_HAND: usize = 4_096;
const AT_ONCE: usize = 512;
/// A span waits at most so long for company.
const GATHER: Duration = Duration::from_millis(500);
/// A collector that does not answer in time has not got them.
const PATIENCE: Duration = Duration::from_secs(5);

/// The way to a collector.
#[derive(Debug, Clone)]
pub struct Exporter(SyncSender<Ended>);

impl Exporter {
    /// Starts to export to this base address, such as `http://127.0.0.1:4318`.
    ///
    /// # Errors
    /// When the address is none, or the system has no threads to give.
    pub fn start(endpoint: &str) -> anyhow::Result<Self> {
        if !(endpoint.starts_with("http://") || endpoint.starts_with("https://")) {
            anyhow::bail!("OTEL_EXPORTER_OTLP_ENDPOINT is {endpoint:?}; write http://HOST:4318");
        }
        let url = format!("{}/v1/traces", endpoint.trim_end_matches('/'));
        let (sender, receiver) = sync_channel(IN_HAND);
        std::thread::Builder::new().name("traces".to_owned()).spawn(move || export(&url, &receiver))?;
        Ok(Self(sender))
    }

    pub(super) fn hand_over(&self, ended: Ended) {
        // Full, or the thread is gone: then nobody hears of this span.
        let _ = self.0.try_send(ended);
    }
}

fn export(url: &str, spans: &Receiver<Ended>) {
    let config = ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).build();
    let agent: ureq::Agent = config.into();
    let mut is_silent = false;
    while let Ok(first) = spans.recv() {
        let mut batch = vec![first];
        let until = Instant::now() + GATHER;
        while batch.len() < AT_ONCE {
            match spans.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(span) => batch.push(span),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        let sent =
            agent.post(url).header("content-type", "application/json").send(message(&batch).to_string());
        match sent {
            Ok(_) => is_silent = false,
            Err(error) if !std::mem::replace(&mut is_silent, true) => {
                tracing::warn!("The collector does not take traces, they are dropped: {error}");
            }
            Err(_) => {}
        }
    }
}

fn message(batch: &[Ended]) -> Json {
    let text = |value: &str| json!({ "stringValue": value });
    let spans: Vec<Json> = batch.iter().map(span).collect();
    json!({ "resourceSpans": [{
        "resource": { "attributes": [
            { "key": "service.name", "value": text("huidan") },
            { "key": "service.version", "value": text(env!("CARGO_PKG_VERSION")) },
            { "key": "process.pid", "value": text(&std::process::id().to_string()) },
        ] },
        "scopeSpans": [{ "scope": { "name": "huidan" }, "spans": spans }],
    }] })
}

fn span(ended: &Ended) -> Json {
    let nanos = |at: SystemTime| at.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string();
    let field = |name: &str| ended.fields.get(name).and_then(Json::as_str).unwrap_or_default();
    // Kinds by number: 2 server, 3 client, 5 consumer.
    let (name, kind) = match ended.name {
        "request" => (format!("{} {}", field("http.request.method"), field("http.route")), 2),
        "call" => (format!("{} {}", field("http.request.method"), field("server.address")), 3),
        _ => (format!("{} {}", ended.name, field("job.kind")), 5),
    };
    let attributes: Vec<Json> = ended
        .fields
        .iter()
        .map(|(key, value)| match value.as_i64() {
            // 64-bit numbers are written as texts in OTLP's JSON.
            Some(number) => json!({ "key": key, "value": { "intValue": number.to_string() } }),
            None => json!({ "key": key, "value": { "stringValue": value } }),
        })
        .collect();
    // 2 is an error, 0 is not said.
    let status = if ended.fields.contains_key("error.type") { 2 } else { 0 };
    let mut span = json!({
        "traceId": format!("{:032x}", ended.place.trace),
        "spanId": format!("{:016x}", ended.place.span),
        "name": name.trim(), "kind": kind,
        "startTimeUnixNano": nanos(ended.began_at), "endTimeUnixNano": nanos(ended.ended_at),
        "attributes": attributes, "status": { "code": status },
    });
    if ended.parent != 0 {
        span["parentSpanId"] = json!(format!("{:016x}", ended.parent));
    }
    span
}
