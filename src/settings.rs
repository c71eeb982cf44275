//! Settings: a flag wins over the environment, that over `huidan.toml`, that over the default.
//!
//! [`TABLE`] is the one list of them. Each value remembers where it came from, and
//! `huidan config show` prints that; `docs/settings.md` explains each, and a test holds it to
//! the table.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, bail};

use crate::db::pool::{Synchronous, without_password};

/// One setting, as the table knows it.
#[derive(Debug)]
pub struct Setting {
    /// Its name in `huidan.toml`.
    pub name: &'static str,
    /// Its environment variable.
    pub variable: &'static str,
    /// The value without any other; `{data}` is the data folder.
    pub default: &'static str,
    shown: Shown,
}

/// How much of a value `config show` prints.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Whole,
    /// An address without its password.
    Address,
    Hidden,
}

const fn setting(name: &'static str, variable: &'static str, default: &'static str, shown: Shown) -> Setting {
    Setting { name, variable, default, shown }
}

/// Every setting.
pub const TABLE: &[Setting] = &[
    setting("data", "HUIDAN_DATA", "./data", Shown::Whole),
    setting("listen", "HUIDAN_LISTEN", "127.0.0.1:7800", Shown::Whole),
    setting("http_threads", "HUIDAN_HTTP_THREADS", "2", Shown::Whole),
    setting("database_url", "DATABASE_URL", "sqlite://{data}/huidan.db", Shown::Address),
    setting("database_connections", "HUIDAN_DATABASE_CONNECTIONS", "8", Shown::Whole),
    setting("job_lease_s", "HUIDAN_JOB_LEASE_S", "30", Shown::Whole),
    setting("sqlite_synchronous", "HUIDAN_SQLITE_SYNCHRONOUS", "normal", Shown::Whole),
    setting("redis_url", "REDIS_URL", "", Shown::Address),
    setting("secret_key", "HUIDAN_SECRET_KEY", "", Shown::Hidden),
    setting("log", "HUIDAN_LOG", "info", Shown::Whole),
    setting("traces_endpoint", "OTEL_EXPORTER_OTLP_ENDPOINT", "", Shown::Address),
    setting("log_format", "HUIDAN_LOG_FORMAT", "text", Shown::Whole),
];

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    Flag,
    Environment,
    File(PathBuf),
    Default,
}

impl std::fmt::Display for Source {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Flag => out.write_str("flag"),
            Self::Environment => out.write_str("environment"),
            Self::File(file) => write!(out, "{}", file.display()),
            Self::Default => out.write_str("default"),
        }
    }
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

/// The settings of this process, checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the SQLite file and the key file are.
    pub data: PathBuf,
    /// Address and port of the pages and the API; port 0 takes a free one.
    pub listen: String,
    /// Threads that answer requests; each has its own for waiting on the database.
    pub http_threads: usize,
    pub database_url: String,
    /// Most connections of this process to the database.
    pub database_connections: u32,
    /// How long the jobs of a process that was killed stay its own.
    pub job_lease: Duration,
    pub sqlite_synchronous: Synchronous,
    /// Empty without Redis.
    pub redis_url: String,
    /// Key ring; empty to use the key file in the data folder.
    pub secret_key: String,
    /// A level, or a filter as `tracing` knows it.
    pub log: String,
    pub log_format: LogFormat,
    /// Where a collector takes traces; empty for nowhere.
    pub traces_endpoint: String,
    values: Vec<(&'static Setting, String, Source)>,
}

/// Values by setting name, as one source gives them.
pub type Values = BTreeMap<String, String>;

impl Settings {
    /// Where the value of a setting came from.
    pub fn source_of(&self, name: &str) -> &Source {
        let found = self.values.iter().find(|(setting, ..)| setting.name == name);
        found.map_or(&Source::Default, |(.., source)| source)
    }

    /// Reads the flags given, this process's environment and the file.
    ///
    /// # Errors
    /// A sentence that names the setting, its value and what to write instead.
    pub fn load(flags: &Values, file: Option<&Path>) -> anyhow::Result<Self> {
        let environment = TABLE
            .iter()
            .filter_map(|setting| Some((setting.name.to_owned(), std::env::var(setting.variable).ok()?)))
            .collect();
        let default_file = Path::new("huidan.toml");
        let file = file.or_else(|| default_file.exists().then_some(default_file));
        let from_file = file.map(read_file).transpose()?.unwrap_or_default();
        Self::resolve(flags, &environment, &from_file, file.unwrap_or(default_file))
    }

    fn resolve(flags: &Values, environment: &Values, file: &Values, path: &Path) -> anyhow::Result<Self> {
        let mut values: Vec<(&'static Setting, String, Source)> = Vec::new();
        for setting in TABLE {
            // A variable that is set but empty counts as absent: compose files write such lines.
            let given = |values: &Values| values.get(setting.name).filter(|value| !value.is_empty()).cloned();
            let (value, source) = given(flags)
                .map(|value| (value, Source::Flag))
                .or_else(|| Some((given(environment)?, Source::Environment)))
                .or_else(|| Some((given(file)?, Source::File(path.to_owned()))))
                .unwrap_or_else(|| {
                    let data = values.first().map_or("", |(_, data, _)| data);
                    (setting.default.replace("{data}", data), Source::Default)
                });
            values.push((setting, value, source));
        }
        let get = |name: &str| {
            let found = values.iter().find(|(setting, ..)| setting.name == name);
            found.map(|(_, value, _)| value.as_str()).expect("every name asked for is in the table")
        };
        Ok(Self {
            data: PathBuf::from(get("data")),
            listen: get("listen").to_owned(),
            http_threads: number(get, "http_threads", 1, 64)?,
            database_url: get("database_url").to_owned(),
            database_connections: number(get, "database_connections", 2, 500)?,
            job_lease: Duration::from_secs(number(get, "job_lease_s", 5, 600)?),
            sqlite_synchronous: match get("sqlite_synchronous") {
                "normal" => Synchronous::Normal,
                "full" => Synchronous::Full,
                other => bail!("sqlite_synchronous is {other:?}; write normal or full"),
            },
            redis_url: get("redis_url").to_owned(),
            secret_key: get("secret_key").to_owned(),
            log: get("log").to_owned(),
            traces_endpoint: get("traces_endpoint").to_owned(),
            log_format: match get("log_format") {
                "text" => LogFormat::Text,
                "json" => LogFormat::Json,
                other => bail!("log_format is {other:?}; write text or json"),
            },
            values,
        })
    }

    /// Every setting with its value, fit to be shown, and where that came from.
    pub fn shown(&self) -> impl Iterator<Item = (&'static Setting, String, &Source)> {
        self.values.iter().map(|(setting, value, source)| {
            let value = match setting.shown {
                _ if value.is_empty() => "-".to_owned(),
                Shown::Whole => value.clone(),
                Shown::Address => without_password(value),
                Shown::Hidden => "(hidden)".to_owned(),
            };
            (*setting, value, source)
        })
    }
}

fn number<'a, N: TryFrom<u64>>(
    get: impl Fn(&str) -> &'a str,
    name: &str,
    least: u64,
    most: u64,
) -> anyhow::Result<N> {
    let text = get(name);
    let value = text.parse().ok().filter(|value| (least..=most).contains(value));
    value
        .and_then(|value| N::try_from(value).ok())
        .with_context(|| format!("{name} is {text:?}; write a whole number from {least} to {most}"))
}

fn read_file(file: &Path) -> anyhow::Result<Values> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?;
    parse_file(&text).with_context(|| format!("reading {}", file.display()))
}

fn parse_file(text: &str) -> anyhow::Result<Values> {
    let table: toml::Table = text.parse()?;
    let mut values = Values::new();
    for (name, value) in table {
        if !TABLE.iter().any(|setting| setting.name == name) {
            let names: Vec<_> = TABLE.iter().map(|setting| setting.name).collect();
            bail!("{name} is no setting; the settings are {}", names.join(", "));
        }
        let text = match value {
            toml::Value::String(text) => text,
            toml::Value::Integer(number) => number.to_string(),
            other => bail!("{name} is a {}; write a text in quotes or a whole number", other.type_str()),
        };
        values.insert(name, text);
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values<const N: usize>(pairs: [(&str, &str); N]) -> Values {
        pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    fn settings(flags: Values, environment: Values, file: Values) -> anyhow::Result<Settings> {
        Settings::resolve(&flags, &environment, &file, Path::new("huidan.toml"))
    }

    #[test]
    fn the_nearest_source_wins_and_is_remembered() {
        let settings = settings(
            values([("data", "/srv/a")]),
            values([("data", "/srv/b"), ("listen", "0.0.0.0:80"), ("redis_url", "")]),
            values([("listen", "1.2.3.4:5"), ("redis_url", "redis://:geheim@cache/0")]),
        )
        .expect("all are well-formed");
        assert_eq!(settings.database_url, "sqlite:///srv/a/huidan.db");
        let shown: Vec<_> =
            settings.shown().map(|(s, value, source)| format!("{} {value} {source}", s.name)).collect();
        assert_eq!(
            shown,
            [
                "data /srv/a flag",
                "listen 0.0.0.0:80 environment",
                "http_threads 2 default",
                "database_url sqlite:///srv/a/huidan.db default",
                "database_connections 8 default",
                "job_lease_s 30 default",
                "sqlite_synchronous normal default",
                "redis_url redis://:…@cache/0 huidan.toml",
                "secret_key - default",
                "log info default",
                "traces_endpoint - default",
                "log_format text default",
            ]
        );
    }

    #[test]
    fn a_value_that_cannot_be_taken_is_named() {
        for (name, value, word) in [
            ("http_threads", "many", "whole number"),
            ("database_connections", "1", "from 2"),
            ("job_lease_s", "1", "from 5"),
            ("sqlite_synchronous", "off", "normal or full"),
            ("log_format", "xml", "text or json"),
        ] {
            let refused =
                settings(values([(name, value)]), values([]), values([])).expect_err(name).to_string();
            assert!(refused.contains(name) && refused.contains(value) && refused.contains(word), "{refused}");
        }
        let refused = parse_file("lisen = \"x\"").expect_err("a typing error").to_string();
        assert!(refused.starts_with("lisen is no setting"), "{refused}");
    }

    #[test]
    fn every_setting_has_its_paragraph() {
        let docs = include_str!("../docs/settings.md");
        for setting in TABLE {
            assert!(
                docs.contains(&format!("`{}`", setting.variable)),
                "{} in docs/settings.md",
                setting.variable
            );
        }
    }
}
