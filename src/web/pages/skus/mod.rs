//! Own SKUs: the list, one of them, and what shops call them.

mod one;
mod unmapped;

use actix_web::web::{Payload, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::connectors::file::goods::parts_of;
use crate::db::skus as record;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::money::Money;
use crate::domain::sku::{SizeMm, SkuFields};
use crate::http::skus::read;
use crate::operations::skus::{self as operations, Imported, NewSku, SkuView};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Notice, Onward, Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, skus as t};
use crate::web::upload;
use crate::web::view::View;

/// SKUs of one page.
const ROWS: usize = 100;
/// Refused rows of a list that are told at once.
const TOLD: usize = 30;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/skus", [get().to(list), post().to(create)]))
        .service(inside("/skus/import", [post().to(import)]))
        .service(inside("/skus/unmapped", [get().to(unmapped::list)]))
        .service(inside("/skus/codes", [post().to(unmapped::map)]))
        .service(inside("/skus/codes/new", [post().to(unmapped::make)]))
        .service(inside("/skus/codes/proposed", [post().to(unmapped::accept)]))
        .service(inside("/skus/codes/{id}/remove", [post().to(one::unmap)]))
        .service(inside("/skus/patterns", [post().to(unmapped::save_pattern)]))
        .service(inside("/skus/patterns/{id}/remove", [post().to(unmapped::remove_pattern)]))
        .service(inside("/skus/{id}", [get().to(one::show), post().to(one::replace)]))
        .service(inside("/skus/{id}/remove", [post().to(one::remove)]));
}

/// `GET /skus`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let query = Form::parse(request.query_string());
    let (q, after) = (query.get("q").to_owned(), query.exactly("after").to_owned());
    visitor
        .page(Right::See, move |db, view| {
            let after = Some(after.as_str()).filter(|after| !after.is_empty());
            let (skus, next) = operations::list(db, &q, after, ROWS)?;
            let (waiting, more) = operations::unmapped(db, None, None, None, ROWS)?;
            let waiting = format!("{}{}", waiting.len(), if more { "+" } else { "" });
            let is_empty = skus.is_empty() && record::count(db)? == 0;
            let body = html! {
                div.page {
                    header.page-head {
                        h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } span.spring {}
                        a.button href="/skus/unmapped" { (icon("alarm")) (view.t(t::UNMAPPED)) " · " (waiting) }
                    }
                    form.row-form method="get" action="/skus" data-plain {
                        label { span { (view.t(t::SEARCH)) } input type="search" name="q" value=(q) maxlength="200"; }
                        button type="submit" { (icon("search")) (view.t(t::FIND)) }
                    }
                    @if is_empty { (lists::empty(view, t::EMPTY)) }
                    @else if skus.is_empty() { (lists::empty(view, t::NONE_FOUND)) }
                    @else { (table(view, &skus)) }
                    @if let Some(next) = &next {
                        nav.pager { a.button rel="next" href={ "/skus?q=" (reply::escape(&q)) "&after=" (reply::escape(next)) } { (view.t(common::MORE)) (icon("right")) } }
                    }
                    @if view.may(Right::Audit) {
                        section.panel { h2 { (view.t(t::ADD)) }
                            form.stack method="post" action="/skus" data-trouble-here { (csrf(view)) (fields(view, None)) button.primary type="submit" { (icon("plus")) (view.t(t::ADD)) } }
                        }
                        (list_form(view))
                    }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "skus", body))
        })
        .await
}

fn table(view: &View, skus: &[SkuView]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::CODE)) } th scope="col" { (view.t(t::NAME)) } th scope="col" { (view.t(t::CATEGORY)) } th.num scope="col" { (view.t(t::WEIGHT)) }
                th scope="col" { (view.t(t::SIZE)) } th scope="col" { (view.t(t::SHELF)) } th scope="col" { (view.t(t::BARCODE)) } th scope="col" { (view.t(t::PARTS)) }
            } }
            tbody { @for sku in skus { tr {
                td { a href={ "/skus/" (sku.id) } { code { (sku.code) } } } td { (sku.title) }
                td { (sku.category) } td.num { (weight(view, sku)) }
                td { @if let Some(size) = sku.size_mm { (size.length) "×" (size.width) "×" (size.height) } }
                td { (sku.shelf) } td { code { (sku.barcode) } }
                td { @for part in &sku.parts { code { (part.code) } "×" (part.quantity) " " } }
            } } }
        } }
    }
}

/// What a piece weighs: weighed, or counted from its parts.
fn weight(view: &View, sku: &SkuView) -> Markup {
    html! {
        @match (sku.weight_g, sku.counted_weight_g) {
            (Some(weight), _) => { (t::GRAMS.with(view.lang, &[&weight])) }
            (None, Some(counted)) => { small { (t::COUNTED.with(view.lang, &[&counted])) } }
            (None, None) => { "–" }
        }
    }
}

/// The fields of a SKU.
fn fields(view: &View, sku: Option<&SkuView>) -> Markup {
    let size = sku.and_then(|sku| sku.size_mm);
    let floor = sku.and_then(|sku| sku.floor_price.as_ref());
    let parts = sku.map_or(&[][..], |sku| &sku.parts);
    let parts: Vec<String> = parts.iter().map(|part| format!("{}*{}", part.code, part.quantity)).collect();
    let number = |name: &str, text, value: Option<i64>| {
        html! { label { span { (view.t(text)) } input type="number" name=(name) min="1" value=[value]; } }
    };
    html! {
        div.row-form {
            label { span { (view.t(t::CODE)) } input name="code" value=[sku.map(|sku| &sku.code)] maxlength="128" required autocomplete="off"; }
            label { span { (view.t(t::NAME)) } input name="title" value=[sku.map(|sku| &sku.title)] maxlength="200" required; }
            (number("weight_g", t::WEIGHT, sku.and_then(|sku| sku.weight_g)))
            (number("length", t::LENGTH, size.map(|size| size.length)))
            (number("width", t::WIDTH, size.map(|size| size.width)))
            (number("height", t::HEIGHT, size.map(|size| size.height)))
            label { span { (view.t(t::CATEGORY)) } input name="category" value=[sku.map(|sku| &sku.category)] maxlength="40" autocomplete="off"; }
            label { span { (view.t(t::WAREHOUSE)) } input name="warehouse" value=[sku.map(|sku| &sku.warehouse)] maxlength="40" autocomplete="off"; small { (view.t(t::WAREHOUSE_HINT)) } }
            label { span { (view.t(t::FLOOR)) } input name="floor" inputmode="decimal" value=[floor.map(Money::plain)] autocomplete="off"; }
            label { span { (view.t(t::CURRENCY)) } input name="currency" value=(floor.map_or("CNY", |price| price.currency.as_str())) maxlength="3" size="4"; }
            label { span { (view.t(t::SHELF)) } input name="shelf" value=[sku.map(|sku| &sku.shelf)] maxlength="40" autocomplete="off"; }
            label { span { (view.t(t::BARCODE)) } input name="barcode" value=[sku.map(|sku| &sku.barcode)] maxlength="48" autocomplete="off" spellcheck="false"; }
        }
        label { span { (view.t(t::PARTS)) } textarea name="parts" rows="3" { (parts.join("\n")) } small { (view.t(t::PARTS_HINT)) } }
    }
}

/// What was typed into [`fields`].
fn typed(form: &Form) -> Result<NewSku, Error> {
    let number = |name: &str| match form.get(name) {
        "" => Ok(None),
        _ => form.number(name).map(Some),
    };
    let size_mm = match [number("length")?, number("width")?, number("height")?] {
        [None, None, None] => None,
        [Some(length), Some(width), Some(height)] => Some(SizeMm { length, width, height }),
        _ => return Err(Error::invalid("length", "required", "Write all three sides, or none")),
    };
    let text = form.get("parts");
    let parts = parts_of(text).ok_or_else(|| {
        Error::invalid("parts", "bad_parts", format!("{text:?} is no bundle; write CODE*PIECES, one a line"))
    })?;
    let text = |name: &str| form.get(name).to_owned();
    let fields = SkuFields {
        code: text("code"),
        title: text("title"),
        weight_g: number("weight_g")?,
        size_mm,
        category: text("category"),
        warehouse: text("warehouse"),
        floor_price: floor(form)?,
        shelf: text("shelf"),
        barcode: text("barcode"),
    };
    Ok(NewSku { fields, parts })
}

fn floor(form: &Form) -> Result<Option<Money>, Error> {
    let currency = match form.get("currency") {
        "" => "CNY".to_owned(),
        text => text.to_uppercase(),
    };
    match form.get("floor") {
        "" => Ok(None),
        text => Money::parse(text, &currency).map(Some).map_err(|text| {
            Error::invalid("floor_price", "word", format!("{text:?} is no amount; write it like 59 or 59.50"))
        }),
    }
}

fn list_form(view: &View) -> Markup {
    html! {
        section.panel {
            h2 { (view.t(t::LIST)) }
            // An upload is not read before its session is known, so its token stands in the address.
            form.stack method="post" enctype="multipart/form-data" action={ "/skus/import?csrf=" (reply::escape(view.csrf())) } data-trouble-here {
                label { span { (view.t(t::FILE)) } input type="file" name="file" accept=".csv,.xlsx,.txt" required; small { (view.t(t::LIST_HINT)) } }
                button type="submit" { (icon("file")) (view.t(t::IMPORT)) }
            }
        }
    }
}

/// `POST /skus`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Audit, move |tx, view| {
            let sku = operations::create(tx, typed(&form)?)?;
            Ok(then("/skus", t::ADDED.with(view.lang, &[&sku.code])))
        })
        .await
}

/// `POST /skus/import`
pub async fn import(visitor: Visitor, request: HttpRequest, payload: Payload) -> HttpResponse {
    let upload = match upload::receive(&request, payload).await {
        Ok(upload) => upload,
        Err(error) => return reply::failure(&visitor.view, &error),
    };
    visitor
        .steps(Right::Audit, move |visitor| {
            let goods = read(&upload.file, visitor.view.now)?;
            visitor.app.write(&visitor.actor, |tx| {
                let next = told(&visitor.view, &operations::import(tx, &goods)?);
                visitor.keep_notice(tx, &next.notice)?;
                Ok(next.to)
            })
        })
        .await
}

fn told(view: &View, done: &Imported) -> Onward {
    let counts: [&dyn std::fmt::Display; 5] =
        [&done.created, &done.updated, &done.unchanged, &done.mapped, &done.rejected.len()];
    let mut lines: Vec<String> =
        done.rejected.iter().take(TOLD).map(|rejection| rejection.message.clone()).collect();
    if done.rejected.len() > TOLD {
        lines.push(t::MORE_ROWS.with(view.lang, &[&(done.rejected.len() - TOLD)]));
    }
    if !done.passed_over.is_empty() {
        lines.push(t::PASSED_OVER.with(view.lang, &[&done.passed_over.join(", ")]));
    }
    let text = t::IMPORTED.with(view.lang, &counts);
    Onward { to: "/skus".to_owned(), notice: Notice { text, lines, ..Notice::default() } }
}
