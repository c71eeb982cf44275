//! Templates: the list, making one, and what is done with one.

mod columns;
mod editor;
mod read;

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Path, ServiceConfig, get, post};
use anyhow::Context;
use maud::{Markup, html};

use super::number_runs::PAPERS;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::TemplateId;
use crate::domain::print::Paper;
use crate::http::blocking::blocking;
use crate::operations::templates::{self, BUILT_IN, NewTemplate, TemplateView};
use crate::papers::font::Fonts;
use crate::papers::template::{Template, sizes, test_sheet as drawn};
use crate::papers::values::PaperSize;
use crate::papers::{Options, page_file};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::events::People;
use crate::web::parts::lists;
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{batch, common, templates as t};
use crate::web::view::View;

const HOME: &str = "/templates";

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/templates", [get().to(list), post().to(create)]))
        .service(inside("/templates/{id}", [get().to(editor::show), post().to(editor::save)]))
        .service(inside("/templates/{id}/draft", [post().to(editor::draft)]))
        .service(inside("/templates/{id}/take-back", [post().to(editor::take_back)]))
        .service(inside("/templates/{id}/default", [post().to(set_default)]))
        .service(inside("/templates/{id}/retire", [post().to(retire)]))
        .service(inside("/templates/{id}/test-sheet", [get().to(test_sheet)]));
}

fn paper(view: &View, paper: Paper) -> &'static str {
    PAPERS.iter().find(|(one, _)| *one == paper).map_or("", |(_, text)| view.t(*text))
}

/// `GET /templates`
pub async fn list(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::See, |db, view| {
            let all = templates::list(db)?;
            let people = People::load(db)?;
            let body = html! {
                div.page {
                    header.page-head { h1 { (view.t(t::TITLE)) } small { (view.t(t::LEAD)) } }
                    @if all.is_empty() { (lists::empty(view, t::EMPTY)) } @else { (table(view, &people, &all)) }
                    @if view.may(Right::Manage) { (new_form(view)) }
                }
            };
            Ok(Page::new(view.t(t::TITLE), "templates", body))
        })
        .await
}

fn table(view: &View, people: &People, all: &[TemplateView]) -> Markup {
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::NAME)) } th scope="col" { (view.t(batch::PAPER)) } th scope="col" { (view.t(batch::SIZE)) }
                th.num scope="col" { (view.t(t::VERSION)) } th scope="col" { (view.t(common::WHEN)) } th scope="col" { (view.t(common::BY)) } th scope="col" { (view.t(common::WHAT)) }
            } }
            tbody { @for one in all { tr {
                td { a href={ (HOME) "/" (one.id) } { (one.name) } @if one.default { " " span.badge data-state="ready" { (icon("tick")) (view.t(t::DEFAULT)) } } }
                td { (paper(view, one.paper)) } td { (one.size) } td.num { (one.version) }
                td { (view.moment(one.changed_at)) } td { (people.name(&one.changed_by)) }
                td { @if view.may(Right::Manage) { (acts(view, one)) } }
            } } }
        } }
    }
}

fn acts(view: &View, one: &TemplateView) -> Markup {
    let text = if one.default { t::NO_DEFAULT } else { t::MAKE_DEFAULT };
    html! {
        div.buttons {
            form method="post" action={ (HOME) "/" (one.id) "/default" } {
                (csrf(view))
                @if !one.default { input type="hidden" name="default" value="1"; }
                button type="submit" { (view.t(text)) }
            }
            form method="post" action=(HOME) {
                (csrf(view))
                input type="hidden" name="from" value=(one.id);
                input type="hidden" name="paper_size" value={ (one.paper) ":" (one.size) };
                input type="hidden" name="name" value=(t::COPY_NAME.with(view.lang, &[&one.name]));
                button type="submit" { (view.t(t::COPY_THIS)) }
            }
            form method="post" action={ (HOME) "/" (one.id) "/retire" } {
                (csrf(view))
                button.danger type="submit" data-ask=(t::RETIRE_ASK.with(view.lang, &[&one.name])) { (view.t(t::RETIRE)) }
            }
        }
    }
}

fn new_form(view: &View) -> Markup {
    let kinds =
        Template::PAPERS.iter().flat_map(|paper| sizes(*paper).iter().map(move |size| (*paper, *size)));
    html! {
        section.panel aria-labelledby="new-template" data-trouble-here {
            h2 #new-template { (view.t(t::NEW)) }
            form.row-form method="post" action=(HOME) {
                (csrf(view))
                label { span { (view.t(t::NAME)) } input name="name" maxlength="60" autocomplete="off" required; }
                label { span { (view.t(t::PAPER_SIZE)) } select name="paper_size" {
                    @for (one, size) in kinds { option value={ (one) ":" (size) } { (paper(view, one)) " · " (size) } }
                } }
                button.primary type="submit" { (icon("plus")) (view.t(t::COPY)) }
            }
        }
    }
}

/// The choice of a template, in forms that print.
pub fn template_field(view: &View, all: &[TemplateView]) -> Markup {
    html! {
        @if !all.is_empty() {
            label { span { (view.t(t::TEMPLATE)) } select name="template" {
                option value="" { (view.t(t::BY_DEFAULT)) }
                @for one in all { option value=(one.name) { (one.name) " · " (paper(view, one.paper)) " " (one.size) } }
                option value=(BUILT_IN) { (view.t(t::BUILT_IN)) }
            } }
        }
    }
}

/// `POST /templates`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .change(Right::Manage, move |tx, view| {
            let invalid = |said: String| Error::invalid("paper_size", "word", said);
            let (paper, size) = form.get("paper_size").split_once(':').unwrap_or_default();
            let new = NewTemplate {
                name: form.get("name").to_owned(),
                paper: Paper::parse(paper).map_err(invalid)?,
                size: PaperSize::parse(size).map_err(invalid)?,
                from: form.ids("from")?.first().copied(),
            };
            let made = templates::create(tx, &new)?;
            Ok(then(format!("{HOME}/{}", made.id), t::MADE.with(view.lang, &[&made.name])))
        })
        .await
}

/// `POST /templates/{id}/default`
pub async fn set_default(visitor: Visitor, id: Path<TemplateId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let one = templates::set_default(tx, id, form.has("default"))?;
            let text = if one.default { t::DEFAULT_DONE } else { t::NO_DEFAULT_DONE };
            Ok(then(HOME, text.with(view.lang, &[&one.name])))
        })
        .await
}

/// `POST /templates/{id}/retire`
pub async fn retire(visitor: Visitor, id: Path<TemplateId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let one = templates::retire(tx, id)?;
            Ok(then(HOME, t::RETIRED_DONE.with(view.lang, &[&one.name])))
        })
        .await
}

/// `GET /templates/{id}/test-sheet`: crosses and rulers, as a PDF.
pub async fn test_sheet(visitor: Visitor, id: Path<TemplateId>) -> HttpResponse {
    let id = id.into_inner();
    let view = visitor.view.clone();
    let made = blocking(move || {
        visitor.needs(Right::See)?;
        let found = visitor.app.read(visitor.actor.seller, |db| templates::show(db, id, None))?;
        let template = found.template.context("a template has boxes")?;
        let fonts = Fonts::shared();
        Ok(page_file(&drawn(&template, fonts), &Options::new(fonts)).context("drawing a test sheet")?)
    });
    match made.await {
        Ok(file) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, "application/pdf"))
            .insert_header((CONTENT_DISPOSITION, "inline; filename=\"test-sheet.pdf\""))
            .insert_header((
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
            ))
            .body(file),
        Err(error) => reply::failure(&view, &error),
    }
}
