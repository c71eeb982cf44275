//! The command line. Data goes to standard output, logs and complaints to standard error.
//! Exit codes: 0 done, 1 failed, 2 wrong usage.

mod demo;
mod import;
mod manage;
mod serve;
mod sign_check;
mod work;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Parser, Subcommand};
use workers::redis::{Link, RedisBell};

use crate::agent::PrinterSpec;
use crate::app::App;
use crate::connectors::file::Format;
use crate::db::pool::Pool;
use crate::db::seal::Keys;
use crate::db::{jobs, migrate};
use crate::domain::actor::{Actor, Role};
use crate::domain::error::Error;
use crate::jobs::registry::TIDY_HOUSE;
use crate::jobs::run::THREADS;
use crate::operations::NOBODY;
use crate::settings::{Settings, Values};
use crate::{http, log};

/// One shipping queue for the orders of every shop a seller runs.
#[derive(Debug, Parser)]
#[command(name = "huidan", version, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Args)]
struct Global {
    /// Folder of the SQLite file and the key file [default: ./data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<String>,
    /// postgres://… or sqlite://FILE [default: sqlite://DIR/huidan.db]
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// Settings file [default: ./huidan.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Web pages, API and workers
    Serve {
        /// Address and port [default: 127.0.0.1:7800]
        #[arg(long, value_name = "HOST:PORT")]
        listen: Option<String>,
        /// Leave what runs later to other processes
        #[arg(long)]
        no_workers: bool,
    },
    /// Run jobs only; with --station, print for a desk instead
    #[command(after_help = "A desk with printers needs no database, only the way to the server:\n  \
        huidan work --station 'desk 1' --server https://orders.example.com \\\n    \
        --printer 'zebra=raw://192.168.1.50:9100?language=zpl&sizes=100x150'")]
    Work {
        /// Names of queues, separated by commas [default: all]
        #[arg(long, value_name = "A,B", value_delimiter = ',')]
        queues: Vec<String>,
        /// Jobs at work at once
        #[arg(long, default_value_t = THREADS, value_parser = clap::value_parser!(u16).range(1..=256))]
        threads: u16,
        #[command(flatten)]
        desk: DeskFlags,
    },
    /// Look around: a fresh data folder with three simulated shops that keep selling
    Demo {
        /// Address and port [default: 127.0.0.1:7800]
        #[arg(long, value_name = "HOST:PORT")]
        listen: Option<String>,
        /// Orders to begin with
        #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(3..=1_000_000))]
        orders: u32,
    },
    /// Import order files into a shop
    Import {
        /// The shop's name
        #[arg(long, value_name = "NAME")]
        shop: String,
        /// taobao_orders, taobao_lines, shopify or generic [default: by the file's header]
        #[arg(long, value_parser = Format::parse)]
        format: Option<Format>,
        /// The seller's name [default: the only seller]
        #[arg(long, value_name = "NAME")]
        seller: Option<String>,
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// Bring the database's schema up to date
    Migrate,
    /// Settings
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the API document
    Openapi,
    /// Keys for programs
    #[command(subcommand)]
    Token(TokenCommand),
    /// The seller's staff
    #[command(subcommand)]
    User(UserCommand),
    /// Carry the whole data set into another, empty database
    Copy {
        /// postgres://… or sqlite://FILE
        #[arg(long, value_name = "URL")]
        to: String,
    },
    /// Write a consistent copy of the SQLite file, while everything goes on
    Backup { file: PathBuf },
    /// Recompute known signatures of platforms: for authors of connectors
    SignCheck {
        /// JSON as in tests/vectors/sign-vectors.json
        file: PathBuf,
    },
}

/// What turns `huidan work` into a print station.
#[derive(Debug, Args)]
struct DeskFlags {
    /// Print as this desk; a manager lets it in on the page Print stations
    #[arg(long, value_name = "NAME", requires = "server", conflicts_with = "queues")]
    station: Option<String>,
    /// Where the server is, as a browser reaches it
    #[arg(long, value_name = "URL", requires = "station")]
    server: Option<String>,
    /// NAME=raw://HOST:9100, NAME=ipp://HOST/PATH, NAME=ipps://HOST/PATH or NAME=folder:///PATH, with
    /// ?sizes=…&language=…&dpi=…&stacking=…&confirm=…&patience=…&login=FILE&certificate=FILE
    #[arg(long = "printer", value_name = "PRINTER", requires = "station", value_parser = PrinterSpec::parse)]
    printers: Vec<PrinterSpec>,
    /// Whose desk it is [default: the only seller]
    #[arg(long, value_name = "NAME", requires = "station")]
    seller: Option<String>,
    /// Sheets in hand at once
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..=100))]
    window: u16,
    /// Seconds of silence after which the server takes this program for dead
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u16).range(2..=600))]
    lease: u16,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Print every setting and where its value comes from
    Show,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, and nothing else
    Create {
        /// Whose it is: a program, a station
        #[arg(long)]
        name: String,
        #[arg(long, default_value = "owner", value_parser = Role::parse)]
        role: Role,
        /// Made when there is none of this name [default: the only seller]
        #[arg(long, value_name = "NAME")]
        seller: Option<String>,
    },
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user; the password is read from standard input
    Create {
        #[arg(long)]
        email: String,
        #[arg(long, value_parser = Role::parse)]
        role: Role,
        /// Made when there is none of this name [default: the only seller]
        #[arg(long, value_name = "NAME")]
        seller: Option<String>,
    },
    /// Let a user log in without the second factor: for an owner who has lost phone and recovery codes
    ForgetFactor {
        #[arg(long)]
        email: String,
    },
}

/// Runs the command that was typed.
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut flags = Values::new();
    let mut flag = |name: &str, value: &Option<String>| {
        if let Some(value) = value {
            flags.insert(name.to_owned(), value.clone());
        }
    };
    flag("data", &cli.global.data);
    flag("database_url", &cli.global.database_url);
    if let Command::Serve { listen, .. } | Command::Demo { listen, .. } = &cli.command {
        flag("listen", listen);
    }
    let settings = Settings::load(&flags, cli.global.config.as_deref())
        .and_then(|settings| log::start(&settings).map(|()| settings));
    let settings = match settings {
        Ok(settings) => settings,
        Err(error) => return complain(&error, ExitCode::from(2)),
    };
    match command(cli.command, &settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(&error, ExitCode::FAILURE),
    }
}

fn command(command: Command, settings: &Settings) -> anyhow::Result<()> {
    match command {
        Command::Serve { no_workers, .. } => serve::run(settings, !no_workers),
        Command::Work {
            desk: DeskFlags { station: Some(station), server, printers, seller, window, lease },
            ..
        } => work::print(crate::agent::Options {
            station,
            server: server.unwrap_or_default(),
            seller,
            printers,
            folder: settings.data.clone(),
            window: usize::from(window),
            lease_s: u64::from(lease),
        }),
        Command::Work { queues, threads, .. } => work::run(settings, &queues, usize::from(threads)),
        Command::Demo { orders, .. } => demo::run(settings, orders as usize),
        Command::Import { shop, format, seller, files } => {
            import::run(settings, &import::Import { shop, format, seller, files })
        }
        Command::Migrate => manage::migrate(settings),
        Command::Config(ConfigCommand::Show) => show_config(settings),
        Command::Openapi => print(&serde_json::to_string_pretty(&http::openapi::document())?),
        Command::Token(TokenCommand::Create { name, role, seller }) => {
            manage::create_token(settings, &name, role, seller.as_deref())
        }
        Command::User(UserCommand::ForgetFactor { email }) => manage::forget_factor(settings, &email),
        Command::User(UserCommand::Create { email, role, seller }) => {
            manage::create_user(settings, &email, role, seller.as_deref())
        }
        Command::Copy { to } => manage::copy(settings, &to),
        Command::Backup { file } => manage::backup(settings, &file),
        Command::SignCheck { file } => sign_check::run(&file),
    }
}

/// Opens the database, migrated, with the keys.
fn open(settings: &Settings) -> anyhow::Result<App> {
    let pool = open_pool(settings)?;
    let migrated = migrate::run(&pool)?;
    let keys = match settings.secret_key.is_empty() {
        false => Keys::parse(&settings.secret_key)?,
        true => {
            std::fs::create_dir_all(&settings.data)
                .with_context(|| format!("making the data folder {}", settings.data.display()))?;
            Keys::open_or_create(&settings.data.join("secret.key"))?
        }
    };
    let app = App::new(pool, keys);
    if !migrated.is_empty() {
        let n = migrated.len();
        tracing::info!(migration.count = n, "Brought the schema up to date with {n} migrations");
        // What is counted by new rules is counted soon, and not within the hour.
        app.write(&Actor::system(NOBODY), |tx| Ok(jobs::begin_again(tx, TIDY_HOUSE.name)?))?;
    }
    Ok(app)
}

/// The same for a process that stays: it goes by the database's clock, hears other processes and is heard by them, through Redis where there
/// is one, else through PostgreSQL.
fn open_to_stay(settings: &Settings) -> anyhow::Result<App> {
    let app = open(settings)?.by_the_databases_clock()?;
    if settings.redis_url.is_empty() {
        return Ok(match settings.database_url.starts_with("postgres") {
            true => app.with_bell(crate::db::bell::start(settings.database_url.clone())?),
            false => app,
        });
    }
    let link = std::sync::Arc::new(Link::new(&settings.redis_url)?);
    Ok(app.with_bell(RedisBell::start(link.clone())?).with_redis(link))
}

fn open_pool(settings: &Settings) -> anyhow::Result<Pool> {
    Pool::open(&settings.database_url, settings.database_connections, settings.sqlite_synchronous)
}

fn show_config(settings: &Settings) -> anyhow::Result<()> {
    let rows: Vec<_> = settings.shown().collect();
    let width = |of: fn(&(&crate::settings::Setting, String, &crate::settings::Source)) -> usize| {
        rows.iter().map(of).max().unwrap_or_default()
    };
    let (names, values) = (width(|row| row.0.name.len()), width(|row| row.1.chars().count()));
    let lines: Vec<_> = rows
        .iter()
        .map(|(setting, value, source)| format!("{:names$}  {value:values$}  {source}", setting.name))
        .collect();
    print(&lines.join("\n"))
}

/// Prints data. A reader that went away (`| head`) is no failure.
fn print(text: &str) -> anyhow::Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(()),
    }
}

/// Says what went wrong and what to do, on standard error.
fn complain(error: &anyhow::Error, code: ExitCode) -> ExitCode {
    eprintln!("huidan: {error:#}");
    match error.downcast_ref::<Error>() {
        Some(Error::Invalid(fields)) => {
            for field in fields {
                eprintln!("  {}: {}", field.field, field.detail);
            }
        }
        Some(Error::Refused(refusal)) => eprintln!("  {}", refusal.next),
        _ => {}
    }
    code
}
