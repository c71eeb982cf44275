//! Traces for OpenTelemetry: what a request, a job and a call to the outside took, and which caused which.
//!
//! Off unless `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Spans are made with `tracing` under the target [`TARGET`], which no
//! log line shows; this layer gives them ids and hands ended ones to [`export`]. A job's row carries the place in the
//! trace of whatever enqueued it, so a trace goes on in another process, hours later. What spans say is what logs say:
//! ids, kinds, counts; no names, no addresses of people.

mod export;
mod layer;

use std::cell::RefCell;

pub use export::Exporter;
pub use layer::Traces;

/// Spans with this target are traced, and shown nowhere else.
pub const TARGET: &str = "traces";

/// The field of a span that names its parent in another process, as [`current`] writes it.
pub const PARENT: &str = "trace.parent";

/// A place in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub trace: u128,
    pub span: u64,
}

impl Place {
    /// Reads the header `traceparent`; `None` when it is nothing of the kind.
    ///
    /// Source: W3C Trace Context, section 3.2: lower case, version 00 has four parts, later ones may have more.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let is_plain = |text: &str, length| text.len() == length && text.bytes().all(is_hex);
        let is_known = version != "ff" && (version != "00" || parts.next().is_none());
        if !is_known
            || ![(version, 2), (trace, 32), (span, 16), (flags, 2)].iter().all(|(t, n)| is_plain(t, *n))
        {
            return None;
        }
        let place =
            Self { trace: u128::from_str_radix(trace, 16).ok()?, span: u64::from_str_radix(span, 16).ok()? };
        Some(place).filter(|place| place.trace != 0 && place.span != 0)
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "00-{:032x}-{:016x}-01", self.trace, self.span)
    }
}

thread_local! {
    /// Where this thread is: the innermost last.
    static HERE: RefCell<Vec<Place>> = const { RefCell::new(Vec::new()) };
}

/// Where this thread is, as a `traceparent`; empty when it is in no trace.
pub fn current() -> String {
    HERE.with_borrow(|places| places.last().map(ToString::to_string).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_taken_for_one() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(Place::parse(text).map(|place| place.to_string()).as_deref(), Some(text));
        for other in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7x-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
            "陈静",
        ] {
            assert_eq!(Place::parse(other), None, "{other}");
        }
        assert!(Place::parse("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more").is_some());
    }
}
