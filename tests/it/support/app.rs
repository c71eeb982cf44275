//! An app of its own for each test, by a clock that stands still.

use std::sync::{Arc, Mutex, OnceLock};

use chrono::Duration;
use huidan::app::App;
use huidan::db::seal::Keys;
use huidan::db::shops::ShopRow;
use huidan::db::{Db, Tx};
use huidan::domain::actor::{Actor, Role};
use huidan::domain::error::Error;
use huidan::domain::order::OrderSnapshot;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::domain::time::UtcTime;
use huidan::jobs::intake::take_in_all;
use huidan::operations::intake::Taken;
use huidan::operations::shops::NewShop;
use huidan::operations::{NOBODY, sellers, shops, tokens};

use super::database::Database;
use super::http::{Http, Server};
use super::orders::OrderBuilder;

/// When every test begins.
pub const BEGIN: &str = "2026-11-20T04:00:00Z";

/// A key nobody uses outside tests; every test seals alike.
const KEYS: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A seller, its owner, and an app on a database of their own.
///
/// Fields end in this order: connections before the database they lead to.
pub struct TestApp {
    server: OnceLock<Server>,
    app: App,
    clock: TestClock,
    owner: Actor,
    database: Arc<Database>,
}

impl TestApp {
    /// On SQLite.
    pub fn sqlite() -> Self {
        Self::on(Database::sqlite())
    }

    /// On PostgreSQL.
    pub fn postgres() -> Self {
        Self::on(Database::postgres())
    }

    /// On the database of a server of the test's own, migrated already.
    pub fn elsewhere(address: &str) -> Self {
        Self::on(Database::Elsewhere { address: address.to_owned() })
    }

    fn on(database: Database) -> Self {
        let clock = TestClock::new(BEGIN);
        Self::of_seller("first", Arc::new(database), clock)
    }

    fn of_seller(name: &str, database: Arc<Database>, clock: TestClock) -> Self {
        let app = app_on(&database, &clock);
        let seller = app
            .write(&Actor::system(NOBODY), |tx| sellers::ensure(tx, name))
            .expect("a seller comes into being");
        let owner = Actor { seller, name: "user:owner".to_owned(), role: Role::Owner };
        Self { server: OnceLock::new(), app, clock, owner, database }
    }

    /// A second seller on the same database, by the same clock.
    pub fn other_seller(&self) -> Self {
        Self::of_seller("second", self.database.clone(), self.clock.clone())
    }

    /// The same seller through an app of its own, as a second process has it. For races.
    pub fn fork(&self) -> Self {
        Self {
            server: OnceLock::new(),
            app: app_on(&self.database, &self.clock),
            clock: self.clock.clone(),
            owner: self.owner.clone(),
            database: self.database.clone(),
        }
    }

    /// The same seller on another database that holds a copy of this one. The caller keeps that database.
    pub fn on_pool(&self, pool: huidan::db::pool::Pool) -> Self {
        let clock = self.clock.clone();
        let keys = Keys::parse(KEYS).expect("the tests' key ring");
        let app = App::new(pool, keys).with_clock(Arc::new(move || clock.now()));
        Self {
            server: OnceLock::new(),
            app,
            clock: self.clock.clone(),
            owner: self.owner.clone(),
            database: self.database.clone(),
        }
    }

    /// The app as edges have it.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// The seller's owner, who acts in [`TestApp::write`].
    pub fn owner(&self) -> &Actor {
        &self.owner
    }

    /// The address of the database, for a program of its own.
    pub fn database_address(&self) -> String {
        self.database.address()
    }

    /// Writes as the owner.
    pub fn write<T>(&self, work: impl FnMut(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
        self.app.write(&self.owner, work)
    }

    /// Reads the seller's rows; what cannot be read fails the test.
    #[track_caller]
    pub fn read<T, E: Into<Error>>(&self, work: impl FnOnce(&mut Db) -> Result<T, E>) -> T {
        self.app.read(self.owner.seller, |db| work(db).map_err(Into::into)).expect("the record can be read")
    }

    /// The moment the clock shows.
    pub fn now(&self) -> UtcTime {
        self.clock.now()
    }

    /// Sets the clock, also backwards: `2026-11-21T08:00:00Z`.
    pub fn set_now(&self, moment: &str) {
        self.clock.set(UtcTime::parse(moment).expect(moment));
    }

    /// Moves the clock on.
    pub fn advance(&self, span: Duration) {
        self.clock.set(self.now().plus(span));
    }

    /// Links a shop that orders are pushed to.
    pub fn shop(&self, name: &str) -> ShopRow {
        self.shop_with(name, ShopSettings::default())
    }

    /// Links a shop with settings of its own.
    pub fn shop_with(&self, name: &str, settings: ShopSettings) -> ShopRow {
        self.link(Platform::Push, name, settings)
    }

    /// Links a shop whose orders come in files.
    pub fn file_shop(&self, name: &str) -> ShopRow {
        self.link(Platform::File, name, ShopSettings::default())
    }

    fn link(&self, platform: Platform, name: &str, settings: ShopSettings) -> ShopRow {
        let credentials = serde_json::Map::new();
        let new = NewShop { platform, name: name.to_owned(), settings, credentials };
        self.write(|tx| shops::create(tx, &new)).expect("a shop is linked")
    }

    /// Takes orders in as if they had been pushed; what became of each.
    pub fn push<'a>(&self, shop: &ShopRow, orders: impl IntoIterator<Item = &'a OrderBuilder>) -> Vec<Taken> {
        let snapshots: Vec<OrderSnapshot> = orders.into_iter().map(OrderBuilder::snapshot).collect();
        take_in_all(&self.app, &self.owner, shop, &snapshots).expect("orders are taken in")
    }

    /// Makes a token of a role and answers its text.
    pub fn token(&self, role: Role) -> String {
        self.write(|tx| tokens::issue(tx, "test", role)).expect("a token is made").token
    }

    /// A client of this app's server, with an owner's token. The server starts with the first one.
    pub fn http(&self) -> Http {
        self.http_as(Role::Owner)
    }

    /// A client with a token of another role.
    pub fn http_as(&self, role: Role) -> Http {
        let server = self.server.get_or_init(|| Server::start(self.app.clone()));
        Http::new(server.address(), Some(self.token(role)))
    }

    /// Where a browser finds the pages. The server starts with the first one.
    pub fn pages_address(&self) -> String {
        format!("http://{}", self.server.get_or_init(|| Server::start(self.app.clone())).address())
    }

    /// A client without a token.
    pub fn http_stranger(&self) -> Http {
        let server = self.server.get_or_init(|| Server::start(self.app.clone()));
        Http::new(server.address(), None)
    }
}

fn app_on(database: &Database, clock: &TestClock) -> App {
    let clock = clock.clone();
    let keys = Keys::parse(KEYS).expect("the tests' key ring");
    App::new(database.open(), keys).with_clock(Arc::new(move || clock.now()))
}

/// A clock that moves when it is told to.
#[derive(Clone)]
struct TestClock(Arc<Mutex<UtcTime>>);

impl TestClock {
    fn new(moment: &str) -> Self {
        Self(Arc::new(Mutex::new(UtcTime::parse(moment).expect(moment))))
    }

    fn now(&self) -> UtcTime {
        *self.0.lock().expect("no holder of the clock panics")
    }

    fn set(&self, moment: UtcTime) {
        *self.0.lock().expect("no holder of the clock panics") = moment;
    }
}
