//! The JSON API: routes, and what every request has in common.
//!
//! Handlers are thin: they check a right, read the request into an operation's words, and show
//! what it answers. Everything that waits runs through [`blocking::blocking`].

mod audits;
pub mod auth;
pub mod blocking;
pub mod body;
pub mod caller;
pub mod carriers;
pub mod deadlines;
pub mod evening;
pub mod events;
mod follow;
pub mod hand_overs;
pub mod health;
mod hooks;
pub mod idempotency;
pub mod imports;
pub mod jobs;
pub mod later;
pub mod lists;
pub mod memos;
pub mod metrics;
pub mod number_runs;
pub mod observe;
pub mod openapi;
pub mod orders;
pub mod packing;
pub mod page;
mod platforms;
pub mod print_jobs;
pub mod problem;
pub mod queues;
pub mod recipients;
pub mod region_rules;
mod rules;
pub mod saved_filters;
pub mod settings;
pub mod shipment_query;
pub mod shipments;
pub mod shipping;
pub mod shops;
pub mod sku_codes;
pub mod skus;
pub mod stations;
pub mod templates;
pub mod tokens;
pub mod warehouses;
pub mod waybill_formats;
pub mod weights;
mod why;

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::{Compress, from_fn};
use actix_web::web::{Data, ServiceConfig, delete, get, patch, post, put, resource, scope};
use actix_web::{App as ActixApp, HttpResponse, HttpServer};

use crate::app::App;

/// How to serve.
#[derive(Debug, Clone)]
pub struct ServeOptions {
    /// `HOST:PORT`; port 0 takes a free one.
    pub listen: String,
    pub threads: usize,
    /// Whether SIGINT and SIGTERM end it; tests end it by its handle.
    pub signals: bool,
    /// Mounts the pages beside the API.
    pub pages: fn(&mut ServiceConfig),
}

/// A server that has its address and waits to be driven.
pub struct Served {
    pub address: SocketAddr,
    /// Await it to serve; its `handle()` stops it.
    pub server: Server,
}

/// Seconds for requests at work when the process is asked to end.
const SHUTDOWN_S: u64 = 20;
/// Threads per server thread that wait for the database.
const WAITING_THREADS: usize = 16;

/// Binds the address and prepares the server. Must be called inside an actix runtime.
///
/// # Errors
/// When the address cannot be had.
pub fn serve(app: App, options: &ServeOptions) -> std::io::Result<Served> {
    let app = Data::new(app);
    let guard = Data::new(auth::Guard::default());
    let metrics = Data::new(metrics::Metrics::default());
    let pages = options.pages;
    let server = HttpServer::new(move || {
        ActixApp::new()
            .app_data(app.clone())
            .app_data(guard.clone())
            .app_data(metrics.clone())
            .wrap(from_fn(observe::observe))
            .wrap(Compress::default())
            .configure(routes)
            .configure(pages)
    })
    .workers(options.threads)
    .worker_max_blocking_threads(WAITING_THREADS)
    .client_request_timeout(Duration::from_secs(15))
    .shutdown_timeout(SHUTDOWN_S)
    .bind(options.listen.as_str())?;
    let address =
        server.addrs().first().copied().ok_or_else(|| std::io::Error::other("nothing was bound"))?;
    let server = if options.signals { server.run() } else { server.disable_signals().run() };
    Ok(Served { address, server })
}

fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/healthz").route(get().to(health::alive)))
        .service(resource("/readyz").route(get().to(health::ready)))
        .service(resource("/metrics").route(get().to(metrics::show)))
        .service(resource("/openapi.json").route(get().to(openapi::show)))
        .service(resource("/hooks/{shop}").route(post().to(hooks::receive)))
        .service(resource("/agents/stations").route(post().to(stations::knock)))
        .service(resource("/docs/errors").route(get().to(errors_page)))
        .service(
            scope("/api/v1")
                .wrap(from_fn(idempotency::read_intent))
                // Wrapped last, so it runs first: nothing is read from a stranger.
                .wrap(from_fn(auth::authenticate))
                .configure(api),
        )
        .default_service(actix_web::web::to(observe::not_found));
}

fn api(config: &mut ServiceConfig) {
    config
        .service(resource("/shops").route(post().to(shops::create)).route(get().to(shops::list)))
        .service(resource("/shops/{id}").route(get().to(shops::show)).route(patch().to(shops::change)))
        .service(resource("/shops/{id}/try").route(post().to(shops::attempt)))
        .service(resource("/shops/{id}/pull").route(post().to(shops::pull)))
        .service(resource("/shops/{id}/gap-check").route(post().to(shops::check_gaps)))
        .service(resource("/shops/{id}/orders").route(post().to(orders::push)))
        .service(resource("/shops/{id}/imports").route(post().to(imports::create)))
        .service(resource("/imports").route(get().to(imports::list)))
        .service(resource("/imports/{id}").route(get().to(imports::show)))
        .service(resource("/orders").route(get().to(orders::list)))
        .service(resource("/orders/remarks-read").route(post().to(orders::mark_read)))
        .configure(audits::routes)
        .configure(carriers::routes)
        .configure(region_rules::routes)
        .configure(warehouses::routes)
        .configure(rules::routes)
        .service(resource("/orders/{id}").route(get().to(orders::show)))
        .service(resource("/orders/{id}/buyer-tags").route(put().to(orders::tag_buyer)))
        .service(resource("/orders/{id}/notes").route(post().to(orders::write_note)))
        .service(resource("/orders/{id}/holds").route(post().to(orders::hold)))
        .service(resource("/orders/{id}/holds/{hold}").route(delete().to(orders::release)))
        .configure(shipments::routes)
        .configure(deadlines::routes)
        .configure(evening::routes)
        .configure(hand_overs::routes)
        .configure(templates::routes)
        .configure(packing::routes)
        .configure(weights::routes)
        .service(
            resource("/shipments/{id}/waybill")
                .route(put().to(number_runs::correct))
                .route(delete().to(number_runs::give_back)),
        )
        .service(
            resource("/number-runs").route(post().to(number_runs::create)).route(get().to(number_runs::list)),
        )
        .service(
            resource("/number-runs/{id}")
                .route(get().to(number_runs::show))
                .route(delete().to(number_runs::undo)),
        )
        .service(resource("/number-runs/{id}/spoil").route(post().to(number_runs::spoil)))
        .service(
            resource("/print-jobs").route(post().to(print_jobs::create)).route(get().to(print_jobs::list)),
        )
        .service(resource("/print-jobs/{id}").route(get().to(print_jobs::show)))
        .service(resource("/print-jobs/{id}/events").route(get().to(print_jobs::events)))
        .service(resource("/print-jobs/{id}/document").route(get().to(print_jobs::document)))
        .service(resource("/print-jobs/{id}/acknowledge").route(post().to(print_jobs::acknowledge)))
        .service(resource("/print-jobs/{id}/resume").route(post().to(print_jobs::resume)))
        .service(resource("/print-jobs/{id}/decide").route(post().to(print_jobs::decide)))
        .service(resource("/print-jobs/{id}/printer").route(put().to(print_jobs::place)))
        .service(resource("/print-jobs/{id}/pause").route(post().to(print_jobs::pause)))
        .service(resource("/print-jobs/{id}/go-on").route(post().to(print_jobs::go_on)))
        .configure(stations::routes)
        .service(resource("/memos").route(get().to(memos::list)))
        .service(resource("/memos/{id}/retry").route(post().to(memos::retry)))
        .service(resource("/memos/{id}/settle").route(post().to(memos::settle)))
        .service(resource("/write-backs").route(get().to(shipping::list)))
        .service(resource("/write-backs/settle").route(post().to(shipping::settle_many)))
        .service(resource("/write-backs/{id}").route(get().to(shipping::show)))
        .service(resource("/write-backs/{id}/retry").route(post().to(shipping::retry)))
        .service(resource("/write-backs/{id}/settle").route(post().to(shipping::settle)))
        .service(resource("/shops/{id}/write-backs/file").route(get().to(shipping::file)))
        .service(
            resource("/saved-filters")
                .route(get().to(saved_filters::list))
                .route(post().to(saved_filters::save)),
        )
        .service(resource("/saved-filters/{id}").route(delete().to(saved_filters::remove)))
        .service(resource("/skus").route(post().to(skus::create)).route(get().to(skus::list)))
        .service(resource("/skus/imports").route(post().to(skus::import)))
        .service(
            resource("/skus/{id}")
                .route(get().to(skus::show))
                .route(put().to(skus::replace))
                .route(delete().to(skus::remove)),
        )
        .service(resource("/sku-codes").route(post().to(sku_codes::map)).route(get().to(sku_codes::list)))
        .service(resource("/sku-codes/unmapped").route(get().to(sku_codes::unmapped)))
        .service(resource("/sku-codes/{id}").route(delete().to(sku_codes::unmap)))
        .service(
            resource("/sku-patterns")
                .route(post().to(sku_codes::save_pattern))
                .route(get().to(sku_codes::patterns)),
        )
        .service(resource("/sku-patterns/{id}").route(delete().to(sku_codes::remove_pattern)))
        .service(resource("/recipients/compare").route(post().to(recipients::compare)))
        .service(resource("/why").route(get().to(why::show)))
        .service(resource("/recipients/parse").route(post().to(recipients::parse)))
        .service(resource("/settings").route(get().to(settings::show)).route(patch().to(settings::change)))
        .service(resource("/tokens").route(post().to(tokens::create)).route(get().to(tokens::list)))
        .service(resource("/tokens/{id}/revoke").route(post().to(tokens::revoke)))
        .service(resource("/jobs").route(get().to(jobs::list)))
        .service(resource("/jobs/retry").route(post().to(jobs::retry_many)))
        .service(resource("/jobs/cancel").route(post().to(jobs::cancel_many)))
        .service(resource("/jobs/{id}").route(get().to(jobs::show)))
        .service(resource("/jobs/{id}/answer").route(get().to(later::answer)))
        .service(resource("/jobs/{id}/events").route(get().to(jobs::events)))
        .service(resource("/jobs/{id}/retry").route(post().to(jobs::retry)))
        .service(resource("/jobs/{id}/cancel").route(post().to(jobs::cancel)))
        .service(resource("/queues").route(get().to(queues::list)))
        .service(resource("/periodic-jobs").route(get().to(queues::periodic_jobs)))
        .service(resource("/queues/{name}/pause").route(post().to(queues::pause)))
        .service(resource("/queues/{name}/resume").route(post().to(queues::resume)))
        .service(resource("/events").route(get().to(events::list)))
        .service(resource("/platforms").route(get().to(platforms::list)))
        .service(resource("/waybill-formats").route(get().to(waybill_formats::list)))
        .service(resource("/waybill-formats/{format}/check").route(post().to(waybill_formats::check)))
        .service(resource("/waybill-formats/{format}/next").route(post().to(waybill_formats::next)));
}

/// The page every problem's `type` points to.
async fn errors_page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(include_str!("../../docs/errors.md"))
}

#[cfg(test)]
mod tests {
    use actix_web::http::{Method, StatusCode};
    use actix_web::test::{TestRequest, call_service, init_service};

    use super::*;

    #[actix_web::test]
    async fn every_documented_operation_has_a_route() {
        let service = init_service(ActixApp::new().configure(api)).await;
        let document = serde_json::to_value(openapi::document()).expect("a document is JSON");
        for (path, item) in document["paths"].as_object().expect("paths") {
            for method in item.as_object().expect("operations").keys() {
                let place = path.trim_start_matches("/api/v1").replace(['{', '}'], "");
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                let request = TestRequest::with_uri(&place).method(method.clone()).to_request();
                let status = call_service(&service, request).await.status();
                assert_eq!(
                    status,
                    StatusCode::UNAUTHORIZED,
                    "{method} {path} is there and wants to know who asks"
                );
            }
        }
    }
}
