//! Warehouses: where parcels leave from, and where returns go.

use actix_web::HttpResponse;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use crate::domain::actor::Right;
use crate::domain::id::WarehouseId;
use crate::domain::warehouse::ReturnAddress;
use crate::operations::warehouses::{self as operations, NewWarehouse, Warehouse};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::lists;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{carriers as t, common};
use crate::web::view::View;

const HOME: &str = "/warehouses";

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/warehouses", [get().to(list), post().to(create)]))
        .service(inside("/warehouses/{id}", [post().to(replace)]))
        .service(inside("/warehouses/{id}/remove", [post().to(remove)]));
}

/// `GET /warehouses`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let all = operations::list(db)?;
            let may = view.may(Right::Manage);
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::WAREHOUSES)) } small { (view.t(t::WAREHOUSES_LEAD)) } }
                    @if all.is_empty() { (lists::empty(view, t::WAREHOUSES_EMPTY)) }
                    @for one in &all { (panel(view, one)) }
                    @if may {
                        section.panel { h2 { (view.t(t::ADD_WAREHOUSE)) }
                            form.stack method="post" action=(HOME) data-trouble-here {
                                (csrf(view)) (fields(view, None))
                                button.primary type="submit" { (icon("plus")) (view.t(t::ADD_WAREHOUSE)) }
                            }
                        }
                    }
                }
            };
            Ok(Page::new(view.t(t::WAREHOUSES), "warehouses", body))
        })
        .await
}

fn panel(view: &View, one: &Warehouse) -> Markup {
    let address = &one.return_address;
    html! {
        section.panel aria-label=(one.name) {
            header.page-head {
                h2 { (one.name) " " small { code { (one.code) } } }
                @if one.is_default { span.badge data-state="ready" { (icon("tick")) (view.t(t::IS_DEFAULT)) } }
                @if !one.is_on { span.badge { (view.t(t::OFF)) } }
                span.spring {}
                a href={ "/workbench?warehouse=" (one.code) } { (view.t(common::WORKBENCH)) (icon("right")) }
            }
            dl.facts {
                @if !address.address.is_empty() || !address.name.is_empty() {
                    dt { (view.t(t::RETURN_NAME)) } dd { (address.name) " " (address.phone) " " (address.address) }
                }
                @if !one.order_cut_off.is_empty() { dt { (view.t(t::CUT_OFF)) } dd { (one.order_cut_off) } }
                @if !one.pickup_at.is_empty() { dt { (view.t(t::PICKUP)) } dd { (one.pickup_at) } }
            }
            @if view.may(Right::Manage) {
                details.fold { summary { (view.t(t::EDIT)) }
                    form.stack method="post" action={ (HOME) "/" (one.id) } data-trouble-here {
                        (csrf(view)) (fields(view, Some(one)))
                        button.primary type="submit" { (view.t(common::SAVE)) }
                    }
                    form method="post" action={ (HOME) "/" (one.id) "/remove" } {
                        (csrf(view)) button.danger type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&one.name])) { (view.t(common::REMOVE)) }
                    }
                }
            }
        }
    }
}

fn fields(view: &View, one: Option<&Warehouse>) -> Markup {
    let text = |name: &str, text, value: Option<&String>, most: &str| {
        html! { label { span { (view.t(text)) } input name=(name) value=[value] maxlength=(most) autocomplete="off"; } }
    };
    let time = |name: &str, text, value: Option<&String>| {
        html! { label { span { (view.t(text)) } input type="time" name=(name) value=[value]; } }
    };
    let address = one.map(|one| &one.return_address);
    html! {
        div.row-form {
            label { span { (view.t(t::CODE)) } input name="code" value=[one.map(|one| &one.code)] maxlength="40" required autocomplete="off" title=(view.t(t::CODE_HINT)); }
            label { span { (view.t(t::NAME)) } input name="name" value=[one.map(|one| &one.name)] maxlength="100" required; }
            (time("order_cut_off", t::CUT_OFF, one.map(|one| &one.order_cut_off)))
            (time("pickup_at", t::PICKUP, one.map(|one| &one.pickup_at)))
            label.tick { input type="checkbox" name="is_default" value="1" checked[one.is_some_and(|one| one.is_default)]; span { (view.t(t::IS_DEFAULT)) } }
            label.tick { input type="checkbox" name="is_on" value="1" checked[one.is_none_or(|one| one.is_on)]; span { (view.t(t::IS_ON)) } }
        }
        div.row-form {
            (text("return_name", t::RETURN_NAME, address.map(|one| &one.name), "200"))
            (text("return_phone", t::RETURN_PHONE, address.map(|one| &one.phone), "200"))
            (text("return_address", t::RETURN_ADDRESS, address.map(|one| &one.address), "200"))
        }
    }
}

fn typed(form: &Form) -> NewWarehouse {
    let text = |name: &str| form.get(name).to_owned();
    NewWarehouse {
        code: text("code"),
        name: text("name"),
        return_address: ReturnAddress {
            name: text("return_name"),
            phone: text("return_phone"),
            address: text("return_address"),
        },
        order_cut_off: text("order_cut_off"),
        pickup_at: text("pickup_at"),
        is_default: form.has("is_default"),
        is_on: form.has("is_on"),
    }
}

/// `POST /warehouses`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let one = operations::create(tx, typed(&form))?;
            Ok(then(HOME, t::ADDED.with(view.lang, &[&one.name])))
        })
        .await
}

/// `POST /warehouses/{id}`
pub async fn replace(visitor: Visitor, id: Path<WarehouseId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let one = operations::replace(tx, id, typed(&form))?;
            Ok(then(HOME, t::CHANGED.with(view.lang, &[&one.name])))
        })
        .await
}

/// `POST /warehouses/{id}/remove`
pub async fn remove(visitor: Visitor, id: Path<WarehouseId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let one = operations::show(tx, id)?;
            operations::remove(tx, id)?;
            Ok(then(HOME, t::REMOVED.with(view.lang, &[&one.name])))
        })
        .await
}
