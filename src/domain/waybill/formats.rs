//! The table of formats: data only, the rules that read it stand in `format`, `shape` and `checksum`.
//!
//! Shapes are as wide as the lists of several years allow, because a pattern can only warn: carriers
//! open new prefixes without telling anybody. They are narrow where a check digit or the counter depends
//! on them. Sources per format stand in `docs/waybill-formats.md`.

use super::carriers::*;
use super::format::Certainty::{Agreed, FormatOnly, Open, Proven};
use super::format::Policy::{Ask, Auto, Never};
use super::format::{Certainty, Format, Policy};
use super::shape::Kind::{Digit, Letter, LetterOrDigit, OneOf};
use super::shape::Part::{CompanyAndCounter, CounterWithin, Country, Either, Text};
use super::shape::{Layout, Part, Shape};
use super::{Carrier, CheckRule};

const CHECK: Part = Part::Check(Digit);
const CHECK_36: Part = Part::Check(LetterOrDigit);

const fn digits(count: usize) -> Part {
    Part::Run(Digit, count, count)
}

const fn letters(count: usize) -> Part {
    Part::Run(Letter, count, count)
}

const fn any(count: usize) -> Part {
    Part::Run(LetterOrDigit, count, count)
}

const fn one_of(set: &'static str) -> Part {
    Part::Run(OneOf(set), 1, 1)
}

const fn counter(count: usize) -> Part {
    Part::Counter(count, count)
}

/// A format without a known check character.
const fn unchecked(
    name: &'static str,
    carrier: &'static Carrier,
    policy: Policy,
    certainty: Certainty,
    layouts: &'static [Layout],
) -> Format {
    let shape = Shape::Layouts(layouts);
    Format { name, carrier, policy, certainty, check_rule: None, covers: 0, shape }
}

/// A format whose check character covers every character before it.
const fn checked(
    name: &'static str,
    carrier: &'static Carrier,
    policy: Policy,
    certainty: Certainty,
    rule: CheckRule,
    layouts: &'static [Layout],
) -> Format {
    let shape = Shape::Layouts(layouts);
    Format { name, carrier, policy, certainty, check_rule: Some(rule), covers: usize::MAX, shape }
}

impl Format {
    /// The check character covers only so many characters before it.
    const fn covering(mut self, characters: usize) -> Self {
        self.covers = characters;
        self
    }

    /// The number may follow `420` and a ZIP code, which nothing covers.
    const fn routed(self, layouts: &'static [Layout]) -> Self {
        Self { shape: Shape::Routed(layouts), ..self }
    }
}

/// Product codes of domestic EMS with the S10 digit. Parcels (96, 98, 99) look alike and do not have it.
const EMS_PRODUCTS: Part = Either(&["10", "11", "12", "50", "51", "52", "95", "97"]);

/// USPS Publication 199: a mailer id has nine digits and begins with 9, or six and begins with 0 to 8;
/// prefix 92 goes with the long one, 93 with the short one, 94 and 95 with either.
const LONG_MAILER: Part = Either(&["92", "94", "95"]);
const SHORT_MAILER: Part = Either(&["93", "94", "95"]);
const NOT_9: Part = one_of("012345678");

#[rustfmt::skip]
pub(super) const FORMATS: &[Format] = &[
    // China: pre-printed stock.
    checked("sf-12", SF, Auto, Proven, CheckRule::Sf, &[&[digits(3), counter(8), CHECK]]).covering(8),
    checked("ems-13", EMS, Auto, Proven, CheckRule::S10, &[&[EMS_PRODUCTS, counter(8), CHECK, digits(2)]]).covering(8),
    checked("ems-s10", EMS, Auto, Proven, CheckRule::S10, &[&[letters(2), counter(8), CHECK, Text("CN")]]).covering(8),
    checked("zjs-10", ZJS, Auto, Agreed, CheckRule::Mod7, &[&[counter(9), CHECK]]),
    checked("zjs-a12", ZJS, Auto, Agreed, CheckRule::Mod7, &[&[Text("A"), counter(11), CHECK]]).covering(11),
    unchecked("yto-10", YTO, Auto, Agreed, &[&[one_of("DEFGVW"), counter(9)], &[counter(10)]]),
    unchecked("yto-12", YTO, Auto, Agreed, &[&[counter(12)]]),
    unchecked("zto-12", ZTO, Auto, Agreed, &[&[counter(12)]]),
    unchecked("sto-12", STO, Auto, Agreed, &[&[counter(12)]]),
    unchecked("sto-13", STO, Auto, Agreed, &[&[counter(13)]]),
    unchecked("sto-s", STO, Auto, Agreed, &[&[Text("STO"), counter(10)]]),
    unchecked("yunda-13", YUNDA, Auto, Agreed, &[&[counter(13)]]),
    unchecked("ttk-12", TTK, Auto, Agreed, &[&[Part::Counter(12, 14)]]),
    unchecked("best-12", BEST, Auto, Agreed, &[&[CounterWithin("210000000000", "399999999999")]]),
    unchecked("best-13", BEST, Auto, Agreed, &[&[one_of("ABCDEH0"), counter(12)]]),
    unchecked("best-bxa", BEST, Auto, Agreed, &[&[Text("BXA"), counter(10)]]),
    unchecked("uc-12", UC, Auto, Agreed, &[&[Text("VIP"), counter(9)], &[Text("V"), counter(11)], &[counter(12)]]),
    unchecked("deppon-8", DEPPON, Auto, Agreed, &[&[Part::Counter(7, 10)]]),
    unchecked("cre-12", CRE, Auto, Agreed, &[&[Text("K"), counter(11)]]),

    // China: electronic waybills, handed out one by one.
    unchecked("sf-15", SF, Never, FormatOnly, &[&[Text("SF"), digits(13)]]),
    unchecked("yto-yt", YTO, Never, FormatOnly, &[&[Text("YT"), digits(13)]]),
    unchecked("zto-14", ZTO, Never, FormatOnly, &[&[digits(14)]]),
    unchecked("sto-15", STO, Never, FormatOnly, &[&[digits(15)]]),
    unchecked("yunda-15", YUNDA, Never, FormatOnly, &[&[digits(15)]]),
    unchecked("deppon-dpk", DEPPON, Never, FormatOnly, &[&[Text("DPK"), Part::Run(Digit, 11, 14)]]),
    unchecked("jt-13", JT, Never, FormatOnly, &[&[Text("JT"), digits(13)]]),
    unchecked("jd", JD, Never, FormatOnly, &[&[Text("JD"), any(2), digits(11)], &[Text("VA"), digits(11)]]),

    // Posts and parcel services of the world, with a check character.
    checked("s10", UPU, Ask, Proven, CheckRule::S10, &[&[letters(2), counter(8), CHECK, Country]]).covering(8),
    checked("ups-1z", UPS, Ask, Proven, CheckRule::Ups, &[&[Text("1Z"), any(8), counter(7), CHECK]]).covering(15),
    // The package part may hold letters here, so nothing says what counts; stacks use `ups-1z`.
    checked("ups-1z-any", UPS, Never, Proven, CheckRule::Ups, &[&[Text("1Z"), any(15), CHECK]]).covering(15),
    checked("ups-waybill", UPS, Ask, Proven, CheckRule::Ups, &[&[one_of("AHJKTV"), counter(9), CHECK]]).covering(9),
    checked("fedex-12", FEDEX, Ask, Proven, CheckRule::Fedex, &[&[counter(11), CHECK]]),
    checked("fedex-ground-15", FEDEX, Ask, Proven, CheckRule::Gs1, &[&[digits(7), counter(7), CHECK]]),
    checked("fedex-ground-96", FEDEX, Never, Proven, CheckRule::Gs1, &[&[Text("96"), digits(19), CHECK]]).covering(14),
    checked("fedex-34", FEDEX, Never, Proven, CheckRule::Fedex, &[&[NOT_9, digits(32), CHECK]]).covering(13),
    checked("fedex-astra-32", FEDEX, Never, Proven, CheckRule::Fedex, &[&[Text("3"), digits(26), CHECK, digits(4)]]).covering(11),
    checked("fedex-gsn-34", FEDEX, Never, Proven, CheckRule::Fedex, &[&[Text("96"), digits(31), CHECK]]).covering(13),
    checked("usps-20", USPS, Ask, Proven, CheckRule::Gs1, &[&[digits(11), counter(8), CHECK]]),
    checked("usps-impb", USPS, Ask, Proven, CheckRule::Gs1, &[]).routed(&[
        &[LONG_MAILER, digits(3), Text("9"), digits(8), counter(7), CHECK],
        &[SHORT_MAILER, digits(3), NOT_9, digits(5), counter(10), CHECK],
        &[LONG_MAILER, digits(3), Text("9"), digits(8), counter(11), CHECK],
        &[SHORT_MAILER, digits(3), NOT_9, digits(5), counter(14), CHECK],
        &[Text("94"), digits(3), Text("9"), digits(8), counter(15), CHECK],
    ]),
    checked("usps-legacy", USPS, Ask, Proven, CheckRule::UspsLegacy, &[]).routed(&[
        &[Text("91"), digits(11), counter(8), CHECK],
        &[digits(11), counter(8), CHECK],
    ]),
    checked("canada-post-16", CANADA_POST, Ask, Proven, CheckRule::Gs1, &[&[digits(7), counter(8), CHECK]]),
    checked("dhl-express", DHL, Ask, Proven, CheckRule::Mod7, &[&[counter(9), CHECK], &[counter(10), CHECK]]),
    checked("dhl-identcode", DHL_PAKET, Ask, Proven, CheckRule::Identcode, &[&[digits(5), counter(6), CHECK]]),
    checked("dpd-14", DPD, Ask, Proven, CheckRule::Mod3736, &[&[digits(4), counter(10), CHECK_36]]),
    checked("dpd-28", DPD, Never, Proven, CheckRule::Mod3736, &[&[any(7), digits(20), CHECK_36]]),
    checked("tnt-9", TNT, Ask, Agreed, CheckRule::S10, &[&[counter(8), CHECK]]),
    checked("ontrac-c", ONTRAC, Ask, Proven, CheckRule::OntracC, &[&[Text("C"), counter(13), CHECK]]).covering(13),
    checked("ontrac-d", ONTRAC, Ask, Proven, CheckRule::OntracD, &[&[Text("D"), counter(13), CHECK]]).covering(13),
    checked("purolator-12", PUROLATOR, Ask, Proven, CheckRule::Luhn, &[&[one_of("012345"), counter(10), CHECK]]),
    checked("old-dominion", OLD_DOMINION, Ask, Proven, CheckRule::Luhn, &[
        &[Either(&["072", "777", "778", "780"]), counter(7), CHECK],
        &[Text("80"), counter(8), CHECK],
    ]),
    checked("sscc-18", GS1, Ask, Proven, CheckRule::Gs1, &[&[digits(1), CompanyAndCounter, CHECK]]),
    checked("iata-awb", IATA, Ask, Agreed, CheckRule::Mod7, &[
        &[digits(3), counter(7), CHECK],
        &[digits(3), Text("-"), counter(7), CHECK],
    ]).covering(7),

    // Parcel services of the world whose numbers are allocated, without a known check character.
    unchecked("amazon-tba", AMAZON, Never, FormatOnly, &[&[Text("TB"), one_of("ACM"), digits(12)]]),
    unchecked("amazon-intl", AMAZON, Never, FormatOnly, &[&[one_of("AFC"), digits(10)]]),
    unchecked("canpar-22", CANPAR, Never, FormatOnly, &[&[one_of("CDKLSUXZ"), digits(21)]]),
    unchecked("dhl-piece", DHL, Never, FormatOnly, &[&[Text("J"), Part::Run(Letter, 2, 3), Part::Run(Digit, 9, 10)]]),
    unchecked("dhl-ecommerce", DHL, Never, FormatOnly, &[&[
        Either(&["GM", "LX", "RX", "UV", "CN", "SG", "TH", "IN", "HK", "MY"]), digits(1), Part::Run(LetterOrDigit, 9, 38),
    ]]),
    unchecked("dhl-ecommerce-14", DHL, Never, FormatOnly, &[&[digits(14)]]),
    unchecked("gofo", GOFO, Never, FormatOnly, &[&[Text("GFUS"), digits(14)]]),
    unchecked("landmark", LANDMARK, Never, FormatOnly, &[&[Text("LTN"), digits(8), Text("N1")]]),
    unchecked("lasership-lx", LASERSHIP, Never, FormatOnly, &[&[Text("L"), one_of("AIEHNX"), one_of("123"), digits(7)]]),
    unchecked("lasership-1ls7", LASERSHIP, Never, FormatOnly, &[&[Text("1LS7"), one_of("12"), digits(10)]]),
    unchecked("lasership-1ls7-18", LASERSHIP, Never, FormatOnly, &[&[
        Text("1LS7"), one_of("12"), digits(2), Text("01"), one_of("1234"), digits(6), Text("-1"),
    ]]),
    unchecked("lasership-1lscx", LASERSHIP, Never, FormatOnly, &[&[Text("1LSCX"), any(10)]]),
    unchecked("purolator-alpha", PUROLATOR, Never, FormatOnly, &[&[letters(3), digits(9)]]),
    unchecked("speedee", SPEEDEE, Never, FormatOnly, &[&[Text("SP"), digits(18)]]),
    unchecked("yodel", YODEL, Never, FormatOnly, &[&[Either(&["JJD", "JD"]), digits(16)]]),
    unchecked("yunexpress", YUNEXPRESS, Never, FormatOnly, &[&[Text("YT"), digits(16)]]),

    // Every other carrier.
    Format {
        name: "plain", carrier: OTHER, policy: Ask, certainty: Open, check_rule: None, covers: 0, shape: Shape::Free,
    },
];
