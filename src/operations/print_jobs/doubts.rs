//! What a desk took and nobody knows of, so that the desk can say what it wrote down and what its printers tell.

use serde::Serialize;

use crate::db::Db;
use crate::db::sheet_claims;
use crate::domain::actor::Actor;
use crate::domain::error::Error;
use crate::domain::id::ClaimId;
use crate::operations::stations::{desk_of, not_a_station};

/// Unknown sheets of one claim.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Doubt {
    pub claim: ClaimId,
    /// Of their job: printers know a sheet as `huidan-SERIAL-POSITION-CLAIM`.
    pub serial: String,
    pub positions: Vec<i64>,
}

/// Sheets in one answer; a desk has at most a handful of each printer in hand.
const SHEETS_MAX: usize = 500;

/// The unknown sheets of the desk that asks.
///
/// # Errors
/// `not_a_station` for every other caller.
pub fn doubts(db: &mut Db, actor: &Actor) -> Result<Vec<Doubt>, Error> {
    let station = desk_of(db, actor)?.ok_or_else(|| not_a_station(actor))?;
    let mut doubts: Vec<Doubt> = Vec::new();
    for row in sheet_claims::doubted(db, station.id, SHEETS_MAX)? {
        match doubts.last_mut().filter(|doubt| doubt.claim == row.claim_id) {
            Some(doubt) => doubt.positions.push(row.position),
            None => {
                doubts.push(Doubt { claim: row.claim_id, serial: row.serial, positions: vec![row.position] })
            }
        }
    }
    Ok(doubts)
}
