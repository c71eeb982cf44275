//! Commands that set up an installation: schema, tokens, users, copies.

use std::io::Read;
use std::path::Path;

use anyhow::{Context, bail};
use tracing::info;

use super::{open, open_pool, print};
use crate::app::App;
use crate::db::pool::Pool;
use crate::db::{backup as backups, copy as carrier, migrate as schema, users as people};
use crate::domain::actor::{Actor, Role};
use crate::domain::id::SellerId;
use crate::operations::users::NewUser;
use crate::operations::{NOBODY, second_factor, sellers, tokens, users};
use crate::settings::Settings;

/// Longest password read from standard input, in bytes: a wrong pipe is noticed.
const PASSWORD_BYTES: u64 = 4096;

/// `huidan migrate`
pub fn migrate(settings: &Settings) -> anyhow::Result<()> {
    let migrated = schema::run(&open_pool(settings)?)?;
    match migrated.is_empty() {
        true => print("The schema is up to date."),
        false => print(&migrated.join("\n")),
    }
}

/// `huidan token create`
pub fn create_token(settings: &Settings, name: &str, role: Role, seller: Option<&str>) -> anyhow::Result<()> {
    let app = open(settings)?;
    let actor = Actor::system(seller_named(&app, seller)?);
    let issued = app.write(&actor, |tx| tokens::issue(tx, name, role))?;
    print(&issued.token)
}

/// `huidan user create`
pub fn create_user(settings: &Settings, email: &str, role: Role, seller: Option<&str>) -> anyhow::Result<()> {
    let new = NewUser::parse(email, role, &read_password()?)?;
    let app = open(settings)?;
    let actor = Actor::system(seller_named(&app, seller)?);
    let user = app.write(&actor, |tx| users::create(tx, &new))?;
    info!(user.id = %user, "Made user {user} with the role {role}");
    Ok(())
}

/// `huidan user forget-factor`
pub fn forget_factor(settings: &Settings, email: &str) -> anyhow::Result<()> {
    let app = open(settings)?;
    let known = app.read(NOBODY, |db| Ok(people::by_email(db, &email.trim().to_lowercase())?))?;
    let user = known.with_context(|| format!("there is no user {email}"))?;
    app.write(&Actor::system(user.seller_id), |tx| second_factor::forget(tx, user.id))?;
    info!(user.id = %user.id, "{email} logs in with the password alone");
    Ok(())
}

/// `huidan copy`
pub fn copy(settings: &Settings, to: &str) -> anyhow::Result<()> {
    let from = open_pool(settings)?;
    schema::run(&from)?;
    let target = Pool::open(to, 2, settings.sqlite_synchronous).context("opening the database to copy to")?;
    schema::run(&target)?;
    // Drawn on standard error, and only on a terminal.
    let bar = indicatif::ProgressBar::new_spinner();
    let copied = carrier::copy(&from, &target, &mut |table, rows| {
        bar.set_message(format!("{table}: {rows} rows"));
        bar.tick();
    })?;
    bar.finish_and_clear();
    let lines: Vec<String> = copied.iter().map(|(table, rows)| format!("{table} {rows}")).collect();
    info!("The key ring goes along: give the other installation the same HUIDAN_SECRET_KEY or secret.key");
    print(&lines.join("\n"))
}

/// `huidan backup`
pub fn backup(settings: &Settings, file: &Path) -> anyhow::Result<()> {
    backups::write(&open_pool(settings)?, file)?;
    info!("Wrote {}; keep secret.key with it, or nothing sealed can be opened", file.display());
    Ok(())
}

fn seller_named(app: &App, name: Option<&str>) -> anyhow::Result<SellerId> {
    Ok(app.write(&Actor::system(NOBODY), |tx| match name {
        Some(name) => sellers::ensure(tx, name),
        None => sellers::only(tx),
    })?)
}

/// The seller of this name, or the only one; none is made.
pub fn known_seller(app: &App, name: Option<&str>) -> anyhow::Result<SellerId> {
    match name {
        Some(name) => match app.read(NOBODY, |db| Ok(crate::db::sellers::by_name(db, name)?))? {
            Some(row) => Ok(row.id),
            None => bail!("there is no seller {name:?}; huidan token create --seller makes one"),
        },
        None => Ok(app.write(&Actor::system(NOBODY), sellers::only)?),
    }
}

/// The first line of standard input.
fn read_password() -> anyhow::Result<String> {
    let mut text = String::new();
    std::io::stdin()
        .take(PASSWORD_BYTES)
        .read_to_string(&mut text)
        .context("reading the password from standard input")?;
    match text.lines().next() {
        Some(password) if !password.is_empty() => Ok(password.to_owned()),
        _ => bail!("There is no password on standard input; pipe it in, as in: huidan user create … < file"),
    }
}
