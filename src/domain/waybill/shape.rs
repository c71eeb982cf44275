//! Shapes: where the counter and the check character of a number stand.
//!
//! A layout is a row of parts, read from the left; every part takes as many characters as fit. A format
//! may have several layouts. Written as data, so that no number is ever taken apart by hand.

use std::fmt;
use std::ops::Range;

use super::Refusal;

/// A row of parts that makes up a whole number.
pub(super) type Layout = &'static [Part];

/// What the numbers of a format look like.
#[derive(Debug)]
pub(super) enum Shape {
    /// One of these layouts.
    Layouts(&'static [Layout]),
    /// One of these layouts, after `420` and a ZIP code of five or nine digits or without.
    Routed(&'static [Layout]),
    /// Letters, digits and hyphens; the digits at the end count.
    Free,
}

/// Consecutive characters of one meaning.
#[derive(Debug)]
pub(super) enum Part {
    /// This text.
    Text(&'static str),
    /// One of these texts, all of one length.
    Either(&'static [&'static str]),
    /// From so many to so many characters of a kind.
    Run(Kind, usize, usize),
    /// The country code of a post, from ISO 3166-1.
    Country,
    /// The counter: from so many to so many digits.
    Counter(usize, usize),
    /// A counter that must stay between these two, both of its width.
    CounterWithin(&'static str, &'static str),
    /// Sixteen digits: company prefix and counter, see [`CompanyPrefix`].
    CompanyAndCounter,
    /// The check character.
    Check(Kind),
}

/// A kind of character.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Digit,
    Letter,
    LetterOrDigit,
    OneOf(&'static str),
}

/// How many digits of a shipping container code (SSCC) belong to the company.
///
/// The code itself does not say. The default is the longest prefix GS1 gives, twelve digits, which leaves
/// four for the counter: too cautious for most, but it never counts into another company's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CompanyPrefix(usize);

impl CompanyPrefix {
    /// A prefix of so many digits.
    ///
    /// # Errors
    /// [`Refusal::CompanyPrefix`] outside 4 to 12.
    ///
    /// Source: GS1 General Specifications, section 1.4.4.
    pub fn of_digits(digits: usize) -> Result<Self, Refusal> {
        if (4..=12).contains(&digits) { Ok(Self(digits)) } else { Err(Refusal::CompanyPrefix { digits }) }
    }
}

impl Default for CompanyPrefix {
    fn default() -> Self {
        Self(12)
    }
}

/// One way to read a number. Positions are bytes; every character read is ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reading {
    /// Where the layout begins, after a ZIP code in front.
    pub start: usize,
    /// The digits that count.
    pub counter: Option<Range<usize>>,
    /// The check character.
    pub check: Option<usize>,
}

/// The longest USPS barcode: `420`, nine digits of ZIP code and 22 digits, or five and 26.
const ROUTED_MAX: usize = 34;

impl Shape {
    /// Every way to read the text; none when it does not fit.
    pub fn readings(&self, text: &str, company: CompanyPrefix) -> impl Iterator<Item = Reading> {
        let (layouts, starts): (&'static [Layout], &[usize]) = match self {
            _ if !text.is_ascii() => (&[], &[]),
            Self::Layouts(layouts) => (layouts, &[0]),
            Self::Routed(layouts) if text.starts_with("420") && text.len() <= ROUTED_MAX => {
                (layouts, &[0, 8, 12])
            }
            Self::Routed(layouts) => (layouts, &[0]),
            Self::Free => (&[], &[]),
        };
        let laid_out =
            starts.iter().filter(|&&start| text.bytes().take(start).all(|b| b.is_ascii_digit())).flat_map(
                move |&start| layouts.iter().filter_map(move |layout| read(layout, text, start, company)),
            );
        let free = matches!(self, Self::Free).then(|| read_free(text)).flatten();
        free.into_iter().chain(laid_out)
    }
}

fn read(layout: Layout, text: &str, start: usize, company: CompanyPrefix) -> Option<Reading> {
    let mut reading = Reading { start, counter: None, check: None };
    let mut at = start;
    for part in layout {
        let width = part.width(text.as_bytes().get(at..)?)?;
        match part {
            Part::Counter(..) | Part::CounterWithin(..) => reading.counter = Some(at..at + width),
            Part::CompanyAndCounter => reading.counter = Some(at + company.0..at + width),
            Part::Check(_) => reading.check = Some(at),
            _ => {}
        }
        at += width;
    }
    (at == text.len()).then_some(reading)
}

fn read_free(text: &str) -> Option<Reading> {
    let fits = text.bytes().all(|b| Kind::LetterOrDigit.takes(b) || b == b'-');
    let digits = text.bytes().rev().take_while(u8::is_ascii_digit).count();
    let counter = (digits > 0).then(|| text.len() - digits..text.len());
    fits.then_some(Reading { start: 0, counter, check: None })
}

impl Part {
    /// How many bytes at the beginning of `rest` belong to this part; `None` when it does not fit.
    fn width(&self, rest: &[u8]) -> Option<usize> {
        match *self {
            Self::Text(text) => rest.starts_with(text.as_bytes()).then_some(text.len()),
            Self::Either(texts) => texts.iter().find(|t| rest.starts_with(t.as_bytes())).map(|t| t.len()),
            Self::Run(kind, least, most) => kind.run(rest, least, most),
            Self::Country => rest.get(..2).filter(|code| is_country(code)).map(<[u8]>::len),
            Self::Counter(least, most) => Kind::Digit.run(rest, least, most),
            Self::CounterWithin(first, last) => Kind::Digit
                .run(rest, first.len(), first.len())
                .filter(|&width| (first.as_bytes()..=last.as_bytes()).contains(&&rest[..width])),
            Self::CompanyAndCounter => Kind::Digit.run(rest, 16, 16),
            Self::Check(kind) => kind.run(rest, 1, 1),
        }
    }
}

impl Kind {
    fn takes(self, byte: u8) -> bool {
        match self {
            Self::Digit => byte.is_ascii_digit(),
            Self::Letter => byte.is_ascii_uppercase(),
            Self::LetterOrDigit => byte.is_ascii_digit() || byte.is_ascii_uppercase(),
            Self::OneOf(set) => set.as_bytes().contains(&byte),
        }
    }

    fn run(self, rest: &[u8], least: usize, most: usize) -> Option<usize> {
        let width = rest.iter().take(most).take_while(|&&b| self.takes(b)).count();
        (width >= least).then_some(width)
    }
}

/// ISO 3166-1 alpha-2, which the UPU takes its country codes from.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO \
    BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG \
    EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID \
    IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA \
    MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA \
    PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST \
    SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE \
    YT ZA ZM ZW";

fn is_country(code: &[u8]) -> bool {
    COUNTRIES.as_bytes().chunks(3).any(|entry| entry.starts_with(code))
}

impl fmt::Display for Shape {
    /// The shape in words, as the screens and the table in `docs/waybill-formats.md` show it.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let layouts = match self {
            Self::Layouts(layouts) => layouts,
            Self::Routed(layouts) => {
                out.write_str("optionally 420 + ZIP code, then ")?;
                layouts
            }
            Self::Free => {
                return out.write_str("letters, digits and hyphens, counting the digits at the end");
            }
        };
        for (index, layout) in layouts.iter().enumerate() {
            if index > 0 {
                out.write_str("; or ")?;
            }
            for (index, part) in layout.iter().enumerate() {
                if index > 0 {
                    out.write_str(" + ")?;
                }
                part.fmt(out)?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Part {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => out.write_str(text),
            Self::Either(texts) => out.write_str(&texts.join("/")),
            Self::Run(Kind::OneOf(set), 1, 1) => write!(out, "one of {set}"),
            Self::Run(Kind::Digit, 1, 1) => out.write_str("1 digit"),
            Self::Run(kind, least, most) if least == most => write!(out, "{least} {kind}"),
            Self::Run(kind, least, most) => write!(out, "{least}–{most} {kind}"),
            Self::Country => out.write_str("country code"),
            Self::Counter(least, most) if least == most => write!(out, "counter of {least}"),
            Self::Counter(least, most) => write!(out, "counter of {least}–{most}"),
            Self::CounterWithin(first, last) => write!(out, "counter {first}–{last}"),
            Self::CompanyAndCounter => out.write_str("16 of company prefix and counter"),
            Self::Check(Kind::Digit) => out.write_str("check digit"),
            Self::Check(_) => out.write_str("check character"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Digit => out.write_str("digits"),
            Self::Letter => out.write_str("letters"),
            Self::LetterOrDigit => out.write_str("letters or digits"),
            Self::OneOf(set) => write!(out, "of {set}"),
        }
    }
}
