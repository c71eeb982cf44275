//! Carriers: services with their prices, accounts, and how a way is chosen.

mod defaults;
mod regions;
mod service;

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use self::defaults::Defaults;
use crate::connectors::file::Rejection;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::CarrierAccountId;
use crate::domain::money::Money;
use crate::operations::carriers::{self as operations, AccountView, NewAccount, ServiceView};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::pages::workbench::chips::{carrier_name, carriers};
use crate::web::parts::lists;
use crate::web::session::{Notice, Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{carriers as t, common};
use crate::web::view::View;

const HOME: &str = "/carriers";
/// Rows of a list that are told at once.
const TOLD: usize = 30;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/carriers", [get().to(list)]))
        .service(inside("/carriers/policy", [post().to(defaults::set_policy)]))
        .service(inside("/carriers/shops/{id}", [post().to(defaults::set_shop)]))
        .service(inside("/carriers/accounts", [post().to(create_account)]))
        .service(inside("/carriers/accounts/{id}/remove", [post().to(remove_account)]))
        .service(inside("/carriers/services", [post().to(service::create)]))
        .service(inside("/carriers/services/{id}", [get().to(service::show), post().to(service::replace)]))
        .service(inside("/carriers/services/{id}/remove", [post().to(service::remove)]))
        .service(inside("/carriers/services/{id}/prices", [post().to(service::paste)]))
        .service(inside("/carriers/services/{id}/prices/file", [post().to(service::upload)]))
        .service(inside("/carriers/prices/{id}/remove", [post().to(service::remove_prices)]))
        .service(inside("/carriers/regions", [get().to(regions::list), post().to(regions::create)]))
        .service(inside("/carriers/regions/notice", [post().to(regions::paste)]))
        .service(inside("/carriers/regions/notice/file", [post().to(regions::upload)]))
        .service(inside("/carriers/regions/{id}/remove", [post().to(regions::remove)]));
}

/// `GET /carriers`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let (services, accounts) = (operations::list(db)?, operations::accounts(db)?);
            let may = view.may(Right::Manage);
            let defaults = Defaults::load(db)?;
            let body = html! {
                div.page {
                    header.page-head {
                        h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } span.spring {}
                        a.button href="/carriers/regions" { (icon("alarm")) (view.t(t::REGIONS)) }
                    }
                    @if may { (defaults::forms(view, &defaults, &services)) }
                    @if services.is_empty() { (lists::empty(view, t::SERVICES_EMPTY)) }
                    @else { (table(view, &services)) }
                    @if may {
                        section.panel { h2 { (view.t(t::ADD_SERVICE)) }
                            form.stack method="post" action="/carriers/services" data-trouble-here {
                                (csrf(view)) (service::fields(view, None, &accounts))
                                button.primary type="submit" { (icon("plus")) (view.t(t::ADD_SERVICE)) }
                            }
                        }
                    }
                    (account_panel(view, &accounts))
                }
            };
            Ok(Page::new(view.t(t::TITLE), "carriers", body))
        })
        .await
}

fn table(view: &View, services: &[ServiceView]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::CODE)) } th scope="col" { (view.t(t::NAME)) } th scope="col" { (view.t(t::CARRIER)) }
                th.num scope="col" { (view.t(t::DAYS)) } th.num scope="col" { (view.t(t::MAX_WEIGHT)) } th scope="col" { (view.t(t::TAKES_COD)) }
                th scope="col" { (view.t(common::STATE)) }
            } }
            tbody { @for service in services {
                tr.is-undone[!service.is_on] {
                    td { a href={ "/carriers/services/" (service.id) } { code { (service.code) } } }
                    td { (service.name) }
                    td { @if service.kind.has_number() { (carrier_name(view, &service.carrier)) } @else { (view.t(t::kind(service.kind))) } }
                    td.num { @if let Some(days) = service.days { (days) } @else { "–" } }
                    td.num { @if let Some(grams) = service.max_weight_g { (grams) } @else { "–" } }
                    td { @if service.takes_cod { (icon("tick")) } @else { "–" } }
                    td { (view.t(if service.is_on { t::IS_ON } else { t::OFF })) }
                }
            } }
        } }
    }
}

fn account_panel(view: &View, accounts: &[AccountView]) -> Markup {
    let may = view.may(Right::Manage);
    html! {
        section.panel {
            h2 { (view.t(t::ACCOUNTS)) }
            p.hint { (view.t(t::ACCOUNT_HINT)) }
            @if accounts.is_empty() { p.hint { (view.t(common::NONE_YET)) } }
            @else {
                div.list { table { tbody { @for account in accounts { tr {
                    td { (carrier_name(view, &account.carrier)) } td { (account.name) } td { code { (account.account_number) } }
                    td { @if may {
                        form method="post" action={ "/carriers/accounts/" (account.id) "/remove" } {
                            (csrf(view))
                            button.quiet type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&account.name])) { (view.t(common::REMOVE)) }
                        }
                    } }
                } } } } }
            }
            @if may {
                form.row-form method="post" action="/carriers/accounts" data-trouble-here {
                    (csrf(view))
                    label { span { (view.t(t::CARRIER)) } (carrier_select(view, "carrier", "", None)) }
                    label { span { (view.t(t::NAME)) } input name="name" maxlength="100" required; }
                    label { span { (view.t(t::ACCOUNT_NUMBER)) } input name="account_number" maxlength="100" autocomplete="off"; }
                    button type="submit" { (icon("plus")) (view.t(t::ADD_ACCOUNT)) }
                }
            }
        }
    }
}

/// A choice of carriers; with `nobody` also none of them.
fn carrier_select(view: &View, name: &str, chosen: &str, nobody: Option<&str>) -> Markup {
    html! {
        select name=(name) {
            @if let Some(nobody) = nobody { option value="" { (nobody) } }
            @for (code, text) in carriers(view) { option value=(code) selected[code == chosen] { (text) } }
        }
    }
}

/// An amount that was typed in the main unit of a currency; none for an empty field.
fn amount(form: &Form, name: &str, currency: &str) -> Result<Option<i64>, Error> {
    let text = form.get(name);
    if text.is_empty() {
        return Ok(None);
    }
    let money = Money::parse(text, currency);
    money.map(|money| Some(money.amount)).map_err(|_| {
        Error::invalid(
            name,
            "bad_amount",
            format!("{text:?} is no amount of {currency}; write it like 12.50"),
        )
    })
}

/// A whole number; none for an empty field.
fn number(form: &Form, name: &str) -> Result<Option<i64>, Error> {
    match form.get(name) {
        "" => Ok(None),
        _ => form.number(name).map(Some),
    }
}

/// What an import did, or would do, with the rows that were refused.
fn told(
    view: &View,
    to: String,
    is_preview: bool,
    taken: usize,
    mut lines: Vec<String>,
    rejected: &[Rejection],
) -> Onward {
    let text = if is_preview { t::PREVIEWED } else { t::IMPORTED };
    let text = text.with(view.lang, &[&taken, &rejected.len()]);
    lines.truncate(TOLD);
    lines.extend(rejected.iter().take(TOLD).map(|rejection| rejection.message.clone()));
    if rejected.len() > TOLD {
        lines.push(t::MORE_ROWS.with(view.lang, &[&(rejected.len() - TOLD)]));
    }
    Onward { to, notice: Notice { text, lines, ..Notice::default() } }
}

/// `POST /carriers/accounts`
pub async fn create_account(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let new = NewAccount {
                carrier: form.get("carrier").to_owned(),
                name: form.get("name").to_owned(),
                account_number: Some(form.get("account_number").to_owned()),
                is_on: true,
            };
            let account = operations::create_account(tx, &new)?;
            Ok(then(HOME, t::ADDED.with(view.lang, &[&account.name])))
        })
        .await
}

/// `POST /carriers/accounts/{id}/remove`
pub async fn remove_account(visitor: Visitor, id: Path<CarrierAccountId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            operations::remove_account(tx, id)?;
            Ok(then(HOME, t::REMOVED.with(view.lang, &[&view.t(t::ACCOUNT)])))
        })
        .await
}
