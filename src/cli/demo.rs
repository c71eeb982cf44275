//! `huidan demo`

use std::path::Path;
use std::sync::Arc;

use anyhow::Context;

use super::serve::{self, Background, serve};
use crate::demo::{self, Demo};
use crate::settings::{Settings, Source};

/// Serves a fresh data folder with three simulated shops until the process is asked to end.
pub fn run(settings: &Settings, orders: usize) -> anyhow::Result<()> {
    let mut settings = settings.clone();
    // Kept until the end; a folder that nobody named goes with the demo.
    let mut passing = None;
    if *settings.source_of("data") == Source::Default {
        let folder = tempfile::Builder::new().prefix("huidan-demo-").tempdir().context("making a folder")?;
        settings.data = folder.path().to_owned();
        passing = Some(folder);
    }
    demo::claim(&settings.data)?;
    settings.database_url = format!("sqlite://{}", settings.data.join("huidan.db").display());
    settings.secret_key.clear();
    let app = super::open(&settings)?;
    eprintln!("Making {orders} simulated orders …");
    let demo = demo::set_up(&app, orders)?;
    let folder = settings.data.clone();
    let is_passing = passing.is_some();
    let letter = letter(&demo, orders, &folder, is_passing);
    let (demo, lease) = (Arc::new(demo), settings.job_lease);
    let background: Vec<Background> = vec![Box::new(move |app, stop| {
        let beside = demo::trading(app, demo, orders);
        serve::work(app, lease, beside, stop);
    })];
    serve(&settings, &app, background, |address| println!("{}", letter(address)))
}

/// What a newcomer reads when the demo is ready.
fn letter(
    demo: &Demo,
    orders: usize,
    folder: &Path,
    is_passing: bool,
) -> impl FnOnce(std::net::SocketAddr) -> String + use<> {
    let shops: Vec<String> =
        demo.shops.iter().map(|shop| format!("  {:<4} {}", shop.id, shop.name)).collect();
    let (shops, password, token) = (shops.join("\n"), demo.password.clone(), demo.token.clone());
    let kept = if is_passing { "goes when the demo ends" } else { "stays" };
    let folder = folder.display().to_string();
    move |address| {
        format!(
            "\nhuidan demo · {orders} orders of three simulated shops that keep selling\n\
             {shops}\n\n\
             Pages   http://{address}   log in as {email} with {password}\n\
             API     export HUIDAN=http://{address}/api/v1 TOKEN={token}\n\
             \x20       curl -H \"Authorization: Bearer $TOKEN\" \"$HUIDAN/shipments?state=ready&limit=3\"\n\
             Data    {folder} ({kept})\n\
             Ctrl-C ends it.\n",
            email = demo::EMAIL,
        )
    }
}
