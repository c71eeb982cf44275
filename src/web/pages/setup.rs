//! The first start: a link that works once makes the seller and its owner.

use actix_web::{HttpRequest, HttpResponse, web};
use maud::{Markup, html};

use crate::app::App;
use crate::domain::actor::{Actor, Role};
use crate::http::blocking::blocking;
use crate::operations::users::NewUser;
use crate::operations::{NOBODY, sessions};
use crate::web::form::Form;
use crate::web::reply;
use crate::web::session::{self, plain_view};
use crate::web::shell::Page;
use crate::web::texts::login as t;
use crate::web::view::View;

/// `GET /setup/{link}`
pub async fn show(request: HttpRequest, app: web::Data<App>, link: web::Path<String>) -> HttpResponse {
    let view = plain_view(&request);
    let secret = link.into_inner();
    let works = blocking(move || app.read(NOBODY, |db| sessions::may_set_up(db, &secret))).await;
    reply::page(&view, works.map(|works| if works { form(&view) } else { used(&view) }))
}

fn form(view: &View) -> Markup {
    let body = html! {
        div.gate {
            h1 { (view.t(t::SETUP)) }
            p.lead { (view.t(t::SETUP_LEAD)) }
            form.stack method="post" action=(view.here) {
                label { span { (view.t(t::SELLER)) } input name="seller" maxlength="100" required autofocus; }
                label { span { (view.t(t::EMAIL)) } input type="email" name="email" autocomplete="username" required; }
                label { span { (view.t(t::PASSWORD)) }
                    input type="password" name="password" minlength="8" autocomplete="new-password" required;
                    small { (view.t(t::PASSWORD_HINT)) } }
                button.primary type="submit" { (view.t(t::BEGIN)) }
            }
        }
    };
    Page::new(view.t(t::SETUP), "gate", body).render(view, None)
}

fn used(view: &View) -> Markup {
    let body = html! {
        div.gate {
            h1 { (view.t(t::LINK_USED)) }
            p { (view.t(t::LINK_USED_NEXT)) }
            p { a.button.primary href="/login" { (view.t(t::ENTER)) } }
        }
    };
    Page::new(view.t(t::LINK_USED), "gate", body).render(view, None)
}

/// `POST /setup/{link}`
pub async fn begin(
    request: HttpRequest,
    app: web::Data<App>,
    link: web::Path<String>,
    form: Form,
) -> HttpResponse {
    let view = plain_view(&request);
    let link = link.into_inner();
    let begun = blocking(move || {
        let owner = NewUser::parse(form.get("email"), Role::Owner, form.exactly("password"))?;
        let nobody = Actor::system(NOBODY);
        let seller = app.write(&nobody, |tx| sessions::set_up_seller(tx, &link, form.get("seller")))?;
        let actor = Actor { seller, name: "setup".to_owned(), role: Role::Owner };
        app.write(&actor, |tx| sessions::set_up_owner(tx, &link, &owner))
    });
    match begun.await {
        Ok(secret) => {
            let mut response = reply::see_other("/shops");
            let _ = response.add_cookie(&session::cookie(&request, Some(&secret)));
            response
        }
        Err(error) => reply::failure(&view, &error),
    }
}
