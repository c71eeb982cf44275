//! Counts for Prometheus: requests by route and status, their time, the process.
//!
//! Routes are counted by their template, so a thousand ids are one line and no id stands here.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use actix_web::{HttpResponse, web};

use super::blocking::blocking;
use super::problem::Reply;
use crate::app::App;
use crate::db::jobs::{self, DepthRow};
use crate::domain::job::JobState;
use crate::operations::NOBODY;

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
pub async fn show(metrics: web::Data<Metrics>, app: web::Data<App>) -> Reply {
    let mut text = metrics.text();
    write_attempts(&mut text, app.job_counts()).expect("a String takes every write");
    // Without a database the process still tells about itself.
    let depths = blocking(move || app.read(NOBODY, |db| Ok(jobs::depths(db)?))).await;
    write_depths(&mut text, &depths.unwrap_or_default()).expect("a String takes every write");
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4; charset=utf-8").body(text))
}

/// What workers of this process have done, by kind and outcome.
fn write_attempts(out: &mut String, counts: &workers::Counts) -> std::fmt::Result {
    let (counts, waits) = (counts.all(), counts.waits());
    out.push_str("# TYPE huidan_job_attempts_total counter\n");
    for (kind, outcome, count) in &counts {
        let times = count.times;
        writeln!(out, "huidan_job_attempts_total{{kind=\"{kind}\",outcome=\"{outcome}\"}} {times}")?;
    }
    out.push_str("# TYPE huidan_job_duration_seconds histogram\n");
    for (kind, outcome, count) in &counts {
        write_histogram(out, "duration", &format!("kind=\"{kind}\",outcome=\"{outcome}\""), count)?;
    }
    out.push_str("# TYPE huidan_job_wait_seconds histogram\n");
    for (queue, kind, count) in &waits {
        write_histogram(out, "wait", &format!("queue=\"{queue}\",kind=\"{kind}\""), count)?;
    }
    Ok(())
}

fn write_histogram(out: &mut String, what: &str, of: &str, count: &workers::Count) -> std::fmt::Result {
    for (within, most) in count.within.iter().zip(workers::BUCKETS_MS) {
        let most = Duration::from_millis(most).as_secs_f64();
        writeln!(out, "huidan_job_{what}_seconds_bucket{{{of},le=\"{most}\"}} {within}")?;
    }
    let (times, seconds) = (count.times, count.took.as_secs_f64());
    writeln!(out, "huidan_job_{what}_seconds_bucket{{{of},le=\"+Inf\"}} {times}")?;
    writeln!(out, "huidan_job_{what}_seconds_sum{{{of}}} {seconds}")?;
    writeln!(out, "huidan_job_{what}_seconds_count{{{of}}} {times}")
}

/// How many jobs there are over all processes, and how long the oldest ready one has been due.
fn write_depths(out: &mut String, depths: &[DepthRow]) -> std::fmt::Result {
    out.push_str("# TYPE huidan_jobs gauge\n");
    for DepthRow { lane, state, count, .. } in depths {
        writeln!(out, "huidan_jobs{{queue=\"{lane}\",state=\"{state}\"}} {count}")?;
    }
    out.push_str("# TYPE huidan_job_oldest_ready_seconds gauge\n");
    for DepthRow { lane, oldest_ms, .. } in depths.iter().filter(|row| row.state == JobState::Ready) {
        let seconds = Duration::from_millis(oldest_ms.max(&0).unsigned_abs()).as_secs_f64();
        writeln!(out, "huidan_job_oldest_ready_seconds{{queue=\"{lane}\"}} {seconds}")?;
    }
    Ok(())
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
