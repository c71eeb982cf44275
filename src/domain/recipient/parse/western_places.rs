//! Countries, states and postcodes as far as their shapes tell where an address ends.

/// Where the postcode stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `San Francisco, CA 94103`, `London SW1A 1AA`
    CityFirst,
    /// `10115 Berlin`
    PostcodeFirst,
    /// No postcodes.
    HongKong,
}

pub(super) struct Country {
    pub iso: &'static str,
    /// Country calling code; empty where numbers stay as typed.
    pub dial: &'static str,
    pub shape: Shape,
    /// Postcodes: `9` a digit, `A` a letter, blank an optional blank.
    pub postcodes: &'static [&'static str],
    pub states: &'static [(&'static str, &'static str)],
    names: &'static [&'static str],
}

const US_STATES: &[(&str, &str)] = &[
    ("AL", "Alabama"),
    ("AK", "Alaska"),
    ("AZ", "Arizona"),
    ("AR", "Arkansas"),
    ("CA", "California"),
    ("CO", "Colorado"),
    ("CT", "Connecticut"),
    ("DE", "Delaware"),
    ("DC", "District of Columbia"),
    ("FL", "Florida"),
    ("GA", "Georgia"),
    ("HI", "Hawaii"),
    ("ID", "Idaho"),
    ("IL", "Illinois"),
    ("IN", "Indiana"),
    ("IA", "Iowa"),
    ("KS", "Kansas"),
    ("KY", "Kentucky"),
    ("LA", "Louisiana"),
    ("ME", "Maine"),
    ("MD", "Maryland"),
    ("MA", "Massachusetts"),
    ("MI", "Michigan"),
    ("MN", "Minnesota"),
    ("MS", "Mississippi"),
    ("MO", "Missouri"),
    ("MT", "Montana"),
    ("NE", "Nebraska"),
    ("NV", "Nevada"),
    ("NH", "New Hampshire"),
    ("NJ", "New Jersey"),
    ("NM", "New Mexico"),
    ("NY", "New York"),
    ("NC", "North Carolina"),
    ("ND", "North Dakota"),
    ("OH", "Ohio"),
    ("OK", "Oklahoma"),
    ("OR", "Oregon"),
    ("PA", "Pennsylvania"),
    ("PR", "Puerto Rico"),
    ("RI", "Rhode Island"),
    ("SC", "South Carolina"),
    ("SD", "South Dakota"),
    ("TN", "Tennessee"),
    ("TX", "Texas"),
    ("UT", "Utah"),
    ("VT", "Vermont"),
    ("VA", "Virginia"),
    ("WA", "Washington"),
    ("WV", "West Virginia"),
    ("WI", "Wisconsin"),
    ("WY", "Wyoming"),
];
const CA_PROVINCES: &[(&str, &str)] = &[
    ("AB", "Alberta"),
    ("BC", "British Columbia"),
    ("MB", "Manitoba"),
    ("NB", "New Brunswick"),
    ("NL", "Newfoundland and Labrador"),
    ("NS", "Nova Scotia"),
    ("NT", "Northwest Territories"),
    ("NU", "Nunavut"),
    ("ON", "Ontario"),
    ("PE", "Prince Edward Island"),
    ("QC", "Quebec"),
    ("SK", "Saskatchewan"),
    ("YT", "Yukon"),
];
const AU_STATES: &[(&str, &str)] = &[
    ("NSW", "New South Wales"),
    ("VIC", "Victoria"),
    ("QLD", "Queensland"),
    ("SA", "South Australia"),
    ("WA", "Western Australia"),
    ("TAS", "Tasmania"),
    ("ACT", "Australian Capital Territory"),
    ("NT", "Northern Territory"),
];

macro_rules! country {
    ($iso:literal, $dial:literal, $shape:ident, $codes:expr, $states:expr, $names:expr) => {
        Country {
            iso: $iso,
            dial: $dial,
            shape: Shape::$shape,
            postcodes: &$codes,
            states: $states,
            names: &$names,
        }
    };
}

const COUNTRIES: &[Country] = &[
    country!(
        "US",
        "1",
        CityFirst,
        ["99999-9999", "99999"],
        US_STATES,
        ["USA", "US", "U.S.A.", "U.S.", "United States", "United States of America"]
    ),
    country!("CA", "1", CityFirst, ["A9A 9A9"], CA_PROVINCES, ["Canada"]),
    country!("AU", "61", CityFirst, ["9999"], AU_STATES, ["Australia"]),
    country!(
        "GB",
        "44",
        CityFirst,
        ["A9 9AA", "A99 9AA", "AA9 9AA", "AA99 9AA", "A9A 9AA", "AA9A 9AA"],
        &[],
        ["United Kingdom", "UK", "U.K.", "Great Britain", "England", "Scotland", "Wales"]
    ),
    country!("NZ", "64", CityFirst, ["9999"], &[], ["New Zealand"]),
    country!("SG", "65", CityFirst, ["999999"], &[], ["Singapore"]),
    country!(
        "IE",
        "353",
        CityFirst,
        ["A99 AAAA", "A99 A9A9", "A99 AA99", "A9A AAAA", "A99 A999"],
        &[],
        ["Ireland"]
    ),
    country!("JP", "81", CityFirst, ["999-9999"], &[], ["Japan"]),
    country!("KR", "82", CityFirst, ["99999"], &[], ["South Korea", "Korea", "Republic of Korea"]),
    country!("IN", "91", CityFirst, ["999999", "999 999"], &[], ["India"]),
    country!("TH", "66", CityFirst, ["99999"], &[], ["Thailand"]),
    country!("DE", "49", PostcodeFirst, ["99999"], &[], ["Germany", "Deutschland"]),
    country!("FR", "33", PostcodeFirst, ["99999"], &[], ["France"]),
    country!("IT", "39", PostcodeFirst, ["99999"], &[], ["Italy", "Italia"]),
    country!("ES", "34", PostcodeFirst, ["99999"], &[], ["Spain", "España"]),
    country!("AT", "43", PostcodeFirst, ["9999"], &[], ["Austria", "Österreich"]),
    country!("CH", "41", PostcodeFirst, ["9999"], &[], ["Switzerland", "Schweiz", "Suisse", "Svizzera"]),
    country!("BE", "32", PostcodeFirst, ["9999"], &[], ["Belgium", "België", "Belgique"]),
    country!(
        "NL",
        "31",
        PostcodeFirst,
        ["9999 AA"],
        &[],
        ["Netherlands", "The Netherlands", "Nederland", "Holland"]
    ),
    country!("SE", "46", PostcodeFirst, ["999 99"], &[], ["Sweden", "Sverige"]),
    country!("DK", "45", PostcodeFirst, ["9999"], &[], ["Denmark", "Danmark"]),
    country!("NO", "47", PostcodeFirst, ["9999"], &[], ["Norway", "Norge"]),
    country!("FI", "358", PostcodeFirst, ["99999"], &[], ["Finland", "Suomi"]),
    country!("PL", "48", PostcodeFirst, ["99-999"], &[], ["Poland", "Polska"]),
    country!("PT", "351", PostcodeFirst, ["9999-999"], &[], ["Portugal"]),
    country!("CZ", "420", PostcodeFirst, ["999 99"], &[], ["Czech Republic", "Czechia"]),
    country!("MX", "52", PostcodeFirst, ["99999"], &[], ["Mexico", "México"]),
    country!("MY", "60", PostcodeFirst, ["99999"], &[], ["Malaysia"]),
    country!("BR", "55", PostcodeFirst, ["99999-999"], &[], ["Brazil", "Brasil"]),
    country!("HK", "", HongKong, [], &[], ["Hong Kong", "Hong Kong SAR", "HK", "Hongkong", "H.K."]),
];

fn by_iso(iso: &str) -> Option<&'static Country> {
    COUNTRIES.iter().find(|country| country.iso == iso)
}

/// A piece that is a country's name and nothing else.
pub(super) fn by_name(piece: &str) -> Option<&'static Country> {
    let piece = piece.trim().trim_end_matches('.');
    COUNTRIES
        .iter()
        .find(|country| {
            country.names.iter().any(|name| name.trim_end_matches('.').eq_ignore_ascii_case(piece))
        })
        .filter(|country| !matches!(country.iso, "SG")) // Singapore is the city too: kept for the piece rule below.
        .or_else(|| piece.eq_ignore_ascii_case("singapore").then(|| by_iso("SG")).flatten())
}

/// A country's name at the end of a piece, and its length in bytes. Short forms only in capitals.
pub(super) fn by_ending(piece: &str) -> Option<(&'static Country, usize)> {
    COUNTRIES.iter().find_map(|country| {
        country.names.iter().find_map(|name| {
            let before = piece.strip_suffix(name)?;
            (before.ends_with(' ') && name.len() > 2
                || before.ends_with(' ') && matches!(*name, "US" | "UK" | "HK"))
            .then_some((country, name.len()))
        })
    })
}

/// The country of an international number; +1 is left to the postcode.
pub(super) fn by_dial(digits: &str) -> Option<&'static Country> {
    let digits = digits.strip_prefix('+')?;
    if digits.starts_with("852") {
        return by_iso("HK");
    }
    COUNTRIES
        .iter()
        .filter(|country| !country.dial.is_empty() && country.dial != "1" && digits.starts_with(country.dial))
        .max_by_key(|country| country.dial.len())
}

/// States with postcodes tell the United States, Canada, Australia; British and Canadian postcodes tell themselves.
pub(super) fn by_shape(pieces: &[String]) -> Option<&'static Country> {
    for piece in pieces.iter().rev() {
        for iso in ["US", "CA", "AU"] {
            let country = by_iso(iso)?;
            if let Some((before, _)) = trailing_postcode(piece, country)
                && (iso == "CA" || trailing_state(&before, country).is_some())
            {
                return Some(country);
            }
        }
        let britain = by_iso("GB")?;
        if trailing_postcode(piece, britain).is_some() {
            return Some(britain);
        }
    }
    None
}

fn fits(code: &str, pattern: &str) -> bool {
    code.chars().count() == pattern.len()
        && code.chars().zip(pattern.chars()).all(|(c, p)| match p {
            '9' => c.is_ascii_digit(),
            'A' => c.is_ascii_alphabetic(),
            p => c == p,
        })
}

/// Whether these words together are a postcode of the country.
fn is_postcode(words: &[&str], country: &Country) -> bool {
    let code = words.join(" ");
    country
        .postcodes
        .iter()
        .any(|pattern| fits(&code, pattern) || words.len() == 1 && fits(&code, &pattern.replace(' ', "")))
}

/// `CA 94103` → (`CA`, `94103`)
pub(super) fn trailing_postcode(piece: &str, country: &Country) -> Option<(String, String)> {
    let words: Vec<&str> = piece.split(' ').collect();
    for length in [2, 1] {
        if words.len() >= length {
            let (before, code) = words.split_at(words.len() - length);
            let house_number = before.is_empty() && words.len() == length && country.postcodes == ["9999"];
            if is_postcode(code, country) && !house_number {
                return Some((before.join(" "), code.join(" ")));
            }
        }
    }
    None
}

/// `10115 Berlin` → (`10115`, `Berlin`); `D-10115` loses its letter.
pub(super) fn leading_postcode(piece: &str, country: &Country) -> Option<(String, String)> {
    let words: Vec<&str> = piece.split(' ').collect();
    for length in [2, 1] {
        if words.len() > length {
            let (code, city) = words.split_at(length);
            let prefix = format!("{}-", &country.iso[..1]);
            let bare: Vec<&str> =
                code.iter().map(|word| word.strip_prefix(prefix.as_str()).unwrap_or(word)).collect();
            let city = city.join(" ");
            if is_postcode(&bare, country) && !city.contains(|c: char| c.is_ascii_digit()) {
                return Some((bare.join(" "), city));
            }
        }
    }
    None
}

/// `San Francisco CA` → (`San Francisco`, `CA`). Full names become the short form.
pub(super) fn trailing_state(piece: &str, country: &Country) -> Option<(String, String)> {
    let piece = piece.trim_end_matches('.');
    for (short, full) in country.states {
        for name in [short, full] {
            let at = piece.len().wrapping_sub(name.len());
            if let (Some(before), Some(end)) = (piece.get(..at), piece.get(at..))
                && (end == *name || name.len() > 3 && end.eq_ignore_ascii_case(name))
                && (before.is_empty() || before.ends_with(' '))
            {
                return Some((before.trim().to_owned(), (*short).to_owned()));
            }
        }
    }
    None
}

/// Street and city on one line: the city begins behind the last street word and its unit.
pub(super) fn split_city(text: &str) -> (String, String) {
    const STREETS: [&str; 34] = [
        "st",
        "street",
        "ave",
        "avenue",
        "rd",
        "road",
        "blvd",
        "boulevard",
        "dr",
        "drive",
        "ln",
        "lane",
        "ct",
        "court",
        "pl",
        "place",
        "way",
        "pkwy",
        "parkway",
        "hwy",
        "highway",
        "ter",
        "terrace",
        "cir",
        "circle",
        "sq",
        "square",
        "broadway",
        "trail",
        "trl",
        "close",
        "crescent",
        "cres",
        "row",
    ];
    const UNITS: [&str; 9] = ["apt", "apartment", "unit", "ste", "suite", "floor", "fl", "rm", "room"];
    const SIDES: [&str; 12] = ["n", "s", "e", "w", "ne", "nw", "se", "sw", "north", "south", "east", "west"];
    let words: Vec<&str> = text.split(' ').collect();
    let plain = |word: &str| word.trim_matches(['.', ',']).to_lowercase();
    let mut end = 0;
    for (at, word) in words.iter().enumerate() {
        let word = plain(word);
        if UNITS.contains(&word.as_str()) && at + 1 < words.len() {
            end = at + 2;
        } else if STREETS.contains(&word.as_str()) && at > 1 && end <= at {
            end = at + 1;
            if words.get(end).is_some_and(|next| SIDES.contains(&plain(next).as_str())) {
                end += 1;
            }
        } else if word.starts_with('#') || (at >= end && word.contains(|c: char| c.is_ascii_digit())) {
            end = at + 1;
        }
    }
    let end = if end == 0 || end >= words.len() { words.len().saturating_sub(1) } else { end };
    (words[..end].join(" "), words[end..].join(" "))
}

/// The district of a well-known neighbourhood; a guess that is always shown to a person.
pub(super) fn hong_kong_district(text: &str) -> Option<&'static str> {
    const AREAS: [(&str, &str); 47] = [
        ("Tsim Sha Tsui", "油尖旺区"),
        ("Mong Kok", "油尖旺区"),
        ("Mongkok", "油尖旺区"),
        ("Yau Ma Tei", "油尖旺区"),
        ("Jordan", "油尖旺区"),
        ("Wan Chai", "湾仔区"),
        ("Wanchai", "湾仔区"),
        ("Causeway Bay", "湾仔区"),
        ("Happy Valley", "湾仔区"),
        ("Sheung Wan", "中西区"),
        ("Sai Ying Pun", "中西区"),
        ("Kennedy Town", "中西区"),
        ("Admiralty", "中西区"),
        ("Mid-Levels", "中西区"),
        ("North Point", "东区"),
        ("Quarry Bay", "东区"),
        ("Chai Wan", "东区"),
        ("Shau Kei Wan", "东区"),
        ("Tai Koo", "东区"),
        ("Taikoo", "东区"),
        ("Aberdeen", "南区"),
        ("Ap Lei Chau", "南区"),
        ("Stanley", "南区"),
        ("Kwun Tong", "观塘区"),
        ("Kowloon Bay", "观塘区"),
        ("Lam Tin", "观塘区"),
        ("Ngau Tau Kok", "观塘区"),
        ("Sham Shui Po", "深水埗区"),
        ("Cheung Sha Wan", "深水埗区"),
        ("Lai Chi Kok", "深水埗区"),
        ("Wong Tai Sin", "黄大仙区"),
        ("Diamond Hill", "黄大仙区"),
        ("Kowloon City", "九龙城区"),
        ("Hung Hom", "九龙城区"),
        ("To Kwa Wan", "九龙城区"),
        ("Tsuen Wan", "荃湾区"),
        ("Kwai Chung", "葵青区"),
        ("Tsing Yi", "葵青区"),
        ("Sha Tin", "沙田区"),
        ("Shatin", "沙田区"),
        ("Tai Po", "大埔区"),
        ("Fanling", "北区"),
        ("Yuen Long", "元朗区"),
        ("Tuen Mun", "屯门区"),
        ("Sai Kung", "西贡区"),
        ("Tseung Kwan O", "西贡区"),
        ("Central", "中西区"),
    ];
    AREAS.iter().find(|(area, _)| text.contains(area)).map(|(_, district)| *district)
}
