//! Answers that come later: what a request asked for, sealed until a job has answered it, and the answer, sealed for a day.

use diesel::QueryResult;

use super::column::row;
use super::statement::sql;
use super::{Db, Tx};
use crate::domain::error::Error;
use crate::domain::id::{JobId, PrintJobId};
use crate::domain::time::UtcTime;

/// What sealed requests are bound to.
const REQUEST_PURPOSE: &str = "answer_request";
/// What sealed pieces of answers are bound to.
const ANSWER_PURPOSE: &str = "answer";

/// Bytes of an answer in one row of the record.
const PIECE: usize = 256 << 10;

row! {
    /// An answer, or that there will be one.
    pub struct AnswerRow {
        pub job_id: JobId,
        pub print_job_id: Option<PrintJobId>,
        /// How the answer is given, as JSON; empty until then.
        pub head: String,
        pub finished_at: Option<UtcTime>,
        pub taken_at: Option<UtcTime>,
    }
}

const COLUMNS: &str = "job_id, print_job_id, head, finished_at, taken_at";

/// Keeps what this job is to answer. `print_job` with the form of its document, where it is one.
pub fn begin(
    tx: &mut Tx,
    job: JobId,
    print_job: Option<PrintJobId>,
    form: &str,
    request: &str,
) -> QueryResult<()> {
    let (seller, now, sealed) = (tx.seller(), tx.now, tx.seal(REQUEST_PURPOSE, request));
    let statement =
        sql("INSERT INTO answers (seller_id, job_id, print_job_id, form, request, head, created_at) \
         VALUES (?, ?, ?, ?, ?, '', ?)");
    let statement = statement.bind(seller).bind(job).bind(print_job).bind(form).bind(sealed).bind(now);
    tx.execute(statement).map(drop)
}

/// The answer of this job; `None` when it has none, or none any more.
pub fn find(db: &mut Db, job: JobId) -> QueryResult<Option<AnswerRow>> {
    let text = format!("SELECT {COLUMNS} FROM answers WHERE seller_id = ? AND job_id = ?");
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(job))
}

/// The newest document of this print job in this form that nobody has taken.
pub fn untaken(db: &mut Db, print_job: PrintJobId, form: &str) -> QueryResult<Option<AnswerRow>> {
    let text = format!(
        "SELECT {COLUMNS} FROM answers WHERE seller_id = ? AND print_job_id = ? AND form = ? \
         AND taken_at IS NULL ORDER BY job_id DESC LIMIT 1"
    );
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(print_job).bind(form))
}

row! {
    struct RequestRow {
        request: String,
    }
}

/// What this job is to answer; `None` once it is answered, or forgotten.
///
/// # Errors
/// When it cannot be read or opened.
pub fn request(db: &mut Db, job: JobId) -> Result<Option<String>, Error> {
    let seller = db.seller();
    let statement =
        sql("SELECT request FROM answers WHERE seller_id = ? AND job_id = ? AND finished_at IS NULL");
    let row: Option<RequestRow> = db.first(statement.bind(seller).bind(job))?;
    Ok(row.map(|row| db.open(REQUEST_PURPOSE, &row.request)).transpose()?)
}

/// Keeps the answer. What was asked for is no longer kept.
pub fn finish(tx: &mut Tx, job: JobId, head: &str, body: &[u8]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    for (piece, bytes) in (0_i64..).zip(body.chunks(PIECE)) {
        let sealed = tx.seal_bytes(ANSWER_PURPOSE, bytes);
        let statement =
            sql("INSERT INTO answer_pieces (seller_id, job_id, piece, content) VALUES (?, ?, ?, ?)");
        tx.execute(statement.bind(seller).bind(job).bind(piece).bind(sealed))?;
    }
    let statement =
        sql("UPDATE answers SET request = '', head = ?, finished_at = ? WHERE seller_id = ? AND job_id = ?");
    tx.execute(statement.bind(head).bind(now).bind(seller).bind(job)).map(drop)
}

row! {
    struct PieceRow {
        content: String,
    }
}

/// The answer itself.
///
/// # Errors
/// When it cannot be read or opened.
pub fn body(db: &mut Db, job: JobId) -> Result<Vec<u8>, Error> {
    let seller = db.seller();
    let statement =
        sql("SELECT content FROM answer_pieces WHERE seller_id = ? AND job_id = ? ORDER BY piece");
    let mut body = Vec::new();
    for row in db.load::<PieceRow>(statement.bind(seller).bind(job))? {
        body.extend(db.open_bytes(ANSWER_PURPOSE, &row.content)?);
    }
    Ok(body)
}

/// Notes that a document was given out; false when it was before.
pub fn take(tx: &mut Tx, job: JobId) -> QueryResult<bool> {
    let (seller, now) = (tx.seller(), tx.now);
    let statement =
        sql("UPDATE answers SET taken_at = ? WHERE seller_id = ? AND job_id = ? AND taken_at IS NULL");
    Ok(tx.execute(statement.bind(now).bind(seller).bind(job))? > 0)
}

/// Forgets what was asked for before `before`, answered or not.
pub fn forget(tx: &mut Tx, before: UtcTime) -> QueryResult<()> {
    let seller = tx.seller();
    let text = "DELETE FROM answer_pieces WHERE seller_id = ? AND job_id IN \
         (SELECT job_id FROM answers WHERE seller_id = ? AND created_at < ?)";
    tx.execute(sql(text).bind(seller).bind(seller).bind(before))?;
    let text = "DELETE FROM answers WHERE seller_id = ? AND created_at < ?";
    tx.execute(sql(text).bind(seller).bind(before)).map(drop)
}
