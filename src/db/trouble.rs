//! Which failures are the database's own: away, full, or too busy.
//!
//! The edges tell such a failure apart from a fault of the program, because someone who asks
//! can wait for it to pass.

use diesel::result::{DatabaseErrorKind, Error as Diesel};

/// A failure of the database itself. Nothing of the request was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be reached, or it is starting or stopping.
    Unavailable,
    /// Its disk has no room left.
    DiskFull,
    /// Others held the rows for too long.
    Busy,
}

/// What trouble of the database stands behind a failure, if any.
pub fn of(failure: &anyhow::Error) -> Option<Trouble> {
    failure.chain().find_map(|cause| {
        if cause.is::<diesel::r2d2::PoolError>() || cause.is::<diesel::ConnectionError>() {
            return Some(Trouble::Unavailable);
        }
        match cause.downcast_ref::<Diesel>()? {
            Diesel::DatabaseError(DatabaseErrorKind::ClosedConnection, _) => Some(Trouble::Unavailable),
            Diesel::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => Some(Trouble::Busy),
            Diesel::DatabaseError(_, info) => by_message(info.message()),
            _ => None,
        }
    })
}

/// diesel passes on the sentence but not the code of most failures.
fn by_message(message: &str) -> Option<Trouble> {
    const FULL: &[&str] = &["disk is full", "No space left", "disk I/O error", "could not extend file"];
    const AWAY: &[&str] = &[
        "server closed the connection",
        "terminating connection",
        "could not connect",
        "no connection to the server",
        "SSL connection has been closed",
        "the database system is",
        "connection to server",
        "attempt to write a readonly database",
        "read-only transaction",
    ];
    const BUSY: &[&str] = &["database is locked", "lock timeout", "deadlock detected"];
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(FULL) {
        Some(Trouble::DiskFull)
    } else if says(AWAY) {
        Some(Trouble::Unavailable)
    } else if says(BUSY) {
        Some(Trouble::Busy)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_from_faults_by_its_sentence() {
        for (message, trouble) in [
            ("database or disk is full", Some(Trouble::DiskFull)),
            ("could not extend file \"base/1\": No space left on device", Some(Trouble::DiskFull)),
            ("server closed the connection unexpectedly", Some(Trouble::Unavailable)),
            ("the database system is shutting down", Some(Trouble::Unavailable)),
            ("canceling statement due to lock timeout", Some(Trouble::Busy)),
            ("syntax error at or near \"FORM\"", None),
        ] {
            assert_eq!(by_message(message), trouble, "{message}");
        }
    }
}
