//! Print stations over HTTP: managers let them in, and the desks themselves take and report sheets.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Data, ServiceConfig, get, post, put, resource};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use utoipa::ToSchema;

use super::blocking::blocking;
use super::body::{Body, Id};
use super::caller::Caller;
use super::problem::Reply;
use crate::app::App;
use crate::db::sellers;
use crate::domain::actor::{Actor, Right, Role};
use crate::domain::error::Error;
use crate::domain::id::{ClaimId, PrintJobId, PrinterId, SellerId, StationId};
use crate::jobs::housekeeping;
use crate::jobs::printing::{self, Handful};
use crate::operations::NOBODY;
use crate::operations::print_jobs::{self, Doubt, NewClaimWish, Report, Reported};
use crate::operations::stations::{
    self as operations, NewSession, NewStation, Printer, PrinterOffset, Session, Station,
};

/// The addresses under `/api/v1`.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/stations").route(get().to(list)))
        .service(resource("/stations/me/session").route(post().to(session)))
        .service(resource("/stations/me/claims").route(post().to(claim)))
        .service(resource("/stations/me/doubts").route(get().to(doubts)))
        .service(resource("/stations/me/reports").route(post().to(report)))
        .service(resource("/stations/{id}/approve").route(post().to(approve)))
        .service(resource("/stations/{id}/refuse").route(post().to(refuse)))
        .service(resource("/printers/{id}/offset").route(put().to(set_offset)))
        .service(resource("/printers/{id}/pause").route(post().to(pause)))
        .service(resource("/printers/{id}/go-on").route(post().to(go_on)));
}

/// `POST /agents/stations`: a desk knocks, or asks whether it was let in. Whoever asks has no token yet, so only the
/// hash of the desk's own key travels, and the answer tells nothing but how that desk stands.
pub async fn knock(app: Data<App>, body: Body<NewStation>) -> Reply {
    let new = body.0;
    let enrolled = blocking(move || {
        if let Some(known) = app.read(NOBODY, |db| operations::enrolled(db, &new.secret_hash))? {
            return Ok(known);
        }
        let seller = seller_of(&app, new.seller.as_deref())?;
        let actor = Actor { seller, name: "stranger".to_owned(), role: Role::Station };
        app.write(&actor, |tx| operations::enrol(tx, &new))
    });
    Ok(HttpResponse::Ok().json(enrolled.await?))
}

/// The seller a desk names, or the only one there is. Names of others are not told to strangers.
fn seller_of(app: &App, name: Option<&str>) -> Result<SellerId, Error> {
    let all = app.read(NOBODY, |db| Ok(sellers::all(db)?))?;
    let found = match (name, all.as_slice()) {
        (None, [only]) => Some(only.id),
        (None, _) => None,
        (Some(name), all) => all.iter().find(|seller| seller.name == name).map(|seller| seller.id),
    };
    found.ok_or_else(|| {
        let detail = match name {
            Some(name) => format!("There is no seller {name:?}; write the name as the server has it"),
            None => "There is not exactly one seller; name yours with --seller NAME".to_owned(),
        };
        Error::invalid("seller", "required", detail)
    })
}

/// All stations.
#[derive(Debug, Serialize, ToSchema)]
pub struct Stations {
    items: Vec<Station>,
}

/// List print stations
///
/// Those that wait to be let in and those that print, with their printers.
#[utoipa::path(get, path = "/api/v1/stations", tag = "printing",
    responses((status = 200, description = "The stations", body = Stations)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    let now = caller.now();
    let stations = caller.run(move |app, actor| {
        housekeeping::hear_silence(app, actor.seller)?;
        app.read(actor.seller, |db| Ok(Stations { items: operations::list(db, now)? }))
    });
    Ok(HttpResponse::Ok().json(stations.await?))
}

/// Let a print station in
///
/// Compare the code with the one on the desk first. From then on its key is a token that may take and report sheets.
#[utoipa::path(post, path = "/api/v1/stations/{id}/approve", tag = "printing",
    responses((status = 200, description = "The station", body = Station)))]
pub async fn approve(caller: Caller, id: Id<StationId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::approve(tx, id.0)).await
}

/// Refuse or retire a print station
///
/// Its token ends at once; what it had in hand is unknown.
#[utoipa::path(post, path = "/api/v1/stations/{id}/refuse", tag = "printing",
    responses((status = 200, description = "The station", body = Station)))]
pub async fn refuse(caller: Caller, id: Id<StationId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::refuse(tx, id.0)).await
}

/// Move what a printer prints
///
/// To the right and down, from its next sheet on: how far its paper lies off. A template's test sheet tells.
#[utoipa::path(put, path = "/api/v1/printers/{id}/offset", tag = "printing", request_body = PrinterOffset,
    responses((status = 200, description = "The printer as it is now", body = Printer)))]
pub async fn set_offset(caller: Caller, id: Id<PrinterId>, body: Body<PrinterOffset>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::set_offset(tx, id.0, &body.0)).await
}

/// Pause a printer
///
/// Nothing more is taken for it; what is on its way to paper comes out.
#[utoipa::path(post, path = "/api/v1/printers/{id}/pause", tag = "printing",
    responses((status = 200, description = "The printer", body = Printer)))]
pub async fn pause(caller: Caller, id: Id<PrinterId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::pause_printer(tx, id.0, true)).await
}

/// Let a printer go on
#[utoipa::path(post, path = "/api/v1/printers/{id}/go-on", tag = "printing",
    responses((status = 200, description = "The printer", body = Printer)))]
pub async fn go_on(caller: Caller, id: Id<PrinterId>) -> Reply {
    caller.needs(Right::Ship)?;
    caller.write(StatusCode::OK, move |tx| operations::pause_printer(tx, id.0, false)).await
}

/// Begin or keep up a session
///
/// For stations: one program prints for a desk at a time. At its start it tells its printers; later it only says that it
/// lives.
#[utoipa::path(post, path = "/api/v1/stations/me/session", tag = "printing", request_body = NewSession,
    responses((status = 200, description = "The desk and its printers", body = Session)))]
pub async fn session(caller: Caller, body: Body<NewSession>) -> Reply {
    caller.needs(Right::Print)?;
    caller.write(StatusCode::OK, move |tx| operations::begin(tx, &body.0)).await
}

/// Sheets a station has in hand.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandfulView {
    /// `null` when there is nothing to print now.
    claim: Option<ClaimId>,
    print_job: Option<PrintJobId>,
    serial: String,
    /// In the order in which they are to be printed.
    sheets: Vec<SheetView>,
    /// How many sheets were given up instead; the job says why.
    left_out: usize,
    /// Why there is nothing now; empty when there is simply nothing.
    waits: String,
}

/// One sheet as a file.
#[derive(Debug, Serialize, ToSchema)]
pub struct SheetView {
    position: i64,
    /// In the printer's language, as base64.
    document: String,
}

impl From<Handful> for HandfulView {
    fn from(handful: Handful) -> Self {
        let sheets = handful.sheets.into_iter();
        Self {
            claim: handful.claim.map(|(claim, _)| claim),
            print_job: handful.claim.map(|(_, job)| job),
            serial: handful.serial,
            sheets: sheets
                .map(|sheet| SheetView { position: sheet.position, document: STANDARD.encode(sheet.file) })
                .collect(),
            left_out: handful.left_out,
            waits: handful.waits,
        }
    }
}

/// Take the next sheets
///
/// For stations: the next sheets of the oldest job that waits for one of its printers, drawn in that printer's language.
/// They are sent from then on. Asking again with the same `request` brings the same sheets.
#[utoipa::path(post, path = "/api/v1/stations/me/claims", tag = "printing", request_body = NewClaimWish,
    responses((status = 200, description = "Sheets to print", body = HandfulView)))]
pub async fn claim(caller: Caller, body: Body<NewClaimWish>) -> Reply {
    caller.needs(Right::Print)?;
    let wish = body.0;
    let handful = caller.run(move |app, actor| printing::handful(app, actor, &wish)).await?;
    Ok(HttpResponse::Ok().json(HandfulView::from(handful)))
}

/// Sheets a station took and nobody knows of.
#[derive(Debug, Serialize, ToSchema)]
pub struct Doubts {
    items: Vec<Doubt>,
}

/// List unknown sheets
///
/// For stations: what they took and never told the end of, so that a desk that was killed can say what it wrote down.
#[utoipa::path(get, path = "/api/v1/stations/me/doubts", tag = "printing",
    responses((status = 200, description = "The unknown sheets of this desk, by claim", body = Doubts)))]
pub async fn doubts(caller: Caller) -> Reply {
    caller.needs(Right::Print)?;
    let doubts = caller.run(|app, actor| {
        app.read(actor.seller, |db| print_jobs::doubts(db, actor)).map(|items| Doubts { items })
    });
    Ok(HttpResponse::Ok().json(doubts.await?))
}

/// Report sheets
///
/// For stations: what became of each sheet it has taken. Saying it again changes nothing.
#[utoipa::path(post, path = "/api/v1/stations/me/reports", tag = "printing", request_body = Report,
    responses((status = 200, description = "How the sheets stand now", body = Reported)))]
pub async fn report(caller: Caller, body: Body<Report>) -> Reply {
    caller.needs(Right::Print)?;
    caller.write(StatusCode::OK, move |tx| print_jobs::report(tx, &body.0)).await
}
