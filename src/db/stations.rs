//! Print stations: desks, who runs there now, and their printers.

use diesel::QueryResult;

use super::column::row;
use super::jobs::now_ms;
use super::statement::{Rows, sql};
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{PrinterId, SellerId, StationId, TokenId};
use crate::domain::station::{PrinterKind, PrinterLanguage, Stacking, StationState};
use crate::domain::time::UtcTime;

row! {
    /// A desk as it stands.
    pub struct StationRow {
        pub seller_id: SellerId,
        pub id: StationId,
        pub name: String,
        pub state: StationState,
        pub secret_hash: String,
        pub token_id: Option<TokenId>,
        pub version: String,
        /// The program that prints for it, or printed last.
        pub session: String,
        /// How long that program is still taken to be alive; not above 0 when it is not.
        pub session_left_ms: i64,
        pub created_at: UtcTime,
        pub seen_at: Option<UtcTime>,
    }
}

fn columns(db: &Db) -> String {
    format!(
        "seller_id, id, name, state, secret_hash, token_id, version, session, session_until_ms - {} AS \
         session_left_ms, created_at, seen_at",
        now_ms(db)
    )
}

/// The desk with a key of this hash, of any seller: who asks is not known before.
pub fn by_secret(db: &mut Db, secret_hash: &str) -> QueryResult<Option<StationRow>> {
    let text = format!("SELECT {} FROM stations WHERE secret_hash = ?", columns(db));
    db.first(sql(text).bind(secret_hash))
}

/// The desk that comes with a token.
pub fn by_token(db: &mut Db, token: TokenId) -> QueryResult<Option<StationRow>> {
    let text = format!(
        "SELECT {} FROM stations WHERE seller_id = ? AND token_id = ? AND state = 'approved'",
        columns(db)
    );
    db.first(sql(text).bind(db.seller()).bind(token))
}

/// The living desk of a name.
pub fn by_name(db: &mut Db, name: &str) -> QueryResult<Option<StationRow>> {
    let text = format!(
        "SELECT {} FROM stations WHERE seller_id = ? AND name = ? AND state IN ('waiting', 'approved')",
        columns(db)
    );
    db.first(sql(text).bind(db.seller()).bind(name))
}

/// A desk, locked until the transaction ends.
pub fn lock(tx: &mut Tx, id: StationId) -> Result<StationRow, Error> {
    let text = format!("SELECT {} FROM stations WHERE seller_id = ? AND id = ? FOR UPDATE", columns(tx));
    let seller = tx.seller();
    tx.first(sql(text).bind(seller).bind(id))?.ok_or_else(|| Error::missing("station", id))
}

/// The desks that wait or print, by name.
pub fn living(db: &mut Db) -> QueryResult<Vec<StationRow>> {
    let text = format!(
        "SELECT {} FROM stations WHERE seller_id = ? AND state IN ('waiting', 'approved') ORDER BY name",
        columns(db)
    );
    db.load(sql(text).bind(db.seller()))
}

/// Adds a desk that waits to be let in.
pub fn insert(tx: &mut Tx, name: &str, secret_hash: &str, version: &str) -> QueryResult<StationId> {
    let id = tx.id()?;
    let statement =
        sql("INSERT INTO stations (seller_id, id, name, state, secret_hash, version, decided_by, \
         session, session_until_ms, created_at) VALUES (?, ?, ?, 'waiting', ?, ?, '', '', 0, ?)")
        .bind(tx.seller())
        .bind(id)
        .bind(name)
        .bind(secret_hash)
        .bind(version)
        .bind(tx.now);
    tx.execute(statement)?;
    Ok(StationId(id))
}

/// Forgets desks that have waited since before this moment.
pub fn forget_waiting(tx: &mut Tx, before: UtcTime) -> QueryResult<usize> {
    let statement = sql("DELETE FROM stations WHERE seller_id = ? AND state = 'waiting' AND created_at < ?")
        .bind(tx.seller())
        .bind(before);
    tx.execute(statement)
}

/// Notes who decided what about a desk.
pub fn decide(tx: &mut Tx, id: StationId, state: StationState, token: Option<TokenId>) -> QueryResult<()> {
    let statement = sql("UPDATE stations SET state = ?, token_id = ?, decided_by = ?, session = '', \
         session_until_ms = 0 WHERE seller_id = ? AND id = ?")
    .bind(state)
    .bind(token)
    .bind(&tx.actor.name)
    .bind(tx.seller())
    .bind(id);
    tx.execute(statement).map(drop)
}

/// Notes that this program is alive at the desk for so long from now on.
pub fn set_session(
    tx: &mut Tx,
    id: StationId,
    session: &str,
    lease_ms: i64,
    version: Option<&str>,
) -> QueryResult<()> {
    let now = now_ms(tx);
    let text = format!(
        "UPDATE stations SET session = ?, session_until_ms = {now} + ?, seen_at = ?, \
         version = COALESCE(?, version) WHERE seller_id = ? AND id = ?"
    );
    let statement =
        sql(text).bind(session).bind(lease_ms).bind(tx.now).bind(version).bind(tx.seller()).bind(id);
    tx.execute(statement).map(drop)
}

row! {
    /// A printer as its desk described it.
    pub struct PrinterRow {
        pub id: PrinterId,
        pub station_id: StationId,
        pub station: String,
        pub name: String,
        pub kind: PrinterKind,
        pub address: String,
        /// JSON list of paper sizes.
        pub sizes: String,
        pub language: PrinterLanguage,
        pub dpi: i64,
        pub stacking: Stacking,
        pub is_paused: bool,
        pub is_gone: bool,
        pub problem: String,
        /// Everything is moved by so many tenths of a millimetre, to the right and down.
        pub offset_x_tenths: i64,
        pub offset_y_tenths: i64,
    }
}

const PRINTERS: &str = "SELECT p.id, p.station_id, s.name AS station, p.name, p.kind, p.address, p.sizes, \
     p.language, p.dpi, p.stacking, p.is_paused, p.is_gone, p.problem, \
     p.offset_x_tenths, p.offset_y_tenths FROM printers p \
     JOIN stations s ON s.seller_id = p.seller_id AND s.id = p.station_id AND s.state = 'approved' \
     WHERE p.seller_id = ?";

/// The printers of all approved desks, by desk and name.
pub fn printers(db: &mut Db) -> QueryResult<Vec<PrinterRow>> {
    db.load(sql(format!("{PRINTERS} ORDER BY s.name, p.name")).bind(db.seller()))
}

/// The printers of one desk.
pub fn printers_of(db: &mut Db, station: StationId) -> QueryResult<Vec<PrinterRow>> {
    db.load(sql(format!("{PRINTERS} AND p.station_id = ? ORDER BY p.id")).bind(db.seller()).bind(station))
}

/// One printer of an approved desk.
pub fn printer(db: &mut Db, id: PrinterId) -> Result<PrinterRow, Error> {
    let statement = sql(format!("{PRINTERS} AND p.id = ?")).bind(db.seller()).bind(id);
    db.first(statement)?.ok_or_else(|| Error::missing("printer", id))
}

row! {
    struct ProblemRow {
        problem: String,
    }
}

/// What is wrong with a printer, also when its desk is retired; empty when nothing is known.
pub fn problem(db: &mut Db, id: PrinterId) -> QueryResult<String> {
    let statement =
        sql("SELECT problem FROM printers WHERE seller_id = ? AND id = ?").bind(db.seller()).bind(id);
    Ok(db.first::<ProblemRow>(statement)?.map(|row| row.problem).unwrap_or_default())
}

/// A printer as a desk says it is.
#[derive(Debug, Clone)]
pub struct Described {
    pub name: String,
    pub kind: PrinterKind,
    pub address: String,
    pub sizes: String,
    pub language: PrinterLanguage,
    pub dpi: i64,
    pub stacking: Stacking,
}

/// Takes over what a desk says of its printers; those it does not name are gone.
pub fn describe(tx: &mut Tx, station: StationId, printers: &[Described]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    let gone = sql("UPDATE printers SET is_gone = ?, changed_at = ? WHERE seller_id = ? AND station_id = ?")
        .bind(true)
        .bind(now)
        .bind(seller)
        .bind(station);
    tx.execute(gone)?;
    if printers.is_empty() {
        return Ok(());
    }
    let ids: Vec<i64> = tx.ids(printers.len())?.collect();
    let rows = Rows::new("new")
        .column("id", ids)
        .column("name", printers.iter().map(|one| &one.name))
        .column("kind", printers.iter().map(|one| one.kind))
        .column("address", printers.iter().map(|one| &one.address))
        .column("sizes", printers.iter().map(|one| &one.sizes))
        .column("language", printers.iter().map(|one| one.language))
        .column("dpi", printers.iter().map(|one| one.dpi))
        .column("stacking", printers.iter().map(|one| one.stacking));
    let put = sql("INSERT INTO printers (seller_id, id, station_id, name, kind, address, sizes, language, dpi, \
         stacking, is_paused, is_gone, problem, changed_at) SELECT ?, new.id, ?, new.name, new.kind, new.address, \
         new.sizes, new.language, new.dpi, new.stacking, ?, ?, '', ? FROM ? WHERE true \
         ON CONFLICT (seller_id, station_id, name) DO UPDATE SET kind = excluded.kind, address = excluded.address, \
         sizes = excluded.sizes, language = excluded.language, dpi = excluded.dpi, stacking = excluded.stacking, \
         is_gone = excluded.is_gone, problem = '', changed_at = excluded.changed_at")
    .bind(seller)
    .bind(station)
    .bind(false)
    .bind(false)
    .bind(now)
    .rows(rows);
    tx.execute(put).map(drop)
}

/// Stops a printer, or lets it go on.
pub fn pause_printer(tx: &mut Tx, id: PrinterId, is_paused: bool) -> QueryResult<()> {
    let statement = sql("UPDATE printers SET is_paused = ?, changed_at = ? WHERE seller_id = ? AND id = ?")
        .bind(is_paused)
        .bind(tx.now)
        .bind(tx.seller())
        .bind(id);
    tx.execute(statement).map(drop)
}

/// Moves what a printer prints.
pub fn set_offset(tx: &mut Tx, id: PrinterId, x_tenths: i64, y_tenths: i64) -> QueryResult<()> {
    let text = "UPDATE printers SET offset_x_tenths = ?, offset_y_tenths = ?, changed_at = ? \
         WHERE seller_id = ? AND id = ?";
    let statement = sql(text).bind(x_tenths).bind(y_tenths).bind(tx.now).bind(tx.seller()).bind(id);
    tx.execute(statement).map(drop)
}

/// Notes what is wrong with a printer; empty when it works.
pub fn set_problem(tx: &mut Tx, id: PrinterId, problem: &str) -> QueryResult<()> {
    let statement = sql(
        "UPDATE printers SET problem = ?, changed_at = ? WHERE seller_id = ? AND id = ? AND problem <> ?",
    )
    .bind(problem)
    .bind(tx.now)
    .bind(tx.seller())
    .bind(id)
    .bind(problem);
    tx.execute(statement).map(drop)
}

row! {
    /// What waits for a printer.
    pub struct WaitingRow {
        pub printer_id: PrinterId,
        pub sheets: i64,
    }
}

/// Sheets that wait for each printer; those for which none wait are left out.
pub fn waiting(db: &mut Db) -> QueryResult<Vec<WaitingRow>> {
    let statement = sql("SELECT j.printer_id, COUNT(*) AS sheets FROM sheets h \
         JOIN print_jobs j ON j.seller_id = h.seller_id AND j.id = h.print_job_id AND j.printer_id IS NOT NULL \
         WHERE h.seller_id = ? AND h.state = 'queued' GROUP BY j.printer_id")
    .bind(db.seller());
    db.load(statement)
}

row! {
    /// How fast a desk has printed lately.
    pub struct PaceRow {
        pub station_id: StationId,
        pub sheets: i64,
        pub first_at: UtcTime,
        pub last_at: UtcTime,
    }
}

/// Sheets that came out well at each desk since a moment.
pub fn pace(db: &mut Db, since: UtcTime) -> QueryResult<Vec<PaceRow>> {
    let statement = sql("SELECT c.station_id, COUNT(*) AS sheets, MIN(h.changed_at) AS first_at, \
         MAX(h.changed_at) AS last_at FROM sheet_claims c \
         JOIN sheets h ON h.seller_id = c.seller_id AND h.claim_id = c.id AND h.state = 'acknowledged' \
         AND h.changed_at >= ? WHERE c.seller_id = ? AND c.created_at >= ? GROUP BY c.station_id")
    .bind(since)
    .bind(db.seller())
    .bind(since.plus(-chrono::Duration::hours(1)));
    db.load(statement)
}
