//! The editor: a preview, the list of boxes, and the versions.
//!
//! Nothing is saved until the button says so. Every other button sends the form as it is and gets it back, changed and
//! drawn, so the page works without scripts; with them it is drawn anew while one types, and boxes can be dragged.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, PreEscaped, html};

use super::{HOME, columns, paper, read};
use crate::db::Db;
use crate::domain::actor::Right;
use crate::domain::error::Error;
use crate::domain::id::TemplateId;
use crate::domain::print::Paper;
use crate::operations::templates::{self, TemplateChange, TemplateVersion, TemplateView, Trial};
use crate::papers::template::{
    BoxKind, Finding, Side, Template, TemplateBox, fields_of, parts_of, tables_of,
};
use crate::papers::values::PaperSize;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::parts::events::People;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, templates as t};
use crate::web::view::View;

const KINDS: &[(BoxKind, Text)] = &[
    (BoxKind::Text, t::K_TEXT),
    (BoxKind::Badge, t::K_BADGE),
    (BoxKind::Barcode, t::K_BARCODE),
    (BoxKind::Qr, t::K_QR),
    (BoxKind::Line, t::K_LINE),
    (BoxKind::Frame, t::K_FRAME),
    (BoxKind::Picture, t::K_PICTURE),
    (BoxKind::Flow, t::K_FLOW),
];

const SIDES: &[(Side, Text)] =
    &[(Side::Left, t::S_LEFT), (Side::Center, t::S_CENTER), (Side::Right, t::S_RIGHT)];

/// What the editor shows.
struct Shown {
    head: TemplateView,
    /// As it is in the form, saved or not.
    template: Template,
    name: String,
    trial: Trial,
    versions: Vec<TemplateVersion>,
    people: People,
    /// An older version that is looked at.
    looked_at: Option<i64>,
    /// The box that is unfolded.
    open: Option<usize>,
}

/// `GET /templates/{id}`
pub async fn show(visitor: Visitor, id: Path<TemplateId>, request: HttpRequest) -> HttpResponse {
    let id = id.into_inner();
    let query = Form::parse(request.query_string());
    let version: Option<i64> = query.get("version").parse().ok();
    visitor
        .page(Right::See, move |db, view| {
            let head = templates::show(db, id, version)?;
            let template = head.template.clone().ok_or_else(|| Error::missing("template", id))?;
            let looked_at = version.filter(|version| *version != head.version);
            let name = head.name.clone();
            Ok(page(view, &Shown { looked_at, ..shown(db, head, template, name)? }))
        })
        .await
}

/// `POST /templates/{id}/draft`: the form as it is, drawn and not saved.
pub async fn draft(visitor: Visitor, id: Path<TemplateId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .page(Right::See, move |db, view| {
            let head = templates::show(db, id, None)?;
            let size = PaperSize::parse(&head.size).map_err(anyhow::Error::msg)?;
            let mut template = read::template(&form, head.paper, size);
            let open = read::act(&mut template, form.get("act"));
            let version = form.number("version").unwrap_or(head.version);
            let head = TemplateView { version, ..head };
            Ok(page(view, &Shown { open, ..shown(db, head, template, form.get("name").to_owned())? }))
        })
        .await
}

fn shown(db: &mut Db, head: TemplateView, template: Template, name: String) -> Result<Shown, Error> {
    let tried_with = templates::trial_values(db, template.paper)?;
    let trial = templates::trial(&template, &tried_with);
    let versions = templates::versions(db, head.id)?;
    let people = People::load(db)?;
    Ok(Shown { head, template, name, trial, versions, people, looked_at: None, open: None })
}

/// `POST /templates/{id}`
pub async fn save(visitor: Visitor, id: Path<TemplateId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let head = templates::show(tx, id, None)?;
            let size = PaperSize::parse(&head.size).map_err(anyhow::Error::msg)?;
            let change = TemplateChange {
                version: form.number("version")?,
                name: form.get("name").to_owned(),
                template: read::template(&form, head.paper, size),
            };
            let saved = templates::save(tx, id, &change)?;
            Ok(then(format!("{HOME}/{id}"), t::SAVED.with(view.lang, &[&saved.version])))
        })
        .await
}

/// `POST /templates/{id}/take-back`
pub async fn take_back(visitor: Visitor, id: Path<TemplateId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            let version = form.number("version")?;
            let saved = templates::take_back(tx, id, version)?;
            let said = t::TAKEN_BACK.with(view.lang, &[&version, &saved.version]);
            Ok(then(format!("{HOME}/{id}"), said))
        })
        .await
}

fn page(view: &View, shown: &Shown) -> Page {
    let head = &shown.head;
    let body = html! {
        div.page {
            header.page-head {
                h1 { a href={ (HOME) "/" (head.id) } { (head.name) } }
                span { (paper(view, head.paper)) " · " (head.size) " · " (t::VERSION_N.with(view.lang, &[&head.version])) }
                @if head.default { span.badge data-state="ready" { (icon("tick")) (view.t(t::DEFAULT)) } }
            }
            @if let Some(version) = shown.looked_at { p.hint { (icon("eye")) " " (t::LOOKING.with(view.lang, &[&version])) } }
            div.template-editor #template-editor data-trouble-here { (preview(view, shown)) (form(view, shown)) }
            (versions(view, shown))
        }
    };
    Page::new(head.name.clone(), "templates", body)
}

fn preview(view: &View, shown: &Shown) -> Markup {
    let (width, height) = shown.template.size.size_mm();
    html! {
        section.template-preview #template-preview aria-label=(view.t(t::PREVIEW_LABEL)) {
            (findings(view, &shown.trial.findings))
            @for (page, number) in shown.trial.pages.iter().zip(1..) {
                figure.template-page {
                    @if number > 1 { figcaption { (t::PAGE_N.with(view.lang, &[&number])) } }
                    div.template-sheet role="img" aria-label=(t::PAGE_N.with(view.lang, &[&number])) {
                        (PreEscaped(page))
                        @if number == 1 {
                            svg.template-handles viewBox={ "0 0 " (width) " " (height) } aria-hidden="true" {
                                @for (one, index) in shown.template.boxes.iter().zip(0..) {
                                    rect data-box=(index) x=(one.x_mm) y=(one.y_mm) width=(one.width_mm) height=(one.height_mm.max(1.0)) {}
                                }
                            }
                        }
                    }
                }
            }
            @if shown.trial.pages.is_empty() { p.hint { (view.t(t::NO_PREVIEW)) } }
            p.hint { (view.t(t::PREVIEW_HINT)) }
        }
    }
}

fn findings(view: &View, findings: &[Finding]) -> Markup {
    html! {
        @if findings.is_empty() { p.all-done { (icon("tick")) (view.t(t::FINE)) } }
        @else {
            ul.template-findings { @for one in findings {
                li data-refuses[one.refuses] {
                    (icon(if one.refuses { "alarm" } else { "flag" }))
                    span {
                        b { (view.t(if one.refuses { t::WRONG } else { t::MIND })) } " "
                        @if let Some(number) = one.box_number { a href={ "#box-" (number) } { (t::BOX_N.with(view.lang, &[&number])) } " " }
                        (view.lang.pick(&one.message, &one.message_zh))
                    }
                }
            } }
        }
    }
}

fn form(view: &View, shown: &Shown) -> Markup {
    let (head, template) = (&shown.head, &shown.template);
    let draft = format!("{HOME}/{}/draft", head.id);
    let may = view.may(Right::Manage) && !head.retired;
    html! {
        form #template-form.stack method="post" action={ (HOME) "/" (head.id) } data-draft=(draft) {
            (csrf(view))
            input type="hidden" name="version" value=(head.version);
            input type="hidden" name="boxes" value=(template.boxes.len());
            div.panel.stack {
                label { span { (view.t(t::NAME)) } input name="name" value=(shown.name) maxlength="60" autocomplete="off" required; }
                label.tick { input type="checkbox" name="fill_only" value="1" checked[template.fill_only]; span { (view.t(t::FILL_ONLY)) } }
                div.measures {
                    (measure(view, t::OFFSET_X, "offset_x_mm", template.offset_x_mm, "0.5"))
                    (measure(view, t::OFFSET_Y, "offset_y_mm", template.offset_y_mm, "0.5"))
                    a.button href={ (HOME) "/" (head.id) "/test-sheet" } target="_blank" { (icon("file")) (view.t(t::TEST_SHEET)) }
                }
                p.hint { (view.t(t::TEST_HINT)) }
                div.buttons {
                    @if may { button.primary type="submit" { (icon("tick")) (view.t(t::SAVE)) } }
                    button type="submit" formaction=(draft) formnovalidate data-part="#template-preview" data-preview { (icon("eye")) (view.t(t::PREVIEW)) }
                }
            }
            h2 { (view.t(t::BOXES)) }
            ol.template-boxes { @for (one, index) in template.boxes.iter().zip(0..) { (one_box(view, one, index, shown, &draft)) } }
            div.panel.row-form {
                span { (view.t(t::ADD)) }
                @for (kind, text) in KINDS {
                    button type="submit" formaction=(draft) formnovalidate data-part="#template-editor" name="act" value={ "add:" (kind) } { (icon("plus")) (view.t(*text)) }
                }
            }
            (help(view, template.paper))
        }
    }
}

fn one_box(view: &View, one: &TemplateBox, index: usize, shown: &Shown, draft: &str) -> Markup {
    let field = |name: &str| format!("b{index}.{name}");
    let number = index + 1;
    let is_found = shown.trial.findings.iter().any(|finding| finding.box_number == Some(number));
    let kind = KINDS.iter().find(|(kind, _)| *kind == one.kind).map_or("", |(_, text)| view.t(*text));
    let brief: String = one.text.lines().next().unwrap_or_default().chars().take(40).collect();
    let act = |verb: &str, text: Text, mark: &'static str| {
        html! { button.quiet type="submit" formaction=(draft) formnovalidate data-part="#template-editor" name="act" value={ (verb) ":" (index) } { (icon(mark)) (view.t(text)) } }
    };
    html! {
        li { details.template-box id={ "box-" (number) } data-box=(index) open[shown.open == Some(index) || is_found] {
            summary { b { (number) } " " (kind) " " code { (brief) } }
            div.measures {
                label { span { (view.t(t::KIND)) } select name=(field("kind")) {
                    @for (kind, text) in KINDS { option value=(kind) selected[*kind == one.kind] { (view.t(*text)) } } } }
                (measure(view, t::LEFT, &field("x"), one.x_mm, "0.25"))
                (measure(view, t::TOP, &field("y"), one.y_mm, "0.25"))
                (measure(view, t::WIDTH, &field("w"), one.width_mm, "0.25"))
                (measure(view, t::HEIGHT, &field("h"), one.height_mm, "0.25"))
            }
            @if one.kind == BoxKind::Picture {
                // The script makes the dots; they travel in the field beside.
                label { span { (view.t(t::CHOOSE_PICTURE)) } input type="file" accept="image/png,image/jpeg,image/webp,image/gif" data-picture=(field("picture")); }
            }
            @if let Some(picture) = &one.picture {
                input type="hidden" name=(field("picture")) value={ (picture.width) " " (picture.height) " " (picture.bits) };
            } @else { input type="hidden" name=(field("picture")) value=""; }
            @if one.kind.has_words() {
                @if one.kind == BoxKind::Flow { (columns::chosen(view, shown.template.paper, one, index)) }
                label { span { (view.t(if one.kind == BoxKind::Flow { t::PARTS_TEXT } else { t::TEXT })) }
                    textarea name=(field("text")) rows=(if one.kind == BoxKind::Flow { 4 } else { 2 }) maxlength="1000" spellcheck="false" { (one.text) } }
                @if one.kind.has_type() {
                    div.measures {
                        (measure(view, t::SIZE_PT, &field("size"), one.size_pt, "0.5"))
                        (measure(view, t::MIN_PT, &field("min"), one.min_pt, "0.5"))
                        @if one.kind != BoxKind::Flow {
                            label { span { (view.t(t::SIDE)) } select name=(field("side")) {
                                @for (side, text) in SIDES { option value=(side) selected[*side == one.side] { (view.t(*text)) } } } }
                            label.tick { input type="checkbox" name=(field("bold")) value="1" checked[one.bold]; span { (view.t(t::BOLD)) } }
                            label.tick { input type="checkbox" name=(field("wraps")) value="1" checked[one.wraps]; span { (view.t(t::WRAPS)) } }
                        }
                    }
                }
            }
            div.buttons { (act("up", t::UP, "right")) (act("down", t::DOWN, "down")) (act("remove", t::REMOVE, "cross")) }
        } }
    }
}

fn measure(view: &View, text: Text, name: &str, value: f32, step: &str) -> Markup {
    let value = if value.is_finite() { value.to_string() } else { String::new() };
    html! { label { span { (view.t(text)) } input type="number" name=(name) value=(value) step=(step) inputmode="decimal" required; } }
}

fn help(view: &View, paper: Paper) -> Markup {
    let pick = |en: &'static str, zh: &'static str| view.lang.pick(en, zh);
    html! {
        details.panel.fold {
            summary { (view.t(t::FIELDS_TITLE)) }
            p.hint { (view.t(t::FIELDS_HINT)) }
            dl.facts { @for field in fields_of(paper) { dt { code data-insert={ "{" (field.name) "}" } { "{" (field.name) "}" } } dd { (pick(field.en, field.zh)) } } }
            h3 { (view.t(t::PARTS_TITLE)) }
            dl.facts {
                @for &(name, en, zh) in parts_of(paper) { dt { code { (name) } } dd { (pick(en, zh)) } }
                @for table in tables_of(paper) {
                    dt { code { (table.word) ":" } }
                    dd { (pick(table.en, table.zh)) br; @for column in table.columns { code { (column.name) } " " } }
                }
            }
            p.hint { (view.t(t::TABLE_HINT)) }
        }
    }
}

fn versions(view: &View, shown: &Shown) -> Markup {
    let head = &shown.head;
    html! {
        section aria-labelledby="versions" {
            h2 #versions { (view.t(t::VERSIONS)) }
            div.list { table {
                thead { tr {
                    th.num scope="col" { (view.t(t::VERSION)) } th.num scope="col" { (view.t(t::BOXES)) }
                    th scope="col" { (view.t(common::WHEN)) } th scope="col" { (view.t(common::BY)) } th scope="col" { (view.t(common::WHAT)) }
                } }
                tbody { @for one in &shown.versions { tr {
                    td.num { (one.version) } td.num { (one.boxes) } td { (view.moment(one.made_at)) } td { (shown.people.name(&one.made_by)) }
                    td { div.buttons {
                        a.button href={ (HOME) "/" (head.id) "?version=" (one.version) } { (icon("eye")) (view.t(t::LOOK)) }
                        @if view.may(Right::Manage) && one.version != head.version && !head.retired {
                            form method="post" action={ (HOME) "/" (head.id) "/take-back" } {
                                (csrf(view))
                                input type="hidden" name="version" value=(one.version);
                                button type="submit" { (icon("stale")) (view.t(t::TAKE_BACK)) }
                            }
                        }
                    } }
                } } }
            } }
        }
    }
}
