//! Settings changed in part: what is not named stays, a null goes back to the default.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json};

use crate::domain::error::Error;

/// The settings with some of them replaced. `place` is where they stand in the request; empty when
/// they are the request.
///
/// # Errors
/// [`Error::Invalid`] with the setting that is unknown or of the wrong kind.
pub fn merged<T: Serialize + DeserializeOwned>(
    place: &str,
    old: &T,
    change: &Map<String, Json>,
) -> Result<T, Error> {
    let mut all = serde_json::to_value(old).map_err(anyhow::Error::from)?;
    replace(&mut all, &Json::Object(change.clone()));
    serde_path_to_error::deserialize(all).map_err(|error| {
        let (path, said) = (error.path().to_string(), error.inner().to_string());
        let name = match said.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
            Some(name) if !path.ends_with(name) => {
                [path.trim_matches('.'), name].join(".").trim_matches('.').to_owned()
            }
            _ => path,
        };
        Error::invalid([place, &name].join(".").trim_matches('.'), "setting", said)
    })
}

/// JSON Merge Patch (RFC 7396).
fn replace(old: &mut Json, change: &Json) {
    let Json::Object(change) = change else {
        *old = change.clone();
        return;
    };
    if !old.is_object() {
        *old = Json::Object(Map::new());
    }
    let Json::Object(old) = old else { return };
    for (name, value) in change {
        match value {
            Json::Null => drop(old.remove(name)),
            _ => replace(old.entry(name.clone()).or_insert(Json::Null), value),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::seller::SellerSettings;

    fn changed(change: Json) -> Result<SellerSettings, Error> {
        let Json::Object(change) = change else { panic!("an object") };
        let mut old = SellerSettings { merge_wait_minutes: 5, ..SellerSettings::default() };
        old.sender.name = "Tea House".to_owned();
        merged("", &old, &change)
    }

    #[test]
    fn what_is_not_named_stays_and_null_goes_back() {
        let new = changed(json!({ "sender": { "phone": "1" }, "merge_wait_minutes": null }))
            .expect("known settings");
        assert_eq!((new.sender.name.as_str(), new.sender.phone.as_str()), ("Tea House", "1"));
        assert_eq!(new.merge_wait_minutes, 0);
    }

    #[test]
    fn a_setting_that_cannot_be_taken_is_named() {
        for (change, field) in [
            (json!({ "merge": 1 }), "merge"),
            (json!({ "sender": { "nmae": "x" } }), "sender.nmae"),
            (json!({ "merge_wait_minutes": "soon" }), "merge_wait_minutes"),
            (json!({ "merge_policy": "all" }), "merge_policy"),
        ] {
            let Err(Error::Invalid(fields)) = changed(change) else { panic!("{field} cannot be taken") };
            assert_eq!(fields[0].field, field);
        }
    }
}
