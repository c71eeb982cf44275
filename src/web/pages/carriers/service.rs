//! One service: what is said of it, and its prices.

use actix_web::web::{Path, Payload};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::{HOME, amount, carrier_select, number, told};
use crate::connectors::file::price_list::{self, PriceList};
use crate::db::Tx;
use crate::domain::actor::Right;
use crate::domain::carrier_service::DeliveryKind;
use crate::domain::error::Error;
use crate::domain::freight::{PriceKind, Rate};
use crate::domain::id::{CarrierServiceId, PriceTableId};
use crate::domain::region;
use crate::http::lists as reading;
use crate::operations::carriers::{
    self as operations, AccountView, NewPriceTable, NewService, PriceTableView, ServiceView,
};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::pages::shipment::parts::money;
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{carriers as t, common};
use crate::web::upload as uploading;
use crate::web::view::View;

/// Rates shown of the table that counts.
const RATES_SHOWN: usize = 400;

fn home(id: CarrierServiceId) -> String {
    format!("/carriers/services/{id}")
}

/// The fields of a service.
pub(super) fn fields(view: &View, service: Option<&ServiceView>, accounts: &[AccountView]) -> Markup {
    let kind = service.map_or(DeliveryKind::Carrier, |service| service.kind);
    let currency = service.map_or("CNY", |service| service.currency.as_str());
    let whole = |name: &str, text, value: Option<i64>| {
        html! { label { span { (view.t(text)) } input type="number" name=(name) min="0" value=[value]; } }
    };
    let decimal = |value: Option<i64>| value.map(|value| format!("{}.{:02}", value / 100, value % 100));
    let priced = |name: &str, text, value: Option<i64>| {
        html! { label { span { (view.t(text)) } input name=(name) inputmode="decimal" value=[decimal(value)] autocomplete="off"; } }
    };
    html! {
        div.row-form {
            label { span { (view.t(t::CODE)) } input name="code" value=[service.map(|one| &one.code)] maxlength="40" required autocomplete="off" title=(view.t(t::CODE_HINT)); }
            label { span { (view.t(t::NAME)) } input name="name" value=[service.map(|one| &one.name)] maxlength="100" required; }
            label { span { (view.t(t::KIND)) }
                select name="kind" { @for one in DeliveryKind::ALL { option value=(one) selected[*one == kind] { (view.t(t::kind(*one))) } } } }
            label { span { (view.t(t::CARRIER)) } (carrier_select(view, "carrier", service.map_or("", |one| one.carrier.as_str()), None)) }
            @if !accounts.is_empty() {
                label { span { (view.t(t::ACCOUNT)) }
                    select name="account" {
                        option value="" { (view.t(t::NO_ACCOUNT)) }
                        @for account in accounts {
                            option value=(account.id) selected[service.and_then(|one| one.account) == Some(account.id)] { (account.carrier) " · " (account.name) }
                        }
                    } }
            }
            (whole("days", t::DAYS, service.and_then(|one| one.days)))
            label.tick { input type="checkbox" name="is_on" value="1" checked[service.is_none_or(|one| one.is_on)]; span { (view.t(t::IS_ON)) } }
        }
        details.fold open[service.is_some()] {
            summary { (view.t(t::LIMITS)) }
            div.row-form {
                (whole("max_weight_g", t::MAX_WEIGHT, service.and_then(|one| one.max_weight_g)))
                (whole("max_side_mm", t::MAX_SIDE, service.and_then(|one| one.max_side_mm)))
                (whole("max_girth_mm", t::MAX_GIRTH, service.and_then(|one| one.max_girth_mm)))
                label.tick { input type="checkbox" name="takes_cod" value="1" checked[service.is_some_and(|one| one.takes_cod)]; span { (view.t(t::TAKES_COD)) } }
                (priced("max_cod", t::MAX_COD, service.and_then(|one| one.max_cod)))
                (priced("max_value", t::MAX_VALUE, service.and_then(|one| one.max_value)))
                label { span { (view.t(t::CURRENCY)) } input name="currency" value=(currency) maxlength="3" required; }
            }
        }
    }
}

/// What was typed into [`fields`].
fn typed(form: &Form) -> Result<NewService, Error> {
    let currency = form.get("currency").to_uppercase();
    let account = form.ids("account")?.into_iter().next();
    Ok(NewService {
        code: form.get("code").to_owned(),
        name: form.get("name").to_owned(),
        kind: DeliveryKind::parse(form.get("kind")).map_err(|said| Error::invalid("kind", "word", said))?,
        carrier: form.get("carrier").to_owned(),
        account,
        is_on: form.has("is_on"),
        max_weight_g: number(form, "max_weight_g")?,
        max_side_mm: number(form, "max_side_mm")?,
        max_girth_mm: number(form, "max_girth_mm")?,
        takes_cod: form.has("takes_cod"),
        max_cod: amount(form, "max_cod", &currency)?,
        max_value: amount(form, "max_value", &currency)?,
        currency,
        days: number(form, "days")?,
    })
}

/// `POST /carriers/services`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let service = operations::create(tx, typed(&form)?)?;
            Ok(then(home(service.id), t::ADDED.with(view.lang, &[&service.name])))
        })
        .await
}

/// `GET /carriers/services/{id}`
pub async fn show(visitor: Visitor, id: Path<CarrierServiceId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .page(Right::See, move |db, view| {
            let service = operations::show(db, id)?;
            let (accounts, tables) = (operations::accounts(db)?, operations::prices_of(db, id)?);
            let counting = tables.iter().find(|table| table.counts_today).map(|table| table.id);
            let rates = match counting {
                Some(table) => operations::show_prices(db, table)?.rates,
                None => Vec::new(),
            };
            let may = view.may(Right::Manage);
            let body = html! {
                div.page {
                    nav { a href=(HOME) { (view.t(t::TITLE)) } }
                    header.page-head { h1 { (service.name) } small { code { (service.code) } } span.spring {}
                        @if may {
                            form method="post" action={ (home(id)) "/remove" } {
                                (csrf(view))
                                button.danger type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&service.name])) { (view.t(common::REMOVE)) }
                            }
                        }
                    }
                    @if may {
                        section.panel {
                            form.stack method="post" action=(home(id)) data-trouble-here {
                                (csrf(view)) (fields(view, Some(&service), &accounts))
                                button.primary type="submit" { (view.t(common::SAVE)) }
                            }
                        }
                    }
                    section.panel { h2 { (view.t(t::PRICE_TABLES)) }
                        @if tables.is_empty() { p.hint { (view.t(t::NO_PRICES)) } } @else { (versions(view, &tables)) }
                        @if let Some(table) = tables.iter().find(|table| table.counts_today) { (rate_table(view, &rates, &table.currency)) }
                    }
                    @if may { (price_forms(view, &service)) }
                }
            };
            Ok(Page::new(service.name.clone(), "carriers", body))
        })
        .await
}

fn versions(view: &View, tables: &[PriceTableView]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::VALID_FROM)) } th scope="col" { (view.t(t::VALID_UNTIL)) } th scope="col" { (view.t(t::PRICE_KIND)) }
                th.num scope="col" { (view.t(t::DIVISOR)) } th scope="col" { (view.t(t::NOTE)) } th scope="col" { (view.t(common::STATE)) } td {}
            } }
            tbody { @for table in tables { tr {
                td { (table.valid_from) } td { (table.valid_until) }
                td { (view.t(t::price_kind(table.kind))) @if let Some(grams) = table.average_g { " · " (t::ACTUAL.with(view.lang, &[&grams])) } }
                td.num { @if let Some(divisor) = table.volumetric_divisor { (divisor) } @else { "–" } }
                td { (table.note) }
                td { @if table.counts_today { span.badge data-state="ready" { (icon("tick")) (view.t(t::COUNTS)) } } }
                td { @if view.may(Right::Manage) {
                    form method="post" action={ "/carriers/prices/" (table.id) "/remove" } {
                        (csrf(view)) button.quiet type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&table.valid_from])) { (view.t(common::REMOVE)) }
                    }
                } }
            } } }
        } }
    }
}

fn place(view: &View, code: &str) -> String {
    region::name_of(code).map_or_else(|| view.t(t::EVERYWHERE).to_owned(), |found| found.name())
}

fn rate_table(view: &View, rates: &[Rate], currency: &str) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::REGION)) } th.num scope="col" { (view.t(t::FIRST)) } th.num scope="col" {}
                th.num scope="col" { (view.t(t::FURTHER)) } th.num scope="col" {} th.num scope="col" { (view.t(t::SURCHARGE)) }
            } }
            tbody { @for rate in rates.iter().take(RATES_SHOWN) { tr {
                td { (place(view, &rate.region)) }
                td.num { (t::ACTUAL.with(view.lang, &[&rate.first_g])) } td.num { (money(rate.first_price, currency)) }
                @if rate.step_g > 0 { td.num { (t::ACTUAL.with(view.lang, &[&rate.step_g])) } td.num { (money(rate.step_price, currency)) } }
                @else { td.num { "–" } td.num { "–" } }
                td.num { @if rate.surcharge != 0 { (money(rate.surcharge, currency)) } @else { "–" } }
            } } }
        } }
        @if rates.len() > RATES_SHOWN { p.hint { (t::MORE_ROWS.with(view.lang, &[&(rates.len() - RATES_SHOWN)])) } }
    }
}

fn price_forms(view: &View, service: &ServiceView) -> Markup {
    let path = home(service.id);
    let terms = html! {
        div.row-form {
            label { span { (view.t(t::VALID_FROM)) } input type="date" name="valid_from"; }
            label { span { (view.t(t::VALID_UNTIL)) } input type="date" name="valid_until"; }
            label { span { (view.t(t::DIVISOR)) } input type="number" name="volumetric_divisor" min="1000" max="100000" placeholder="6000"; }
            label { span { (view.t(t::PRICE_KIND)) }
                select name="price_kind" { @for one in PriceKind::ALL { option value=(one) { (view.t(t::price_kind(*one))) } } } }
            label { span { (view.t(t::AVERAGE)) } input type="number" name="average_g" min="1"; }
            label { span { (view.t(t::NOTE)) } input name="note" maxlength="200"; }
            input type="hidden" name="currency" value=(service.currency);
        }
    };
    html! {
        section.panel {
            h2 { (view.t(t::PASTE)) }
            p.hint { (view.t(t::PRICES_HINT)) }
            form.stack method="post" action={ (path) "/prices" } data-trouble-here {
                (csrf(view)) (terms)
                textarea name="text" rows="6" required aria-label=(view.t(t::PASTE)) spellcheck="false" {}
                (lists::look_or_keep(view))
            }
            details.fold { summary { (view.t(t::OR_FILE)) }
                // An upload is not read before its session is known, so its token stands in the address.
                form.stack method="post" enctype="multipart/form-data" action={ (path) "/prices/file?csrf=" (reply::escape(view.csrf())) } data-trouble-here {
                    (terms)
                    input type="file" name="file" accept=".csv,.xlsx,.txt" required aria-label=(view.t(t::OR_FILE));
                    (lists::look_or_keep(view))
                }
            }
        }
    }
}

fn version(form: &Form) -> Result<NewPriceTable, Error> {
    Ok(NewPriceTable {
        kind: PriceKind::parse(form.get("price_kind"))
            .map_err(|said| Error::invalid("price_kind", "word", said))?,
        currency: form.get("currency").to_owned(),
        valid_from: form.get("valid_from").to_owned(),
        valid_until: form.get("valid_until").to_owned(),
        volumetric_divisor: number(form, "volumetric_divisor")?,
        average_g: number(form, "average_g")?,
        note: form.get("note").to_owned(),
        rates: Vec::new(),
    })
}

fn take(
    tx: &mut Tx,
    view: &View,
    id: CarrierServiceId,
    form: &Form,
    list: &PriceList,
) -> Result<Onward, Error> {
    let is_preview = form.has("preview");
    let new = version(form)?;
    let done = operations::import_prices(tx, id, &new, list, is_preview)?;
    let line = |rate: &Rate| {
        let first = format!(
            "{} {} g {}",
            place(view, &rate.region),
            rate.first_g,
            money(rate.first_price, &new.currency)
        );
        match rate.step_g {
            0 => first,
            grams => format!("{first} + {grams} g {}", money(rate.step_price, &new.currency)),
        }
    };
    let mut lines: Vec<String> = if is_preview { done.rates.iter().map(line).collect() } else { Vec::new() };
    if !done.passed_over.is_empty() {
        lines.insert(0, t::PASSED_OVER.with(view.lang, &[&done.passed_over.join(", ")]));
    }
    Ok(told(view, home(id), is_preview, done.rates.len(), lines, &done.rejected))
}

/// `POST /carriers/services/{id}/prices`
pub async fn paste(visitor: Visitor, id: Path<CarrierServiceId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let currency = form.get("currency");
            let list = reading::read_text(form.exactly("text"), view.now, |source, options| {
                price_list::read(source, options, currency)
            })?;
            take(tx, view, id, &form, &list)
        })
        .await
}

/// `POST /carriers/services/{id}/prices/file`
pub async fn upload(
    visitor: Visitor,
    id: Path<CarrierServiceId>,
    request: HttpRequest,
    payload: Payload,
) -> HttpResponse {
    let id = id.into_inner();
    let upload = match uploading::receive(&request, payload).await {
        Ok(upload) => upload,
        Err(error) => return reply::failure(&visitor.view, &error),
    };
    visitor
        .change(Right::Manage, move |tx, view| {
            let currency = upload.form.get("currency");
            let list = reading::read(&upload.file, view.now, |source, options| {
                price_list::read(source, options, currency)
            })?;
            take(tx, view, id, &upload.form, &list)
        })
        .await
}

/// `POST /carriers/services/{id}`
pub async fn replace(visitor: Visitor, id: Path<CarrierServiceId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let service = operations::replace(tx, id, typed(&form)?)?;
            Ok(then(home(id), t::CHANGED.with(view.lang, &[&service.name])))
        })
        .await
}

/// `POST /carriers/services/{id}/remove`
pub async fn remove(visitor: Visitor, id: Path<CarrierServiceId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let service = operations::show(tx, id)?;
            operations::remove(tx, id)?;
            Ok(then(HOME, t::REMOVED.with(view.lang, &[&service.name])))
        })
        .await
}

/// `POST /carriers/prices/{id}/remove`
pub async fn remove_prices(visitor: Visitor, id: Path<PriceTableId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let table = operations::show_prices(tx, id)?.table;
            operations::remove_prices(tx, id)?;
            Ok(then(home(table.service), t::REMOVED.with(view.lang, &[&table.valid_from])))
        })
        .await
}
