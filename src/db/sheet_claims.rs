//! Claims: handfuls of sheets taken by a running program, for as long as its lease lasts.
//!
//! Leases are counted by the database's clock alone: the clocks of desks and servers differ.

use diesel::QueryResult;

use super::column::row;
use super::jobs::now_ms;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{ClaimId, PrintJobId, PrinterId, StationId, TokenId};

row! {
    /// A claim as it stands.
    pub struct ClaimRow {
        pub id: ClaimId,
        pub print_job_id: PrintJobId,
        pub station_id: StationId,
        pub session: String,
    }
}

const COLUMNS: &str = "id, print_job_id, station_id, session";

/// What a claim is made of.
#[derive(Debug, Clone, Copy)]
pub struct NewClaim<'a> {
    pub job: PrintJobId,
    pub station: StationId,
    pub request: &'a str,
    pub session: &'a str,
    pub lease_ms: i64,
}

/// Adds a claim of sheets that are sent, by position.
pub fn insert(tx: &mut Tx, claim: NewClaim, positions: &[i64]) -> QueryResult<ClaimId> {
    let id = tx.id()?;
    let now = now_ms(tx);
    let text = format!(
        "INSERT INTO sheet_claims (seller_id, id, print_job_id, station_id, request, session, lease_until_ms, \
         created_at) VALUES (?, ?, ?, ?, ?, ?, {now} + ?, ?)"
    );
    let statement = sql(text)
        .bind(tx.seller())
        .bind(id)
        .bind(claim.job)
        .bind(claim.station)
        .bind(claim.request)
        .bind(claim.session)
        .bind(claim.lease_ms)
        .bind(tx.now);
    tx.execute(statement)?;
    let statement =
        sql("UPDATE sheets SET claim_id = ? WHERE seller_id = ? AND print_job_id = ? AND position IN ?")
            .bind(id)
            .bind(tx.seller())
            .bind(claim.job)
            .list(positions.iter().copied());
    tx.execute(statement)?;
    Ok(ClaimId(id))
}

/// The claim a desk made with this request.
pub fn by_request(db: &mut Db, station: StationId, request: &str) -> QueryResult<Option<ClaimRow>> {
    let text =
        format!("SELECT {COLUMNS} FROM sheet_claims WHERE seller_id = ? AND station_id = ? AND request = ?");
    db.first(sql(text).bind(db.seller()).bind(station).bind(request))
}

/// A claim of a desk.
pub fn find(db: &mut Db, station: StationId, id: ClaimId) -> Result<ClaimRow, Error> {
    let text =
        format!("SELECT {COLUMNS} FROM sheet_claims WHERE seller_id = ? AND station_id = ? AND id = ?");
    let found = db.first(sql(text).bind(db.seller()).bind(station).bind(id))?;
    found.ok_or_else(|| Error::missing("claim", id))
}

/// Has what a running program has open last for so long from now on.
pub fn renew(tx: &mut Tx, station: StationId, session: &str, lease_ms: i64) -> QueryResult<()> {
    let now = now_ms(tx);
    let text = format!(
        "UPDATE sheet_claims SET lease_until_ms = {now} + ? WHERE seller_id = ? AND station_id = ? \
         AND session = ? AND lease_until_ms IS NOT NULL"
    );
    tx.execute(sql(text).bind(lease_ms).bind(tx.seller()).bind(station).bind(session)).map(drop)
}

/// Has one claim last for so long from now on, also when it had ended.
pub fn revive(tx: &mut Tx, id: ClaimId, lease_ms: i64) -> QueryResult<()> {
    let text =
        format!("UPDATE sheet_claims SET lease_until_ms = {} + ? WHERE seller_id = ? AND id = ?", now_ms(tx));
    tx.execute(sql(text).bind(lease_ms).bind(tx.seller()).bind(id)).map(drop)
}

/// Whether the lease of any claim has run out.
pub fn has_lapsed(db: &mut Db) -> QueryResult<bool> {
    let text = format!(
        "SELECT COUNT(*) AS one FROM sheet_claims WHERE seller_id = ? AND lease_until_ms < {}",
        now_ms(db)
    );
    let seller = db.seller();
    Ok(db.number(sql(text).bind(seller))? > 0)
}

/// The claims whose lease has run out, locked; what somebody else is at work on is left.
pub fn lapsed(tx: &mut Tx) -> QueryResult<Vec<ClaimRow>> {
    let text = format!(
        "SELECT {COLUMNS} FROM sheet_claims WHERE seller_id = ? AND lease_until_ms < {} FOR UPDATE SKIP LOCKED",
        now_ms(tx)
    );
    let seller = tx.seller();
    tx.load(sql(text).bind(seller))
}

/// The open claims of a desk, but those of this program.
pub fn of_others(tx: &mut Tx, station: StationId, session: &str) -> QueryResult<Vec<ClaimRow>> {
    let text = format!(
        "SELECT {COLUMNS} FROM sheet_claims WHERE seller_id = ? AND station_id = ? AND session <> ? \
         AND lease_until_ms IS NOT NULL FOR UPDATE"
    );
    let seller = tx.seller();
    tx.load(sql(text).bind(seller).bind(station).bind(session))
}

/// Ends claims; what of them was sent is unknown from now on. Answers how many sheets that are.
pub fn end(tx: &mut Tx, claims: &[ClaimId]) -> QueryResult<usize> {
    let doubted = sql("UPDATE sheets SET state = 'unknown', reason = 'lease_ended', changed_at = ? \
         WHERE seller_id = ? AND claim_id IN ? AND state = 'sent'")
    .bind(tx.now)
    .bind(tx.seller())
    .list(claims.iter().copied());
    let count = tx.execute(doubted)?;
    let released =
        sql("UPDATE print_jobs SET held_by = '' WHERE seller_id = ? AND id IN (SELECT print_job_id \
         FROM sheet_claims WHERE seller_id = ? AND id IN ?)")
        .bind(tx.seller())
        .bind(tx.seller())
        .list(claims.iter().copied());
    tx.execute(released)?;
    let ended = sql("UPDATE sheet_claims SET lease_until_ms = NULL WHERE seller_id = ? AND id IN ?")
        .bind(tx.seller())
        .list(claims.iter().copied());
    tx.execute(ended)?;
    Ok(count)
}

/// Ends a claim of which nothing is under way any more.
pub fn end_if_settled(tx: &mut Tx, id: ClaimId) -> QueryResult<()> {
    let statement = sql("UPDATE sheet_claims SET lease_until_ms = NULL WHERE seller_id = ? AND id = ? \
         AND NOT EXISTS (SELECT 1 FROM sheets h WHERE h.seller_id = ? AND h.claim_id = ? AND h.state = 'sent')")
    .bind(tx.seller())
    .bind(id)
    .bind(tx.seller())
    .bind(id);
    tx.execute(statement).map(drop)
}

row! {
    struct HolderRow {
        token_id: Option<TokenId>,
    }
}

/// The tokens of the desks that have sheets of a job in hand now.
pub fn holders(db: &mut Db, job: PrintJobId) -> QueryResult<Vec<TokenId>> {
    let statement = sql("SELECT DISTINCT s.token_id FROM sheet_claims c \
         JOIN stations s ON s.seller_id = c.seller_id AND s.id = c.station_id \
         WHERE c.seller_id = ? AND c.print_job_id = ? AND c.lease_until_ms IS NOT NULL")
    .bind(db.seller())
    .bind(job);
    Ok(db.load::<HolderRow>(statement)?.into_iter().filter_map(|row| row.token_id).collect())
}

row! {
    struct JobOf {
        print_job_id: PrintJobId,
    }
}

/// The oldest job with sheets that wait for this printer.
pub fn next_job(db: &mut Db, printer: PrinterId) -> QueryResult<Option<PrintJobId>> {
    let statement =
        sql("SELECT j.id AS print_job_id FROM print_jobs j WHERE j.seller_id = ? AND j.printer_id = ? \
         AND NOT j.is_paused AND j.id IN (SELECT h.print_job_id FROM sheets h WHERE h.seller_id = ? \
         AND h.state = 'queued') ORDER BY j.id LIMIT 1")
        .bind(db.seller())
        .bind(printer)
        .bind(db.seller());
    Ok(db.first::<JobOf>(statement)?.map(|row| row.print_job_id))
}

row! {
    /// A sheet nobody knows about.
    pub struct DoubtRow {
        pub print_job_id: PrintJobId,
        pub position: i64,
    }
}

/// An unknown sheet of a job on this printer, if there is one.
pub fn doubt(db: &mut Db, printer: PrinterId) -> QueryResult<Option<DoubtRow>> {
    let statement = sql("SELECT h.print_job_id, h.position FROM sheets h \
         JOIN print_jobs j ON j.seller_id = h.seller_id AND j.id = h.print_job_id AND j.printer_id = ? \
         WHERE h.seller_id = ? AND h.state = 'unknown' ORDER BY h.print_job_id, h.position LIMIT 1")
    .bind(printer)
    .bind(db.seller());
    db.first(statement)
}

row! {
    /// An unknown sheet of a desk's claim.
    pub struct DoubtedRow {
        pub claim_id: ClaimId,
        pub serial: String,
        pub position: i64,
    }
}

/// The unknown sheets a desk has taken, by claim, as many as one answer carries.
pub fn doubted(db: &mut Db, station: StationId, limit: usize) -> QueryResult<Vec<DoubtedRow>> {
    let statement = sql("SELECT c.id AS claim_id, j.serial, h.position FROM sheets h \
         JOIN sheet_claims c ON c.seller_id = h.seller_id AND c.id = h.claim_id AND c.station_id = ? \
         JOIN print_jobs j ON j.seller_id = h.seller_id AND j.id = h.print_job_id \
         WHERE h.seller_id = ? AND h.state = 'unknown' ORDER BY c.id, h.position LIMIT ?")
    .bind(station)
    .bind(db.seller())
    .bind(limit);
    db.load(statement)
}
