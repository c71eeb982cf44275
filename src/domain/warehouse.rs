//! Where parcels leave from, and where returns go.

use serde::{Deserialize, Serialize};

use super::carrier_service::{code, name};
use super::deadline::DayTime;
use super::error::FieldError;

/// Characters of one part of an address.
const PART_MAX: usize = 200;

/// Who takes returns, and where. Kept sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ReturnAddress {
    pub name: String,
    pub phone: String,
    pub address: String,
}

/// What is said of a warehouse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarehouseFields {
    /// What rules, shops and people name it by.
    pub code: String,
    pub name: String,
    pub return_address: ReturnAddress,
    /// Until when orders of the day are taken, on the clock of the seller's time zone; `HH:MM`, or empty.
    pub order_cut_off: String,
    /// When the drivers come; `HH:MM`, or empty.
    pub pickup_at: String,
    /// Parcels leave from here unless something else is said.
    pub is_default: bool,
    pub is_on: bool,
}

impl WarehouseFields {
    /// Trims and checks every field.
    ///
    /// # Errors
    /// Each field that cannot be taken.
    pub fn parse(mut self) -> Result<Self, Vec<FieldError>> {
        let mut errors = Vec::new();
        match code("code", &self.code) {
            Ok(text) => self.code = text,
            Err(error) => errors.push(error),
        }
        match name("name", &self.name) {
            Ok(text) => self.name = text,
            Err(error) => errors.push(error),
        }
        for (field, time) in [("order_cut_off", &mut self.order_cut_off), ("pickup_at", &mut self.pickup_at)]
        {
            *time = time.trim().to_owned();
            if time.is_empty() {
                continue;
            }
            match DayTime::parse(time) {
                Ok(read) => *time = read.to_string(),
                Err(detail) => errors.push(FieldError::new(field, "bad_time", detail)),
            }
        }
        let address = &mut self.return_address;
        for (field, part) in [
            ("return_address.name", &mut address.name),
            ("return_address.phone", &mut address.phone),
            ("return_address.address", &mut address.address),
        ] {
            *part = part.trim().to_owned();
            let length = part.chars().count();
            if length > PART_MAX || part.chars().any(char::is_control) {
                let detail = format!("It has {length} characters; write at most {PART_MAX} on one line");
                errors.push(FieldError::new(field, "length", detail));
            }
        }
        if self.is_default && !self.is_on {
            let detail = "A warehouse that is off cannot be the default; switch it on, or make another one the default";
            errors.push(FieldError::new("is_default", "contradiction", detail));
        }
        if errors.is_empty() { Ok(self) } else { Err(errors) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_trimmed_and_bad_ones_named() {
        let good = WarehouseFields {
            code: " east ".into(),
            name: "东仓".into(),
            return_address: ReturnAddress { name: " 王芳 ".into(), ..ReturnAddress::default() },
            order_cut_off: "9:05".into(),
            pickup_at: String::new(),
            is_default: true,
            is_on: true,
        };
        let parsed = good.clone().parse().expect("a warehouse");
        assert_eq!((parsed.code.as_str(), parsed.order_cut_off.as_str()), ("east", "09:05"));
        assert_eq!(parsed.return_address.name, "王芳");
        let bad = WarehouseFields { code: String::new(), pickup_at: "25:00".into(), is_on: false, ..good };
        let named: Vec<_> = bad.parse().expect_err("three are wrong").into_iter().map(|e| e.field).collect();
        assert_eq!(named, ["code", "pickup_at", "is_default"]);
    }
}
