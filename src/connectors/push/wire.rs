//! Reading a JSON value field by field, noting every error on the way.
//!
//! A derived `Deserialize` stops at the first wrong field, so the sender would mend a
//! document one error per request. This reader goes on with a harmless stand-in instead.

use serde_json::{Map, Value};

use crate::connectors::limits::FieldError;
use crate::domain::money::Money;
use crate::domain::time::UtcTime;

/// An object of the document and the errors found in it so far.
pub(super) struct Reader<'a> {
    object: &'a Map<String, Value>,
    /// Path of the object with a trailing dot; empty at the top.
    path: String,
    errors: &'a mut Vec<FieldError>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(object: &'a Map<String, Value>, path: String, errors: &'a mut Vec<FieldError>) -> Self {
        Self { object, path, errors }
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    fn refuse(&mut self, name: &str, code: &'static str, value: Option<&Value>, next: &str) {
        let shown = value.map(show).unwrap_or_default();
        self.errors.push(FieldError::new(format!("{}{name}", self.path), code, &shown, next));
    }

    /// A text, empty when absent. Whole numbers are taken too, because an order number, a
    /// phone or a postcode often lives in a numeric column at the sender's.
    pub(super) fn text(&mut self, name: &str) -> String {
        match self.get(name) {
            None => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) if number.is_i64() || number.is_u64() => number.to_string(),
            Some(other) => {
                self.refuse(name, "wrong_type", Some(other), "write a text in quotes");
                String::new()
            }
        }
    }

    /// A word of a fixed list; `otherwise` when absent, an error when absent and `None`.
    pub(super) fn word<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&'static str, T)],
        otherwise: Option<T>,
        stand_in: T,
    ) -> T {
        let value = self.get(name);
        let known = value.and_then(Value::as_str).and_then(|text| words.iter().find(|word| word.0 == text));
        if let Some((_, word)) = known {
            return *word;
        }
        if let (None, Some(otherwise)) = (value, otherwise) {
            return otherwise;
        }
        let list: Vec<&str> = words.iter().map(|word| word.0).collect();
        let code = if value.is_some() { "unknown_word" } else { "missing" };
        self.refuse(name, code, value, &format!("write one of {}", list.join(", ")));
        stand_in
    }

    pub(super) fn time(&mut self, name: &str) -> Option<UtcTime> {
        let value = self.get(name)?;
        let time = value.as_str().and_then(|text| UtcTime::parse(text).ok());
        if time.is_none() {
            self.refuse(name, "bad_time", Some(value), "write it like 2026-11-20T02:11:09Z");
        }
        time
    }

    pub(super) fn required_time(&mut self, name: &str, stand_in: UtcTime) -> UtcTime {
        if self.get(name).is_none() {
            self.refuse(name, "missing", None, "write it like 2026-11-20T02:11:09Z");
        }
        self.time(name).unwrap_or(stand_in)
    }

    pub(super) fn quantity(&mut self, name: &str) -> i64 {
        let value = self.get(name);
        if let Some(quantity) = value.and_then(Value::as_i64) {
            return quantity;
        }
        let code = if value.is_some() { "wrong_type" } else { "missing" };
        self.refuse(name, code, value, "write a whole number such as 2, without quotes");
        1
    }

    pub(super) fn yes_or_no(&mut self, name: &str, otherwise: bool) -> bool {
        match self.get(name) {
            None => otherwise,
            Some(Value::Bool(answer)) => *answer,
            Some(other) => {
                self.refuse(name, "wrong_type", Some(other), "write true or false");
                otherwise
            }
        }
    }

    /// An amount of minor units with its currency; `None` when absent or refused.
    pub(super) fn money(&mut self, name: &str) -> Option<Money> {
        let form = r#"write {"amount": 12990, "currency": "CNY"} for 129.90 yuan"#;
        let value = self.get(name)?;
        let Some(object) = value.as_object() else {
            self.refuse(name, "wrong_type", Some(value), form);
            return None;
        };
        let amount = object.get("amount").and_then(Value::as_i64);
        if amount.is_none() {
            self.refuse(&format!("{name}.amount"), "wrong_type", object.get("amount"), form);
        }
        let currency = object.get("currency").and_then(Value::as_str);
        if currency.is_none() {
            self.refuse(&format!("{name}.currency"), "wrong_type", object.get("currency"), form);
        }
        Some(Money::new(amount?, currency?))
    }

    /// The object `name`, read by `read`; nothing happens when it is absent.
    pub(super) fn object(&mut self, name: &str, read: impl FnOnce(&mut Reader<'_>)) {
        match self.get(name) {
            None => {}
            Some(Value::Object(object)) => {
                let path = format!("{}{name}.", self.path);
                read(&mut Reader::new(object, path, self.errors));
            }
            Some(other) => self.refuse(name, "wrong_type", Some(other), "write an object in braces"),
        }
    }

    /// The objects of the list `name`, each read by `read`; absent reads as empty.
    pub(super) fn objects<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(usize, &mut Reader<'_>) -> T,
    ) -> Vec<T> {
        let items = match self.get(name) {
            None => return Vec::new(),
            Some(Value::Array(items)) => items,
            Some(other) => {
                self.refuse(name, "wrong_type", Some(other), "write a list in square brackets");
                return Vec::new();
            }
        };
        let mut answers = Vec::with_capacity(items.len().min(crate::connectors::limits::LINES));
        for (index, item) in items.iter().enumerate() {
            let field = format!("{name}[{index}]");
            match item {
                Value::Object(object) => {
                    let path = format!("{}{field}.", self.path);
                    answers.push(read(index, &mut Reader::new(object, path, self.errors)));
                }
                other => self.refuse(&field, "wrong_type", Some(other), "write an object in braces"),
            }
        }
        answers
    }
}

/// A value as the sender wrote it, texts without their quotes.
fn show(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
