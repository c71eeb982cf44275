//! Print stations: desks with printers, and what they report of sheets.

use super::print::SheetState;
use super::text_enum;

text_enum! {
    /// How far a desk has come in.
    pub enum StationState("state of a station") {
        /// Knocked, and nobody has let it in.
        Waiting = "waiting",
        /// Prints.
        Approved = "approved",
        /// Was not let in.
        Refused = "refused",
        /// Printed once; its token has ended.
        Retired = "retired",
    }
}

text_enum! {
    /// How a printer is reached from its desk.
    pub enum PrinterKind("kind of printer") {
        /// Bytes over TCP, as port 9100 takes them.
        Raw = "raw",
        /// A file per sheet in a folder that something else watches.
        Folder = "folder",
        /// The Internet Printing Protocol: CUPS, and most office printers.
        Ipp = "ipp",
    }
}

text_enum! {
    /// What a printer reads.
    pub enum PrinterLanguage("language of a printer") {
        Pdf = "pdf",
        /// Zebra and most others.
        Zpl = "zpl",
        /// ZPL for printers that know no compressed pictures.
        ZplRuns = "zpl_runs",
        /// TSC and many Chinese printers.
        Tspl = "tspl",
    }
}

text_enum! {
    /// How a finished stack lies when the sheets were printed one after the other.
    pub enum Stacking("stacking") {
        /// Face down: the first sheet ends on top, once the stack is turned over.
        FirstOnTop = "first_on_top",
        /// Face up: the first sheet ends at the bottom, so the job is printed from its end.
        FirstAtBottom = "first_at_bottom",
    }
}

text_enum! {
    /// What a station says of one sheet it has taken.
    pub enum SheetResult("result of a sheet") {
        /// The printer took it whole and hung up in order, or said so itself.
        Acknowledged = "acknowledged",
        /// The printer took all of it; whether it came out, a person has to say.
        HandedOver = "handed_over",
        /// Some of it left, and then nothing more was heard.
        Unknown = "unknown",
        /// Not a byte of it reached the printer.
        NotPrinted = "not_printed",
    }
}

impl SheetResult {
    /// What a sheet in this state becomes. A late word of whoever had the sheet in hand is worth more than the
    /// doubt that has set in meanwhile.
    pub fn settle(self, state: SheetState) -> SheetState {
        use SheetState::*;
        match (self, state) {
            (_, Acknowledged | Spoiled) => state,
            (Self::Acknowledged, _) => Acknowledged,
            (_, Queued) => Queued,
            (Self::HandedOver, Sent | Unknown) => Sent,
            (Self::Unknown, Sent | Unknown) => Unknown,
            (Self::NotPrinted, Sent | Unknown) => Queued,
        }
    }
}

/// Eight characters that name a desk's key, shown on both screens so that a manager lets in the right one.
pub fn code_of(secret_hash: &str) -> String {
    let letters: String = secret_hash.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    let (left, right) = letters.split_at(letters.len() / 2);
    format!("{left}-{right}").to_ascii_uppercase()
}

/// Sheets a minute, from so many of them over a span in milliseconds; `None` while that says nothing.
pub fn pace_per_minute(sheets: i64, span_ms: i64) -> Option<i64> {
    (sheets > 1 && span_ms > 0).then(|| (sheets - 1).saturating_mul(60_000) / span_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_of_the_station_settles_what_is_open_and_nothing_else() {
        use SheetState::*;
        for (result, from_sent, from_unknown, from_queued) in [
            (SheetResult::Acknowledged, Acknowledged, Acknowledged, Acknowledged),
            (SheetResult::HandedOver, Sent, Sent, Queued),
            (SheetResult::Unknown, Unknown, Unknown, Queued),
            (SheetResult::NotPrinted, Queued, Queued, Queued),
        ] {
            assert_eq!(result.settle(Sent), from_sent, "{result} of a sent sheet");
            assert_eq!(result.settle(Unknown), from_unknown, "{result} after the lease");
            assert_eq!(result.settle(Queued), from_queued, "{result} after a person's word");
            assert_eq!(result.settle(Acknowledged), Acknowledged);
            assert_eq!(result.settle(Spoiled), Spoiled);
        }
    }

    #[test]
    fn a_code_is_short_enough_to_read_out() {
        assert_eq!(code_of("a_b-cDeFgHiJkL"), "ABCD-EFGH");
        assert_eq!(code_of("x"), "-X");
    }

    #[test]
    fn a_pace_needs_two_sheets() {
        for (sheets, span_ms, pace) in
            [(0, 0, None), (1, 500, None), (2, 0, None), (2, 500, Some(120)), (61, 60_000, Some(60))]
        {
            assert_eq!(pace_per_minute(sheets, span_ms), pace, "{sheets} in {span_ms} ms");
        }
    }
}
