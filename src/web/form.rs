//! Forms: what was typed. Whether a form is of this session was settled before, in
//! [`super::session::require`].

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest, web};
use futures_util::FutureExt;
use futures_util::future::LocalBoxFuture;

use crate::domain::error::Error;
use crate::http::body::{SMALL, read};
use crate::http::problem::Failure;

/// The fields of a form, in their order; a name may stand several times.
#[derive(Debug, Default, Clone)]
pub struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the text of a form or of a query.
    pub fn parse(text: &str) -> Self {
        Self(
            web::Query::<Vec<(String, String)>>::from_query(text)
                .map(web::Query::into_inner)
                .unwrap_or_default(),
        )
    }

    /// A form of these fields.
    pub fn of(pairs: impl Iterator<Item = (String, String)>) -> Self {
        Self(pairs.collect())
    }

    /// The first value of a field, trimmed; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value of a field as it was typed.
    pub fn exactly(&self, name: &str) -> &str {
        self.0.iter().find(|(field, _)| field == name).map_or("", |(_, value)| value)
    }

    /// Whether a field has any value: a ticked box.
    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }

    /// The mark of the form itself, as [`super::shell::mark`] writes it.
    pub fn mark(&self) -> Option<&str> {
        Some(self.get("mark")).filter(|mark| !mark.is_empty())
    }

    /// Every value of a field, also of those written as one text with commas.
    pub fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let values = self.0.iter().filter(move |(field, _)| field == name);
        values.flat_map(|(_, value)| value.split(',')).map(str::trim).filter(|value| !value.is_empty())
    }

    /// Every id of a field.
    ///
    /// # Errors
    /// When one is no id.
    pub fn ids<T: std::str::FromStr>(&self, name: &str) -> Result<Vec<T>, Error> {
        let id =
            |text: &str| text.parse().map_err(|_| Error::invalid(name, "id", format!("{text:?} is no id")));
        self.each(name).map(id).collect()
    }

    /// A whole number.
    ///
    /// # Errors
    /// When it is none.
    pub fn number(&self, name: &str) -> Result<i64, Error> {
        let text = self.get(name);
        text.parse().map_err(|_| Error::invalid(name, "word", format!("{text:?} is no whole number")))
    }

    /// Every field, in its order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.trim()))
    }
}

impl FromRequest for Form {
    type Error = Failure;
    type Future = LocalBoxFuture<'static, Result<Self, Failure>>;

    fn from_request(_: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let mut payload = payload.take();
        async move {
            let bytes = read(&mut payload, SMALL).await?;
            Ok(Self::parse(std::str::from_utf8(&bytes).unwrap_or_default()))
        }
        .boxed_local()
    }
}
