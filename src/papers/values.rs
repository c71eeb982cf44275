//! What the papers show: plain values, already decided, already in the words to print.
//!
//! Nothing here is looked up. Whoever fills these structs has read the database, unsealed the
//! recipient and formatted the times; the papers only place them. Weights are grams.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::text_enum;

text_enum! {
    /// Size of a label or page, width by height.
    pub enum PaperSize("paper size") {
        Label76x130 = "76x130",
        Label100x150 = "100x150",
        Label100x180 = "100x180",
        /// 4 × 6 in, the usual label outside China.
        Label4x6 = "4x6in",
        A5 = "a5",
        A4 = "a4",
    }
}

impl PaperSize {
    /// Width and height in millimetres.
    pub fn size_mm(self) -> (f32, f32) {
        match self {
            Self::Label76x130 => (76.0, 130.0),
            Self::Label100x150 => (100.0, 150.0),
            Self::Label100x180 => (100.0, 180.0),
            Self::Label4x6 => (101.6, 152.4),
            Self::A5 => (148.0, 210.0),
            Self::A4 => (210.0, 297.0),
        }
    }

    /// True for label stock, where waybills are printed.
    pub fn is_label(self) -> bool {
        !matches!(self, Self::A4 | Self::A5)
    }
}

/// What belongs to this printing and not to the shipment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Stamp {
    /// Place in the run, from 1: the order of the screen, of the numbers and of the paper.
    pub position: u32,
    /// Sheets in the run; 0 for a sheet outside any run, which then shows no position.
    pub total: u32,
    /// The run's serial number, the same on waybill, delivery note and pick list.
    pub serial: String,
    /// 1 for the first reprint; `None` for the first print.
    pub reprint: Option<u32>,
    /// When and by whom, in words.
    pub printed_note: String,
}

/// Who receives. Masked texts are printed as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct RecipientText {
    pub name: String,
    pub phone: String,
    /// Province, city and district.
    pub region: String,
    pub detail: String,
}

/// Who sends.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SenderText {
    pub name: String,
    pub phone: String,
    pub address: String,
}

/// Something in the parcel.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ItemText {
    pub sku: String,
    pub name: String,
    /// Colour, size and the like.
    pub variant: String,
    pub quantity: u32,
    /// Shelf; empty when the warehouse has none.
    pub location: String,
}

text_enum! {
    /// Who wrote a remark.
    pub enum RemarkBy("author of a remark") {
        Buyer = "buyer",
        Seller = "seller",
    }
}

/// One remark of one of the orders in the shipment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RemarkText {
    pub shop: String,
    pub order_number: String,
    pub who: RemarkBy,
    pub text: String,
    /// The platform's flag in a word to print, such as 红; empty without one.
    pub flag: String,
}

/// An order in the shipment.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrderNumberText {
    pub shop: String,
    pub number: String,
}

/// One waybill label.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaybillSheet {
    pub stamp: Stamp,
    pub carrier_name: String,
    /// The waybill number, printed as Code 128 and in large digits.
    pub number: String,
    /// The carrier's sorting code (大头笔, 三段码).
    pub sort_code: Option<String>,
    pub recipient: RecipientText,
    pub sender: SenderText,
    pub items: Vec<ItemText>,
    /// All remarks of all orders in the shipment.
    pub remarks: Vec<RemarkText>,
    pub order_numbers: Vec<OrderNumberText>,
    /// Pieces in the parcel.
    pub pieces: u32,
    /// Our own code of the parcel, printed as QR; it pairs the label with the packed box.
    pub package_code: Option<String>,
}

/// One delivery note.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct DeliveryNote {
    pub stamp: Stamp,
    /// Printed at the top: the shop's name.
    pub shop_name: String,
    pub recipient: RecipientText,
    pub sender: SenderText,
    pub carrier_name: String,
    pub number: String,
    pub items: Vec<ItemText>,
    pub remarks: Vec<RemarkText>,
    pub order_numbers: Vec<OrderNumberText>,
    /// The seller's words to the buyer: returns, thanks.
    pub closing: String,
    /// Where it leaves from; not part of the values while there is none, so that older notes keep their hash.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub warehouse: String,
}

/// What has to be fetched for a run.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PickList {
    pub serial: String,
    pub warehouse: String,
    pub printed_note: String,
    /// In the order of the run.
    pub shipments: Vec<PickShipment>,
}

/// One shipment of a pick list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PickShipment {
    pub position: u32,
    /// The waybill number, if it has one already.
    pub number: String,
    pub items: Vec<ItemText>,
    pub remarks: Vec<RemarkText>,
}

/// What a carrier takes along on a day (交接单).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HandOverList {
    pub carrier_name: String,
    /// The day in words to print, such as 2026-11-20.
    pub day: String,
    pub serial: String,
    pub warehouse: String,
    pub printed_note: String,
    pub parcels: Vec<HandOverParcel>,
}

/// One parcel of a hand-over list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct HandOverParcel {
    pub position: u32,
    pub number: String,
    pub city: String,
    pub pieces: u32,
    pub weight_grams: Option<u32>,
}

impl WaybillSheet {
    /// What tells a stale label from a current one: everything but the stamp, so that a reprint
    /// of unchanged values keeps its hash.
    pub fn data_hash(&self) -> String {
        data_hash(&Self { stamp: Stamp::default(), ..self.clone() })
    }
}

impl DeliveryNote {
    /// As [`WaybillSheet::data_hash`].
    pub fn data_hash(&self) -> String {
        data_hash(&Self { stamp: Stamp::default(), ..self.clone() })
    }
}

/// SHA-256 in lower-case hex over the values as JSON with sorted keys and no blanks.
///
/// The same values give the same text on every machine and in every version that keeps the
/// field names.
pub fn data_hash<T: Serialize>(values: &T) -> String {
    let json = serde_json::to_value(values).expect("paper values have text keys only");
    let mut text = String::new();
    write_canonical(&json, &mut text);
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn write_canonical(value: &serde_json::Value, out: &mut String) {
    match value {
        serde_json::Value::Object(fields) => {
            let mut keys: Vec<&String> = fields.keys().collect();
            keys.sort();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                out.push_str(&format!("{comma}{}:", serde_json::Value::from(key.as_str())));
                write_canonical(&fields[key], out);
            }
            out.push('}');
        }
        serde_json::Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                write_canonical(value, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_follows_the_values_and_not_the_printing() {
        let sheet = WaybillSheet { number: "7730001234566".to_owned(), ..WaybillSheet::default() };
        let mut reprint = sheet.clone();
        reprint.stamp.reprint = Some(2);
        let mut moved = sheet.clone();
        moved.recipient.detail = "新地址 5 号".to_owned();

        assert_eq!(sheet.data_hash(), reprint.data_hash());
        assert_ne!(sheet.data_hash(), moved.data_hash());
        assert_eq!(sheet.data_hash().len(), 64);
    }

    #[test]
    fn the_hash_is_the_same_on_every_machine() {
        let values = serde_json::json!({ "b": [1, null, "龑"], "a": { "d": true, "c": "\n" } });
        // printf '%s' '{"a":{"c":"\n","d":true},"b":[1,null,"龑"]}' | sha256sum
        assert_eq!(data_hash(&values), "d1e3f8c2a7594a4f94b80cba11781cd87e04cecc46c7a6e7ffa28adb31a90fb8");
    }
}
