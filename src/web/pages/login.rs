//! Log-in, log-out, and one's own account.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use super::factor;
use crate::app::App;
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::http::blocking::blocking;
use crate::operations::users::{self, NewUser};
use crate::operations::{NOBODY, second_factor, sessions};
use crate::web::form::Form;
use crate::web::limit::{LoginLimit, Tries};
use crate::web::reply;
use crate::web::session::{self, Visitor, plain_view};
use crate::web::shell::{Page, csrf};
use crate::web::texts::login as t;
use crate::web::view::View;

/// `GET /login`
pub async fn show(request: HttpRequest) -> HttpResponse {
    let view = plain_view(&request).at("/login");
    let back = Form::parse(request.query_string()).get("back").to_owned();
    reply::html_of(StatusCode::OK, page(&view, &back, "", None))
}

fn page(view: &View, back: &str, email: &str, wrong: Option<(&str, &str)>) -> Markup {
    let body = html! {
        div.gate {
            h1 { (view.t(t::TITLE)) }
            p.lead { (view.t(t::LEAD)) }
            @if let Some((what, next)) = wrong {
                section.notice.is-wrong #trouble role="alert" { p { (what) } p.next { (next) } }
            }
            form.stack method="post" action="/login" data-plain {
                input type="hidden" name="back" value=(back);
                label { span { (view.t(t::EMAIL)) }
                    input type="email" name="email" value=(email) autocomplete="username" required autofocus[email.is_empty()]; }
                label { span { (view.t(t::PASSWORD)) }
                    input type="password" name="password" autocomplete="current-password" required autofocus[!email.is_empty()]; }
                button.primary type="submit" { (view.t(t::ENTER)) }
            }
        }
    };
    Page::new(view.t(t::TITLE), "gate", body).render(view, None)
}

/// What a right password leads to.
enum Entry {
    /// The session's secret.
    In { secret: String },
    /// A second factor is asked for.
    Half { ticket: String },
}

/// `POST /login`
pub async fn enter(
    request: HttpRequest,
    form: Form,
    app: web::Data<App>,
    limit: web::Data<LoginLimit>,
) -> HttpResponse {
    let view = plain_view(&request).at("/login");
    let (email, back) = (form.get("email").to_lowercase(), form.get("back").to_owned());
    let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    let names = [Tries::of_machine(&peer), Tries::of_account(&email)];
    if let Some(seconds) = limit.wait_s(&names) {
        let wait = t::TOO_MANY.with(view.lang, &[&seconds]);
        return reply::html_of(StatusCode::TOO_MANY_REQUESTS, page(&view, &back, &email, Some((&wait, ""))));
    }
    let (address, password) = (email.clone(), form.exactly("password").to_owned());
    let entered = blocking(move || {
        let Some(user) = app.read(NOBODY, |db| users::verify(db, &address, &password))? else {
            return Ok(None);
        };
        let now = app.now();
        let asked = app.read(user.seller_id, |db| {
            Ok(second_factor::is_asked(db, user.id)?.then(|| factor::ticket(db, &user, now)))
        })?;
        if let Some(ticket) = asked {
            return Ok(Some(Entry::Half { ticket }));
        }
        let actor = Actor { seller: user.seller_id, name: format!("user:{}", user.id), role: user.role };
        app.write(&actor, |tx| sessions::begin(tx, user.id)).map(|secret| Some(Entry::In { secret }))
    });
    match entered.await {
        Ok(Some(Entry::Half { ticket })) => {
            reply::html_of(StatusCode::OK, factor::ask(&view, &ticket, &back, None))
        }
        Ok(Some(Entry::In { secret })) => {
            let mut response = reply::see_other(if back.is_empty() { "/" } else { &back });
            let _ = response.add_cookie(&session::cookie(&request, Some(&secret)));
            response
        }
        Ok(None) => {
            limit.failed(&names);
            let wrong = Some((view.t(t::FAILED), view.t(t::FAILED_NEXT)));
            reply::html_of(StatusCode::UNAUTHORIZED, page(&view, &back, &email, wrong))
        }
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /logout`
pub async fn leave(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    end(request, visitor, |tx, visitor| sessions::end(tx, &visitor.session)).await
}

/// `POST /logout-everywhere`
pub async fn leave_everywhere(request: HttpRequest, visitor: Visitor) -> HttpResponse {
    end(request, visitor, |tx, visitor| sessions::end_all(tx, visitor.session.user_id)).await
}

async fn end(
    request: HttpRequest,
    visitor: Visitor,
    work: fn(&mut crate::db::Tx, &Visitor) -> Result<(), Error>,
) -> HttpResponse {
    let view = visitor.view.clone();
    let ended = blocking(move || visitor.app.write(&visitor.actor, |tx| work(tx, &visitor)));
    match ended.await {
        Ok(()) => {
            let mut response = reply::see_other("/login");
            let _ = response.add_cookie(&session::cookie(&request, None));
            response
        }
        Err(error) => reply::failure(&view, &error),
    }
}

/// `GET /account`
pub async fn account(visitor: Visitor) -> HttpResponse {
    let user = visitor.session.user_id;
    visitor
        .page(Right::See, move |db, view| {
            let factor = factor::panel(db, view, user)?;
            Ok(Page::new(view.t(t::CHANGE_PASSWORD), "", account_body(view, &factor)))
        })
        .await
}

fn account_body(view: &View, factor: &Markup) -> Markup {
    let email = view.reader.as_ref().map_or("", |reader| reader.email.as_str());
    html! {
        div.page.narrow {
            h1 { (email) }
            form.stack.panel method="post" action="/account/password" {
                (csrf(view))
                input.visually-hidden type="text" name="username" value=(email) autocomplete="username" tabindex="-1" aria-hidden="true" readonly;
                h2 { (view.t(t::CHANGE_PASSWORD)) }
                label { span { (view.t(t::OLD_PASSWORD)) }
                    input type="password" name="old" autocomplete="current-password" required; }
                label { span { (view.t(t::NEW_PASSWORD)) }
                    input type="password" name="new" minlength="8" autocomplete="new-password" required;
                    small { (view.t(t::PASSWORD_HINT)) } }
                button.primary type="submit" { (view.t(t::CHANGE_PASSWORD)) }
            }
            (factor)
            form.stack.panel method="post" action="/logout-everywhere" data-plain {
                (csrf(view))
                h2 { (view.t(t::LOG_OUT_EVERYWHERE)) }
                p { (view.t(t::EVERYWHERE_HINT)) }
                button type="submit" { (view.t(t::LOG_OUT_EVERYWHERE)) }
            }
        }
    }
}

/// `POST /account/password`: the present password is asked for, and every session ends but a new one.
pub async fn change_password(
    request: HttpRequest,
    visitor: Visitor,
    form: Form,
    limit: web::Data<LoginLimit>,
) -> HttpResponse {
    let view = visitor.view.clone();
    let email = visitor.session.email.clone();
    let names = [Tries::of_account(&email)];
    let changed = blocking(move || {
        let wrong = || Error::invalid("old", "word", visitor.t(t::FAILED));
        if limit.wait_s(&names).is_some() {
            return Err(wrong());
        }
        let known = visitor.app.read(NOBODY, |db| users::verify(db, &email, form.exactly("old")))?;
        let Some(user) = known else {
            limit.failed(&names);
            return Err(wrong());
        };
        let new = NewUser::parse(&email, user.role, form.exactly("new"))?;
        visitor.app.write(&visitor.actor, |tx| {
            users::create_or_reset(tx, &new)?;
            sessions::end_all(tx, user.id)?;
            sessions::begin(tx, user.id)
        })
    });
    match changed.await {
        Ok(secret) => {
            let mut response = reply::see_other("/account");
            let _ = response.add_cookie(&session::cookie(&request, Some(&secret)));
            response
        }
        Err(error) => reply::failure(&view, &error),
    }
}
