//! Near matches: two recipients side by side, the differing part marked, decided by a person.

use actix_web::web::{Path, ServiceConfig, get, post};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::domain::actor::Right;
use crate::domain::id::SuggestionId;
use crate::operations::merging::suggestions::{self, SuggestionView};
use crate::operations::shipments::item::RecipientItem;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::parts::lists;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, shipment as t};
use crate::web::view::View;

/// Near matches of one page.
const ROWS: usize = 20;

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/suggestions", [get().to(list)]))
        .service(inside("/suggestions/{id}/accept", [post().to(accept)]))
        .service(inside("/suggestions/{id}/decline", [post().to(decline)]));
}

/// `GET /suggestions`
pub async fn list(visitor: Visitor, request: HttpRequest) -> HttpResponse {
    let after = Form::parse(request.query_string()).get("after").parse().ok();
    visitor
        .page(Right::See, move |db, view| {
            let (found, next) = suggestions::list(db, after, ROWS)?;
            let body = html! {
                div.page {
                    h1 { (view.t(common::SUGGESTIONS)) }
                    @if found.is_empty() { (lists::empty(view, t::SUGGESTIONS_EMPTY)) }
                    @else { p { (view.t(t::SUGGESTIONS_LEAD)) } }
                    @for suggestion in &found { (panel(view, suggestion)) }
                    @if let Some(next) = next { nav.pager { a.button href={ "/suggestions?after=" (next) } { (view.t(common::MORE)) (icon("right")) } } }
                }
            };
            Ok(Page::new(view.t(common::SUGGESTIONS), "suggestions", body))
        })
        .await
}

fn panel(view: &View, suggestion: &SuggestionView) -> Markup {
    let others = |index: usize| suggestion.recipients.get(1 - index);
    html! {
        section.panel.suggestion {
            header {
                h2 { (view.lang.pick(&suggestion.message, &suggestion.message_zh)) }
                @if suggestion.accepted_before { span.hint { (view.t(t::BEFORE)) } }
            }
            div.pair {
                @for (index, recipient) in suggestion.recipients.iter().enumerate() {
                    div.side {
                        h3 { a href={ "/shipments/" (suggestion.shipments[index]) } { (t::TITLE.with(view.lang, &[&suggestion.shipments[index]])) } }
                        (side(view, recipient, others(index), suggestion.field))
                    }
                }
            }
            @if view.may(Right::Audit) {
                div.buttons {
                    form method="post" action={ "/suggestions/" (suggestion.id) "/accept" } { (csrf(view)) button.primary type="submit" { (icon("merged")) (view.t(t::ACCEPT)) } }
                    form method="post" action={ "/suggestions/" (suggestion.id) "/decline" } { (csrf(view)) button type="submit" { (view.t(t::DECLINE)) } }
                }
            }
        }
    }
}

fn side(view: &View, own: &RecipientItem, other: Option<&RecipientItem>, field: Option<&str>) -> Markup {
    let part = |of: fn(&RecipientItem) -> String, name: &str| {
        let (text, opposite) = (of(own), other.map(of).unwrap_or_default());
        // A masked copy may look alike where the real text differs: then the whole field is marked.
        let is_it = field
            .is_some_and(|field| field == name || (name == "detail" && !matches!(field, "name" | "phone")));
        if text == opposite && is_it {
            html! { mark { (text) } }
        } else {
            marked(&text, &opposite)
        }
    };
    html! {
        dl.facts {
            dt { (view.t(t::COPY_ADDRESS)) } dd { (part(|r| r.name.clone(), "name")) }
            dt { (view.t(t::PHONE)) } dd { (part(|r| r.phone.clone(), "phone")) }
            dt { (view.t(t::ADDRESS)) } dd { (part(|r| format!("{} {}", r.region, r.detail), "detail")) }
        }
    }
}

/// A text with what the other one has differently between its common beginning and end.
fn marked(text: &str, other: &str) -> Markup {
    if text == other {
        return html! { (text) };
    }
    let (a, b): (Vec<char>, Vec<char>) = (text.chars().collect(), other.chars().collect());
    let head = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let room = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(room).take_while(|(a, b)| a == b).count();
    let part = |from: usize, to: usize| a[from..to].iter().collect::<String>();
    html! { (part(0, head)) mark { (part(head, a.len() - tail)) } (part(a.len() - tail, a.len())) }
}

/// `POST /suggestions/{id}/accept`
pub async fn accept(visitor: Visitor, id: Path<SuggestionId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            let merged = suggestions::accept(tx, id)?;
            Ok(then("/suggestions", t::ACCEPTED.with(view.lang, &[&merged.shipment])))
        })
        .await
}

/// `POST /suggestions/{id}/decline`
pub async fn decline(visitor: Visitor, id: Path<SuggestionId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Audit, move |tx, view| {
            suggestions::decline(tx, id)?;
            Ok(then("/suggestions", view.t(t::DECLINED)))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_differing_part_is_marked() {
        for (text, other, shown) in [
            ("3栋2单元", "3栋5单元", "3栋<mark>2</mark>单元"),
            ("文三路1号", "文三路11号", "文三路1<mark></mark>号"),
            ("abc", "abc", "abc"),
            ("", "x", "<mark></mark>"),
        ] {
            assert_eq!(marked(text, other).into_string(), shown, "{text} {other}");
        }
    }
}
