//! The texts two recipients are compared by. They are sealed and stored, so they must stay stable.

use super::address::{self, Address};
use super::phone::Phone;
use super::{Recipient, name, text};

/// The version of the key texts. Stored hashes are of one version: a change of any rule in
/// `text`, `phone`, `name`, `detail`, `western` or `address` that gives a stored recipient another
/// key needs a new number here, and the hashes of open orders made anew.
pub const KEY_VERSION: u16 = 1;

/// The three normalised texts of a plain recipient. Two recipients are the same when all three
/// are equal and none is empty.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Keys {
    pub phone: String,
    pub name: String,
    /// Region, line, and abroad the postcode.
    pub address: String,
}

impl Keys {
    /// Reads the keys. A part that was not given has an empty key. The keys of a masked recipient
    /// mean nothing; ask [`is_masked`] first.
    pub fn of(recipient: &Recipient) -> Self {
        Self {
            phone: read_phone(recipient).key(),
            name: name::key(&recipient.name, &address::country(recipient)),
            address: Address::read(recipient).key(),
        }
    }

    /// None of the three is empty: equal to another one means the same recipient.
    pub fn is_complete(&self) -> bool {
        !(self.phone.is_empty() || self.name.is_empty() || self.address.is_empty())
    }

    /// One text over all three, for the key by which orders merge without asking. `None` when a
    /// part is missing: nothing equals nothing, and that proves nothing.
    pub fn merge(&self) -> Option<String> {
        self.is_complete().then(|| format!("{}\u{1f}{}\u{1f}{}", self.phone, self.name, self.address))
    }
}

/// The parts are as private as the recipient itself.
impl std::fmt::Debug for Keys {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Keys(sealed)")
    }
}

/// The text by which orders of one recipient merge without asking: the platform's own address key
/// where it gives one, else the plain recipient's three keys. `None` when neither decides, for a
/// masked recipient without a key and for an incomplete one.
pub fn merge_key(platform: &str, recipient: &Recipient) -> Option<String> {
    let token = recipient.address_key.trim();
    if !token.is_empty() {
        return Some(format!("key\u{1f}{platform}\u{1f}{token}"));
    }
    if is_masked(recipient) {
        return None;
    }
    Keys::of(recipient).merge().map(|merge| format!("plain\u{1f}{merge}"))
}

/// Whether the platform hides part of the recipient behind `*`.
pub fn is_masked(recipient: &Recipient) -> bool {
    let hidden = |field: &str| field.contains(['*', '＊', '∗', '﹡', '✱', '⁎']);
    hidden(&recipient.name) || hidden(&recipient.phone) || hidden(&recipient.detail)
}

/// The last four digits of the number, without its extension: what a person reads out at a parcel
/// point. `None` when they are missing or masked.
pub fn phone_last4(recipient: &Recipient) -> Option<String> {
    let number = read_phone(recipient).number;
    let from = number.len().checked_sub(4).filter(|from| number.is_char_boundary(*from))?;
    let last = &number[from..];
    last.bytes().all(|byte| byte.is_ascii_digit()).then(|| last.to_owned())
}

/// The phone in the numbering plan of the recipient's country.
pub fn read_phone(recipient: &Recipient) -> Phone {
    let country = address::country(recipient);
    if country != "CN" {
        return Phone::read(&recipient.phone, &country);
    }
    let province = text::clean(&recipient.province);
    let plan = match () {
        () if province.starts_with("台湾") => "TW",
        () if province.starts_with("香港") => "HK",
        () if province.starts_with("澳门") => "MO",
        () => "CN",
    };
    // People there also have mainland numbers.
    let mainland = Phone::read(&recipient.phone, "CN");
    if plan == "CN" || mainland.number.starts_with('+') {
        mainland
    } else {
        Phone::read(&recipient.phone, plan)
    }
}
