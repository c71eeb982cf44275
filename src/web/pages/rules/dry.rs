//! What rules would change, shown before they count.

use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use super::seen;
use crate::domain::actor::Right;
use crate::domain::id::RuleRunId;
use crate::domain::rule::ActionKind;
use crate::domain::rule::dry_run::Tally;
use crate::operations::rules::{self as operations, DryRunView};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::parts::rules as words;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::rules as t;
use crate::web::view::View;

/// `GET /rules/dry-runs/{id}`
pub async fn show(visitor: Visitor, id: Path<RuleRunId>, request: HttpRequest) -> HttpResponse {
    let id = id.into_inner();
    let version = Form::parse(request.query_string()).get("version").to_owned();
    visitor
        .page(Right::Manage, move |db, view| {
            let run = operations::dry_run_view(db, id)?;
            let body = html! {
                div.page {
                    nav { a href="/rules" { (view.t(t::TO_LIST)) } }
                    header.page-head { h1 { (view.t(t::DRY_TITLE)) } }
                    div #dry-run data-live { (counted(view, &run)) }
                    (words::findings(view, &run.findings))
                    form.buttons method="post" action={ "/rules/dry-runs/" (id) } {
                        (csrf(view))
                        input type="hidden" name="version" value=(version);
                        button.primary type="submit" { (icon("tick")) (view.t(t::DRY_KEEP)) }
                        a.button href="/rules" { (view.t(t::BACK)) }
                    }
                }
            };
            Ok(Page::new(view.t(t::DRY_TITLE), "rules", body))
        })
        .await
}

fn counted(view: &View, run: &DryRunView) -> Markup {
    let Tally { looked_at, changed, .. } = &run.tally;
    html! {
        @if !run.done { p role="status" { (t::DRY_GOING.with(view.lang, &[looked_at, &run.total])) } progress value=(looked_at) max=(run.total) {} }
        @else if *changed == 0 { p { (t::DRY_NONE.with(view.lang, &[looked_at])) } }
        @else { p { b { (t::DRY_SUM.with(view.lang, &[changed, looked_at])) } } }
        @if !run.tally.changes.is_empty() { (changes(view, &run.tally)) }
    }
}

fn changes(view: &View, tally: &Tally) -> Markup {
    let value = |kind: ActionKind, value: &str| match value {
        "" => view.t(t::NOTHING).to_owned(),
        value => words::value_of(view, kind, value, None),
    };
    html! {
        div.list { table {
            thead { tr {
                th scope="col" { (view.t(t::KIND)) } th scope="col" { (view.t(t::NOW)) } th scope="col" { (view.t(t::WOULD)) }
                th.num scope="col" { (view.t(t::COUNT)) } th scope="col" { (view.t(t::EXAMPLES)) }
            } }
            tbody { @for one in &tally.changes { tr {
                td { (view.t(t::kind(one.kind))) } td { (value(one.kind, &one.from)) } td { b { (value(one.kind, &one.to)) } }
                td.num { (one.orders) }
                td { @for order in &one.examples { a href={ "/orders/" (order) } { "#" (order) } " " } }
            } } }
        } }
        @if tally.others > 0 { p.hint { (t::DRY_OTHERS.with(view.lang, &[&tally.others])) } }
    }
}

/// `POST /rules/dry-runs/{id}`: these rules count from now on.
pub async fn keep(visitor: Visitor, id: Path<RuleRunId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Manage, move |tx, view| {
            operations::keep_dry_run(tx, seen(&form)?, id)?;
            Ok(then("/rules", view.t(t::DRY_KEPT)))
        })
        .await
}
