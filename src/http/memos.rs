//! Memos over HTTP: notes that shops are told as well.

use actix_web::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

use super::body::{Id, Params, word_of};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use crate::domain::actor::Right;
use crate::domain::id::NoteId;
use crate::domain::write_back::WriteBackState;
use crate::operations::memos::{self as operations, Memo};

/// Which memos.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct MemoQuery {
    /// `waiting`, `done`, `done_by_hand`, `refused`, `unknown`.
    state: Option<String>,
    /// Most items, 1 to 500; 50 without.
    limit: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List memos
///
/// Notes that shops are told, and what they answered; oldest first.
#[utoipa::path(get, path = "/api/v1/memos", tag = "orders", params(MemoQuery),
    responses((status = 200, description = "A page of memos", body = Items<Memo>)))]
pub async fn list(caller: Caller, query: Params<MemoQuery>) -> Reply {
    caller.needs(Right::See)?;
    let MemoQuery { state, limit, cursor } = query.0;
    let state = state.map(|text| word_of("state", &text, WriteBackState::parse)).transpose()?;
    let (page, after) = Page::by_id(limit.as_deref(), cursor.as_deref(), "memos")?;
    caller
        .read(move |db| {
            let rows = operations::list(db, state, after.map(NoteId), page.rows())?;
            Ok(page.items(rows, |row| vec![row.note.to_string()], |row| row))
        })
        .await
}

/// Tell a shop a memo again
///
/// After it refused or gave no answer. What stands there already is not written again.
#[utoipa::path(post, path = "/api/v1/memos/{id}/retry", tag = "orders",
    responses((status = 200, description = "The memo of this note as it is now", body = Memo)))]
pub async fn retry(caller: Caller, id: Id<NoteId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| operations::retry(tx, id.0)).await
}

/// Settle a memo
///
/// A person has written it in the shop. Repeating it changes nothing.
#[utoipa::path(post, path = "/api/v1/memos/{id}/settle", tag = "orders",
    responses((status = 200, description = "The memo of this note as it is now", body = Memo)))]
pub async fn settle(caller: Caller, id: Id<NoteId>) -> Reply {
    caller.needs(Right::Audit)?;
    caller.write(StatusCode::OK, move |tx| operations::settle_by_hand(tx, id.0)).await
}
