//! Shops: linked, renamed, given another deadline.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};
use serde_json::{Map, Value as Json};

use crate::db::shops::{self as record, ShopRow};
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::platform::Platform;
use crate::domain::shop::ShopSettings;
use crate::operations::shops::{self, NewShop, ShopChange};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, house as t, words};
use crate::web::view::View;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/shops", [get().to(list), post().to(create)]))
        .service(inside("/shops/{id}", [post().to(change)]));
}

/// `GET /shops`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let rows = record::all(db)?;
            let shops =
                rows.into_iter().map(|row| Ok((row.settings()?, row))).collect::<Result<Vec<_>, Error>>()?;
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(common::SHOPS)) } small { (view.t(t::SHOPS_LEAD)) } }
                    @for (settings, shop) in &shops { (panel(view, shop, settings)) }
                    @if view.may(Right::Manage) { (new_form(view)) }
                }
            };
            Ok(Page::new(view.t(common::SHOPS), "shops", body))
        })
        .await
}

fn panel(view: &View, shop: &ShopRow, settings: &ShopSettings) -> Markup {
    let last = shop.last_intake_at.map_or_else(|| view.t(t::NEVER).to_owned(), |at| view.moment(at));
    html! {
        section.panel {
            header.page-head {
                h2 { (shop.name) }
                small { (view.t(words::platform(shop.platform))) " · " (view.t(t::LAST_INTAKE)) " " (last) " · " (settings.ship_within_hours) " h" }
                span.spring {}
                @if shop.platform == Platform::File && view.may(Right::Intake) {
                    a.button href={ "/imports?shop=" (shop.id) } { (icon("file")) (view.t(t::IMPORT_INTO)) }
                }
            }
            @if view.may(Right::Manage) {
                details.fold {
                    summary { (view.t(t::CHANGE)) }
                    form.row-form method="post" action={ "/shops/" (shop.id) } {
                        (csrf(view))
                        label { span { (view.t(t::SHOP_NAME)) } input name="name" value=(shop.name) maxlength="100" required; }
                        (settings_fields(view, settings))
                        button.primary type="submit" { (view.t(common::SAVE)) }
                    }
                }
            }
        }
    }
}

fn settings_fields(view: &View, settings: &ShopSettings) -> Markup {
    html! {
        label { span { (view.t(t::SHIP_WITHIN)) } input type="number" name="ship_within_hours" min="1" value=(settings.ship_within_hours) required; }
        label { span { (view.t(t::CURRENCY)) } input name="currency" value=(settings.currency) maxlength="3" required; }
        label { span { (view.t(t::OFFSET)) } input type="number" name="utc_offset_minutes" value=(settings.utc_offset_minutes) required; }
        label.tick { input type="checkbox" name="remarks_must_be_read" value="1" checked[settings.remarks_must_be_read]; span { (view.t(t::MUST_READ)) } }
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
                (settings_fields(view, &ShopSettings::default()))
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
    settings.insert("remarks_must_be_read".to_owned(), form.has("remarks_must_be_read").into());
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
