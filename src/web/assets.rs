//! Styles, scripts and pictures, embedded in the program.
//!
//! Their address holds a hash of all of them, so browsers keep them for a year and still get the
//! new ones with a new program; modules import each other by relative names within that folder.

use std::sync::LazyLock;

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpRequest, HttpResponse};

use crate::db::seal::digest;

struct Asset {
    name: &'static str,
    kind: &'static str,
    body: &'static [u8],
}

macro_rules! assets {
    ($($name:literal $kind:literal;)*) => {
        const ASSETS: &[Asset] = &[$(Asset {
            name: $name,
            kind: $kind,
            body: include_bytes!(concat!("static/", $name)),
        },)*];
    };
}

assets! {
    "tokens.css" "text/css; charset=utf-8";
    "base.css" "text/css; charset=utf-8";
    "shell.css" "text/css; charset=utf-8";
    "forms.css" "text/css; charset=utf-8";
    "badges.css" "text/css; charset=utf-8";
    "panels.css" "text/css; charset=utf-8";
    "workbench.css" "text/css; charset=utf-8";
    "table.css" "text/css; charset=utf-8";
    "drawer.css" "text/css; charset=utf-8";
    "templates.css" "text/css; charset=utf-8";
    "print.css" "text/css; charset=utf-8";
    "app.js" "text/javascript; charset=utf-8";
    "swap.js" "text/javascript; charset=utf-8";
    "keys.js" "text/javascript; charset=utf-8";
    "clock.js" "text/javascript; charset=utf-8";
    "selection.js" "text/javascript; charset=utf-8";
    "workbench.js" "text/javascript; charset=utf-8";
    "drawer.js" "text/javascript; charset=utf-8";
    "live.js" "text/javascript; charset=utf-8";
    "scan.js" "text/javascript; charset=utf-8";
    "templates.js" "text/javascript; charset=utf-8";
    "audits.js" "text/javascript; charset=utf-8";
    "drop.js" "text/javascript; charset=utf-8";
    "icon.svg" "image/svg+xml";
}

/// The styles of every page, in the order in which they build on each other.
pub const STYLES: &[&str] = &[
    "tokens.css",
    "base.css",
    "shell.css",
    "forms.css",
    "badges.css",
    "panels.css",
    "table.css",
    "workbench.css",
    "drawer.css",
    "templates.css",
    "print.css",
];

/// One hash over everything.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let all: Vec<u8> = ASSETS.iter().flat_map(|asset| asset.body).copied().collect();
    digest(&all)[..12].to_owned()
});

/// The address of an asset.
pub fn url(name: &str) -> String {
    format!("/static/{}/{name}", *VERSION)
}

/// `GET /static/{version}/{name}`
pub async fn show(request: HttpRequest) -> HttpResponse {
    let part = |name| request.match_info().get(name).unwrap_or_default();
    let Some(asset) = ASSETS.iter().find(|asset| asset.name == part("name")) else {
        return HttpResponse::NotFound().content_type("text/plain").body("There is no such file.");
    };
    // A page of an older program may still ask: it gets the file, but keeps it for nobody.
    let cache = match part("version") == *VERSION {
        true => "public, max-age=31536000, immutable",
        false => "no-store",
    };
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, asset.kind))
        .insert_header((CACHE_CONTROL, cache))
        .body(asset.body)
}
