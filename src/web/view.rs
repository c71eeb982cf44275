//! What every page knows of its reader: language, theme, time zone, role.

use actix_web::HttpRequest;
use actix_web::http::header::ACCEPT_LANGUAGE;
use chrono::{Duration, FixedOffset};

use super::lang::{Lang, Text};
use crate::domain::actor::{Right, Role};
use crate::domain::time::UtcTime;

/// How a page is to look, and for whom.
#[derive(Debug, Clone)]
pub struct View {
    pub lang: Lang,
    pub theme: Theme,
    pub now: UtcTime,
    /// Path and query of this request.
    pub here: String,
    /// The demo's tour was not put away.
    pub wants_tour: bool,
    /// `None` before log-in.
    pub reader: Option<Reader>,
    /// Hours and minutes east of UTC of the browser.
    zone: FixedOffset,
}

/// Who is logged in.
#[derive(Debug, Clone)]
pub struct Reader {
    pub email: String,
    pub role: Role,
    /// Goes into every form.
    pub csrf: String,
}

/// Light or dark, or as the machine has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    Auto,
    Light,
    Dark,
}

impl Theme {
    /// The word in the cookie and on the root element.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The one the switch goes to.
    pub fn next(self) -> Self {
        match self {
            Self::Auto => Self::Light,
            Self::Light => Self::Dark,
            Self::Dark => Self::Auto,
        }
    }

    /// What the switch says.
    pub fn text(self) -> Text {
        match self {
            Self::Auto => super::texts::common::THEME_AUTO,
            Self::Light => super::texts::common::THEME_LIGHT,
            Self::Dark => super::texts::common::THEME_DARK,
        }
    }

    /// The picture of the theme that is on.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "sun",
            Self::Dark => "moon",
        }
    }
}

/// Where the browser's zone is unknown, before its first script ran: China has one zone.
const ZONE_MINUTES: i32 = 480;

impl View {
    /// Reads cookies and headers.
    pub fn of(request: &HttpRequest, now: UtcTime, reader: Option<Reader>) -> Self {
        let cookie = |name| request.cookie(name).map(|cookie| cookie.value().to_owned());
        let accept = request.headers().get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let minutes = cookie("zone").and_then(|text| text.parse().ok()).unwrap_or(ZONE_MINUTES);
        let east = |minutes: i32| FixedOffset::east_opt(minutes.saturating_mul(60));
        Self {
            lang: Lang::choose(cookie("lang").as_deref(), accept),
            theme: match cookie("theme").as_deref() {
                Some("light") => Theme::Light,
                Some("dark") => Theme::Dark,
                _ => Theme::Auto,
            },
            now,
            here: request.uri().to_string(),
            wants_tour: cookie("tour").is_none(),
            reader,
            zone: east(minutes).or_else(|| east(ZONE_MINUTES)).expect("eight hours are an offset"),
        }
    }

    /// The same view of another address.
    pub fn at(self, here: &str) -> Self {
        Self { here: here.to_owned(), ..self }
    }

    /// The same view for someone who is logged in.
    pub fn of_reader(self, reader: Reader) -> Self {
        Self { reader: Some(reader), ..self }
    }

    /// A text in the reader's language.
    pub fn t(&self, text: Text) -> &'static str {
        text.of(self.lang)
    }

    /// Whether the reader's role has a right; buttons without it are left out.
    pub fn may(&self, right: Right) -> bool {
        self.reader.as_ref().is_some_and(|reader| reader.role.may(right))
    }

    /// The text every form carries.
    pub fn csrf(&self) -> &str {
        self.reader.as_ref().map_or("", |reader| reader.csrf.as_str())
    }

    /// `11-20 10:12`, with the year when it is another one.
    pub fn moment(&self, time: UtcTime) -> String {
        let (there, here) =
            (time.chrono().with_timezone(&self.zone), self.now.chrono().with_timezone(&self.zone));
        let same_year = there.format("%Y").to_string() == here.format("%Y").to_string();
        there.format(if same_year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
    }

    /// `14:00`.
    pub fn clock_time(&self, time: UtcTime) -> String {
        time.chrono().with_timezone(&self.zone).format("%H:%M").to_string()
    }

    /// The moment at which the reader's day began.
    pub fn day_began(&self) -> UtcTime {
        let here = self.now.chrono().with_timezone(&self.zone);
        let since = here.time().signed_duration_since(chrono::NaiveTime::MIN);
        self.now.plus(-since)
    }

    /// A `datetime-local` of the browser as a moment; `None` for what is no time.
    pub fn read_local(&self, text: &str) -> Option<UtcTime> {
        let naive = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M").ok()?;
        let there = naive.and_local_timezone(self.zone).single()?;
        Some(UtcTime::from(there.with_timezone(&chrono::Utc)))
    }

    /// A moment as `datetime-local` wants it.
    pub fn write_local(&self, time: UtcTime) -> String {
        time.chrono().with_timezone(&self.zone).format("%Y-%m-%dT%H:%M").to_string()
    }

    /// How long until a moment: `2 d 3 h`, `3 h 05`, `12 min`; without a sign.
    pub fn span(&self, span: Duration) -> String {
        let minutes = span.num_minutes().abs();
        let (days, hours, rest) = (minutes / 1440, minutes % 1440 / 60, minutes % 60);
        match (self.lang, days, hours) {
            (Lang::En, 0, 0) => format!("{rest} min"),
            (Lang::En, 0, _) => format!("{hours} h {rest:02}"),
            (Lang::En, ..) => format!("{days} d {hours} h"),
            (Lang::Zh, 0, 0) => format!("{rest} 分钟"),
            (Lang::Zh, 0, _) => format!("{hours} 时 {rest:02} 分"),
            (Lang::Zh, ..) => format!("{days} 天 {hours} 时"),
        }
    }
}
