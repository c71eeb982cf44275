//! Plain lists, newest first, page by page.

use actix_web::HttpRequest;
use maud::{Markup, html};

use crate::db::jobs::JobRow;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::texts::{carriers, common};
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

/// Rows of a long list that are shown at once: the others are a step or a typed position away.
const WINDOW: usize = 200;

/// The part of a long list that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    first: usize,
    total: usize,
}

impl Window {
    /// The window that holds the row of `at`, counted from 1; the first one without it.
    pub fn of(request: &HttpRequest) -> impl Fn(usize) -> Self + use<> {
        let at: usize = Form::parse(request.query_string()).get("at").parse().unwrap_or(1);
        move |total| Self::at(at, total)
    }

    fn at(at: usize, total: usize) -> Self {
        let last = total.saturating_sub(1);
        Self { first: at.saturating_sub(1).min(last) / WINDOW * WINDOW, total }
    }

    /// The rows of it.
    pub fn rows<'a, T>(&self, all: &'a [T]) -> &'a [T] {
        &all[self.first.min(all.len())..(self.first + WINDOW).min(all.len())]
    }

    /// The ways to the other windows; nothing when there are none.
    pub fn ways(&self, view: &View, path: &str) -> Markup {
        let (from, to) = (self.first + 1, (self.first + WINDOW).min(self.total));
        html! {
            @if self.total > WINDOW {
                nav.pager aria-label=(view.t(common::MORE)) {
                    span.range { (common::WINDOW.with(view.lang, &[&from, &to, &self.total])) }
                    @if self.first > 0 { a.button rel="prev" href={ (path) "?at=" (self.first) } { (view.t(common::BEFORE)) } }
                    @if to < self.total { a.button rel="next" href={ (path) "?at=" (to + 1) } { (view.t(common::MORE)) (icon("right")) } }
                    form.row-form method="get" action=(path) {
                        label { span { (view.t(common::GO_TO)) } input type="number" name="at" min="1" max=(self.total) value=(from); }
                        button type="submit" { (view.t(common::GO)) }
                    }
                }
            }
        }
    }
}

/// The two ends of a form that takes a list in: only look how it is understood, or keep it.
pub fn look_or_keep(view: &View) -> Markup {
    html! {
        div.buttons {
            button type="submit" name="preview" value="1" { (icon("eye")) (view.t(carriers::PREVIEW)) }
            button.primary type="submit" { (icon("file")) (view.t(carriers::KEEP)) }
        }
    }
}

/// A list without anything in it.
pub fn empty(view: &View, text: Text) -> Markup {
    html! { div.empty.small { (icon("brand")) p { (view.t(text)) } } }
}

/// Where a script hears how far a job is; nowhere once it has ended.
pub fn events(job: &JobRow) -> Option<String> {
    (!job.state.is_end()).then(|| format!("/live/jobs/{}", job.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_holds_the_row_that_was_asked_for() {
        let all: Vec<usize> = (1..=450).collect();
        for (at, first, last) in
            [(0, 1, 200), (1, 1, 200), (200, 1, 200), (201, 201, 400), (450, 401, 450), (999, 401, 450)]
        {
            let rows = Window::at(at, all.len()).rows(&all);
            assert_eq!((rows.first(), rows.last()), (Some(&first), Some(&last)), "{at}");
        }
        assert_eq!(Window::at(7, 0).rows(&[] as &[usize]), [] as [usize; 0]);
    }
}
