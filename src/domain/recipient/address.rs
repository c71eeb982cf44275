//! The address of a recipient, taken apart for comparing: place, postcode, line.

use super::{Recipient, detail, name, text, western};
use crate::domain::region::{self, Certainty, Region};

/// An address as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    pub place: Place,
    /// Letters and digits only; of a ZIP+4 the first five.
    pub postcode: String,
    pub line: Line,
}

/// Where the line is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A division of China, Hong Kong, Macau and Taiwan included.
    Division {
        /// GB/T 2260 without the zeros of unknown levels: 2, 4 or 6 digits.
        code: String,
        /// A former division that was cut up; the code is then its parent's.
        former: String,
        /// The official name of the last level, to tell an urban district from a county.
        name: String,
    },
    /// Anywhere else, and Chinese regions the table does not know.
    Written { country: String, state: String, city: String },
}

/// Road, house, building, unit, room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    EastAsian(String),
    Western(Vec<String>),
}

impl Address {
    /// Reads the address of a recipient as it was written.
    pub fn read(recipient: &Recipient) -> Self {
        let country = country(recipient);
        let detail = text::clean(&recipient.detail);
        let east_asian =
            text::is_east_asian(&detail) || detail.is_empty() && text::is_east_asian(&recipient.city);
        let (place, line) = match (chinese_province(&country), east_asian) {
            (Some(province), true) => chinese(recipient, province, &country, &detail),
            (None, true) => {
                let (place, town) = written(recipient, &country);
                (place, Line::EastAsian(detail::normalise(&behind(&town, &detail))))
            }
            (_, false) => {
                let (place, town) = written(recipient, &country);
                let postcode = western::plain_name(&recipient.postcode, &country);
                let around = around(&place, &country, &postcode);
                let mut words = western::words(&recipient.detail, &country, &around);
                words.extend(western::plain_words(&town, &country));
                (place, Line::Western(words))
            }
        };
        Self { place, postcode: postcode(&recipient.postcode, &country), line }
    }

    /// The text that is equal for equal addresses; empty without a line, because a town alone is
    /// no address.
    ///
    /// A Chinese postcode is not part of it: many orders carry none or 000000.
    pub fn key(&self) -> String {
        if self.line.is_empty() {
            return String::new();
        }
        let line = self.line.text();
        match &self.place {
            Place::Division { code, former, .. } => {
                format!("{code}{}{former}|{line}", if former.is_empty() { "" } else { "~" })
            }
            Place::Written { country, state, city } if country == "CN" => {
                format!("{country}|{state}|{city}|{line}")
            }
            Place::Written { country, state, city } => {
                format!("{country}|{state}|{city}|{}|{line}", self.postcode)
            }
        }
    }

    /// Whether the postcode is part of the key.
    pub fn is_chinese(&self) -> bool {
        match &self.place {
            Place::Division { .. } => true,
            Place::Written { country, .. } => country == "CN",
        }
    }
}

impl Line {
    pub fn is_empty(&self) -> bool {
        match self {
            Self::EastAsian(line) => line.is_empty(),
            Self::Western(words) => words.is_empty(),
        }
    }

    /// The line as one text.
    pub fn text(&self) -> String {
        match self {
            Self::EastAsian(line) => line.clone(),
            Self::Western(words) => words.join(" "),
        }
    }
}

/// The country in capitals; empty and the usual other names become the ISO code.
pub fn country(recipient: &Recipient) -> String {
    let country = recipient.country.trim().to_uppercase();
    match country.as_str() {
        "" | "CHN" | "CHINA" | "中国" => "CN".to_owned(),
        "USA" => "US".to_owned(),
        "UK" => "GB".to_owned(),
        _ => country,
    }
}

/// For Hong Kong, Macau and Taiwan, which are countries in some shops and provinces in others.
fn chinese_province(country: &str) -> Option<&'static str> {
    match country {
        "CN" => Some(""),
        "HK" => Some("香港特别行政区"),
        "MO" => Some("澳门特别行政区"),
        "TW" => Some("台湾省"),
        _ => None,
    }
}

fn chinese(recipient: &Recipient, province: &str, country: &str, detail: &str) -> (Place, Line) {
    let written_province = text::clean(&recipient.province);
    let province = if written_province.is_empty() { province } else { &written_province };
    let (city, district) = (text::clean(&recipient.city), text::clean(&recipient.district));
    let found = region::resolve(province, &city, &district, detail);
    let town = text::clean(&recipient.town);
    let rest = without_names(&found.rest, &found.region);
    let line = Line::EastAsian(detail::normalise(&behind(&town, rest)));
    let Some(code) = found.code() else {
        // The unread region fields already stand at the head of the rest.
        return (
            Place::Written { country: country.to_owned(), state: String::new(), city: String::new() },
            line,
        );
    };
    let former = match found.certainty {
        Certainty::Ambiguous => found.old_name.clone().unwrap_or_default(),
        _ => String::new(),
    };
    let name = [&found.region.district, &found.region.city, &found.region.province]
        .into_iter()
        .find(|name| !name.is_empty());
    let place = Place::Division {
        code: region::prefix_of(code).to_owned(),
        former,
        name: name.cloned().unwrap_or_default(),
    };
    (place, line)
}

/// The line without the official names of its own region at its head: a district alone is repeated
/// too (西湖区文三路), and that name may belong to other cities as well.
fn without_names<'a>(line: &'a str, region: &Region) -> &'a str {
    let mut rest = line;
    for name in [&region.province, &region.city, &region.district] {
        let behind = rest.strip_prefix(name.as_str()).filter(|_| name.chars().count() >= 3);
        rest = behind.map(|behind| behind.trim_start_matches([' ', ',', '-', '/'])).unwrap_or(rest);
    }
    if rest.is_empty() { line } else { rest }
}

/// A town in its own field is the head of the line, unless the line repeats it.
fn behind(town: &str, line: &str) -> String {
    if line.starts_with(town) { line.to_owned() } else { format!("{town}{line}") }
}

/// A place outside the table, and what its fields say below the city.
fn written(recipient: &Recipient, country: &str) -> (Place, String) {
    let state = western::state(&recipient.province, country);
    let city = western::plain_name(&recipient.city, country);
    let town =
        [&recipient.district, &recipient.town].map(|field| text::clean(field)).join(" ").trim().to_owned();
    (Place::Written { country: country.to_owned(), state, city }, town)
}

/// What a line may repeat at its end.
fn around(place: &Place, country: &str, postcode: &str) -> Vec<String> {
    let Place::Written { state, city, .. } = place else { return Vec::new() };
    let name = match country {
        "US" => "usa",
        "GB" => "united kingdom",
        "DE" => "germany",
        "FR" => "france",
        "CA" => "canada",
        "AU" => "australia",
        _ => "",
    };
    let long = super::states::written_out(country, state).unwrap_or_default().to_owned();
    let zip = self::postcode(postcode, country).to_lowercase();
    let us = if country == "US" { "united states" } else { "" };
    [
        state.clone(),
        city.clone(),
        country.to_lowercase(),
        name.into(),
        us.into(),
        long,
        postcode.to_owned(),
        zip,
    ]
    .into_iter()
    .map(|part| western::plain_words(&part, country).join(" "))
    .filter(|part| !part.is_empty())
    .collect()
}

fn postcode(raw: &str, country: &str) -> String {
    let mut code: String = text::clean(raw).chars().filter(char::is_ascii_alphanumeric).collect();
    code.make_ascii_uppercase();
    if country == "US" && code.len() == 9 {
        code.truncate(5);
    }
    code
}

/// The line without the `[1234]` some platforms add together with a privacy number.
pub fn without_privacy_code(recipient: &Recipient) -> Recipient {
    let cut = |field: &str| name::without_privacy_code(field);
    Recipient { name: cut(&recipient.name), detail: cut(&recipient.detail), ..recipient.clone() }
}
