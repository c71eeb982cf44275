//! Shops: linked, renamed, given another deadline.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};

use super::authorising;
use super::deadlines::settings::shop_form;
use super::order_audits;
use crate::connectors::capability;
use crate::connectors::link::{Connector, connected, connector, credentials, is_optional};
use crate::db::sellers;
use crate::db::shop_pulls::{self, ShopPullRow};
use crate::db::shop_tokens::{self, ShopTokenRow};
use crate::db::shops::{self as record, ShopRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::gap::Gap;
use crate::domain::id::ShopId;
use crate::domain::platform::Platform;
use crate::domain::recipient::mask::masked;
use crate::domain::seller::SellerSettings;
use crate::domain::shop::ShopSettings;
use crate::http::blocking::blocking;
use crate::jobs::trying::{Trial, Tried, first_orders};
use crate::jobs::{gap_checking, pulling};
use crate::operations::shops::{self, NewShop, ShopChange};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::lang::Text;
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, house as t, words};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/shops", [get().to(list), post().to(create)]))
        .service(inside("/shops/authorised", [get().to(authorising::authorised)]))
        .service(inside("/shops/{id}", [post().to(change)]))
        .service(inside("/shops/{id}/authorise", [post().to(authorising::authorise)]))
        .service(inside("/shops/{id}/link", [post().to(link)]))
        .service(inside("/shops/{id}/try", [post().to(attempt)]))
        .service(inside("/shops/{id}/pull", [post().to(pull)]))
        .service(inside("/shops/{id}/gap-check", [post().to(check_gaps)]));
}

/// `GET /shops`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let rows = record::all(db)?;
            let seller = sellers::settings(db)?;
            let shops = rows
                .into_iter()
                .map(|row| {
                    let pull = shop_pulls::find(db, row.id)?;
                    let gaps = pull.gaps()?;
                    Ok((row.settings()?, (pull, gaps), shop_tokens::find(db, row.id)?, row))
                })
                .collect::<Result<Vec<_>, Error>>()?;
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(common::SHOPS)) } small { (view.t(t::SHOPS_LEAD)) } }
                    @for (settings, pull, token, shop) in &shops { (panel(view, shop, settings, (&pull.0, &pull.1, token), &seller)) }
                    @if view.may(Right::Manage) { (new_form(view)) }
                }
            };
            Ok(Page::new(view.t(common::SHOPS), "shops", body))
        })
        .await
}

fn panel(
    view: &View,
    shop: &ShopRow,
    settings: &ShopSettings,
    (pull, gaps, token): (&ShopPullRow, &[Gap], &ShopTokenRow),
    seller: &SellerSettings,
) -> Markup {
    let last = shop.last_intake_at.map_or_else(|| view.t(t::NEVER).to_owned(), |at| view.moment(at));
    let connector = connector(shop.platform).filter(|_| !settings.simulated);
    let is_asked = connector.is_some();
    let is_counted = connector.and_then(Connector::counting).is_some();
    let gateway = connector.and_then(Connector::gateway);
    let consents = connector.and_then(Connector::authorisation).is_some();
    html! {
        section.panel {
            header.page-head {
                h2 { (shop.name) }
                small { (view.t(words::platform(shop.platform))) " · " (view.t(t::LAST_INTAKE)) " " (last) " · " (settings.ship_within_hours) " h" }
                span.spring {}
                @if is_asked && view.may(Right::Intake) {
                    form method="post" action={ "/shops/" (shop.id) "/pull" } {
                        (csrf(view)) button type="submit" { (icon("stale")) (view.t(t::PULL_NOW)) }
                    }
                    @if is_counted {
                        form method="post" action={ "/shops/" (shop.id) "/gap-check" } {
                            (csrf(view)) button type="submit" { (icon("tick")) (view.t(t::GAP_CHECK)) }
                        }
                    }
                }
                @if shop.platform == Platform::File && view.may(Right::Intake) {
                    a.button href={ "/imports?shop=" (shop.id) } { (icon("file")) (view.t(t::IMPORT_INTO)) }
                }
            }
            @if is_asked { (health(view, pull)) (counted(view, is_counted, pull, gaps)) (authorising::term(view, token)) }
            @if view.may(Right::Manage) && is_asked {
                details.fold open[settings.address.is_empty() && !shop.is_linked] {
                    summary { (view.t(t::LINK)) }
                    p.hint { (view.t(where_to_find(shop.platform))) @if gateway.is_some() { " " (view.t(t::GATEWAY_HINT)) } }
                    @if capability::of(shop.platform).is_some_and(|one| one.is_pushed) {
                        p.hint { (view.t(t::PUSH_TO)) " " code { "/hooks/" (shop.id) } }
                    }
                    form.row-form method="post" action={ "/shops/" (shop.id) "/link" } data-trouble-here {
                        (csrf(view))
                        label { span { (view.t(t::ADDRESS)) } input type="url" name="address" value=(settings.address) placeholder=(gateway.unwrap_or("https://")) required[gateway.is_none()]; }
                        @for name in credentials(shop.platform) {
                            label { span { code { (name) } } input type="password" name=(name) autocomplete="off" required[!is_optional(shop.platform, name)]; }
                        }
                        @if pull.changed_since.is_none() {
                            label { span { (view.t(t::HISTORY_DAYS)) } input type="number" name="history_days" min="1" max="730" value=(settings.history_days) required; }
                        }
                        button.primary type="submit" { (view.t(t::LINK_DO)) }
                        button type="submit" formnovalidate formaction={ "/shops/" (shop.id) "/try" } data-part={ "#tried-" (shop.id) } { (icon("eye")) (view.t(t::TRY)) }
                    }
                    div id={ "tried-" (shop.id) } {}
                    @if consents { (authorising::button(view, shop.id)) }
                }
            }
            @if view.may(Right::Manage) {
                details.fold {
                    summary { (view.t(t::CHANGE)) }
                    form.row-form method="post" action={ "/shops/" (shop.id) } {
                        (csrf(view))
                        label { span { (view.t(t::SHOP_NAME)) } input name="name" value=(shop.name) maxlength="100" required; }
                        (settings_fields(view, settings, connector.and_then(Connector::rereading).is_some()))
                        button.primary type="submit" { (view.t(common::SAVE)) }
                    }
                }
                (shop_form(view, shop.id, &settings.deadline, seller))
                (order_audits::shop_form(view, shop.id, settings))
            }
        }
    }
}

/// When everything was last read, or why it is not.
fn health(view: &View, pull: &ShopPullRow) -> Markup {
    html! {
        @if pull.failures > 0 {
            p.reason { (icon("alarm")) " " (t::PULL_FAILED.with(view.lang, &[&pull.failures])) " " code { (pull.error) } }
        } @else if let Some(at) = pull.pulled_at {
            p { (icon("tick")) " " (view.t(t::PULLED)) " " (view.moment(at)) }
        } @else { p.hint { (view.t(t::NOT_PULLED)) } }
        @if let Some(read) = pull.history() { p.hint { (t::HISTORY_READING.with(view.lang, &[&read])) } }
        @if let Some(at) = pull.hinted_at { p.hint { (view.t(t::HINTED)) " " (view.moment(at)) } }
    }
}

/// What came of holding the shop's own count against ours.
fn counted(view: &View, is_counted: bool, pull: &ShopPullRow, gaps: &[Gap]) -> Markup {
    html! {
        @if gaps.is_empty() {
            @if !is_counted { p.hint { (view.t(t::GAP_NOT_COUNTED)) } }
            @if let Some(at) = pull.gaps_checked_at { p { (icon("tick")) " " (view.t(t::GAP_NONE)) " " (view.moment(at)) } }
        } @else {
            @for gap in gaps {
                p.reason { (icon("alarm")) " " (t::GAP_DAY.with(view.lang, &[&view.moment(gap.from), &view.moment(gap.until), &gap.theirs, &gap.ours])) }
            }
        }
    }
}

fn where_to_find(platform: Platform) -> Text {
    match platform {
        Platform::Vendure => t::FIND_VENDURE,
        Platform::Medusa => t::FIND_MEDUSA,
        Platform::Shopify => t::FIND_SHOPIFY,
        Platform::Taobao | Platform::Tmall => t::FIND_TAOBAO,
        Platform::Douyin => t::FIND_DOUYIN,
        Platform::Jd => t::FIND_JD,
        Platform::Kuaishou => t::FIND_KUAISHOU,
        Platform::Xiaohongshu => t::FIND_XIAOHONGSHU,
        Platform::Pdd => t::FIND_PDD,
        _ => t::FIND_WOO,
    }
}

/// `POST /shops/{id}/link`: address and keys, which are tried at once by a pull.
pub async fn link(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let platform = record::find(tx, id)?.platform;
            // Without any the kept ones stay, where the address does.
            let keys = Some(keys(platform, &form)).filter(|keys| !keys.is_empty());
            let mut settings = Map::new();
            settings.insert("address".to_owned(), form.get("address").into());
            if form.has("history_days") {
                settings.insert("history_days".to_owned(), form.number("history_days")?.into());
            }
            let shop = shops::change(tx, id, &ShopChange { name: None, settings, credentials: keys })?;
            if connected(platform, &shop.settings()?, shop.is_linked).is_none() {
                // What is lacking comes by consent.
                return Ok(then("/shops", t::SHOP_SAVED.with(view.lang, &[&shop.name])));
            }
            pulling::enqueue(tx, id)?;
            Ok(then("/shops", t::LINKED.with(view.lang, &[&shop.name])))
        })
        .await
}

/// The keys that were typed.
fn keys(platform: Platform, form: &Form) -> Map<String, Json> {
    let given = credentials(platform).iter().map(|name| ((*name).to_owned(), form.get(name)));
    given.filter(|(_, value)| !value.is_empty()).map(|(name, value)| (name, value.into())).collect()
}

/// `POST /shops/{id}/try`: what the shop answers to an address and keys, before they are kept.
pub async fn attempt(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::Manage)?;
        let shop = visitor.app.read(visitor.actor.seller, |db| record::find(db, id))?;
        let address = Some(form.get("address").to_owned()).filter(|address| !address.is_empty());
        let trial = Trial { address, credentials: keys(shop.platform, &form) };
        let tried = first_orders(&visitor.app, &visitor.actor, id, trial)?;
        let view = &visitor.view;
        let body = html! {
            div.page {
                h1 { (shop.name) }
                div id={ "tried-" (id) } { (answered(view, &tried)) }
                p { a.button href="/shops" { (view.t(common::SHOPS)) } }
            }
        };
        Ok(Page::new(view.t(common::SHOPS), "shops", body).render(view, None))
    });
    reply::page(&view, made.await)
}

/// The first orders as they would come in.
fn answered(view: &View, tried: &Tried) -> Markup {
    html! {
        section.panel {
            h3 { (icon("tick")) " " (t::TRIED.with(view.lang, &[&tried.orders.len()])) }
            @if tried.orders.is_empty() { p.hint { (view.t(t::TRIED_NONE)) } }
            div.list { table { tbody {
                @for order in &tried.orders { tr {
                    td { code { (order.number) } }
                    @if let Some(head) = &order.head {
                        @let who = masked(&head.recipient);
                        td { (view.t(words::order_state(head.state))) }
                        td { @if let Some(at) = head.created_at { (view.moment(at)) } }
                        td { (who.name) " " (who.phone) " " (who.city) }
                    }
                    td { @for line in order.lines.iter().flatten().take(2) { (line.quantity) "× " (line.title) " " } }
                } }
                @for (number, why) in &tried.unreadable { tr { td { code { (number) } } td colspan="4" { span.reason { (why) } } } }
            } } }
        }
    }
}

/// `POST /shops/{id}/pull`
pub async fn pull(visitor: Visitor, id: Path<ShopId>, _: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Intake, move |tx, view| {
            pulling::enqueue(tx, id)?;
            Ok(then("/shops", view.t(t::PULLING).to_owned()))
        })
        .await
}

/// `POST /shops/{id}/gap-check`
pub async fn check_gaps(visitor: Visitor, id: Path<ShopId>, _: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Intake, move |tx, view| {
            gap_checking::enqueue(tx, id)?;
            Ok(then("/shops", view.t(t::GAP_CHECKING).to_owned()))
        })
        .await
}

/// `is_reread` where its platform tells single orders again; elsewhere the wish is kept and not shown.
fn settings_fields(view: &View, settings: &ShopSettings, is_reread: bool) -> Markup {
    html! {
        label { span { (view.t(t::SHIP_WITHIN)) } input type="number" name="ship_within_hours" min="1" value=(settings.ship_within_hours) required; }
        label { span { (view.t(t::CURRENCY)) } input name="currency" value=(settings.currency) maxlength="3" required; }
        label { span { (view.t(t::OFFSET)) } input type="number" name="utc_offset_minutes" value=(settings.utc_offset_minutes) required; }
        label.tick { input type="checkbox" name="remarks_must_be_read" value="1" checked[settings.remarks_must_be_read]; span { (view.t(t::MUST_READ)) } }
        @if is_reread {
            label.tick { input type="checkbox" name="reread_before_print" value="1" checked[settings.reread_before_print]; span { (view.t(t::REREAD)) } }
        } @else if settings.reread_before_print {
            input type="hidden" name="reread_before_print" value="1";
        }
    }
}

fn new_form(view: &View) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(t::ADD_SHOP)) }
            form.row-form method="post" action="/shops" {
                (csrf(view))
                label { span { (view.t(t::SHOP_NAME)) } input name="name" maxlength="100" required; }
                label { span { (view.t(t::PLATFORM)) }
                    select name="platform" { @for platform in Platform::ALL { option value=(platform) { (view.t(words::platform(*platform))) } } } }
                (settings_fields(view, &ShopSettings::default(), false))
                button.primary type="submit" { (icon("plus")) (view.t(t::ADD_SHOP)) }
            }
        }
    }
}

fn settings_of(form: &Form) -> Result<Map<String, Json>, Error> {
    let mut settings = Map::new();
    for name in ["ship_within_hours", "utc_offset_minutes"] {
        settings.insert(name.to_owned(), form.number(name)?.into());
    }
    settings.insert("currency".to_owned(), form.get("currency").into());
    for name in ["remarks_must_be_read", "reread_before_print"] {
        settings.insert(name.to_owned(), form.has(name).into());
    }
    Ok(settings)
}

/// `POST /shops`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let platform = Platform::parse(form.get("platform"))
                .map_err(|said| Error::invalid("platform", "word", said))?;
            let settings = serde_json::from_value(Json::Object(settings_of(&form)?))
                .map_err(|error| Error::invalid("settings", "setting", error.to_string()))?;
            let new =
                NewShop { platform, name: form.get("name").to_owned(), settings, credentials: Map::new() };
            let shop = shops::create(tx, &new)?;
            Ok(then("/shops", t::SHOP_ADDED.with(view.lang, &[&shop.name])))
        })
        .await
}

/// `POST /shops/{id}`
pub async fn change(visitor: Visitor, id: Path<ShopId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let change = ShopChange {
                name: Some(form.get("name").to_owned()),
                settings: settings_of(&form)?,
                credentials: None,
            };
            let shop = shops::change(tx, id, &change)?;
            Ok(then("/shops", t::SHOP_SAVED.with(view.lang, &[&shop.name])))
        })
        .await
}
