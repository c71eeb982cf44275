//! Counts for Prometheus: requests by route and status, their time, the process.
//!
//! Routes are counted by their template, so a thousand ids are one line and no id stands here.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};

use super::problem::Reply;

/// Upper ends of the histogram's buckets, in milliseconds.
const BUCKETS_MS: [u64; 11] = [2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000];

/// The counts of this process.
#[derive(Debug, Default)]
pub struct Metrics {
    routes: Mutex<BTreeMap<(String, String), Route>>,
}

#[derive(Debug, Default)]
struct Route {
    by_status: BTreeMap<u16, u64>,
    /// Requests within each bucket, not those of smaller buckets; the last one is beyond all.
    buckets: [u64; BUCKETS_MS.len() + 1],
    total: Duration,
}

impl Metrics {
    /// Counts one answered request.
    pub fn count(&self, method: &str, template: &str, status: u16, elapsed: Duration) {
        let mut routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        let route = routes.entry((method.to_owned(), template.to_owned())).or_default();
        *route.by_status.entry(status).or_default() += 1;
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        route.buckets[BUCKETS_MS.partition_point(|&end| end <= ms)] += 1;
        route.total += elapsed;
    }

    /// The Prometheus text format, version 0.0.4.
    pub fn text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out).expect("a String takes every write");
        out
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let routes = self.routes.lock().unwrap_or_else(PoisonError::into_inner);
        out.push_str("# TYPE huidan_http_requests_total counter\n");
        for ((method, template), route) in &*routes {
            for (status, count) in &route.by_status {
                writeln!(
                    out,
                    "huidan_http_requests_total{{method=\"{method}\",route=\"{template}\",status=\"{status}\"}} {count}"
                )?;
            }
        }
        out.push_str("# TYPE huidan_http_request_duration_seconds histogram\n");
        for ((method, template), route) in &*routes {
            let labels = format!("method=\"{method}\",route=\"{template}\"");
            let mut within = 0;
            for (count, end) in route.buckets.iter().zip(BUCKETS_MS.iter().map(Some).chain([None])) {
                within += count;
                let end =
                    end.map_or("+Inf".to_owned(), |&ms| Duration::from_millis(ms).as_secs_f64().to_string());
                writeln!(
                    out,
                    "huidan_http_request_duration_seconds_bucket{{{labels},le=\"{end}\"}} {within}"
                )?;
            }
            let seconds = route.total.as_secs_f64();
            writeln!(out, "huidan_http_request_duration_seconds_sum{{{labels}}} {seconds}")?;
            writeln!(out, "huidan_http_request_duration_seconds_count{{{labels}}} {within}")?;
        }
        if let Some(bytes) = resident_bytes() {
            writeln!(
                out,
                "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes {bytes}"
            )?;
        }
        writeln!(
            out,
            "# TYPE huidan_build_info gauge\nhuidan_build_info{{version=\"{}\"}} 1",
            env!("CARGO_PKG_VERSION")
        )
    }
}

/// Memory of this process in use, where the system tells (Linux).
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kib * 1024)
}

/// `GET /metrics`
pub async fn show(metrics: web::Data<Metrics>) -> Reply {
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(metrics.text()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_and_end_in_all_requests() {
        let metrics = Metrics::default();
        for ms in [1, 2, 30, 60_000] {
            metrics.count("GET", "/api/v1/orders/{id}", 200, Duration::from_millis(ms));
        }
        let text = metrics.text();
        for line in [
            "huidan_http_requests_total{method=\"GET\",route=\"/api/v1/orders/{id}\",status=\"200\"} 4",
            "_bucket{method=\"GET\",route=\"/api/v1/orders/{id}\",le=\"0.002\"} 1",
            "_bucket{method=\"GET\",route=\"/api/v1/orders/{id}\",le=\"0.05\"} 3",
            "_bucket{method=\"GET\",route=\"/api/v1/orders/{id}\",le=\"10\"} 3",
            "_bucket{method=\"GET\",route=\"/api/v1/orders/{id}\",le=\"+Inf\"} 4",
        ] {
            assert!(text.contains(line), "{line} in\n{text}");
        }
    }
}
