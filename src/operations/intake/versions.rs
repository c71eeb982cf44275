//! Which of two tellings counts.

use serde::Serialize;

use crate::db::seal::digest;
use crate::domain::error::Error;
use crate::domain::order::{OrderHead, OrderLine, OrderSnapshot};
use crate::domain::time::UtcTime;

/// Where a telling stands among all tellings of the same thing; the greatest counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rank {
    pub at: UtcTime,
    pub rank: i64,
    pub hash: String,
}

/// A telling with what is needed to compare and keep it.
pub struct Telling {
    pub head: Option<Rank>,
    pub lines: Option<Rank>,
    /// Of the whole, without its time: the same content told twice is kept once.
    pub hash: String,
    /// The whole as JSON, to be sealed.
    pub text: String,
}

impl Telling {
    /// # Errors
    /// Never in practice: plain data always becomes JSON.
    pub fn of(snapshot: &OrderSnapshot) -> Result<Self, Error> {
        let at = snapshot.updated_at;
        let head = snapshot.head.as_ref().map(text).transpose()?;
        let lines = snapshot.lines.as_ref().map(text).transpose()?;
        let rank = |text: &Option<String>, rank| {
            text.as_ref().map(|text| Rank { at, rank, hash: digest(text.as_bytes()) })
        };
        let (head_text, lines_text) = (head.as_deref().unwrap_or("null"), lines.as_deref().unwrap_or("null"));
        Ok(Self {
            head: rank(&head, snapshot.head.as_ref().map_or(0, head_progress)),
            lines: rank(&lines, snapshot.lines.as_deref().map_or(0, lines_progress)),
            hash: digest(format!("{head_text}\n{lines_text}").as_bytes()),
            text: format!("{{\"head\":{head_text},\"lines\":{lines_text}}}"),
        })
    }
}

fn text(part: &impl Serialize) -> Result<String, Error> {
    Ok(serde_json::to_string(part).map_err(anyhow::Error::from)?)
}

fn head_progress(head: &OrderHead) -> i64 {
    head.state.rank()
}

/// Refunds only go on; of two tellings with the same time the one with more of them is newer.
fn lines_progress(lines: &[OrderLine]) -> i64 {
    lines.iter().map(|line| line.refund as i64).sum()
}
