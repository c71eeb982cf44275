//! How the pages look to this browser: language, theme, whether the tour is shown; kept in cookies.

use actix_web::HttpResponse;
use actix_web::cookie::{Cookie, SameSite, time};

use crate::web::form::Form;
use crate::web::reply;

const KEPT: time::Duration = time::Duration::days(365);

/// `POST /look`: nothing of anybody's data is touched, so it needs no log-in.
pub async fn change(form: Form) -> HttpResponse {
    let mut response = reply::see_other(form.get("back"));
    let choices: [(&str, &[&str]); 3] =
        [("lang", &["en", "zh"]), ("theme", &["auto", "light", "dark"]), ("tour", &["off"])];
    for (name, allowed) in choices {
        let value = form.get(name);
        if !value.is_empty() && allowed.contains(&value) {
            let cookie = Cookie::build(name, value.to_owned())
                .path("/")
                .same_site(SameSite::Lax)
                .max_age(KEPT)
                .finish();
            // Two names of our own always make a header.
            let _ = response.add_cookie(&cookie);
        }
    }
    response
}
