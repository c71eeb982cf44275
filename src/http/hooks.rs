//! Webhooks of shops: `POST /hooks/{shop}`. A genuine one has the shop asked for what changed, and nothing more.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Path, Payload};
use actix_web::{HttpRequest, HttpResponse};

use super::blocking::blocking;
use super::body::{SMALL, read};
use super::problem::{Failure, Reply};
use crate::app::App;
use crate::connectors::hooks::{Hook, judge, thanks};
use crate::db::shops as record;
use crate::domain::actor::Actor;
use crate::domain::id::ShopId;
use crate::jobs::pulling;
use crate::operations::{NOBODY, shops};

/// `POST /hooks/{shop}`. Whether the shop is unknown or the signature wrong, the answer is the same.
pub async fn receive(request: HttpRequest, shop: Path<String>, payload: Payload, app: Data<App>) -> Reply {
    let refused = || {
        Failure::edge(
            StatusCode::UNAUTHORIZED,
            "hook_refused",
            "This webhook is signed by no shop of ours.",
            "Compare the address, and the secret of the webhook with webhook_secret of the shop.",
        )
    };
    let body = read(&mut payload.into_inner(), SMALL).await?;
    let Ok(shop) = shop.parse::<ShopId>() else { return Err(refused()) };
    // Taken out here: the request stays on its thread.
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .filter_map(|(name, value)| Some((name.as_str().to_owned(), value.to_str().ok()?.to_owned())))
        .collect();
    let judged = blocking(move || {
        let Some((seller, platform)) = app.read(NOBODY, |db| Ok(record::anybodys(db, shop)?))? else {
            return Ok((Hook::Forged, None));
        };
        let credentials = app.read(seller, |db| shops::credentials(db, shop))?;
        let header =
            |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let hook = judge(platform, &credentials, header, &body);
        if hook == Hook::Hint {
            app.write(&Actor::system(seller), |tx| pulling::hint(tx, shop))?;
        }
        Ok((hook, thanks(platform)))
    });
    match judged.await? {
        (Hook::Forged, _) => Err(refused()),
        (Hook::Hint | Hook::Greeting, None) => Ok(HttpResponse::NoContent().finish()),
        (Hook::Hint | Hook::Greeting, Some(thanks)) => {
            Ok(HttpResponse::Ok().content_type("application/json").body(thanks))
        }
    }
}
