//! Templates over HTTP: copied, changed, tried, taken back.

use actix_web::http::StatusCode;
use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse, web};
use anyhow::Context;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::print_jobs::{self, DocumentQuery};
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::TemplateId;
use crate::domain::print::Paper;
use crate::operations::templates::{
    self as operations, NewTemplate, TemplateChange, TemplateVersion, TemplateView, Trial,
};
use crate::papers::font::Fonts;
use crate::papers::template::{self, Table, TableColumn, Template, fields_of, parts_of, tables_of};
use crate::papers::{Options, page_file};

/// Every template.
#[derive(Debug, Serialize, ToSchema)]
pub struct Templates {
    items: Vec<TemplateView>,
}

/// The versions of a template.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateVersions {
    items: Vec<TemplateVersion>,
}

/// What boxes can show on a paper.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateFields {
    items: Vec<TemplateField>,
    /// Words of a flow that are no tables.
    parts: Vec<TemplateField>,
    /// Tables of a flow.
    tables: Vec<TemplateTable>,
}

/// A table of a flow: `name: column column:30 by column`, a width in millimetres behind a column that has its own.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateTable {
    name: &'static str,
    meaning: &'static str,
    meaning_zh: &'static str,
    columns: Vec<TemplateTableColumn>,
}

/// A column of a table.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateTableColumn {
    name: &'static str,
    /// Its heading on paper.
    title: &'static str,
    /// Rows can be sorted by it.
    sorts: bool,
}

/// Of which paper.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FieldsQuery {
    /// `waybill` when left out.
    paper: Option<String>,
}

/// A field of a box's text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TemplateField {
    /// Written in braces.
    name: &'static str,
    meaning: &'static str,
    meaning_zh: &'static str,
}

/// Which version.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default, deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct VersionQuery {
    /// An older version; the newest when left out.
    version: Option<String>,
}

impl VersionQuery {
    fn number(&self) -> Result<Option<i64>, Error> {
        let parse = |text: &String| {
            text.parse().map_err(|_| {
                Error::invalid("version", "word", format!("{text:?} is no version; write a whole number"))
            })
        };
        self.version.as_ref().map(parse).transpose()
    }
}

/// Whether a template is taken where a print job names none.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TemplateDefault {
    default: bool,
}

/// Which version is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBack {
    version: i64,
}

/// Make a template
///
/// A copy of the program's own paper, or of another template of the same paper and size.
#[utoipa::path(post, path = "/api/v1/templates", tag = "printing", request_body = NewTemplate,
    responses((status = 201, description = "The template with its boxes", body = TemplateView)))]
pub async fn create(caller: Caller, body: Body<NewTemplate>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::CREATED, move |tx| operations::create(tx, &body.0)).await
}

/// List templates
#[utoipa::path(get, path = "/api/v1/templates", tag = "printing",
    responses((status = 200, description = "All that are not retired, without their boxes", body = Templates)))]
pub async fn list(caller: Caller) -> Reply {
    caller.needs(Right::See)?;
    caller.read(|db| Ok(Templates { items: operations::list(db)? })).await
}

/// List the fields of boxes
#[utoipa::path(get, path = "/api/v1/templates/fields", tag = "printing", params(FieldsQuery),
    responses((status = 200, description = "What can stand in braces, and what can flow", body = TemplateFields)))]
pub async fn fields(caller: Caller, query: Params<FieldsQuery>) -> Reply {
    caller.needs(Right::See)?;
    let paper = match &query.0.paper {
        Some(paper) => Paper::parse(paper).map_err(|said| Error::invalid("paper", "word", said))?,
        None => Paper::Waybill,
    };
    let of =
        |field: &template::Field| TemplateField { name: field.name, meaning: field.en, meaning_zh: field.zh };
    let items = fields_of(paper).iter().map(of).collect();
    let part = |&(name, meaning, meaning_zh): &(_, _, _)| TemplateField { name, meaning, meaning_zh };
    let column =
        |one: &TableColumn| TemplateTableColumn { name: one.name, title: one.title, sorts: one.sorts() };
    let table = |one: &Table| TemplateTable {
        name: one.word,
        meaning: one.en,
        meaning_zh: one.zh,
        columns: one.columns.iter().map(column).collect(),
    };
    let parts = parts_of(paper).iter().map(part).collect();
    let tables = tables_of(paper).iter().map(table).collect();
    Ok(HttpResponse::Ok().json(TemplateFields { items, parts, tables }))
}

/// Show a template
#[utoipa::path(get, path = "/api/v1/templates/{id}", tag = "printing", params(VersionQuery),
    responses((status = 200, description = "The template with the boxes of the version", body = TemplateView)))]
pub async fn show(caller: Caller, id: Id<TemplateId>, query: Params<VersionQuery>) -> Reply {
    caller.needs(Right::See)?;
    let version = query.0.number()?;
    caller.read(move |db| operations::show(db, id.0, version)).await
}

/// Save a template
///
/// As a new version; jobs that were made before print with theirs. Mistakes refuse it, each named with its box.
#[utoipa::path(put, path = "/api/v1/templates/{id}", tag = "printing", request_body = TemplateChange,
    responses((status = 200, description = "The template as it is now", body = TemplateView)))]
pub async fn save(caller: Caller, id: Id<TemplateId>, body: Body<TemplateChange>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::save(tx, id.0, &body.0)).await
}

/// Retire a template
///
/// It is offered no more; jobs that were made with it print on.
#[utoipa::path(delete, path = "/api/v1/templates/{id}", tag = "printing",
    responses((status = 200, description = "The template as it is now", body = TemplateView)))]
pub async fn retire(caller: Caller, id: Id<TemplateId>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::retire(tx, id.0)).await
}

/// List the versions of a template
///
/// The newest fifty.
#[utoipa::path(get, path = "/api/v1/templates/{id}/versions", tag = "printing",
    responses((status = 200, description = "Newest first", body = TemplateVersions)))]
pub async fn versions(caller: Caller, id: Id<TemplateId>) -> Reply {
    caller.needs(Right::See)?;
    caller.read(move |db| Ok(TemplateVersions { items: operations::versions(db, id.0)? })).await
}

/// Take a version of a template back
///
/// An older version becomes the newest, as a new version.
#[utoipa::path(post, path = "/api/v1/templates/{id}/take-back", tag = "printing", request_body = TakeBack,
    responses((status = 200, description = "The template as it is now", body = TemplateView)))]
pub async fn take_back(caller: Caller, id: Id<TemplateId>, body: Body<TakeBack>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::take_back(tx, id.0, body.0.version)).await
}

/// Make a template the default
///
/// Of its paper and size; the one before is none any more.
#[utoipa::path(put, path = "/api/v1/templates/{id}/default", tag = "printing", request_body = TemplateDefault,
    responses((status = 200, description = "The template as it is now", body = TemplateView)))]
pub async fn set_default(caller: Caller, id: Id<TemplateId>, body: Body<TemplateDefault>) -> Reply {
    caller.needs(Right::Manage)?;
    caller.write(StatusCode::OK, move |tx| operations::set_default(tx, id.0, body.0.default)).await
}

/// Try a template
///
/// Draws it, saved or not, with the newest shipment, its recipient masked; and says what is wrong with it.
#[utoipa::path(post, path = "/api/v1/templates/trial", tag = "printing", request_body = Template,
    responses((status = 200, description = "Pages as SVG, and findings", body = Trial)))]
pub async fn attempt(caller: Caller, body: Body<Template>) -> Reply {
    caller.needs(Right::See)?;
    caller
        .read(move |db| {
            let tried_with = operations::trial_values(db, body.0.paper)?;
            Ok(operations::trial(&body.0, &tried_with))
        })
        .await
}

/// Fetch a template's test sheet
///
/// Crosses, rulers and the boxes as frames, moved by the template's offset: print it on a form to find the offset.
#[utoipa::path(get, path = "/api/v1/templates/{id}/test-sheet", tag = "printing", params(DocumentQuery),
    responses((status = 200, description = "The sheet", content(
        (Vec<u8> = "application/pdf"), (Vec<u8> = "application/zpl"), (Vec<u8> = "application/tspl")))))]
pub async fn test_sheet(
    caller: Caller,
    id: Id<TemplateId>,
    query: Params<DocumentQuery>,
    request: HttpRequest,
) -> Reply {
    caller.needs(Right::See)?;
    let accepted = request.headers().get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("*/*");
    let (kind, output) = print_jobs::output_of(accepted, &query.0)?;
    let file = caller
        .run(move |app, actor| {
            let view = app.read(actor.seller, |db| operations::show(db, id.0, None))?;
            let template = view.template.context("a template has boxes")?;
            let fonts = Fonts::shared();
            let page = template::test_sheet(&template, fonts);
            let options = Options { output, ..Options::new(fonts) };
            Ok(page_file(&page, &options).context("drawing a test sheet")?)
        })
        .await?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, kind)).body(file))
}

/// The routes of templates.
pub fn routes(config: &mut web::ServiceConfig) {
    use actix_web::web::{delete, get, post, put, resource};
    config
        .service(resource("/templates").route(post().to(create)).route(get().to(list)))
        .service(resource("/templates/fields").route(get().to(fields)))
        .service(resource("/templates/trial").route(post().to(attempt)))
        .service(
            resource("/templates/{id}")
                .route(get().to(show))
                .route(put().to(save))
                .route(delete().to(retire)),
        )
        .service(resource("/templates/{id}/versions").route(get().to(versions)))
        .service(resource("/templates/{id}/take-back").route(post().to(take_back)))
        .service(resource("/templates/{id}/default").route(put().to(set_default)))
        .service(resource("/templates/{id}/test-sheet").route(get().to(test_sheet)));
}
