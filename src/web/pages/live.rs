//! Whether anything happened since: the number of the newest event, which is all a script needs to
//! know before it reads a page again.

use actix_web::HttpResponse;

use crate::db::events;
use crate::domain::actor::Right;
use crate::http::blocking::blocking;
use crate::web::reply;
use crate::web::session::Visitor;

/// `GET /live`
pub async fn show(visitor: Visitor) -> HttpResponse {
    let view = visitor.view.clone();
    let newest = blocking(move || {
        visitor.needs(Right::See)?;
        let rows = visitor.app.read(visitor.actor.seller, |db| Ok(events::list(db, None, None, 1)?))?;
        Ok(rows.first().map_or(0, |row| row.id.0))
    });
    match newest.await {
        Ok(newest) => HttpResponse::Ok()
            .content_type("text/plain")
            .insert_header(("Cache-Control", "no-store"))
            .body(newest.to_string()),
        Err(error) => reply::failure(&view, &error),
    }
}
