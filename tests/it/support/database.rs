//! A database of its own for each test, gone when the test ends.
//!
//! SQLite is a file in a temporary folder. PostgreSQL is a database in the cluster that
//! `TEST_DATABASE_URL` names, copied from a migrated template: copying is much faster than
//! migrating. Test processes run side by side, so the first one that needs the template makes it
//! under a lock, and its name tells the migrations it was made from.

use std::path::Path;
use std::sync::OnceLock;

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::{Connection, QueryableByName, RunQueryDsl, sql_query};
use huidan::db::migrate;
use huidan::db::pool::{Pool, Synchronous};
use huidan::db::seal;
use tempfile::TempDir;

/// Any number; all test processes of one cluster take the same lock.
const TEMPLATE_LOCK: i64 = 0x6875_6964_7465;

/// Connections one app of a test may hold: enough for eight threads at once.
const POOL_SIZE: u32 = 8;

pub enum Database {
    Sqlite {
        folder: TempDir,
    },
    Postgres {
        name: String,
    },
    /// Of a server that the test keeps itself.
    Elsewhere {
        address: String,
    },
}

impl Database {
    /// A new SQLite file without any table.
    pub fn empty_sqlite() -> Self {
        Self::Sqlite { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    /// A new SQLite file with the schema.
    pub fn sqlite() -> Self {
        let database = Self::empty_sqlite();
        migrate::run(&database.open()).expect("SQLite migrates");
        database
    }

    /// A new PostgreSQL database without any table.
    pub fn empty_postgres() -> Self {
        Self::create("template0")
    }

    /// A new PostgreSQL database with the schema.
    pub fn postgres() -> Self {
        Self::create(template())
    }

    fn create(template: &str) -> Self {
        let name = format!("huidan_test_{:016x}", u64::from_be_bytes(seal::random()));
        // `file_copy` would make the server write a checkpoint before each copy.
        run(&mut admin(), &format!("CREATE DATABASE {name} TEMPLATE {template} STRATEGY wal_log"));
        Self::Postgres { name }
    }

    /// The address as the setting `DATABASE_URL` takes it.
    pub fn address(&self) -> String {
        match self {
            Self::Sqlite { folder } => format!("sqlite://{}", folder.path().join("huidan.db").display()),
            Self::Postgres { name } => address_of(name),
            Self::Elsewhere { address } => address.clone(),
        }
    }

    /// New connections to it.
    pub fn open(&self) -> Pool {
        Pool::open(&self.address(), POOL_SIZE, Synchronous::Normal).expect("the test's database opens")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let Self::Postgres { name } = self {
            // Not `expect`: a failing test is unwinding already, and its own words matter more.
            let dropped = PgConnection::establish(&cluster()).map_err(|error| error.to_string()).and_then(
                |mut conn| {
                    let text = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                    conn.batch_execute(&text).map_err(|error| error.to_string())
                },
            );
            if let Err(error) = dropped {
                eprintln!("{name} was not dropped: {error}");
            }
        }
    }
}

/// The name of the migrated template, made by whoever comes first.
fn template() -> &'static str {
    static NAME: OnceLock<String> = OnceLock::new();
    NAME.get_or_init(|| {
        let name = format!("huidan_template_{}", migrations_hash());
        let mut admin = admin();
        run(&mut admin, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})"));
        if !exists(&mut admin, &name) {
            // Renamed when it is whole: a process that was killed half-way leaves no template.
            let draft = format!("{name}_draft");
            run(&mut admin, &format!("DROP DATABASE IF EXISTS {draft} WITH (FORCE)"));
            run(&mut admin, &format!("CREATE DATABASE {draft} TEMPLATE template0"));
            let pool = Pool::open(&address_of(&draft), 1, Synchronous::Normal).expect("the template opens");
            migrate::run(&pool).expect("PostgreSQL migrates");
            drop(pool);
            // A database can only be renamed once its last connection has ended.
            run(
                &mut admin,
                &format!(
                    "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = '{draft}'"
                ),
            );
            run(&mut admin, &format!("ALTER DATABASE {draft} WITH ALLOW_CONNECTIONS false"));
            run(&mut admin, &format!("ALTER DATABASE {draft} RENAME TO {name}"));
        }
        run(&mut admin, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})"));
        name
    })
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = diesel::sql_types::Bool)]
    found: bool,
}

fn exists(admin: &mut PgConnection, database: &str) -> bool {
    sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found")
        .bind::<diesel::sql_types::Text, _>(database)
        .get_result::<Found>(admin)
        .expect("PostgreSQL lists its databases")
        .found
}

/// Sixteen letters that change with any migration, fit for a database's name.
fn migrations_hash() -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut texts = Vec::new();
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .expect("the migrations lie beside the tests")
        .map(|entry| entry.expect("the folder can be read").path())
        .collect();
    names.sort();
    for name in names {
        texts.extend(name.file_name().expect("a folder of a migration").as_encoded_bytes());
        texts.extend(std::fs::read(name.join("up.sql")).expect("a migration has an up.sql"));
    }
    seal::digest(&texts).bytes().map(|byte| char::from(b'a' + byte % 26)).take(16).collect()
}

fn admin() -> PgConnection {
    PgConnection::establish(&cluster()).expect("PostgreSQL answers at TEST_DATABASE_URL")
}

fn run(conn: &mut PgConnection, text: &str) {
    conn.batch_execute(text).unwrap_or_else(|error| panic!("{text}: {error}"));
}

/// The address of the cluster's own database.
fn cluster() -> String {
    std::env::var("TEST_DATABASE_URL").unwrap_or_else(|_| {
        panic!(
            "TEST_DATABASE_URL is not set, so this test has no PostgreSQL; run `make test`, or \
             `scripts/with-services.sh cargo test`, which start one"
        )
    })
}

/// The cluster's address with another database: what follows the host's slash, before any `?`.
fn address_of(database: &str) -> String {
    let cluster = cluster();
    let (base, options) = match cluster.split_once('?') {
        Some((base, options)) => (base, format!("?{options}")),
        None => (cluster.as_str(), String::new()),
    };
    let authority = base.find("://").map_or(0, |at| at + 3);
    let host_end = base[authority..].find('/').map_or(base.len(), |at| authority + at);
    format!("{}/{database}{options}", &base[..host_end])
}
