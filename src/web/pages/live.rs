//! Whether anything happened since: the number of the newest event, which is all a script needs to
//! know before it reads a page again; who has ticked what is shown; and how far a job is.

use actix_web::HttpResponse;
use actix_web::web::Path;

use crate::db::events;
use crate::domain::actor::Right;
use crate::domain::id::{JobId, PrintJobId, ShipmentId};
use crate::http::blocking::blocking;
use crate::http::{jobs, print_jobs};
use crate::jobs::housekeeping;
use crate::operations::presence;
use crate::web::form::Form;
use crate::web::reply;
use crate::web::session::Visitor;
use crate::web::texts::workbench as t;

/// `GET /live`
pub async fn show(visitor: Visitor) -> HttpResponse {
    let view = visitor.view.clone();
    let newest = blocking(move || {
        visitor.needs(Right::See)?;
        housekeeping::hear_silence(&visitor.app, visitor.actor.seller)?;
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

/// `GET /live/jobs/{id}`: server-sent events, one whenever the job has changed, until it has ended.
pub async fn job(visitor: Visitor, id: Path<JobId>) -> HttpResponse {
    if let Err(error) = visitor.needs(Right::See) {
        return reply::failure(&visitor.view, &error);
    }
    match jobs::stream(visitor.app.clone(), visitor.actor.seller, id.into_inner()).await {
        Ok(response) => response,
        Err(error) => reply::failure(&visitor.view, &error),
    }
}

/// `GET /live/print-jobs/{id}`: server-sent events, one whenever a print job has got on or is held up.
pub async fn print_job(visitor: Visitor, id: Path<PrintJobId>) -> HttpResponse {
    if let Err(error) = visitor.needs(Right::See) {
        return reply::failure(&visitor.view, &error);
    }
    match print_jobs::stream(visitor.app.clone(), visitor.actor.seller, id.into_inner()).await {
        Ok(response) => response,
        Err(error) => reply::failure(&visitor.view, &error),
    }
}

/// `POST /live/ticks`: what this reader has ticked, when that is new; answers who else has ticked what is shown, as
/// `{"12": "ticked by li@example.com"}`.
pub async fn tick(visitor: Visitor, form: Form) -> HttpResponse {
    let view = visitor.view.clone();
    let others = blocking(move || {
        visitor.needs(Right::See)?;
        let user = visitor.session.user_id.0;
        if form.has("changed") {
            let ticked: Vec<ShipmentId> = form.ids("ticked")?;
            visitor.app.write(&visitor.actor, |tx| presence::tick(tx, user, &ticked))?;
        }
        let shown: Vec<ShipmentId> = form.ids("shown")?;
        let now = visitor.view.now;
        let rows = visitor.app.read(visitor.actor.seller, |db| presence::of_others(db, user, &shown, now))?;
        let lang = visitor.view.lang;
        let said = rows.into_iter().map(|row| {
            (row.shipment_id.to_string(), serde_json::Value::from(t::HELD_BY.with(lang, &[&row.email])))
        });
        Ok(serde_json::Value::Object(said.collect()))
    });
    match others.await {
        Ok(others) => HttpResponse::Ok().insert_header(("Cache-Control", "no-store")).json(others),
        Err(error) => reply::failure(&view, &error),
    }
}
