//! Tokens over HTTP, for owners.

use actix_web::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Id, Params};
use super::caller::Caller;
use super::page::{Items, Page};
use super::problem::Reply;
use super::shops::PageQuery;
use crate::db::tokens::{self, TokenRow};
use crate::domain::actor::{Right, Role};
use crate::domain::id::TokenId;
use crate::domain::time::UtcTime;
use crate::operations::tokens as operations;

/// A token to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// Whose it is: a program, a station.
    #[schema(example = "warehouse")]
    name: String,
    #[schema(example = "shipper")]
    role: Role,
}

/// A token, without its text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenView {
    id: TokenId,
    name: String,
    role: Role,
    created_at: UtcTime,
    revoked_at: Option<UtcTime>,
}

/// A token that was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedTokenView {
    #[serde(flatten)]
    row: TokenView,
    /// Shown this once; only its hash is kept (and, with an `Idempotency-Key`, the sealed answer for 24 hours).
    #[schema(example = "hd_…")]
    token: String,
}

impl From<TokenRow> for TokenView {
    fn from(row: TokenRow) -> Self {
        let TokenRow { id, name, role, created_at, revoked_at, .. } = row;
        Self { id, name, role, created_at, revoked_at }
    }
}

/// Make a token
#[utoipa::path(post, path = "/api/v1/tokens", tag = "tokens", request_body = NewToken,
    responses((status = 201, description = "The token, with its text", body = IssuedTokenView)))]
pub async fn create(caller: Caller, body: Body<NewToken>) -> Reply {
    caller.needs(Right::Own)?;
    let new = body.0;
    caller
        .write(StatusCode::CREATED, move |tx| {
            let issued = operations::issue(tx, &new.name, new.role)?;
            let row = tokens::find(tx, issued.id)?.into();
            Ok(IssuedTokenView { row, token: issued.token })
        })
        .await
}

/// List tokens
#[utoipa::path(get, path = "/api/v1/tokens", tag = "tokens", params(PageQuery),
    responses((status = 200, description = "A page of tokens", body = Items<TokenView>)))]
pub async fn list(caller: Caller, query: Params<PageQuery>) -> Reply {
    caller.needs(Right::Own)?;
    let (page, after) = Page::by_id(query.0.limit.as_deref(), query.0.cursor.as_deref(), "tokens")?;
    caller
        .read(move |db| {
            let rows = tokens::page(db, after, page.rows())?;
            Ok(page.items(rows, |row| vec![row.id.to_string()], TokenView::from))
        })
        .await
}

/// Revoke a token
///
/// It stops working at once, and stays in the list.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/revoke", tag = "tokens",
    responses((status = 200, description = "The revoked token", body = TokenView)))]
pub async fn revoke(caller: Caller, id: Id<TokenId>) -> Reply {
    caller.needs(Right::Own)?;
    caller.write(StatusCode::OK, move |tx| Ok(TokenView::from(operations::revoke(tx, id.0)?))).await
}
