//! Spans as they begin, learn and end.

use std::collections::BTreeMap;
use std::time::SystemTime;

use serde_json::Value as Json;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Metadata, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;
use tracing_subscriber::registry::LookupSpan;

use super::{Exporter, HERE, PARENT, Place, TARGET};

/// The layer that traces.
pub struct Traces(Exporter);

impl Traces {
    /// Hands what ends to this exporter.
    pub fn new(exporter: Exporter) -> Self {
        Self(exporter)
    }

    /// Whether a span is one to be traced.
    pub fn wants(metadata: &Metadata) -> bool {
        metadata.is_span() && metadata.target() == TARGET
    }
}

/// A span that has ended.
#[derive(Debug, Clone)]
pub struct Ended {
    pub name: &'static str,
    pub place: Place,
    /// The parent's span; 0 without one.
    pub parent: u64,
    pub began_at: SystemTime,
    pub ended_at: SystemTime,
    /// Texts and whole numbers.
    pub fields: BTreeMap<&'static str, Json>,
}

#[derive(Default)]
struct Fields(BTreeMap<&'static str, Json>);

impl Visit for Fields {
    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}").into());
    }
}

/// Any number but 0, which means none; 1 where the system gives no randomness.
fn random() -> u128 {
    let mut bytes = [0; 16];
    let _ = getrandom::fill(&mut bytes);
    u128::from_be_bytes(bytes) | 1
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Traces {
    fn on_new_span(&self, attributes: &Attributes, id: &Id, context: Context<S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        attributes.record(&mut fields);
        let told = fields.0.remove(PARENT).and_then(|text| Place::parse(text.as_str()?));
        let above =
            span.scope().skip(1).find_map(|above| above.extensions().get::<Ended>().map(|above| above.place));
        let parent = above.or(told);
        let [trace, own] = [random(), random()];
        let now = SystemTime::now();
        let begun = Ended {
            name: attributes.metadata().name(),
            place: Place { trace: parent.map_or(trace, |parent| parent.trace), span: own as u64 },
            parent: parent.map_or(0, |parent| parent.span),
            began_at: now,
            ended_at: now,
            fields: fields.0,
        };
        span.extensions_mut().insert(begun);
    }

    fn on_record(&self, id: &Id, values: &Record, context: Context<S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields::default();
        values.record(&mut fields);
        if let Some(begun) = span.extensions_mut().get_mut::<Ended>() {
            begun.fields.extend(fields.0);
        }
    }

    fn on_enter(&self, id: &Id, context: Context<S>) {
        let place =
            context.span(id).and_then(|span| span.extensions().get::<Ended>().map(|begun| begun.place));
        if let Some(place) = place {
            HERE.with_borrow_mut(|places| places.push(place));
        }
    }

    fn on_exit(&self, id: &Id, context: Context<S>) {
        let place =
            context.span(id).and_then(|span| span.extensions().get::<Ended>().map(|begun| begun.place));
        if let Some(place) = place {
            HERE.with_borrow_mut(|places| {
                // Usually the last one; a span that is left out of order takes no other with it.
                if let Some(at) = places.iter().rposition(|one| *one == place) {
                    places.remove(at);
                }
            });
        }
    }

    fn on_close(&self, id: Id, context: Context<S>) {
        let ended = context.span(&id).and_then(|span| span.extensions_mut().remove::<Ended>());
        if let Some(ended) = ended {
            self.0.hand_over(Ended { ended_at: SystemTime::now(), ..ended });
        }
    }
}
