//! One SKU: what is said of it, and what shops call it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use maud::{Markup, html};

use super::{fields, typed, weight};
use crate::db::events;
use crate::db::shops::{self, ShopRow};
use crate::db::sku_codes::CodeFilter;
use crate::domain::actor::Right;
use crate::domain::id::{SkuCodeId, SkuId};
use crate::operations::skus::{self as operations, SkuCodeView, SkuView};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::parts::events::{People, timeline};
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, shipment, skus as t};
use crate::web::view::View;

/// Mapped codes and events shown.
const SHOWN: usize = 100;

/// `GET /skus/{id}`
pub async fn show(visitor: Visitor, id: Path<SkuId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .page(Right::See, move |db, view| {
            let sku = operations::one(db, id)?;
            let filter = CodeFilter { sku: Some(id), ..CodeFilter::default() };
            let (codes, _) = operations::codes(db, &filter, None, SHOWN)?;
            let shops = shops::all(db)?;
            let log = events::list(db, Some(id.0), None, SHOWN)?;
            let people = People::load(db)?;
            let body = html! {
                div.page {
                    nav { a href="/skus" { (view.t(t::TO_LIST)) } }
                    header.page-head { h1 { code { (sku.code) } " " (sku.title) } (weight(view, &sku)) }
                    @if view.may(Right::Audit) { (form(view, &sku)) }
                    (meant_by(view, &sku, &codes, &shops))
                    section.panel { h2 { (view.t(shipment::HISTORY)) } (timeline(view, &people, &log)) }
                }
            };
            Ok(Page::new(sku.code.clone(), "skus", body))
        })
        .await
}

fn form(view: &View, sku: &SkuView) -> Markup {
    html! {
        section.panel {
            form.stack method="post" action={ "/skus/" (sku.id) } data-trouble-here {
                (csrf(view)) (fields(view, Some(sku)))
                button.primary type="submit" { (view.t(common::SAVE)) }
            }
            form method="post" action={ "/skus/" (sku.id) "/remove" } {
                (csrf(view))
                button.danger type="submit" data-ask=(t::REMOVE_ASK.with(view.lang, &[&sku.code])) { (view.t(common::REMOVE)) }
            }
        }
    }
}

fn meant_by(view: &View, sku: &SkuView, codes: &[SkuCodeView], shops: &[ShopRow]) -> Markup {
    let shop = |code: &SkuCodeView| match code.shop {
        None => view.t(t::EVERY_SHOP),
        Some(id) => shops.iter().find(|shop| shop.id == id).map_or("", |shop| shop.name.as_str()),
    };
    html! {
        section.panel {
            h2 { (view.t(t::MEANT_BY)) } p.hint { (view.t(t::MEANT_HINT)) }
            @if !codes.is_empty() { div.list { table {
                thead { tr {
                    th scope="col" { (view.t(t::SHOP)) } th scope="col" { (view.t(t::SHOP_CODE)) } th scope="col" { (view.t(t::SHOP_TITLE)) }
                    th scope="col" { (view.t(common::WHEN)) } @if view.may(Right::Audit) { td {} }
                } }
                tbody { @for code in codes { tr {
                    td { (shop(code)) } td { code { (code.code) } } td { (code.title) " " small { (code.variant) } } td { (view.moment(code.mapped_at)) }
                    @if view.may(Right::Audit) { td { form method="post" action={ "/skus/codes/" (code.id) "/remove" } {
                        (csrf(view))
                        @let name = if code.code.is_empty() { &code.title } else { &code.code };
                        button type="submit" data-ask=(t::UNMAP_ASK.with(view.lang, &[name])) { (view.t(t::UNMAP)) }
                    } } }
                } } }
            } } }
            @if view.may(Right::Audit) {
                form.row-form method="post" action="/skus/codes" data-trouble-here {
                    (csrf(view))
                    input type="hidden" name="sku" value=(sku.code);
                    input type="hidden" name="back" value={ "/skus/" (sku.id) };
                    label { span { (view.t(t::SHOP)) } select name="shop" {
                        option value="" { (view.t(t::EVERY_SHOP)) }
                        @for shop in shops { option value=(shop.id) { (shop.name) } }
                    } }
                    label { span { (view.t(t::SHOP_CODE)) } input name="code" maxlength="128" required autocomplete="off"; }
                    button type="submit" { (icon("plus")) (view.t(t::MAP)) }
                }
            }
        }
    }
}

/// `POST /skus/{id}`
pub async fn replace(visitor: Visitor, id: Path<SkuId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let sku = operations::replace(tx, id, typed(&form)?)?;
            Ok(then(format!("/skus/{id}"), t::SAVED.with(view.lang, &[&sku.code])))
        })
        .await
}

/// `POST /skus/{id}/remove`
pub async fn remove(visitor: Visitor, id: Path<SkuId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let sku = operations::one(tx, id)?;
            operations::remove(tx, id)?;
            Ok(then("/skus", t::REMOVED.with(view.lang, &[&sku.code])))
        })
        .await
}

/// `POST /skus/codes/{id}/remove`
pub async fn unmap(visitor: Visitor, id: Path<SkuCodeId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let code = operations::unmap(tx, id)?;
            let name = if code.code.is_empty() { &code.title } else { &code.code };
            Ok(then(format!("/skus/{}", code.sku), t::UNMAPPED_DONE.with(view.lang, &[name])))
        })
        .await
}
