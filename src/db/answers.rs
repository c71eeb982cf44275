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

/// What a job is to answer.
#[derive(Debug, Clone, Default)]
pub struct NewAnswer<'a> {
    /// Of which print job it is the document, and in which form.
    pub print_job: Option<PrintJobId>,
    pub form: &'a str,
    /// The mark of the form on a page that asked, if one did.
    pub asked_by_form: Option<&'a str>,
    pub request: &'a str,
}

/// Keeps what this job is to answer.
pub fn begin(tx: &mut Tx, job: JobId, new: &NewAnswer) -> QueryResult<()> {
    let (seller, now, sealed) = (tx.seller(), tx.now, tx.seal(REQUEST_PURPOSE, new.request));
    let statement = sql(
        "INSERT INTO answers (seller_id, job_id, print_job_id, form, asked_by_form, request, head, created_at) \
         VALUES (?, ?, ?, ?, ?, ?, '', ?)",
    );
    let statement = statement.bind(seller).bind(job).bind(new.print_job).bind(new.form);
    tx.execute(statement.bind(new.asked_by_form).bind(sealed).bind(now)).map(drop)
}

/// What this form has asked for before.
pub fn asked_by(db: &mut Db, form: &str) -> QueryResult<Option<AnswerRow>> {
    let text = format!("SELECT {COLUMNS} FROM answers WHERE seller_id = ? AND asked_by_form = ?");
    let seller = db.seller();
    db.first(sql(text).bind(seller).bind(form))
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

/// Keeps the answer, in the place of the steps it was made of. What was asked for is no longer kept.
pub fn finish(tx: &mut Tx, job: JobId, head: &str, body: &[u8]) -> QueryResult<()> {
    let (seller, now) = (tx.seller(), tx.now);
    tx.execute(sql("DELETE FROM answer_pieces WHERE seller_id = ? AND job_id = ?").bind(seller).bind(job))?;
    for (piece, bytes) in (0..).zip(body.chunks(PIECE)) {
        keep_piece(tx, job, piece, bytes)?;
    }
    let statement =
        sql("UPDATE answers SET request = '', head = ?, finished_at = ? WHERE seller_id = ? AND job_id = ?");
    tx.execute(statement.bind(head).bind(now).bind(seller).bind(job)).map(drop)
}

/// Keeps a piece of an answer: of one that is whole, or what came of one step on the way there.
pub fn keep_piece(tx: &mut Tx, job: JobId, piece: i64, bytes: &[u8]) -> QueryResult<()> {
    let (seller, sealed) = (tx.seller(), tx.seal_bytes(ANSWER_PURPOSE, bytes));
    let text = "INSERT INTO answer_pieces (seller_id, job_id, piece, content) VALUES (?, ?, ?, ?)";
    tx.execute(sql(text).bind(seller).bind(job).bind(piece).bind(sealed)).map(drop)
}

row! {
    struct PieceRow {
        content: String,
    }
}

/// The pieces of an answer, in their order.
///
/// # Errors
/// When they cannot be read or opened.
pub fn pieces(db: &mut Db, job: JobId) -> Result<Vec<Vec<u8>>, Error> {
    let seller = db.seller();
    let text = "SELECT content FROM answer_pieces WHERE seller_id = ? AND job_id = ? ORDER BY piece";
    let rows: Vec<PieceRow> = db.load(sql(text).bind(seller).bind(job))?;
    rows.iter().map(|row| Ok(db.open_bytes(ANSWER_PURPOSE, &row.content)?)).collect()
}

/// The answer itself.
///
/// # Errors
/// When it cannot be read or opened.
pub fn body(db: &mut Db, job: JobId) -> Result<Vec<u8>, Error> {
    Ok(pieces(db, job)?.concat())
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
