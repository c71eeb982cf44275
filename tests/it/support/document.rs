//! Holds every answer of the API that a test reads against the document that promises it.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock};

use boon::{Compiler, SchemaIndex, Schemas};
use huidan::http::openapi;
use serde_json::{Value as Json, json};

use super::http::Answer;

/// One address of the document: its parts, and nothing where it has a hole.
struct Address {
    path: String,
    parts: Vec<Option<String>>,
}

/// How an answer looks.
type Shape = (Schemas, SchemaIndex);

/// By method, address and status; nothing where the document says nothing.
type Shapes = HashMap<(String, String, u16), Option<&'static Shape>>;

struct Promise {
    document: Json,
    addresses: Vec<Address>,
    /// Made when first asked for.
    shapes: Mutex<Shapes>,
}

fn promise() -> &'static Promise {
    static PROMISE: OnceLock<Promise> = OnceLock::new();
    PROMISE.get_or_init(|| {
        let document = serde_json::to_value(openapi::document()).expect("a document is JSON");
        let address = |path: &String| Address {
            path: path.clone(),
            parts: path.split('/').map(|part| (!part.starts_with('{')).then(|| part.to_owned())).collect(),
        };
        let addresses = document["paths"].as_object().expect("paths").keys().map(address).collect();
        Promise { addresses, shapes: Mutex::default(), document }
    })
}

impl Promise {
    /// The address a path stands for: of two that fit, the one with a word where the other has a hole.
    fn address(&self, path: &str) -> Option<&Address> {
        let parts: Vec<&str> = path.split('?').next().unwrap_or(path).split('/').collect();
        let fits = |address: &&Address| {
            let mut pairs = address.parts.iter().zip(&parts);
            address.parts.len() == parts.len()
                && pairs.all(|(wanted, part)| wanted.as_deref().is_none_or(|wanted| wanted == *part))
        };
        let holes = |address: &&Address| address.parts.iter().filter(|part| part.is_none()).count();
        self.addresses.iter().filter(fits).min_by_key(holes)
    }

    /// Nothing when the document does not say that such an answer exists.
    fn shape(&self, operation: &Json, status: u16, media: &str) -> Option<&'static Shape> {
        let responses = &operation["responses"];
        let response = match &responses[status.to_string()] {
            Json::Null if status >= 400 => &responses["default"],
            response => response,
        };
        let schema = &response["content"][media]["schema"];
        if schema.is_null() {
            return None;
        }
        let whole = json!({ "components": self.document["components"], "allOf": [schema] });
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource("http://huidan.test/answer.json", whole).expect("a schema of the document");
        let index = compiler.compile("http://huidan.test/answer.json", &mut schemas);
        let index = index.unwrap_or_else(|error| panic!("the document cannot be read: {error:#}"));
        Some(Box::leak(Box::new((schemas, index))))
    }
}

/// Panics when an answer has a status or a JSON body of which the document says nothing.
pub fn hold(method: &str, path: &str, answer: &Answer) {
    let promise = promise();
    let Some(address) = promise.address(path) else { return };
    let operation = &promise.document["paths"][&address.path][method.to_lowercase()];
    let media =
        answer.headers.get("content-type").and_then(|media| media.split(';').next()).unwrap_or_default();
    if operation.is_null() || !matches!(media, "application/json" | "application/problem+json") {
        return;
    }
    let key = (method.to_owned(), address.path.clone(), answer.status);
    let mut shapes = promise.shapes.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let shape = *shapes.entry(key).or_insert_with(|| promise.shape(operation, answer.status, media));
    drop(shapes);
    let name = format!("{method} {} {}", address.path, answer.status);
    let Some((schemas, index)) = shape else {
        panic!("{name} answers {media}, of which openapi.json says nothing")
    };
    if let Err(error) = schemas.validate(&answer.json(), *index) {
        panic!("{name} is not what openapi.json says: {error}\n{}", answer.text());
    }
}
