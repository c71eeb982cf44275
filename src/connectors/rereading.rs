//! Single orders asked for again: right before their labels leave, what a list told minutes ago is not enough.

use super::link::{Access, CallError, Page};
use crate::domain::order::OrderSnapshot;

/// A platform that tells single orders again, by their numbers.
pub trait Rereading: Send + Sync {
    /// These orders as the shop shows them now, at most [`Capability::by_number`] of them. One that the shop does not know
    /// any more, or that cannot be understood, is among the unreadable ones.
    ///
    /// [`Capability::by_number`]: super::capability::Capability::by_number
    ///
    /// # Errors
    /// As [`CallError`] says.
    fn read(&self, access: &Access, numbers: &[&str]) -> Result<Page, CallError>;
}

impl Page {
    /// Orders that are asked for one by one. What a platform says no to is unreadable; what is the shop's as a whole ends
    /// the reading.
    ///
    /// # Errors
    /// As [`CallError`] says.
    pub fn one_by_one(
        numbers: &[&str],
        mut read: impl FnMut(&str) -> Result<Result<OrderSnapshot, String>, CallError>,
    ) -> Result<Self, CallError> {
        let mut page = Self::default();
        for number in numbers {
            match read(number) {
                Ok(Ok(snapshot)) => page.orders.push(snapshot),
                Ok(Err(why)) | Err(CallError::Invalid(why)) => {
                    page.unreadable.push(((*number).to_owned(), why));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(page)
    }

    /// Names those of these orders that the shop did not tell.
    pub fn without_silence(mut self, numbers: &[&str]) -> Self {
        let told = |number: &str| {
            self.orders.iter().any(|order| order.number == number)
                || self.unreadable.iter().any(|(unreadable, _)| unreadable == number)
        };
        let silence = |number: &&str| ((*number).to_owned(), "the shop knows no such order".to_owned());
        let silent: Vec<_> = numbers.iter().filter(|number| !told(number)).map(silence).collect();
        self.unreadable.extend(silent);
        self
    }
}
