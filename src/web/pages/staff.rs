//! Staff who log in, and tokens for programs.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{Path, ServiceConfig, get, post};
use maud::{Markup, html};

use crate::db::users::UserRow;
use crate::db::{second_factors, tokens as token_record, users as record};
use crate::domain::actor::{Right, Role};
use crate::domain::error::Error;
use crate::domain::id::{TokenId, UserId};
use crate::http::blocking::blocking;
use crate::operations::users::{self, NewUser};
use crate::operations::{second_factor, sessions, tokens};
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::inside;
use crate::web::reply;
use crate::web::session::{Visitor, then};
use crate::web::shell::{Page, csrf};
use crate::web::texts::{common, house as t, login, words};
use crate::web::view::View;

/// Tokens shown; more than any seller has.
const TOKENS_SHOWN: usize = 200;
/// Roles of people; the others are for programs.
const PEOPLE: &[Role] =
    &[Role::Owner, Role::Manager, Role::Auditor, Role::Finance, Role::Shipper, Role::Viewer];

/// The addresses.
pub fn routes(config: &mut ServiceConfig) {
    config
        .service(inside("/staff", [get().to(show), post().to(create)]))
        .service(inside("/staff/{id}", [post().to(change)]))
        .service(inside("/staff/{id}/disable", [post().to(disable)]))
        .service(inside("/staff/{id}/enable", [post().to(enable)]))
        .service(inside("/staff/{id}/forget-factor", [post().to(forget_factor)]))
        .service(inside("/tokens", [post().to(issue)]))
        .service(inside("/tokens/{id}/revoke", [post().to(revoke)]));
}

/// `GET /staff`
pub async fn show(visitor: Visitor) -> HttpResponse {
    visitor
        .page(Right::Own, |db, view| {
            let people = record::all(db)?;
            let factors = second_factors::confirmed(db)?;
            let tokens = token_record::page(db, None, TOKENS_SHOWN)?;
            let me = view.reader.as_ref().map_or("", |reader| reader.email.as_str());
            let body = html! {
                div.page {
                    h1 { (view.t(t::STAFF_TITLE)) }
                    div.list { table {
                        tbody { @for user in &people { (person(view, user, user.email == me, factors.contains(&user.id))) } }
                    } }
                    (new_person(view))
                    h1 { (view.t(t::TOKENS)) }
                    div.list { table { tbody { @for token in &tokens {
                        tr.is-undone[token.revoked_at.is_some()] {
                            td { (token.name) } td { (view.t(words::role(token.role))) } td { (view.moment(token.created_at)) }
                            td { @if token.revoked_at.is_some() { (view.t(t::REVOKED)) } @else {
                                form method="post" action={ "/tokens/" (token.id) "/revoke" } {
                                    (csrf(view)) button type="submit" data-ask=(t::REVOKE_ASK.with(view.lang, &[&token.name])) { (view.t(t::REVOKE)) }
                                }
                            } }
                        }
                    } } } }
                    form.panel.row-form method="post" action="/tokens" {
                        (csrf(view))
                        label { span { (view.t(common::NAME)) } input name="name" maxlength="100" required; }
                        (role_field(view, Role::ALL, Role::Manager))
                        button type="submit" { (icon("plus")) (view.t(t::ADD_TOKEN)) }
                    }
                }
            };
            Ok(Page::new(view.t(common::STAFF), "staff", body))
        })
        .await
}

fn role_field(view: &View, roles: &[Role], chosen: Role) -> Markup {
    html! {
        label { span { (view.t(t::ROLE)) }
            select name="role" { @for role in roles { option value=(role) selected[*role == chosen] { (view.t(words::role(*role))) } } } }
    }
}

fn person(view: &View, user: &UserRow, is_me: bool, has_factor: bool) -> Markup {
    html! {
        tr {
            td { (user.email) }
            td { @if is_me { (view.t(words::role(user.role))) } @else {
                form.row-form method="post" action={ "/staff/" (user.id) } {
                    (csrf(view))
                    select name="role" aria-label=(view.t(t::ROLE)) { @for role in PEOPLE { option value=(role) selected[*role == user.role] { (view.t(words::role(*role))) } } }
                    button type="submit" { (view.t(common::SAVE)) }
                }
            } }
            td { (view.moment(user.created_at)) }
            td { @if has_factor {
                @if is_me { small { (view.t(login::FACTOR)) } } @else {
                    form method="post" action={ "/staff/" (user.id) "/forget-factor" } {
                        (csrf(view)) button type="submit" data-ask=(login::FACTOR_FORGET_ASK.with(view.lang, &[&user.email])) { (view.t(login::FACTOR_FORGET)) }
                    }
                }
            } }
            td { @if is_me { small { (view.t(t::YOURSELF)) } } @else if user.disabled_at.is_some() {
                form method="post" action={ "/staff/" (user.id) "/enable" } { (csrf(view)) (view.t(t::DISABLED)) " " button type="submit" { (view.t(t::ENABLE)) } }
            } @else {
                form method="post" action={ "/staff/" (user.id) "/disable" } {
                    (csrf(view)) button type="submit" data-ask=(t::DISABLE_ASK.with(view.lang, &[&user.email])) { (view.t(t::DISABLE)) }
                }
            } }
        }
    }
}

fn new_person(view: &View) -> Markup {
    html! {
        form.panel.row-form method="post" action="/staff" {
            (csrf(view))
            label { span { (view.t(login::EMAIL)) } input type="email" name="email" required autocomplete="off"; }
            label { span { (view.t(login::PASSWORD)) } input type="password" name="password" minlength="8" required autocomplete="new-password"; }
            (role_field(view, PEOPLE, Role::Shipper))
            button type="submit" { (icon("plus")) (view.t(t::ADD_USER)) }
        }
    }
}

fn role_of(form: &Form) -> Result<Role, Error> {
    Role::parse(form.get("role")).map_err(|said| Error::invalid("role", "word", said))
}

/// `POST /staff`
pub async fn create(visitor: Visitor, form: Form) -> HttpResponse {
    visitor
        .steps(Right::Own, move |visitor| {
            // The password is hashed outside the transaction: that takes its time on purpose.
            let new = NewUser::parse(form.get("email"), role_of(&form)?, form.exactly("password"))?;
            visitor.app.write(&visitor.actor, |tx| {
                users::create(tx, &new)?;
                let next = then("/staff", t::USER_ADDED.with(visitor.view.lang, &[&form.get("email")]));
                visitor.keep_notice(tx, &next.notice)?;
                Ok(next.to)
            })
        })
        .await
}

/// `POST /staff/{id}`: another role.
pub async fn change(visitor: Visitor, id: Path<UserId>, form: Form) -> HttpResponse {
    let id = id.into_inner();
    let own = visitor.session.user_id;
    visitor
        .change(Right::Own, move |tx, view| {
            not_oneself(view, id, own)?;
            users::change_role(tx, id, role_of(&form)?)?;
            Ok(then("/staff", view.t(t::USER_SAVED)))
        })
        .await
}

/// `POST /staff/{id}/disable`
pub async fn disable(visitor: Visitor, id: Path<UserId>) -> HttpResponse {
    set_disabled(visitor, id.into_inner(), true).await
}

/// `POST /staff/{id}/forget-factor`: for who has lost both phone and recovery codes.
pub async fn forget_factor(visitor: Visitor, id: Path<UserId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Own, move |tx, view| {
            second_factor::forget(tx, id)?;
            Ok(then("/staff", view.t(t::USER_SAVED)))
        })
        .await
}

/// `POST /staff/{id}/enable`
pub async fn enable(visitor: Visitor, id: Path<UserId>) -> HttpResponse {
    set_disabled(visitor, id.into_inner(), false).await
}

async fn set_disabled(visitor: Visitor, id: UserId, disabled: bool) -> HttpResponse {
    let own = visitor.session.user_id;
    visitor
        .change(Right::Own, move |tx, view| {
            not_oneself(view, id, own)?;
            users::set_disabled(tx, id, disabled)?;
            if disabled {
                sessions::end_all(tx, id)?;
            }
            Ok(then("/staff", view.t(t::USER_SAVED)))
        })
        .await
}

/// Whoever may do this is an owner; as nobody can demote themselves, one owner always stays.
fn not_oneself(view: &View, id: UserId, own: UserId) -> Result<(), Error> {
    match id == own {
        true => Err(Error::invalid("role", "word", view.t(t::LAST_OWNER))),
        false => Ok(()),
    }
}

/// `POST /tokens`: the token is shown on the page that comes back, and nowhere else.
pub async fn issue(visitor: Visitor, form: Form) -> HttpResponse {
    let view = visitor.view.clone();
    let issued = blocking(move || {
        visitor.needs(Right::Own)?;
        let role = role_of(&form)?;
        visitor.app.write(&visitor.actor, |tx| tokens::issue(tx, form.get("name"), role))
    });
    match issued.await {
        Ok(issued) => {
            let body = html! {
                div.page.narrow {
                    h1 { (view.t(t::ADD_TOKEN)) }
                    p { (view.t(t::TOKEN_ONCE)) }
                    code.secret { (issued.token) }
                    p { a.button href="/staff" { (view.t(common::STAFF)) } }
                }
            };
            reply::html_of(StatusCode::OK, Page::new(view.t(t::ADD_TOKEN), "staff", body).render(&view, None))
        }
        Err(error) => reply::failure(&view, &error),
    }
}

/// `POST /tokens/{id}/revoke`
pub async fn revoke(visitor: Visitor, id: Path<TokenId>) -> HttpResponse {
    let id = id.into_inner();
    visitor
        .change(Right::Own, move |tx, view| {
            tokens::revoke(tx, id)?;
            Ok(then("/staff", view.t(t::TOKEN_REVOKED)))
        })
        .await
}
