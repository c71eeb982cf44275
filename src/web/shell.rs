//! The frame of every page: head, header with the ways around, notices, landmarks.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use maud::{DOCTYPE, Markup, html};

use super::assets::{self, STYLES};
use super::icons::{icon, sprite};
use super::lang::{Lang, Text};
use super::session::Notice;
use super::texts::common as t;
use super::view::View;
use crate::db::Db;
use crate::db::seal::random;
use crate::domain::actor::Right;
use crate::domain::error::Error;

/// A page before it gets its frame.
pub struct Page {
    title: String,
    /// Which way of the header it belongs to.
    place: &'static str,
    body: Markup,
    /// The page brings its own scroll areas and fills the window.
    fills: bool,
    /// The demo's tour, above everything else.
    tour: Option<Markup>,
}

impl Page {
    pub fn new(title: impl Into<String>, place: &'static str, body: Markup) -> Self {
        Self { title: title.into(), place, body, fills: false, tour: None }
    }

    /// A page as high as the window.
    pub fn filling(title: impl Into<String>, place: &'static str, body: Markup) -> Self {
        Self { fills: true, ..Self::new(title, place, body) }
    }

    /// The same page with the tour's strip for its place.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn guided(self, db: &mut Db, view: &View) -> Result<Self, Error> {
        let tour = super::parts::tour::strip(db, view, self.place)?;
        Ok(Self { tour: Some(tour), ..self })
    }

    /// The whole document.
    pub fn render(&self, view: &View, notice: Option<&Notice>) -> Markup {
        html! {
            (DOCTYPE)
            html lang=(view.lang.tag()) data-theme=(view.theme.word()) data-now=(view.now) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (self.title) " · 汇单 huidan" }
                    link rel="icon" href=(assets::url("icon.svg")) type="image/svg+xml";
                    @for style in STYLES { link rel="stylesheet" href=(assets::url(style)); }
                    script type="module" src=(assets::url("app.js")) {}
                }
                body.fills[self.fills] data-place=(self.place) {
                    (sprite())
                    a.skip href="#main" { (view.t(t::SKIP)) }
                    (header(view, self.place))
                    @if let Some(tour) = &self.tour { (tour) }
                    main #main tabindex="-1" {
                        (notices(view, notice))
                        (self.body)
                    }
                    template #lost {
                        section.notice.is-wrong #trouble role="alert" tabindex="-1" {
                            h2 { (view.t(t::LOST)) } p { (view.t(t::LOST_NEXT)) }
                        }
                    }
                    div #says.visually-hidden role="status" aria-live="polite" {}
                    (keys_help(view))
                }
            }
        }
    }
}

const WAYS: &[(&str, &str, Text, Right)] = &[
    ("start", "/", t::START, Right::See),
    ("workbench", "/workbench?state=ready", t::WORKBENCH, Right::See),
    ("audits", "/audits", super::texts::audits::DESK, Right::See),
    ("deadlines", "/deadlines", super::texts::deadlines::TITLE, Right::See),
    ("pack", "/pack", super::texts::packing::TITLE, Right::Ship),
    ("scan", "/scan", super::texts::scan::TITLE, Right::Ship),
    ("evening", "/evening", super::texts::evening::TITLE, Right::See),
    ("hand-overs", "/hand-overs", super::texts::hand_overs::TITLE, Right::See),
    ("suggestions", "/suggestions", t::SUGGESTIONS, Right::See),
    ("runs", "/number-runs", t::NUMBER_RUNS, Right::See),
    ("prints", "/print-jobs", t::PRINT_JOBS, Right::See),
    ("write-backs", "/write-backs", t::WRITE_BACKS, Right::See),
    ("imports", "/imports", t::IMPORTS, Right::Intake),
];

const HOUSE: &[(&str, &str, Text, Right)] = &[
    ("shops", "/shops", t::SHOPS, Right::See),
    ("skus", "/skus", super::texts::skus::TITLE, Right::See),
    ("carriers", "/carriers", super::texts::carriers::TITLE, Right::See),
    ("warehouses", "/warehouses", super::texts::carriers::WAREHOUSES, Right::See),
    ("rules", "/rules", super::texts::rules::TITLE, Right::See),
    ("stations", "/stations", super::texts::stations::TITLE, Right::See),
    ("templates", "/templates", super::texts::templates::TITLE, Right::See),
    ("staff", "/staff", t::STAFF, Right::Own),
    ("settings", "/settings", t::SETTINGS, Right::Manage),
    ("why", "/why", super::texts::why::TITLE, Right::See),
    ("jobs", "/jobs", super::texts::jobs::TITLE, Right::See),
    ("audit", "/audit", t::AUDIT, Right::See),
];

fn header(view: &View, place: &str) -> Markup {
    let way = |way: &(&str, &str, Text, Right)| {
        let here = (way.0 == place).then_some("page");
        html! { a href=(way.1) aria-current=[here] { (view.t(way.2)) } }
    };
    html! {
        header.bar {
            a.brand href="/" aria-label="汇单 huidan" { (icon("brand")) span { "汇单" } }
            @if let Some(reader) = &view.reader {
                nav.ways aria-label=(view.t(t::WAYS)) {
                    @for one in WAYS.iter().filter(|one| view.may(one.3)) { (way(one)) }
                }
                nav.house aria-label=(view.t(t::HOUSE)) {
                    details.menu {
                        summary { (icon("gear")) (view.t(t::HOUSE)) }
                        div.menu-body { @for one in HOUSE.iter().filter(|one| view.may(one.3)) { (way(one)) } }
                    }
                }
                (switches(view))
                details.menu.me {
                    summary aria-label=(view.t(t::ACCOUNT)) { (icon("person")) }
                    div.menu-body {
                        p.who { (reader.email) br; small { (view.t(super::texts::words::role(reader.role))) } }
                        a href="/account" { (view.t(t::ACCOUNT)) }
                        form method="post" action="/logout" data-plain {
                            (csrf(view))
                            button.as-link type="submit" { (view.t(t::LOG_OUT)) }
                        }
                    }
                }
            } @else {
                span.spring {}
                (switches(view))
            }
        }
    }
}

/// Language and theme; both work without scripts.
fn switches(view: &View) -> Markup {
    let (other, label) = match view.lang {
        Lang::En => ("zh", "中文"),
        Lang::Zh => ("en", "English"),
    };
    html! {
        form.switch method="post" action="/look" data-plain {
            (csrf(view))
            input type="hidden" name="back" value=(view.here);
            button.quiet type="submit" name="lang" value=(other) lang=(if other == "zh" { "zh-CN" } else { "en" }) { (label) }
            @let next = view.theme.next();
            button.quiet.icon-only type="submit" name="theme" value=(next.word())
                title=(view.t(next.text())) aria-label=(view.t(next.text())) { (icon(view.theme.icon())) }
        }
    }
}

/// The hidden field every form carries.
pub fn csrf(view: &View) -> Markup {
    html! { input type="hidden" name="csrf" value=(view.csrf()); }
}

/// A mark of this very form, for acts that are done once however often it is sent.
pub fn mark() -> Markup {
    html! { input type="hidden" name="mark" value=(BASE64_URL.encode(random::<16>())); }
}

fn notices(view: &View, notice: Option<&Notice>) -> Markup {
    html! {
        div #notices {
            @if let Some(notice) = notice {
                section.notice role="status" {
                    button.close.quiet.icon-only type="button" data-dismiss aria-label=(view.t(t::DISMISS)) { (icon("cross")) }
                    p { (icon("tick")) " " (notice.text) }
                    @if !notice.lines.is_empty() { ul.left-out { @for line in &notice.lines { li { span { (line) } } } } }
                    @if !notice.left_out.is_empty() {
                        details open {
                            summary { (t::LEFT_OUT_N.with(view.lang, &[&(notice.left_out.len() + notice.more)])) }
                            ul.left-out {
                                @for left in &notice.left_out {
                                    li {
                                        a href={ "/shipments/" (left.id) } { "#" (left.id) }
                                        span { (super::texts::reasons::message(view.lang, &left.code, &left.message)) }
                                        small { (super::texts::reasons::next(view.lang, &left.code, &left.next)) }
                                    }
                                }
                            }
                            @if notice.more > 0 { p.hint { (t::AND_MORE.with(view.lang, &[&notice.more])) } }
                        }
                    }
                }
            }
        }
    }
}

/// Every key there is; `?` shows it.
fn keys_help(view: &View) -> Markup {
    use super::texts::keys as k;
    let row = |keys: &[&str], text: Text| {
        html! { tr { th scope="row" { @for key in keys { kbd { (key) } " " } } td { (view.t(text)) } } }
    };
    html! {
        dialog #keys aria-labelledby="keys-title" {
            h2 #keys-title { (view.t(k::TITLE)) }
            table.keys { tbody {
                (row(&["j", "k"], k::UP_DOWN))
                (row(&["Space", "x"], k::TICK))
                (row(&["Shift+j", "Shift+k"], k::RANGE))
                (row(&["Enter"], k::OPEN))
                (row(&["o"], k::DETAIL))
                (row(&["a"], k::ALL))
                (row(&["Esc"], k::CLOSE))
                (row(&["/"], k::SEARCH))
                (row(&["n"], k::NUMBER))
                (row(&["m"], k::MERGE))
                (row(&["r"], k::RELOAD))
                (row(&["p", "x", "h", "n", "m", "r", "u"], k::AUDIT))
                (row(&["g w", "g a", "g d", "g s", "g r", "g p"], k::GO))
                (row(&["?"], k::HELP))
            } }
            form method="dialog" { button type="submit" { (view.t(t::CLOSE)) } }
        }
    }
}
