//! The rules that count, made ready once and kept for all who judge orders by them.

use std::collections::VecDeque;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use crate::db::rules::{self as record, SetHead};
use crate::db::{Db, Tx};
use crate::domain::deadline::Zone;
use crate::domain::error::Error;
use crate::domain::rule::{Compiled, RuleSet, text};

/// The sealing purpose of rules.
pub(super) const RULES: &str = "rules";

/// Sets of rules that are kept ready in this process.
const KEPT: usize = 16;

/// A version of the rules, ready to be asked.
#[derive(Debug, Clone)]
pub struct Ready {
    pub version: i64,
    pub compiled: Arc<Compiled>,
}

/// Keyed by the hash of the text and the zone: what was made of the same text is the same for everyone.
type Made = VecDeque<(String, Arc<Compiled>)>;

static MADE: LazyLock<Mutex<Made>> = LazyLock::new(Mutex::default);

/// The newest version, ready; none while there never were any rules.
///
/// # Errors
/// When the record cannot be read.
pub fn ready(db: &mut Db, zone: Zone) -> Result<Option<Ready>, Error> {
    let Some(head) = record::heads(db, 1)?.pop() else { return Ok(None) };
    let key = format!("{} {}", head.hash, zone.name());
    let made = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let known = made().iter().find(|(known, _)| *known == key).map(|(_, compiled)| compiled.clone());
    if let Some(compiled) = known {
        return Ok(Some(Ready { version: head.version, compiled }));
    }
    let compiled = Arc::new(Compiled::new(&read(db, head.version)?, zone));
    let mut made = made();
    made.truncate(KEPT - 1);
    made.push_front((key, compiled.clone()));
    Ok(Some(Ready { version: head.version, compiled }))
}

/// The rules of a version.
///
/// # Errors
/// [`Error::Missing`] when it is not kept any more.
pub(super) fn read(db: &mut Db, version: i64) -> Result<RuleSet, Error> {
    let sealed = record::text(db, version)?.ok_or_else(|| Error::missing("version of the rules", version))?;
    of_sealed(db, &sealed)
}

/// Rules as they were sealed by this program.
///
/// # Errors
/// When the key is gone.
pub(super) fn of_sealed(db: &Db, sealed: &str) -> Result<RuleSet, Error> {
    Ok(serde_json::from_str(&db.open(RULES, sealed)?).map_err(anyhow::Error::from)?)
}

/// Keeps a set as the next version; answers it.
///
/// # Errors
/// When the record cannot be written.
pub(super) fn keep(tx: &mut Tx, last: Option<&SetHead>, set: &RuleSet) -> Result<i64, Error> {
    let version = last.map_or(0, |head| head.version) + 1;
    let text = text::print(set);
    let (sealed, hash) = (tx.seal(RULES, &text), tx.hash(RULES, &text));
    record::insert(tx, version, &sealed, &hash, set.rules.len())?;
    Ok(version)
}
