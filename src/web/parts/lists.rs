//! Plain lists, newest first, page by page.

use actix_web::HttpRequest;
use maud::{Markup, html};

use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::texts::common;
use crate::web::view::View;

/// Before which id the page begins; `None` for the first page.
pub fn before(request: &HttpRequest) -> Option<i64> {
    Form::parse(request.query_string()).get("before").parse().ok()
}

/// Cuts what was asked for beyond a page; answers the last one shown when there is more.
pub fn cut<T>(rows: &mut Vec<T>, limit: usize) -> Option<&T> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    rows.last().filter(|_| more)
}

/// The way to the next page.
pub fn more(view: &View, path: &str, before: Option<i64>) -> Markup {
    let join = if path.contains('?') { '&' } else { '?' };
    html! {
        @if let Some(before) = before {
            nav.pager { a.button rel="next" href={ (path) (join) "before=" (before) } { (view.t(common::MORE)) (icon("right")) } }
        }
    }
}

/// A list without anything in it.
pub fn empty(view: &View, text: Text) -> Markup {
    html! { div.empty.small { (icon("brand")) p { (view.t(text)) } } }
}
