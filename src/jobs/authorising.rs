//! Doors of shops: what opens them is kept open. A person consents on the platform's page, and the token that brings is
//! refreshed ahead of its end.
//!
//! Network and record take turns. Cut off between the platform's answer and its writing, a code is lost, and the person
//! authorises again; a refresh is asked for again with the token that is kept, once the job that was cut off is taken up by
//! another worker, or its calls cannot be under way any more (65 s). Platforms that end a refresh token with its first use then
//! refuse, and a person has to consent anew: that cannot be mended on this side, and is said at once.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::{Map, Value as Json};
use workers::Hold;

use super::pulling::{HTTP, shop_refuses};
use crate::app::App;
use crate::connectors::authorisation::Authorisation;
use crate::connectors::clock::{Clocks, PlatformClock, Why};
use crate::connectors::http::{DEADLINE, Http};
use crate::connectors::link::{Access, CallError, Connector, connected, connector};
use crate::db::shop_tokens::{self, ShopTokenRow};
use crate::db::shops::{self, ShopRow};
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ShopId;
use crate::domain::shop::ShopSettings;
use crate::operations::shop_tokens as operations;
use crate::operations::shops::credentials;

/// Until one looks again whether another process has refreshed.
const REFRESHING: Duration = Duration::from_secs(2);
/// A refresh is one call, and one more where the platform's clock is another than the first was made by.
const REFRESH_MAX: Duration = Duration::from_secs(2 * DEADLINE.as_secs());

/// A shop with what opens it.
pub struct Door {
    pub shop: ShopRow,
    pub settings: ShopSettings,
    pub credentials: Map<String, Json>,
    pub connector: &'static dyn Connector,
    token: ShopTokenRow,
    http: &'static Http,
    clock: Arc<PlatformClock>,
}

/// The clocks of the platforms this process asks.
static CLOCKS: LazyLock<Clocks> = LazyLock::new(Clocks::default);

/// Why a shop cannot be asked now.
pub enum Shut {
    /// Nobody has said where it is or what opens it.
    Unlinked,
    /// Another process refreshes its token, or that is tried again soon.
    Later(Duration),
    /// Its token has ended, and the platform gave no other.
    Call(CallError),
    Ours(Error),
}

impl From<Error> for Shut {
    fn from(error: Error) -> Self {
        Self::Ours(error)
    }
}

/// What opens a shop, refreshed before where that is due. `job` is the lease of the job that asks.
///
/// # Errors
/// As [`Shut`] says.
pub fn open(app: &App, actor: &Actor, shop: ShopId, job: Option<Hold>) -> Result<Door, Shut> {
    let door = look(app, actor, shop)?.ok_or(Shut::Unlinked)?;
    let now = app.now();
    match (door.token.refresh_at, door.token.ends_at) {
        // It has ended, and its refresh failed a moment ago: asking with it would look as if the shop had shut us out.
        (Some(at), Some(end)) if at > now && end <= now => {
            return Err(Shut::Later((at.chrono() - now.chrono()).to_std().unwrap_or(REFRESHING)));
        }
        (Some(at), _) if at <= now => {}
        _ => return Ok(door),
    }
    let Some(authorisation) = door.connector.authorisation() else { return Ok(door) };
    let version = door.token.version;
    let Some(hold) = app.write(actor, |tx| operations::hold(tx, shop, version, job, REFRESH_MAX))? else {
        return Err(Shut::Later(REFRESHING));
    };
    match door.ask(app, |access| authorisation.refresh(access)) {
        Ok(given) => {
            let is_kept =
                app.write(actor, |tx| operations::keep_refreshed(tx, shop, version, hold, &given))?;
            if !is_kept {
                tracing::warn!(shop.id = %shop, "A token of shop {shop} came too late and is not kept");
            }
            look(app, actor, shop)?.ok_or(Shut::Unlinked)
        }
        Err(error) => {
            tracing::warn!(shop.id = %shop, "The token of shop {shop} was not refreshed: {error}");
            app.write(actor, |tx| operations::let_go(tx, shop, hold, error.may_pass()))?;
            // The old one opens the shop until it ends.
            match door.token.ends_at.is_some_and(|end| end > now) {
                true => Ok(door),
                false => Err(Shut::Call(error)),
            }
        }
    }
}

fn look(app: &App, actor: &Actor, shop: ShopId) -> Result<Option<Door>, Error> {
    app.read(actor.seller, |db| {
        let row = shops::find(db, shop)?;
        let settings = row.settings()?;
        let Some(connector) = connected(row.platform, &settings, row.is_linked) else { return Ok(None) };
        // Before the keys: an older version with newer keys is refused later, the reverse would not be.
        let token = shop_tokens::find(db, shop)?;
        let credentials = credentials(db, shop)?;
        let clock = CLOCKS.of(shop);
        Ok(Some(Door { shop: row, settings, credentials, connector, token, http: &HTTP, clock }))
    })
}

impl Door {
    /// The same, asked by another client.
    pub fn through(self, http: &'static Http) -> Self {
        Self { http, ..self }
    }

    /// What the connector is handed now. Calls go through [`Door::ask`].
    pub fn access(&self, app: &App) -> Access<'_> {
        Access {
            http: self.http,
            settings: &self.settings,
            credentials: &self.credentials,
            now: app.now(),
            began: Instant::now(),
            clock: &self.clock,
        }
    }

    /// Does something in the shop, once more where it was refused for the time it was asked at.
    ///
    /// # Errors
    /// What the deed answers.
    pub fn ask<T, E: Why>(&self, app: &App, deed: impl Fn(&Access) -> Result<T, E>) -> Result<T, E> {
        self.clock.keep(|| deed(&self.access(app)))
    }

    /// Which of the shop's tokens it was opened with.
    pub fn version(&self) -> i64 {
        self.token.version
    }
}

/// The platform's page where a person of this session consents, and then comes back to `back`.
///
/// # Errors
/// `no_consent` when the platform has none, or its app's key is missing.
pub fn consent(app: &App, actor: &Actor, shop: ShopId, session: i64, back: &str) -> Result<String, Error> {
    let known = known(app, actor, shop)?;
    let state = app.write(actor, |tx| operations::send_away(tx, shop, session))?;
    let access = known.access(app);
    known
        .authorisation
        .consent_url(&access, &state, back)
        .map_err(|error| no_consent(shop, &error.to_string()))
}

/// Exchanges the code a person of this session came back with, among `returned`; the shop it opens.
///
/// # Errors
/// `consent_unknown` when nobody went; `consent_refused` when the platform did not sign it; `shop_refuses` with what the platform says; `keys_changed`.
pub fn consented(
    app: &App,
    actor: &Actor,
    session: i64,
    state: &str,
    code: &str,
    back: &str,
    returned: &[(String, String)],
) -> Result<ShopRow, Error> {
    let shop = app.write(actor, |tx| operations::welcome_back(tx, state, session))?;
    let known = known(app, actor, shop)?;
    let access = known.access(app);
    if !known.authorisation.is_genuine(&access, returned) {
        return Err(Error::conflict(
            "consent_refused",
            format!("What came back for shop {shop} is not signed by it with the app's secret."),
            "Compare the shop's address and the app's client secret, then authorise again.",
        ));
    }
    let given = known
        .clock
        .keep(|| known.authorisation.exchange(&access, code, back))
        .map_err(|error| shop_refuses(shop, &error))?;
    app.write(actor, |tx| {
        operations::keep_consented(tx, shop, known.version, &given)?;
        crate::operations::write_backs::telling::enqueue_shop(tx, shop)?;
        super::pulling::enqueue(tx, shop)?;
        shops::find(tx, shop)
    })
}

struct Known {
    authorisation: &'static dyn Authorisation,
    settings: ShopSettings,
    credentials: Map<String, Json>,
    version: i64,
    clock: Arc<PlatformClock>,
}

impl Known {
    fn access(&self, app: &App) -> Access<'_> {
        Access {
            http: &HTTP,
            settings: &self.settings,
            credentials: &self.credentials,
            now: app.now(),
            began: Instant::now(),
            clock: &self.clock,
        }
    }
}

fn known(app: &App, actor: &Actor, shop: ShopId) -> Result<Known, Error> {
    app.read(actor.seller, |db| {
        let row = shops::find(db, shop)?;
        let authorisation = connector(row.platform).and_then(Connector::authorisation).ok_or_else(|| {
            no_consent(shop, &format!("the platform {} gives its keys otherwise", row.platform))
        })?;
        let version = shop_tokens::find(db, shop)?.version;
        let (settings, credentials) = (row.settings()?, credentials(db, shop)?);
        Ok(Known { authorisation, settings, credentials, version, clock: CLOCKS.of(shop) })
    })
}

fn no_consent(shop: ShopId, why: &str) -> Error {
    Error::conflict(
        "no_consent",
        format!("Shop {shop} cannot be authorised: {why}."),
        "Save the keys of the platform's app first.",
    )
}
