//! Whether the process lives, and whether it can work.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::rt::time::timeout;
use actix_web::{HttpResponse, web};

use super::blocking::blocking;
use super::problem::{Failure, Reply};
use crate::app::App;
use crate::db::migrate;

/// Longer than a healthy database ever takes, shorter than a load balancer's patience.
const PATIENCE: Duration = Duration::from_secs(3);

/// `GET /healthz`: the process answers.
pub async fn alive() -> Reply {
    Ok(HttpResponse::Ok().content_type("text/plain").body("alive\n"))
}

/// `GET /readyz`: the database answers and its schema is this program's.
pub async fn ready(app: web::Data<App>) -> Reply {
    let pool = app.pool().clone();
    let pending = timeout(PATIENCE, blocking(move || Ok(migrate::is_pending(&pool)?))).await;
    let (code, detail, next) = match pending {
        Ok(Ok(false)) => return Ok(HttpResponse::Ok().content_type("text/plain").body("ready\n")),
        Ok(Ok(true)) => ("not_migrated", "The schema is older than this program.", "Run huidan migrate."),
        Ok(Err(_)) | Err(_) => {
            ("database_unavailable", "The database does not answer.", "Wait, or look at the database.")
        }
    };
    Err(Failure::edge(StatusCode::SERVICE_UNAVAILABLE, code, detail, next))
}
