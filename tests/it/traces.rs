//! Traces at a collector that is played: from a request over its job to a call to the outside.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use huidan::connectors::http::Http;
use huidan::domain::actor::Role;
use huidan::traces::{Exporter, Place, TARGET, Traces};
use serde_json::{Value as Json, json};
use tracing_subscriber::layer::SubscriberExt;

use crate::support::TestApp;
use crate::support::effects::until;
use crate::support::gateway::Gateway;

/// A collector, and the spans it was told of.
fn collector() -> (Gateway, Arc<Mutex<Vec<Json>>>) {
    let told: Arc<Mutex<Vec<Json>>> = Arc::default();
    let kept = told.clone();
    let gateway = Gateway::start(move |asked| {
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/v1/traces"));
        let message: Json = serde_json::from_str(&asked.body).expect("JSON");
        let spans = message["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().expect("spans").clone();
        kept.lock().expect("no holder panics").extend(spans);
        (200, Vec::new(), "{}".to_owned())
    });
    (gateway, told)
}

fn find(told: &Mutex<Vec<Json>>, name: &str) -> Option<Json> {
    told.lock().expect("no holder panics").iter().find(|span| span["name"] == name).cloned()
}

fn attribute<'a>(span: &'a Json, key: &str) -> &'a str {
    let all = span["attributes"].as_array().expect("attributes");
    let found = all.iter().find(|one| one["key"] == key);
    let value = found.map_or(&Json::Null, |one| &one["value"]);
    value["stringValue"].as_str().or_else(|| value["intValue"].as_str()).unwrap_or_default()
}

/// A process that ends with the test, also with one that fails.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const GIVEN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

each_database!(
    fn a_request_and_its_job_are_one_trace(app: TestApp) {
        let (gateway, told) = collector();
        let folder = tempfile::tempdir().expect("a data folder");
        let child = Command::new(env!("CARGO_BIN_EXE_huidan"))
            .args(["serve", "--listen", "127.0.0.1:0", "--data"])
            .arg(folder.path())
            .env("DATABASE_URL", app.database_address())
            .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .env("OTEL_EXPORTER_OTLP_ENDPOINT", gateway.address())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut child = Running(child);
        let mut lines = BufReader::new(child.0.stderr.take().expect("a log")).lines().map_while(Result::ok);
        let address = lines.find_map(|line| {
            Some(line.split("serves http://").nth(1)?.split_whitespace().next()?.to_owned())
        });
        let address = address.expect("it serves").parse().expect("an address");
        let http = crate::support::http::Http::new(address, Some(app.token(Role::Owner)))
            .with_header("traceparent", GIVEN)
            .with_header("prefer", "respond-async");
        http.post("/api/v1/shipments/ship", json!({ "shipments": ["1"] })).expect(202);
        until("the job's span is told", || find(&told, "job answer.ship").is_some());
        until("the request's span is told", || find(&told, "POST /api/v1/shipments/ship").is_some());
        drop(child);

        let request = find(&told, "POST /api/v1/shipments/ship").expect("it is there");
        let job = find(&told, "job answer.ship").expect("it is there");
        let given = Place::parse(GIVEN).expect("well-formed");
        assert_eq!(request["traceId"], format!("{:032x}", given.trace));
        assert_eq!(request["parentSpanId"], format!("{:016x}", given.span));
        assert_eq!(attribute(&request, "http.response.status_code"), "202");
        assert_eq!((&job["traceId"], &job["parentSpanId"]), (&request["traceId"], &request["spanId"]));
        assert_eq!((&job["kind"], &request["kind"]), (&json!(5), &json!(2)));
    }
);

#[test]
fn a_call_to_the_outside_is_a_span_below_its_job_and_names_no_path() {
    let (gateway, told) = collector();
    let met: Arc<Mutex<Vec<String>>> = Arc::default();
    let kept = met.clone();
    let shop = Gateway::start(move |asked| {
        let given = asked.headers.iter().filter(|(name, _)| name.as_str() == "traceparent");
        kept.lock().expect("no holder panics").extend(given.map(|(_, value)| value.clone()));
        (204, Vec::new(), String::new())
    });
    let exporter = Exporter::start(&gateway.address()).expect("an address");
    let subscriber = tracing_subscriber::registry().with(Traces::new(exporter));
    tracing::subscriber::with_default(subscriber, || {
        let span = tracing::info_span!(target: TARGET, "job", job.kind = "shop.pull", trace.parent = GIVEN);
        span.in_scope(|| {
            assert!(huidan::traces::current().contains("4bf92f3577b34da6a3ce929d0e0e4736"));
            let url = format!("{}/orders?phone=13800000000", shop.address());
            Http::default().get(&url, &[]).expect("it answers");
            Http::default().post_form(&url, &[("name", "陈静")]).expect("it answers");
        });
        Http::default().get(&shop.address(), &[]).expect("it answers outside of any trace, too");
        assert_eq!(huidan::traces::current(), "");
    });
    until("all are told", || told.lock().expect("no holder panics").len() == 4);
    let (job, call) = (find(&told, "job shop.pull"), find(&told, "GET 127.0.0.1"));
    let (job, call) = (job.expect("it is there"), call.expect("it is there"));
    assert_eq!((&call["traceId"], &call["parentSpanId"]), (&job["traceId"], &job["spanId"]));
    let all = json!(*told.lock().expect("no holder panics")).to_string();
    assert!(!["13800000000", "orders", "陈静"].iter().any(|word| all.contains(word)), "{all}");
    assert_eq!(attribute(&call, "http.response.status_code"), "204");
    // The shop is told where the call was made, so that its own spans may stand below it.
    let met = met.lock().expect("no holder panics").clone();
    let place = Place::parse(&met[0]).expect("a traceparent");
    assert_eq!(
        (json!(format!("{:032x}", place.trace)), json!(format!("{:016x}", place.span))),
        (call["traceId"].clone(), call["spanId"].clone())
    );
    assert_eq!(met.len(), 3);
}

#[test]
fn a_collector_that_hangs_keeps_nobody_waiting_and_bounded_memory() {
    let gateway = Gateway::start(|_| {
        std::thread::park_timeout(std::time::Duration::from_secs(30));
        (200, Vec::new(), "{}".to_owned())
    });
    let exporter = Exporter::start(&gateway.address()).expect("an address");
    let subscriber = tracing_subscriber::registry().with(Traces::new(exporter));
    let begun = std::time::Instant::now();
    tracing::subscriber::with_default(subscriber, || {
        for _ in 0..20_000 {
            tracing::info_span!(target: TARGET, "job", job.kind = "shop.pull").in_scope(|| {});
        }
    });
    assert!(begun.elapsed() < std::time::Duration::from_secs(4), "{:?}", begun.elapsed());
}

#[test]
fn an_address_that_is_none_is_refused_at_the_start() {
    let error = Exporter::start("collector:4318").expect_err("it has no scheme").to_string();
    assert!(error.contains("OTEL_EXPORTER_OTLP_ENDPOINT") && error.contains("collector:4318"), "{error}");
}
