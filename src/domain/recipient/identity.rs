//! Whether two orders go to one recipient.
//!
//! Three ways lead to "same": the platform's word, equal address keys, or three equal texts after
//! light cleaning. Nothing here is similar enough to merge by itself; a likeness is at most a
//! suggestion for a person, and only over **same** is merging transitive. Whether two orders for
//! one recipient may share a parcel is another question ([`super::permission`]).

use serde::{Deserialize, Serialize};

use super::address::{self, Address, Place};
use super::phone::{Phone, PhoneKind};
use super::why::Why;
use super::{Recipient, collective, difference, keys, name, text};
use crate::domain::text_enum;

text_enum! {
    /// What two recipients are to each other.
    pub enum Verdict("verdict") {
        /// One recipient; the orders may merge without asking.
        Same = "same",
        /// Perhaps one recipient; a person decides, for these two orders only.
        Suggest = "suggest",
        /// Nothing to show.
        Different = "different",
    }
}

/// A recipient and where the order came from.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Party {
    pub recipient: Recipient,
    pub platform: String,
    pub shop: String,
    /// The platform's id or nick of the buyer; empty when it gives none.
    pub buyer: String,
    /// The platform's address key (OAID, open_address_id); empty when it gives none.
    pub token: String,
}

/// A verdict and its reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Comparison {
    pub verdict: Verdict,
    pub why: Why,
}

/// Compares two parties; the order of the two makes no difference.
///
/// `platform_merge` is what the platform answered when it was asked about these two, `None` when
/// it was not. It counts only between orders of one platform that both carry an address key.
pub fn compare(a: &Party, b: &Party, platform_merge: Option<bool>) -> Comparison {
    let (token_a, token_b) = (a.token(), b.token());
    if same_text(&a.platform, &b.platform) && !token_a.is_empty() && !token_b.is_empty() {
        return match platform_merge {
            Some(true) => same(Why::PlatformSame),
            Some(false) => different(Why::PlatformOther),
            None if token_a == token_b => same(Why::KeyEqual),
            None if same_buyer(a, b) && texts_agree(&a.recipient, &b.recipient) => suggest(Why::NotAsked),
            None => different(Why::KeyOther),
        };
    }
    match (keys::is_masked(&a.recipient), keys::is_masked(&b.recipient)) {
        (false, false) => plain(a, b),
        (true, true) if same_buyer(a, b) && texts_agree(&a.recipient, &b.recipient) => {
            suggest(Why::MasksAgree)
        }
        _ => different(Why::MaskUndecided),
    }
}

fn same(why: Why) -> Comparison {
    Comparison { verdict: Verdict::Same, why }
}

fn suggest(why: Why) -> Comparison {
    Comparison { verdict: Verdict::Suggest, why }
}

fn different(why: Why) -> Comparison {
    Comparison { verdict: Verdict::Different, why }
}

fn same_text(a: &str, b: &str) -> bool {
    !a.trim().is_empty() && a.trim() == b.trim()
}

fn same_buyer(a: &Party, b: &Party) -> bool {
    same_text(&a.platform, &b.platform) && same_text(&a.shop, &b.shop) && same_text(&a.buyer, &b.buyer)
}

/// Masks are compared as texts, never by what they may hide.
fn texts_agree(a: &Recipient, b: &Recipient) -> bool {
    let equal = |a: &str, b: &str| text::clean(a) == text::clean(b);
    let (at, bt) = (Address::read(a), Address::read(b));
    equal(&a.name, &b.name) && equal(&a.phone, &b.phone) && at.place == bt.place && at.line == bt.line
}

/// Everything that is compared of one plain recipient.
struct Reading {
    phone: Phone,
    name: String,
    address: Address,
    address_key: String,
}

impl Reading {
    fn of(recipient: &Recipient) -> Self {
        let address = Address::read(recipient);
        Self {
            phone: keys::read_phone(recipient),
            name: name::key(&recipient.name, &address::country(recipient)),
            address_key: address.key(),
            address,
        }
    }
}

fn plain(a: &Party, b: &Party) -> Comparison {
    let (one, other) = (Reading::of(&a.recipient), Reading::of(&b.recipient));
    let codes = (name::customer_code(&a.recipient.name), name::customer_code(&b.recipient.name));
    if matches!(&codes, (Some(one), Some(other)) if one != other) {
        return different(Why::CustomerCode);
    }
    let equal = (one.phone == other.phone, one.name == other.name, one.address_key == other.address_key);
    match equal {
        (true, true, true) => all_equal(&one, &other),
        (false, true, true) => phone_differs(a, b, &one, &other),
        (true, false, true) => name_differs(a, b, &one, &other),
        (true, true, false) => address_differs(a, b, &one.address, &other.address),
        _ => several_differ(a, b, &one, &other),
    }
}

/// Nothing equals nothing, and that proves nothing.
fn all_equal(a: &Reading, b: &Reading) -> Comparison {
    if a.address.line.is_empty() {
        return different(Why::DetailMissing);
    }
    match (a.phone.number.is_empty(), a.name.is_empty()) {
        (true, true) => different(Why::SeveralDiffer),
        (true, false) => suggest(Why::PhoneMissing),
        (false, true) => suggest(Why::NameMissing),
        (false, false) if postcodes_contradict(&a.address, &b.address) => suggest(Why::PostcodeOther),
        (false, false) => same(Why::AllEqual),
    }
}

/// A Chinese postcode is in no key, because it is mostly missing; two different ones still make
/// a person look.
fn postcodes_contradict(a: &Address, b: &Address) -> bool {
    let given = |address: &Address| address.postcode.bytes().any(|byte| byte != b'0');
    a.is_chinese() && given(a) && given(b) && a.postcode != b.postcode
}

fn is_collective(party: &Party, reading: &Reading) -> bool {
    collective::is_collective(&reading.address.line, &party.recipient.detail)
}

fn phone_differs(a: &Party, b: &Party, one: &Reading, other: &Reading) -> Comparison {
    if one.address.line.is_empty() || one.name.is_empty() {
        return different(Why::SeveralDiffer);
    }
    if is_collective(a, one) || is_collective(b, other) {
        return different(Why::CollectivePhone);
    }
    suggest(phone_difference(&one.phone, &other.phone))
}

fn phone_difference(a: &Phone, b: &Phone) -> Why {
    let local = |short: &Phone, long: &Phone| {
        short.kind == PhoneKind::Local
            && long.kind == PhoneKind::Landline
            && long.number.ends_with(&short.number)
    };
    let kinds = [a.kind, b.kind];
    if kinds.contains(&PhoneKind::Missing) {
        Why::PhoneMissing
    } else if kinds.contains(&PhoneKind::Privacy) {
        Why::PhonePrivacy
    } else if a.number == b.number {
        Why::PhoneExtension
    } else if local(a, b) || local(b, a) {
        Why::PhoneAreaCode
    } else if kinds.contains(&PhoneKind::Mobile)
        && kinds.iter().any(|kind| matches!(kind, PhoneKind::Landline | PhoneKind::Local))
    {
        Why::PhoneKind
    } else if a.number.len() == b.number.len()
        && a.number.bytes().zip(b.number.bytes()).filter(|(a, b)| a != b).count() <= 2
    {
        Why::PhoneDigits
    } else {
        Why::PhoneOther
    }
}

fn name_differs(a: &Party, b: &Party, one: &Reading, other: &Reading) -> Comparison {
    if one.address.line.is_empty() || one.phone.number.is_empty() {
        return different(Why::SeveralDiffer);
    }
    if is_collective(a, one) || is_collective(b, other) {
        return different(Why::CollectiveName);
    }
    match Why::from(name::difference(&one.name, &other.name)) {
        Why::Generation => different(Why::Generation),
        why => suggest(why),
    }
}

fn address_differs(a: &Party, b: &Party, one: &Address, other: &Address) -> Comparison {
    if one.line.is_empty() || other.line.is_empty() {
        return different(Why::DetailMissing);
    }
    let places = place_difference(&one.place, &other.place);
    if one.line == other.line {
        return match places {
            Some(Why::RegionOther) => different(Why::RegionOther),
            // A district and a postcode that both differ are two differences.
            Some(_) if !one.is_chinese() && one.postcode != other.postcode => different(Why::RegionOther),
            Some(why) => suggest(why),
            None => suggest(Why::PostcodeOther),
        };
    }
    if let Some(why) = places {
        return different(why);
    }
    let stripped = [a, b].map(|party| Address::read(&address::without_privacy_code(&party.recipient)));
    if stripped[0].key() == stripped[1].key() {
        return suggest(Why::PrivacyCode);
    }
    if !one.is_chinese() && one.postcode != other.postcode {
        return different(Why::DetailOther);
    }
    let difference = difference::between(&one.line, &other.line);
    let why = Why::from(difference);
    if difference.is_soft() { suggest(why) } else { different(why) }
}

/// How two places differ; `None` for equal ones.
fn place_difference(a: &Place, b: &Place) -> Option<Why> {
    if a == b {
        return None;
    }
    let why = match (a, b) {
        (
            Place::Division { code: a, former: former_a, name: name_a },
            Place::Division { code: b, former: former_b, name: name_b },
        ) => division_difference((a, former_a, name_a), (b, former_b, name_b)),
        (
            Place::Written { country: country_a, state: a, city: city_a },
            Place::Written { country: country_b, state: b, city: city_b },
        ) if country_a == country_b
            && city_a == city_b
            && !city_a.is_empty()
            && a.is_empty() != b.is_empty() =>
        {
            Why::StateMissing
        }
        _ => Why::RegionOther,
    };
    Some(why)
}

/// Each side: code without zeros, the former division's name, the official name of the last level.
fn division_difference(a: (&str, &str, &str), b: (&str, &str, &str)) -> Why {
    let city = |code: &str| code.get(..4).map(str::to_owned);
    let same_city = city(a.0).is_some() && city(a.0) == city(b.0);
    // A municipality has no code of four digits that people would know: 北京 stands for its city.
    let municipality =
        a.0.get(..2) == b.0.get(..2) && matches!(a.0.get(..2), Some("11" | "12" | "31" | "50"));
    if !same_city && !municipality {
        return Why::RegionOther;
    }
    if !a.1.is_empty() || !b.1.is_empty() {
        let (former, heir) = if a.1.is_empty() { (b, a) } else { (a, b) };
        // Two former districts, or one and nothing, are no sign of each other.
        return if former.1 != heir.1 && heir.0.len() == 6 {
            Why::DistrictRedrawn
        } else {
            Why::DistrictMissing
        };
    }
    if a.0.len() != b.0.len() {
        return Why::DistrictMissing;
    }
    // Districts of one city share its streets; a county has streets of its own.
    let urban = |name: &str| name.ends_with('区');
    if urban(a.2) && urban(b.2) { Why::DistrictOther } else { Why::RegionOther }
}

/// With a privacy number the platform also puts a code into name and address. Between orders of one
/// buyer in one shop all three may change although nothing did.
fn several_differ(a: &Party, b: &Party, one: &Reading, other: &Reading) -> Comparison {
    let privacy = [one, other].iter().any(|reading| reading.phone.kind == PhoneKind::Privacy);
    if privacy && same_buyer(a, b) {
        let [one, other] = [a, b].map(|party| Reading::of(&address::without_privacy_code(&party.recipient)));
        let complete = !one.name.is_empty() && !one.address.line.is_empty();
        if complete && one.name == other.name && one.address_key == other.address_key {
            return suggest(Why::PhonePrivacy);
        }
    }
    different(Why::SeveralDiffer)
}

impl Party {
    /// The address key, from wherever it was given.
    fn token(&self) -> &str {
        let token = self.token.trim();
        if token.is_empty() { self.recipient.address_key.trim() } else { token }
    }
}

/// Names and addresses stay out of logs.
impl std::fmt::Debug for Party {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Party({} {} sealed)", self.platform, self.shop)
    }
}

/// A party as the API and the test vectors write it: flat, absent or null is empty.
#[derive(Clone, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct PartyFields {
    pub platform: Option<String>,
    pub shop: Option<String>,
    pub buyer: Option<String>,
    pub token: Option<String>,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub country: Option<String>,
    pub province: Option<String>,
    pub city: Option<String>,
    pub district: Option<String>,
    pub town: Option<String>,
    pub detail: Option<String>,
    #[serde(alias = "postcode")]
    pub zip: Option<String>,
    pub address_key: Option<String>,
}

impl From<PartyFields> for Party {
    fn from(fields: PartyFields) -> Self {
        let text = Option::unwrap_or_default;
        Self {
            platform: text(fields.platform),
            shop: text(fields.shop),
            buyer: text(fields.buyer),
            token: text(fields.token),
            recipient: Recipient {
                name: text(fields.name),
                phone: text(fields.phone),
                country: text(fields.country),
                province: text(fields.province),
                city: text(fields.city),
                district: text(fields.district),
                town: text(fields.town),
                detail: text(fields.detail),
                postcode: text(fields.zip),
                address_key: text(fields.address_key),
            },
        }
    }
}

impl<'de> Deserialize<'de> for Party {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        PartyFields::deserialize(from).map(Self::from)
    }
}
