//! How ids, words and times stand in the API document: as texts.

use utoipa::openapi::{ObjectBuilder, Type};

/// The schema of a JSON text, to be refined.
pub(crate) fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(Type::String)
}
