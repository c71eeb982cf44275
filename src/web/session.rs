//! Who asks: the session cookie, the reader behind it, and what a handler does in their name.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::Next;
use actix_web::{Error as ActixError, FromRequest, HttpMessage, HttpRequest, HttpResponse, web};
use futures_util::future::{Ready, ready};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use super::form::Form;
use super::lang::Text;
use super::reply;
use super::view::{Reader, View};
use crate::app::App;
use crate::db::sessions::{self as record, SessionRow};
use crate::db::{Db, Tx};
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::http::blocking::blocking;
use crate::http::body::{SMALL, content_type, read};
use crate::operations::{NOBODY, sessions};

/// The session of a request, kept with it.
#[derive(Clone)]
struct Current {
    row: SessionRow,
    csrf: String,
}

/// Someone who is logged in.
#[derive(Clone)]
pub struct Visitor {
    pub view: View,
    pub actor: Actor,
    pub session: SessionRow,
    pub app: web::Data<App>,
}

/// What the next page has to say about what was just done.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Notice {
    /// The sentence.
    pub text: String,
    /// What was left as it was, each with its reason.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<Left>,
    /// How many more were left out than are listed.
    #[serde(default)]
    pub more: usize,
    /// Further sentences, one a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
}

/// One thing that was left as it was.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Left {
    pub id: i64,
    pub code: String,
    pub message: String,
    pub next: String,
}

/// Where to go after a change, and what to say there.
pub struct Onward {
    pub to: String,
    pub notice: Notice,
}

/// Goes to an address with a sentence.
pub fn then(to: impl Into<String>, said: impl Into<String>) -> Onward {
    Onward { to: to.into(), notice: Notice { text: said.into(), ..Notice::default() } }
}

const NOTICE: &str = "notice";

/// The cookie's name. The prefix makes browsers refuse it from anywhere but this host over https.
fn cookie_name(request: &HttpRequest) -> &'static str {
    if is_https(request) { "__Host-huidan" } else { "huidan" }
}

fn is_https(request: &HttpRequest) -> bool {
    request.connection_info().scheme() == "https"
}

/// The cookie of a fresh session, or the end of one.
pub fn cookie(request: &HttpRequest, secret: Option<&str>) -> Cookie<'static> {
    let age = match secret {
        Some(_) => time::Duration::seconds(sessions::LIFETIME.num_seconds()),
        None => time::Duration::ZERO,
    };
    Cookie::build(cookie_name(request), secret.unwrap_or_default().to_owned())
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(is_https(request))
        .max_age(age)
        .finish()
}

/// Lets a logged-in reader pass and sends everyone else to the log-in page.
pub async fn require(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, ActixError> {
    let found = find(request.request()).await;
    match found {
        Ok(Some(current)) if !is_ours(&mut request, &current.csrf).await => {
            let reader = Reader { email: current.row.email, role: current.row.role, csrf: current.csrf };
            let view = plain_view(request.request()).of_reader(reader);
            Ok(request.into_response(reply::failure(&view, &foreign())))
        }
        Ok(Some(current)) => {
            request.extensions_mut().insert(current);
            Ok(next.call(request).await?.map_into_boxed_body())
        }
        Ok(None) => {
            let back = match *request.method() {
                Method::GET => request.uri().to_string(),
                _ => "/".to_owned(),
            };
            let to = match back.as_str() {
                "/" => "/login".to_owned(),
                back => format!("/login?back={}", reply::escape(back)),
            };
            Ok(request.into_response(reply::see_other(&to)))
        }
        Err(error) => {
            let view = plain_view(request.request());
            Ok(request.into_response(reply::failure(&view, &error)))
        }
    }
}

/// Whether a request that changes something comes from a form of this session.
///
/// The token stands in the form; in the address where the body is a file, which is not read here.
async fn is_ours(request: &mut ServiceRequest, csrf: &str) -> bool {
    if matches!(*request.method(), Method::GET | Method::HEAD) {
        return true;
    }
    let is_upload = content_type(request.request()) == "multipart/form-data";
    let token = match is_upload {
        true => Form::parse(request.query_string()).get("csrf").to_owned(),
        false => {
            let mut payload = request.take_payload();
            let Ok(bytes) = read(&mut payload, SMALL).await else { return false };
            let form = Form::parse(std::str::from_utf8(&bytes).unwrap_or_default());
            request.set_payload(Payload::from(bytes));
            form.get("csrf").to_owned()
        }
    };
    csrf.as_bytes().ct_eq(token.as_bytes()).into()
}

fn foreign() -> Error {
    Error::conflict(
        "form_expired",
        "This form was made in another session.",
        "Load the page again and send the form anew.",
    )
}

async fn find(request: &HttpRequest) -> Result<Option<Current>, Error> {
    let Some(app) = request.app_data::<web::Data<App>>().cloned() else { return Ok(None) };
    let Some(cookie) = request.cookie(cookie_name(request)) else { return Ok(None) };
    let secret = cookie.value().to_owned();
    let csrf = sessions::csrf(&secret);
    let row = blocking(move || {
        let now = app.now();
        let row = app.read(NOBODY, |db| sessions::recognise(db, &secret, now))?;
        if let Some(row) = row.as_ref().filter(|row| sessions::is_stale(row, now)) {
            app.write(&actor(row), |tx| Ok(record::seen(tx, row.id)?))?;
        }
        Ok(row)
    });
    Ok(row.await?.map(|row| Current { row, csrf }))
}

fn actor(row: &SessionRow) -> Actor {
    Actor { seller: row.seller_id, name: format!("user:{}", row.user_id), role: row.role }
}

/// The view of a page before log-in.
pub fn plain_view(request: &HttpRequest) -> View {
    let now =
        request.app_data::<web::Data<App>>().map_or_else(crate::domain::time::UtcTime::now, |app| app.now());
    View::of(request, now, None)
}

impl FromRequest for Visitor {
    type Error = crate::http::problem::Failure;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let current = request.extensions().get::<Current>().cloned();
        let app = request.app_data::<web::Data<App>>().cloned();
        ready(match (current, app) {
            (Some(Current { row, csrf }), Some(app)) => {
                let reader = Reader { email: row.email.clone(), role: row.role, csrf };
                let view = View::of(request, app.now(), Some(reader));
                Ok(Self { view, actor: actor(&row), session: row, app })
            }
            _ => Err(Error::Unauthorised.into()),
        })
    }
}

impl Visitor {
    /// Shows a page made from what the reader may see; what waits to be said is said on it.
    pub async fn page(
        self,
        right: Right,
        work: impl FnOnce(&mut Db, &View) -> Result<super::shell::Page, Error> + Send + 'static,
    ) -> HttpResponse {
        let view = self.view.clone();
        let made = blocking(move || {
            self.needs(right)?;
            let page = self.app.read(self.actor.seller, |db| work(db, &self.view)?.guided(db, &self.view))?;
            let notice = self.take_notice()?;
            Ok(page.render(&self.view, notice.as_ref()))
        });
        reply::page(&view, made.await)
    }

    /// Changes something as one transaction, then goes where the work says, where it is told.
    ///
    /// `work` may run again after a lost race, so it must touch nothing but the transaction.
    pub async fn change(
        self,
        right: Right,
        mut work: impl FnMut(&mut Tx, &View) -> Result<Onward, Error> + Send + 'static,
    ) -> HttpResponse {
        self.steps(right, move |visitor| {
            visitor.app.write(&visitor.actor, |tx| {
                let next = work(tx, &visitor.view)?;
                visitor.keep_notice(tx, &next.notice)?;
                Ok(next.to)
            })
        })
        .await
    }

    /// Does work of several transactions, then goes where it says.
    pub async fn steps(
        self,
        right: Right,
        work: impl FnOnce(&Self) -> Result<String, Error> + Send + 'static,
    ) -> HttpResponse {
        let view = self.view.clone();
        let done = blocking(move || {
            self.needs(right)?;
            work(&self)
        });
        match done.await {
            Ok(to) => reply::see_other(&to),
            Err(error) => reply::failure(&view, &error),
        }
    }

    /// Keeps what the next page has to say.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub fn keep_notice(&self, tx: &mut Tx, notice: &Notice) -> Result<(), Error> {
        if notice.text.is_empty() && notice.left_out.is_empty() {
            return Ok(());
        }
        let text = serde_json::to_string(notice).map_err(anyhow::Error::from)?;
        let sealed = tx.seal(NOTICE, &text);
        Ok(record::set_notice(tx, self.session.id, &sealed)?)
    }

    fn take_notice(&self) -> Result<Option<Notice>, Error> {
        if self.session.notice.is_empty() {
            return Ok(None);
        }
        let text = self.app.write(&self.actor, |tx| {
            record::set_notice(tx, self.session.id, "")?;
            Ok(tx.open(NOTICE, &self.session.notice)?)
        })?;
        Ok(serde_json::from_str(&text).map_err(anyhow::Error::from)?)
    }

    /// Checks that the reader's role has a right.
    ///
    /// # Errors
    /// [`Error::Forbidden`].
    pub fn needs(&self, right: Right) -> Result<(), Error> {
        match self.actor.role.may(right) {
            true => Ok(()),
            false => Err(Error::Forbidden { role: self.actor.role.to_string() }),
        }
    }

    /// A text in the reader's language.
    pub fn t(&self, text: Text) -> &'static str {
        self.view.t(text)
    }
}
