//! One's second factor: switched on with a picture for the phone, asked for at log-in, switched off with the password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};
use qrcodegen::{QrCode, QrCodeEcc};

use crate::app::App;
use crate::db::second_factors;
use crate::db::{Db, users as people};
use crate::domain::actor::{Actor, Right};
use crate::domain::error::Error;
use crate::domain::id::{SellerId, UserId};
use crate::domain::time::UtcTime;
use crate::http::blocking::blocking;
use crate::operations::{NOBODY, second_factor, sessions, users};
use crate::web::form::Form;
use crate::web::limit::{LoginLimit, Tries};
use crate::web::reply;
use crate::web::session::{self, Visitor, plain_view, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::login as t;
use crate::web::view::View;

/// The sealing purpose of what stands between password and code.
const TICKET: &str = "login_ticket";
/// How long the password counts while the code is looked up.
const TICKET_GOOD: chrono::Duration = chrono::Duration::minutes(5);

/// What a log-in goes on with: who has shown the password, sealed, and until when that counts.
///
/// # Errors
/// When the record cannot be read.
pub fn ticket(db: &mut Db, user: &people::UserRow, now: UtcTime) -> String {
    let text = format!("{} {}", user.id, now.plus(TICKET_GOOD));
    format!("{}.{}", user.seller_id, db.seal(TICKET, &text))
}

/// Who a ticket is of, while it is good.
fn holder(app: &App, ticket: &str) -> Option<people::UserRow> {
    let (seller, sealed) = ticket.split_once('.')?;
    let seller = SellerId(seller.parse().ok()?);
    app.read(seller, |db| {
        let Ok(text) = db.open(TICKET, sealed) else { return Ok(None) };
        let Some((user, until)) = text.split_once(' ') else { return Ok(None) };
        let is_good = UtcTime::parse(until).is_ok_and(|until| app.now() < until);
        let user = user.parse().ok().filter(|_| is_good);
        let staff = people::all(db)?;
        Ok(staff.into_iter().find(|row| Some(row.id.0) == user && row.disabled_at.is_none()))
    })
    .ok()
    .flatten()
}

/// The page that asks for the code.
pub fn ask(view: &View, ticket: &str, back: &str, wrong: Option<&str>) -> Markup {
    let body = html! {
        div.gate {
            h1 { (view.t(t::CODE)) }
            p.lead { (view.t(t::CODE_LEAD)) }
            @if let Some(what) = wrong { section.notice.is-wrong #trouble role="alert" { p { (what) } } }
            form.stack method="post" action="/login/code" data-plain {
                input type="hidden" name="ticket" value=(ticket);
                input type="hidden" name="back" value=(back);
                label { span { (view.t(t::CODE)) }
                    input name="code" inputmode="numeric" autocomplete="one-time-code" required autofocus maxlength="20"; }
                button.primary type="submit" { (view.t(t::ENTER)) }
            }
            p { a href="/login" { (view.t(t::OTHER_ACCOUNT)) } }
        }
    };
    Page::new(view.t(t::CODE), "gate", body).render(view, None)
}

/// `POST /login/code`
pub async fn enter(
    request: HttpRequest,
    form: Form,
    app: web::Data<App>,
    limit: web::Data<LoginLimit>,
) -> HttpResponse {
    let view = plain_view(&request).at("/login");
    let (ticket, back) = (form.get("ticket").to_owned(), form.get("back").to_owned());
    let (known, app_too) = (ticket.clone(), app.clone());
    let Ok(Some(user)) = blocking(move || Ok(holder(&app_too, &known))).await else {
        return reply::see_other("/login");
    };
    let peer = request.peer_addr().map(|peer| peer.ip().to_string()).unwrap_or_default();
    let names = [Tries::of_machine(&peer), Tries::of_account(&user.email)];
    if let Some(seconds) = limit.wait_s(&names) {
        let wait = t::TOO_MANY.with(view.lang, &[&seconds]);
        return reply::html_of(StatusCode::TOO_MANY_REQUESTS, ask(&view, &ticket, &back, Some(&wait)));
    }
    let entered = blocking(move || {
        let actor = Actor { seller: user.seller_id, name: format!("user:{}", user.id), role: user.role };
        app.write(&actor, |tx| match second_factor::take(tx, user.id, form.get("code"))? {
            true => sessions::begin(tx, user.id).map(Some),
            false => Ok(None),
        })
    });
    match entered.await {
        Ok(Some(secret)) => {
            let mut response = reply::see_other(if back.is_empty() { "/" } else { &back });
            let _ = response.add_cookie(&session::cookie(&request, Some(&secret)));
            response
        }
        Ok(None) => {
            limit.failed(&names);
            let page = ask(&view, &ticket, &back, Some(view.t(t::CODE_WRONG)));
            reply::html_of(StatusCode::UNAUTHORIZED, page)
        }
        Err(error) => reply::failure(&view, &error),
    }
}

/// The panel on one's account.
///
/// # Errors
/// When the record cannot be read.
pub fn panel(db: &mut Db, view: &View, user: UserId) -> Result<Markup, Error> {
    let email = view.reader.as_ref().map_or("", |reader| reader.email.as_str());
    let factor = second_factors::find(db, user)?;
    let offer = second_factor::offer(db, user, email)?;
    Ok(html! {
        section.panel #factor {
            h2 { (view.t(t::FACTOR)) }
            @if let Some(offer) = offer {
                p { (view.t(t::FACTOR_SCAN)) }
                (picture(view, &offer.address))
                p.hint { (view.t(t::FACTOR_TYPE)) " " code.secret { (offer.secret) } }
                form.row-form method="post" action="/account/factor/confirm" data-plain {
                    (csrf(view))
                    label { span { (view.t(t::CODE)) } input name="code" inputmode="numeric" autocomplete="one-time-code" required maxlength="20"; }
                    button.primary type="submit" { (view.t(t::FACTOR_CONFIRM)) }
                }
            } @else if factor.is_some() {
                p { (view.t(t::FACTOR_IS_ON)) }
                form.row-form method="post" action="/account/factor/off" {
                    (csrf(view))
                    label { span { (view.t(t::OLD_PASSWORD)) } input type="password" name="old" autocomplete="current-password" required; }
                    button.danger type="submit" { (view.t(t::FACTOR_OFF)) }
                }
            } @else {
                p { (view.t(t::FACTOR_LEAD)) }
                form method="post" action="/account/factor" { (csrf(view)) button type="submit" { (view.t(t::FACTOR_ON)) } }
            }
        }
    })
}

/// The address as a QR code of black squares on white, which cameras read in both themes.
fn picture(view: &View, address: &str) -> Markup {
    let Ok(code) = QrCode::encode_text(address, QrCodeEcc::Medium) else { return html! {} };
    let size = code.size();
    let dark =
        (0..size).flat_map(|y| (0..size).map(move |x| (x, y))).filter(|(x, y)| code.get_module(*x, *y));
    let path: String = dark.map(|(x, y)| format!("M{} {}h1v1h-1z", x + 4, y + 4)).collect();
    html! {
        svg.qr role="img" aria-label=(view.t(t::FACTOR_SCAN)) viewBox={ "0 0 " (size + 8) " " (size + 8) } {
            rect.qr-ground width=(size + 8) height=(size + 8) {}
            path.qr-ink d=(path) {}
        }
    }
}

/// `POST /account/factor`
pub async fn begin(visitor: Visitor) -> HttpResponse {
    let user = visitor.session.user_id;
    visitor
        .change(Right::See, move |tx, _| {
            second_factor::begin(tx, user)?;
            Ok(then("/account", ""))
        })
        .await
}

/// `POST /account/factor/confirm`: the recovery codes are shown on the page that comes back, and nowhere else.
pub async fn confirm(visitor: Visitor, form: Form) -> HttpResponse {
    let view = visitor.view.clone();
    let user = visitor.session.user_id;
    let confirmed = blocking(move || {
        visitor.app.write(&visitor.actor, |tx| second_factor::confirm(tx, user, form.get("code")))
    });
    match confirmed.await {
        Ok(codes) => {
            let body = html! {
                div.page.narrow {
                    h1 { (view.t(t::RECOVERY)) }
                    p { (view.t(t::RECOVERY_HINT)) }
                    ul.codes { @for code in codes { li { code { (code) } } } }
                    p { a.button.primary href="/account" { (view.t(t::RECOVERY_KEPT)) } }
                }
            };
            reply::html_of(StatusCode::OK, Page::new(view.t(t::RECOVERY), "", body).render(&view, None))
        }
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /account/factor/off`: with the password, so that an open screen is not enough.
pub async fn off(visitor: Visitor, form: Form, limit: web::Data<LoginLimit>) -> HttpResponse {
    let (email, user) = (visitor.session.email.clone(), visitor.session.user_id);
    let names = [Tries::of_account(&email)];
    visitor
        .steps(Right::See, move |visitor| {
            let wrong = || Error::invalid("old", "word", visitor.t(t::FAILED));
            if limit.wait_s(&names).is_some() {
                return Err(wrong());
            }
            if visitor.app.read(NOBODY, |db| users::verify(db, &email, form.exactly("old")))?.is_none() {
                limit.failed(&names);
                return Err(wrong());
            }
            visitor.app.write(&visitor.actor, |tx| second_factor::forget(tx, user))?;
            Ok("/account".to_owned())
        })
        .await
}
