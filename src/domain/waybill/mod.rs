//! Waybill numbers: formats, check digits, and which number follows which.
//!
//! A person types the number of the first sheet of a stack and the program writes the following ones.
//! That works where the counter belongs to the sender (pre-printed stock, a range the carrier gave);
//! it must not be done with allocated numbers, whose neighbour belongs to somebody else. [`Policy`]
//! tells the three cases apart.
//!
//! Succession is one sentence for every carrier: the counter grows by the step with its width kept,
//! everything else stays, the check character is worked out anew. Steps of whole numbers are nowhere
//! tabulated. A counter that is used up stops the run; nothing is ever carried into a letter, an area
//! code, a mailer id or a company prefix.
//!
//! Pure arithmetic over text, so 22 and more digits are exact. Whether a number is free or already on
//! another parcel is the database's business; which carrier a number belongs to is the person's choice,
//! because the shapes overlap (twelve plain digits fit eight carriers). Nothing here guesses either.
//!
//! `docs/waybill-formats.md` lists the formats and the sources of the rules.

pub mod carriers;
pub mod checksum;
mod counter;
mod format;
mod formats;
mod number;
mod refusal;
mod run;
mod shape;

#[cfg(test)]
mod tests;

pub use carriers::Carrier;
pub use checksum::CheckRule;
pub use format::{Certainty, Format, Policy};
pub use number::{MAX_LENGTH, WaybillNumber};
pub use refusal::Refusal;
pub use run::{Filled, Successors, fill, fill_with, successors};
pub use shape::CompanyPrefix;
