//! Databases of a measurement's own, and an installation in them.

use anyhow::Context;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection, RunQueryDsl};

use huidan::app::App;
use huidan::db::migrate;
use huidan::db::pool::{Pool, Synchronous};
use huidan::db::seal::Keys;
use huidan::db::shops::ShopRow;
use huidan::domain::actor::Actor;
use huidan::domain::platform::Platform;
use huidan::domain::shop::ShopSettings;
use huidan::operations::shops::{self, NewShop};
use huidan::operations::{NOBODY, sellers};

use crate::resources;

/// The key ring of every installation here.
pub const KEY: &str = "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A PostgreSQL database that goes when this value goes.
pub struct Database {
    pub url: String,
    name: String,
}

impl Database {
    /// An empty one, or a copy of `template`.
    pub fn new(purpose: &str, template: Option<&Self>) -> anyhow::Result<Self> {
        let name = format!("huidan_bench_{}_{purpose}", std::process::id());
        let from = template.map_or("template0", |template| &template.name);
        admin(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
        admin(&format!("CREATE DATABASE {name} TEMPLATE {from}"))?;
        Ok(Self { url: with_database(&server()?, &name), name })
    }

    /// A connection beside the pool.
    pub fn connect(&self) -> anyhow::Result<PgConnection> {
        Ok(PgConnection::establish(&self.url)?)
    }

    /// The process of the server.
    pub fn server(&self) -> anyhow::Result<u64> {
        let mut connection = self.connect()?;
        let serves: i32 = diesel::select(pg_backend_pid()).get_result(&mut connection)?;
        resources::parent(i64::from(serves))
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Err(error) = admin(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name)) {
            eprintln!("The database {} stays behind: {error:#}", self.name);
        }
    }
}

fn server() -> anyhow::Result<String> {
    std::env::var("TEST_DATABASE_URL").context(
        "TEST_DATABASE_URL is not set; run this by scripts/with-services.sh, or name a PostgreSQL server",
    )
}

fn admin(text: &str) -> anyhow::Result<()> {
    PgConnection::establish(&server()?)?.batch_execute(text).with_context(|| text.to_owned())
}

/// The same server, another database.
fn with_database(url: &str, name: &str) -> String {
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let (_, rest) = base.split_once("://").unwrap_or(("", base));
    let server =
        if rest.contains('/') { base.rsplit_once('/').map_or(base, |(server, _)| server) } else { base };
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}

diesel::define_sql_function! {
    /// The server's own words about itself.
    fn version() -> diesel::sql_types::Text;
}

diesel::define_sql_function! {
    /// The process of this connection.
    fn pg_backend_pid() -> diesel::sql_types::Integer;
}

/// Which PostgreSQL this is.
pub fn postgres_version(database: &Database) -> anyhow::Result<String> {
    let text: String = diesel::select(version()).get_result(&mut database.connect()?)?;
    Ok(text.split(" on ").next().unwrap_or_default().to_owned())
}

/// An installation with one seller and one shop.
pub struct World {
    pub app: App,
    pub actor: Actor,
    pub shop: ShopRow,
}

impl World {
    /// The installation at this address, made where it is not there yet.
    pub fn at(url: &str) -> anyhow::Result<Self> {
        Self::with_connections(url, 2)
    }

    /// The same, for so many threads at once.
    pub fn with_connections(url: &str, connections: u32) -> anyhow::Result<Self> {
        let pool = Pool::open(url, connections, Synchronous::Normal)?;
        migrate::run(&pool)?;
        let app = App::new(pool, Keys::parse(KEY)?);
        let seller = app.write(&Actor::system(NOBODY), |tx| sellers::ensure(tx, "bench"))?;
        let actor = Actor::system(seller);
        let known = app.read(seller, |db| Ok(huidan::db::shops::by_name(db, "Bench")?))?;
        let shop = match known {
            Some(shop) => shop,
            None => app.write(&actor, |tx| {
                let new = NewShop {
                    platform: Platform::Push,
                    name: "Bench".to_owned(),
                    settings: ShopSettings::default(),
                    credentials: serde_json::Map::new(),
                };
                shops::create(tx, &new)
            })?,
        };
        Ok(Self { app, actor, shop })
    }
}
