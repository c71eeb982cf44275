//! What an address still needs before a parcel can go there.

use super::address::{self, Address, Place};
use super::{Recipient, keys};
use crate::domain::text_enum;

text_enum! {
    /// A part of a recipient without which no carrier delivers.
    pub enum RecipientField("recipient field") {
        Name = "name",
        Phone = "phone",
        /// Province, city or district: in China down to the city, abroad the city.
        Region = "region",
        Detail = "detail",
    }
}

/// The fields that are missing, in the order of a form; empty for a complete recipient.
///
/// A platform that hands out its own address key knows the rest itself, so then nothing is missing.
/// Abroad the postcode is not demanded: many countries have none.
pub fn missing_fields(recipient: &Recipient) -> Vec<RecipientField> {
    let mut missing = Vec::new();
    if !recipient.address_key.trim().is_empty() {
        return missing;
    }
    let blank = |field: &str| !field.chars().any(|sign| sign.is_alphanumeric() || sign == '*');
    if blank(&recipient.name) {
        missing.push(RecipientField::Name);
    }
    if blank(&recipient.phone) || !keys::is_masked(recipient) && keys::read_phone(recipient).number.is_empty()
    {
        missing.push(RecipientField::Phone);
    }
    let known = match Address::read(recipient).place {
        Place::Division { code, name, .. } => code.len() >= 4 || is_own_city(&code) && !name.is_empty(),
        Place::Written { .. } if address::country(recipient) == "CN" => {
            !blank(&recipient.province) && !blank(&recipient.city)
        }
        Place::Written { .. } => !blank(&recipient.city) || !blank(&recipient.district),
    };
    if !known {
        missing.push(RecipientField::Region);
    }
    if blank(&recipient.detail) && blank(&recipient.town) {
        missing.push(RecipientField::Detail);
    }
    missing
}

/// Municipalities and the two special regions are city and province in one.
fn is_own_city(code: &str) -> bool {
    matches!(code, "11" | "12" | "31" | "50" | "81" | "82")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(phone: &str, country: &str, region: [&str; 3], detail: &str) -> Vec<&'static str> {
        let [province, city, district] = region.map(str::to_owned);
        let recipient = Recipient {
            name: "陈静".into(),
            phone: phone.into(),
            country: country.into(),
            province,
            city,
            district,
            detail: detail.into(),
            ..Recipient::default()
        };
        missing_fields(&recipient).into_iter().map(RecipientField::as_str).collect()
    }

    #[test]
    fn missing_parts_are_named() {
        let none: [&str; 0] = [];
        assert_eq!(missing("13800001001", "", ["浙江省", "杭州市", "西湖区"], "文三路478号"), none);
        assert_eq!(missing("13800001001", "CN", ["北京", "", "朝阳区"], "望京西园"), none);
        assert_eq!(missing("", "CN", ["浙江省", "杭州市", ""], ""), ["phone", "detail"]);
        assert_eq!(missing("无", "CN", ["", "", "朝阳区"], "望京西园"), ["phone", "region"]);
        assert_eq!(missing("+1 415 555 0132", "US", ["CA", "San Francisco", ""], "1 Main St"), none);
        assert_eq!(missing("138****1001", "CN", ["浙江省", "杭州市", ""], "文三路***"), none);
        assert_eq!(missing_fields(&Recipient::default()).len(), 4);
        let keyed = Recipient { address_key: "oaid".into(), ..Recipient::default() };
        assert!(missing_fields(&keyed).is_empty());
    }
}
