//! Scan-and-pack: a parcel is opened by its number, then every piece is scanned into it.
//!
//! Everything goes through one field, so a scanner is enough. What is wrong is told by word, colour and sound and stays on the
//! screen until the next scan; a scan that was refused has changed nothing.

use actix_web::HttpResponse;
use actix_web::web::{ServiceConfig, get, post};
use maud::{Markup, html};

use crate::app::App;
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::domain::id::ShipmentId;
use crate::domain::weight;
use crate::operations::packing::{self, NewScan, Packing};
use crate::operations::shipments::item::ShipmentItem;
use crate::operations::shipments::list;
use crate::operations::stations::{Station, list as stations_of};
use crate::operations::weights;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::{badges, left_out, placing};
use crate::web::reply;
use crate::web::session::Visitor;
use crate::web::shell::{Page, csrf};
use crate::web::texts::{packing as t, reasons};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config.service(inside("/pack", [get().to(show), post().to(scan)]));
}

/// The parcel on the table.
struct Open {
    item: ShipmentItem,
    packing: Packing,
}

/// What a scan was.
enum Said {
    Nothing,
    NoParcel(String),
    Opened,
    /// One more piece of this item.
    In(String),
    Full,
    /// Refused: code, what is the case, what to do next.
    Stop {
        code: String,
        message: String,
        next: String,
    },
    /// The scale spoke: grams, and by how many per cent that is off what the goods should weigh.
    Weighed(i64, Option<i64>),
    /// Another parcel was scanned while this one lacks pieces.
    StillOpen,
    Aside,
}

/// `GET /pack`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::Ship, |db, view| {
            let desks = stations_of(db, view.now)?;
            Ok(page(view, &desks, None, &Said::Nothing))
        })
        .await
}

/// `POST /pack`
pub async fn scan(visitor: Visitor, form: Form) -> HttpResponse {
    let view = visitor.view.clone();
    let made = crate::http::blocking::blocking(move || {
        visitor.needs(Right::Ship)?;
        let (open, said) = work(&visitor.app, &visitor.actor, &form)?;
        let desks = visitor.app.read(visitor.actor.seller, |db| stations_of(db, visitor.view.now))?;
        Ok(page(&visitor.view, &desks, open.as_ref(), &said).render(&visitor.view, None))
    });
    reply::page(&view, made.await)
}

fn work(app: &App, actor: &Actor, form: &Form) -> Result<(Option<Open>, Said), Error> {
    let typed = form.get("code");
    let by_hand = form.get("by_hand");
    let code = if by_hand.is_empty() { typed } else { by_hand };
    let parcel = form.ids::<ShipmentId>("parcel")?.first().copied();
    if form.has("aside") {
        return Ok((None, Said::Aside));
    }
    let weighed = weight::is_weight(code);
    let Some(id) = parcel else {
        // The box that was packed last is on the scale.
        return match (form.ids::<ShipmentId>("packed")?.first(), weighed) {
            (Some(packed), true) => weigh(app, actor, *packed, code),
            _ => open(app, actor, code),
        };
    };
    if form.has("again") {
        app.write(actor, |tx| packing::start_again(tx, id))?;
        return Ok((Some(load(app, actor, id)?), Said::Opened));
    }
    if code.is_empty() {
        return Ok((Some(load(app, actor, id)?), Said::Opened));
    }
    let wish = NewScan {
        code: code.to_owned(),
        scans: form.number("scans")?,
        print: form.has("print_last"),
        station: form.get("station").to_owned(),
        ship: form.has("ship_last"),
    };
    match app.write(actor, |tx| packing::scan(tx, id, &wish)) {
        Ok(packing) => {
            let said = if packing.missing == 0 { Said::Full } else { Said::In(code.to_owned()) };
            let item = app.read(actor.seller, |db| list::one(db, id))?;
            Ok((Some(Open { item, packing }), said))
        }
        // A code that is one of the parcel's items was counted above, whatever it looks like.
        Err(Error::Refused(refusal)) if refusal.code == "wrong_item" && weighed => {
            weigh(app, actor, id, code)
        }
        Err(Error::Refused(refusal)) => {
            // A parcel's number, while this one lacks pieces: nobody packs two boxes at once by mistake.
            let other = app.read(actor.seller, |db| packing::parcel_of(db, code))?;
            let now = load(app, actor, id)?;
            let is_other = refusal.code == "wrong_item" && other.is_some_and(|other| other != id);
            if is_other && (now.packing.missing == 0 || now.packing.missing == pieces(&now.packing)) {
                return open(app, actor, code);
            }
            let said = match is_other {
                true => Said::StillOpen,
                false => {
                    Said::Stop { code: refusal.code.to_owned(), message: refusal.detail, next: refusal.next }
                }
            };
            Ok((Some(now), said))
        }
        Err(error) => Err(error),
    }
}

fn weigh(app: &App, actor: &Actor, id: ShipmentId, said: &str) -> Result<(Option<Open>, Said), Error> {
    let grams = weight::parse(said).map_err(|detail| Error::invalid("code", "range", detail))?;
    let told = app.write(actor, |tx| weights::weigh(tx, id, grams))?;
    Ok((Some(load(app, actor, id)?), Said::Weighed(grams, told.difference_percent)))
}

fn pieces(packing: &Packing) -> i64 {
    packing.items.iter().map(|item| item.quantity).sum()
}

fn open(app: &App, actor: &Actor, code: &str) -> Result<(Option<Open>, Said), Error> {
    if code.is_empty() {
        return Ok((None, Said::Nothing));
    }
    match app.read(actor.seller, |db| packing::parcel_of(db, code))? {
        Some(id) => Ok((Some(load(app, actor, id)?), Said::Opened)),
        None => Ok((None, Said::NoParcel(code.to_owned()))),
    }
}

fn load(app: &App, actor: &Actor, id: ShipmentId) -> Result<Open, Error> {
    app.read(actor.seller, |db| Ok(Open { item: list::one(db, id)?, packing: packing::show(db, id)? }))
}

fn page(view: &View, desks: &[Station], open: Option<&Open>, said: &Said) -> Page {
    let left_out = open.is_some_and(|open| !open.packing.left_out.is_empty());
    let verdict = match said {
        Said::Nothing | Said::Aside => "none",
        Said::NoParcel(_) | Said::Stop { .. } | Said::StillOpen => "wrong",
        Said::Full if left_out => "wrong",
        Said::Opened if open.is_some_and(|open| open.packing.packed_at.is_some()) => "again",
        Said::Weighed(_, Some(_)) => "again",
        Said::Opened | Said::In(_) | Said::Full | Said::Weighed(..) => "right",
    };
    let body = html! {
        div.page.narrow.scan {
            header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
            form #scan-form.stack method="post" action="/pack" data-part="#scanned" {
                (csrf(view))
                label { span { (view.t(t::FIELD)) }
                    input #code.number-input name="code" autocomplete="off" autofocus spellcheck="false"; small { (view.t(t::HINT)) } }
                div.row-form {
                    label.tick { input type="checkbox" name="print_last" value="1"; span { (view.t(t::PRINT_LAST)) } }
                    (placing::station_field(view, desks))
                    label.tick { input type="checkbox" name="ship_last" value="1"; span { (view.t(t::SHIP_LAST)) } }
                }
                div.buttons { button.primary type="submit" data-part="#scanned" { (icon("search")) (view.t(t::COUNT)) } }
            }
            section #scanned data-verdict=(verdict) data-left[open.is_some_and(|open| open.packing.shipped)] aria-live="assertive" {
                (verdict_of(view, open, said))
                @if let Some(open) = open { (parcel(view, open)) }
            }
            p.hint #tally data-text=(view.t(crate::web::texts::scan::TALLY)) {}
        }
    };
    Page::new(view.t(t::TITLE), "pack", body)
}

fn verdict_of(view: &View, open: Option<&Open>, said: &Said) -> Markup {
    let id = open.map(|open| open.item.id.to_string()).unwrap_or_default();
    let missing = open.map_or(0, |open| open.packing.missing);
    let packed_at = open.and_then(|open| open.packing.packed_at);
    html! {
        @match said {
            Said::Nothing | Said::Aside => {}
            Said::NoParcel(code) => {
                div.verdict.is-wrong { (icon("alarm")) b { (t::NO_PARCEL.with(view.lang, &[code])) } }
                p.hint { (view.t(t::NO_PARCEL_NEXT)) }
            }
            Said::Opened => @match packed_at {
                Some(at) => { div.verdict.is-again { (icon("clock")) b { (t::FULL_BEFORE.with(view.lang, &[&view.moment(at)])) } } }
                None => { div.verdict.is-right { (icon("ready")) b { (t::OPENED.with(view.lang, &[&id])) } } }
            },
            Said::In(code) => { div.verdict.is-right { (icon("tick")) b { (t::IN.with(view.lang, &[code, &missing])) } } }
            Said::Weighed(grams, None) => { div.verdict.is-right { (icon("tick")) b { (t::WEIGHED.with(view.lang, &[&id, grams])) } } }
            Said::Weighed(grams, Some(off)) => {
                div.verdict.is-again { (icon("alarm")) b { (t::WEIGHED.with(view.lang, &[&id, grams])) } }
                p.hint { (t::WEIGHT_OFF.with(view.lang, &[off])) }
            }
            Said::Full => { div.verdict.is-right { (icon("tick")) b { (view.t(t::FULL)) } } }
            Said::StillOpen => { div.verdict.is-wrong { (icon("alarm")) b { (t::OPEN_LEFT.with(view.lang, &[&id, &missing])) } } }
            Said::Stop { code, message, next } => {
                div.verdict.is-wrong { (icon("alarm")) b { (view.t(t::STOP)) ": " (reasons::message(view.lang, code, message)) } }
                p.hint { (reasons::next(view.lang, code, next)) }
            }
        }
    }
}

fn parcel(view: &View, open: &Open) -> Markup {
    let Open { item, packing } = open;
    let is_full = packing.missing == 0;
    html! {
        @if let Some(job) = packing.print_job { p.all-done { (icon("printed")) a href={ "/print-jobs/" (job) } { (t::PRINTED.with(view.lang, &[&job])) } } }
        @if packing.shipped { p.all-done { (icon("shipped")) (view.t(t::SHIPPED)) } }
        (left_out::list(view, &packing.left_out))
        div.panel.stack {
            header.page-head {
                h2 { a href={ "/shipments/" (item.id) } { "#" (item.id) } } (badges::state(view, item.state))
                code { (item.waybill.as_deref().unwrap_or_default()) }
            }
            @for remark in &item.remarks { p.big-remark { (badges::remark(view, remark)) } }
            table.packing {
                thead { tr { th.num scope="col" { (view.t(t::PIECES)) } th scope="col" { (view.t(t::ITEM)) } th scope="col" { (view.t(t::CODE)) } th {} } }
                tbody { @for one in &packing.items {
                    tr data-full[one.scanned >= one.quantity] {
                        td.num { b { (one.scanned) " / " (one.quantity) } }
                        td { @if one.scanned >= one.quantity { (icon("tick")) " " } (one.title) " " small { (one.variant) }
                            @if !one.bundle.is_empty() { " " small { (t::OF_BUNDLE.with(view.lang, &[&one.bundle])) } } }
                        td { code { (one.code) } }
                        td { @if one.scanned < one.quantity { (by_hand(view, &one.key)) } }
                    }
                } }
            }
            // The next scan speaks of this parcel until it is full, and the scale of the box that was packed last.
            @if is_full {
                input type="hidden" form="scan-form" name="packed" value=(item.id);
            } @else {
                input type="hidden" form="scan-form" name="parcel" value=(item.id);
                input type="hidden" form="scan-form" name="scans" value=(packing.scans);
            }
            div.buttons {
                @if !is_full {
                    form method="post" action="/pack" { (csrf(view)) button type="submit" name="aside" value="1" data-part="#scanned" { (view.t(t::ASIDE)) } }
                }
                @if packing.items.iter().any(|one| one.scanned > 0) && !packing.shipped {
                    form method="post" action="/pack" {
                        (csrf(view))
                        input type="hidden" name="parcel" value=(item.id);
                        button type="submit" name="again" value="1" data-part="#scanned" data-ask=(view.t(t::AGAIN_ASK)) { (icon("stale")) (view.t(t::AGAIN)) }
                    }
                }
            }
        }
    }
}

/// A piece without a readable code. The button belongs to the scan's form, so the wishes for the last piece hold here too.
fn by_hand(view: &View, key: &str) -> Markup {
    html! {
        button.quiet type="submit" form="scan-form" name="by_hand" value=(key) data-part="#scanned" { (icon("plus")) (view.t(t::BY_HAND)) }
    }
}
