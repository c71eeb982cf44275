//! Consent to a shop: to the platform's own page and back.

use actix_web::web::{Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};
use serde::Deserialize;

use crate::db::shop_tokens::ShopTokenRow;
use crate::db::shops as record;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::http::blocking::blocking;
use crate::jobs::authorising::{consent, consented};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::reply;
use crate::web::session::{Notice, Visitor};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, house as t};
use crate::web::view::View;

/// Until when the platform lets us in.
pub fn term(view: &View, token: &ShopTokenRow) -> Markup {
    html! {
        @if let Some(until) = token.linked_until {
            @if until <= view.now { p.reason { (icon("alarm")) " " (view.t(t::LINKED_NO_MORE)) " " (view.moment(until)) } }
            @else { p.hint { (view.t(t::LINKED_UNTIL)) " " (view.moment(until)) } }
        }
    }
}

/// Begins.
pub fn button(view: &View, shop: ShopId) -> Markup {
    html! {
        form method="post" action={ "/shops/" (shop) "/authorise" } data-trouble-here {
            (csrf(view))
            button type="submit" data-part={ "#away-" (shop) } { (icon("right")) (view.t(t::AUTHORISE)) }
        }
        div id={ "away-" (shop) } {}
    }
}

/// Where platforms send people back to: this server as the browser knows it.
fn back(request: &HttpRequest) -> String {
    let here = request.connection_info();
    format!("{}://{}/shops/authorised", here.scheme(), here.host())
}

/// `POST /shops/{id}/authorise`: the way to the platform's page. A link and no redirect: forms lead nowhere but here.
pub async fn authorise(visitor: Visitor, id: Path<ShopId>, request: HttpRequest, _: Form) -> HttpResponse {
    let (id, back) = (id.into_inner(), back(&request));
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Manage)?;
        let shop = visitor.app.read(visitor.actor.seller, |db| record::find(db, id))?;
        let to = consent(&visitor.app, &visitor.actor, id, visitor.session.id, &back)?;
        let view = &visitor.view;
        let body = html! {
            div.page {
                h1 { (shop.name) }
                div id={ "away-" (id) } {
                    section.panel {
                        p { (view.t(t::AUTHORISE_LEAD)) " " code { (back) } }
                        p { a.button.primary href=(to) rel="noreferrer" { (view.t(t::AUTHORISE_GO)) } }
                    }
                }
                p { a.button href="/shops" { (view.t(common::SHOPS)) } }
            }
        };
        Ok(Page::new(view.t(common::SHOPS), "shops", body).render(view, None))
    });
    reply::page(&view, made.await)
}

/// What platforms send people back with. `error` is the name of RFC 6749; not every platform uses it.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub struct Returned {
    code: String,
    state: String,
    error: String,
    error_description: String,
}

/// `GET /shops/authorised`: back from the platform with a code.
pub async fn authorised(visitor: Visitor, returned: Query<Returned>, request: HttpRequest) -> HttpResponse {
    let (returned, back) = (returned.into_inner(), back(&request));
    let all = Query::<Vec<(String, String)>>::from_query(request.query_string());
    let all = all.map(Query::into_inner).unwrap_or_default();
    visitor
        .steps(Right::Manage, move |visitor| {
            if returned.code.is_empty() {
                return Err(Error::conflict(
                    "consent_refused",
                    format!(
                        "The platform gave no code: {:?} {:?}.",
                        returned.error, returned.error_description
                    ),
                    "Authorise again, and consent as the shop's main account.",
                ));
            }
            let Returned { state, code, .. } = &returned;
            let session = visitor.session.id;
            let shop = consented(&visitor.app, &visitor.actor, session, state, code, &back, &all)?;
            let text = t::AUTHORISED.with(visitor.view.lang, &[&shop.name]);
            visitor.app.write(&visitor.actor, |tx| {
                visitor.keep_notice(tx, &Notice { text: text.clone(), ..Notice::default() })
            })?;
            Ok("/shops".to_owned())
        })
        .await
}
