//! Memos: notes of the staff that a shop is told as well. What stands in a shop stays there, so a told one is settled for good.

use super::error::Error;
use super::id::NoteId;
use super::write_back::{Change, WriteBackState};

/// The state after somebody asked to tell the shop again.
///
/// # Errors
/// `memo_settled` when the shop has been told.
pub fn retry(note: NoteId, state: WriteBackState) -> Result<Change, Error> {
    match state {
        WriteBackState::Waiting => Ok(Change::Already),
        WriteBackState::Refused | WriteBackState::Unknown => Ok(Change::To(WriteBackState::Waiting)),
        _ => Err(settled(note, state)),
    }
}

/// The state after a person has written the memo in the shop.
///
/// # Errors
/// `memo_settled` when the shop has been told.
pub fn by_hand(note: NoteId, state: WriteBackState) -> Result<Change, Error> {
    match state {
        WriteBackState::DoneByHand => Ok(Change::Already),
        WriteBackState::Done => Err(settled(note, state)),
        _ => Ok(Change::To(WriteBackState::DoneByHand)),
    }
}

fn settled(note: NoteId, state: WriteBackState) -> Error {
    Error::conflict(
        "memo_settled",
        format!("The memo of note {note} is {state}; the shop is not told again."),
        "Write another note, or change the memo in the shop.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_stays_told_and_what_failed_can_be_mended() {
        use WriteBackState::*;
        for (state, again, hand) in [
            (Waiting, Some(Change::Already), Some(Change::To(DoneByHand))),
            (Refused, Some(Change::To(Waiting)), Some(Change::To(DoneByHand))),
            (Unknown, Some(Change::To(Waiting)), Some(Change::To(DoneByHand))),
            (Done, None, None),
            (DoneByHand, None, Some(Change::Already)),
        ] {
            let note = NoteId(1);
            assert_eq!((retry(note, state).ok(), by_hand(note, state).ok()), (again, hand), "{state}");
        }
    }
}
