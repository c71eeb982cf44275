//! Which column of a generic file means what.
//!
//! A person matches the columns once per shop. The mapping is remembered with the header's
//! [`fingerprint`], so the next file of the same shape needs no questions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::common_names::COMMON_NAMES;
use crate::domain::text_enum;

text_enum! {
    /// A field of an order that a column can hold.
    pub enum Field("order field") {
        Number = "number",
        State = "state",
        CreatedAt = "created_at",
        PaidAt = "paid_at",
        UpdatedAt = "updated_at",
        ShipBy = "ship_by",
        BuyerNick = "buyer_nick",
        BuyerMessage = "buyer_message",
        SellerMemo = "seller_memo",
        Flag = "flag",
        Total = "total",
        ShippingFee = "shipping_fee",
        Currency = "currency",
        Name = "name",
        Phone = "phone",
        Country = "country",
        Province = "province",
        City = "city",
        District = "district",
        Town = "town",
        /// Street and house.
        Detail = "detail",
        /// Everything from province to house in one text.
        Address = "address",
        Postcode = "postcode",
        AddressKey = "address_key",
        LineNumber = "line_number",
        Sku = "sku",
        Title = "title",
        Variant = "variant",
        Quantity = "quantity",
        Price = "price",
    }
}

/// The column of each field, by the name in the header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Mapping(pub BTreeMap<Field, String>);

impl Mapping {
    /// The column of a field; empty when it has none.
    pub fn column(&self, field: Field) -> &str {
        self.0.get(&field).map_or("", String::as_str)
    }

    /// Proposes a mapping from the common Chinese and English names.
    pub fn propose(header: &[String]) -> Self {
        let plain: Vec<String> = header.iter().map(|name| simplify(name)).collect();
        let mut columns = BTreeMap::new();
        for (field, names) in COMMON_NAMES {
            let place = names.iter().find_map(|name| plain.iter().position(|column| column == name));
            if let Some(place) = place {
                columns.insert(*field, header[place].clone());
            }
        }
        Self(columns)
    }

    /// What is still missing for reading orders, each as the field, or the fields to choose from.
    pub fn missing(&self) -> Vec<&'static str> {
        let has = |field| self.0.contains_key(&field);
        let needs = [
            ("number", has(Field::Number)),
            ("name", has(Field::Name)),
            ("address or detail", has(Field::Address) || has(Field::Detail)),
            ("title or sku", has(Field::Title) || has(Field::Sku)),
        ];
        needs.into_iter().filter(|(_, has)| !has).map(|(name, _)| name).collect()
    }

    /// Mapped columns that the header does not have.
    pub fn absent<'a>(&'a self, header: &[String]) -> Vec<&'a str> {
        self.0.values().filter(|column| !header.contains(column)).map(String::as_str).collect()
    }
}

/// A header's fingerprint: equal for files with the same columns in the same order.
pub fn fingerprint(header: &[String]) -> String {
    let digest = Sha256::digest(header.join("\u{1F}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A column name without case, blanks, joining signs, and notes in brackets.
fn simplify(name: &str) -> String {
    let name = name.split(['(', '（', '[', '【']).next().unwrap_or_default();
    name.chars()
        .filter(|c| !c.is_whitespace() && !"_-*.:：/#".contains(*c))
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Mapping, fingerprint};

    #[test]
    fn common_names_are_proposed() {
        let header =
            ["订单号", "收货人", "手机号", "详细地址", "商品名称", "数量(件)", "其他"].map(str::to_owned);
        let mapping = Mapping::propose(&header);
        assert_eq!(
            serde_json::to_string(&mapping).expect("texts"),
            r#"{"number":"订单号","name":"收货人","phone":"手机号","detail":"详细地址","title":"商品名称","quantity":"数量(件)"}"#
        );
        assert_eq!(mapping.missing(), Vec::<&str>::new());
        let back: Mapping = serde_json::from_str(r#"{"number":"No"}"#).expect("a mapping");
        assert_eq!(
            (back.missing(), back.absent(&header)),
            (vec!["name", "address or detail", "title or sku"], vec!["No"])
        );
    }

    #[test]
    fn a_fingerprint_changes_with_the_columns() {
        let of =
            |names: &[&str]| fingerprint(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        assert_eq!(of(&["a", "b"]), of(&["a", "b"]));
        assert_ne!(of(&["a", "b"]), of(&["b", "a"]));
        assert_ne!(of(&["a", "b"]), of(&["ab"]));
    }
}
