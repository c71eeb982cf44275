//! Pages of a list: seek pagination, stable while rows come in.
//!
//! A cursor is the sort key of the last row, with the name of the sort, so that it cannot be
//! used on a list in another order. Callers must not look into it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64_URL;
use serde::Serialize;

use crate::domain::error::{Error, FieldError};

const LIMIT_DEFAULT: usize = 50;
const LIMIT_MAX: usize = 500;

/// Which page is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Most items of the page, 1 to 500.
    pub limit: usize,
    /// The sort key after which it begins; `None` for the first page.
    pub after: Option<Vec<String>>,
    sort: &'static str,
}

/// One page of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct Items<T> {
    pub items: Vec<T>,
    /// Where the next page begins; null on the last one.
    pub next_cursor: Option<String>,
}

impl Page {
    /// Reads `limit` and `cursor` of a list whose sort key has `parts` parts.
    ///
    /// # Errors
    /// Each of the two that cannot be taken.
    pub fn parse(
        limit: Option<&str>,
        cursor: Option<&str>,
        sort: &'static str,
        parts: usize,
    ) -> Result<Self, Error> {
        let mut errors = Vec::new();
        let limit = match limit.map(str::parse) {
            None => LIMIT_DEFAULT,
            Some(Ok(limit)) if (1..=LIMIT_MAX).contains(&limit) => limit,
            Some(_) => {
                let detail = format!("{:?} is not within 1 to {LIMIT_MAX}", limit.unwrap_or_default());
                errors.push(FieldError::new("limit", "range", detail));
                LIMIT_DEFAULT
            }
        };
        let after = cursor.filter(|cursor| !cursor.is_empty()).and_then(|cursor| {
            let key = decode(cursor, sort).filter(|key| key.len() == parts);
            if key.is_none() {
                let detail = format!("{cursor:?} is no cursor of this list; take it from next_cursor");
                errors.push(FieldError::new("cursor", "cursor", detail));
            }
            key
        });
        if errors.is_empty() { Ok(Self { limit, after, sort }) } else { Err(Error::Invalid(errors)) }
    }

    /// Reads the page of a list sorted by id alone.
    ///
    /// # Errors
    /// As [`Page::parse`].
    pub fn by_id(
        limit: Option<&str>,
        cursor: Option<&str>,
        sort: &'static str,
    ) -> Result<(Self, Option<i64>), Error> {
        let page = Self::parse(limit, cursor, sort, 1)?;
        let after = match page.after.as_deref() {
            Some([id]) => Some(id.parse().map_err(|_| {
                Error::invalid("cursor", "cursor", "This is no cursor of this list; take it from next_cursor")
            })?),
            _ => None,
        };
        Ok((page, after))
    }

    /// How many rows to ask for: one more than are shown tells whether there is a next page.
    pub fn rows(&self) -> usize {
        self.limit + 1
    }

    /// The page from the rows asked for, each with its sort key.
    pub fn items<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> Vec<String>,
        view: impl FnMut(R) -> T,
    ) -> Items<T> {
        let has_more = rows.len() > self.limit;
        rows.truncate(self.limit);
        let next_cursor = rows.last().filter(|_| has_more).map(|row| encode(self.sort, &key(row)));
        Items { items: rows.into_iter().map(view).collect(), next_cursor }
    }
}

impl Page {
    /// The page from items that were cut already, with the sort key of the last one when there are more.
    pub fn found<T>(&self, items: Vec<T>, next: Option<Vec<String>>) -> Items<T> {
        Items { items, next_cursor: next.map(|key| encode(self.sort, &key)) }
    }
}

/// Both, or every field of either that cannot be taken.
///
/// # Errors
/// The fields of both, or the other kind of error that came first.
pub fn both<A, B>(a: Result<A, Error>, b: Result<B, Error>) -> Result<(A, B), Error> {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok((a, b)),
        (Err(Error::Invalid(mut fields)), Err(Error::Invalid(more))) => {
            fields.extend(more);
            Err(Error::Invalid(fields))
        }
        (Err(error), _) | (_, Err(error)) => Err(error),
    }
}

impl<T> Items<Result<T, Error>> {
    /// The page, if every item could be shown.
    ///
    /// # Errors
    /// The first item's that could not.
    pub fn all(self) -> Result<Items<T>, Error> {
        let items = self.items.into_iter().collect::<Result<_, _>>()?;
        Ok(Items { items, next_cursor: self.next_cursor })
    }
}

fn encode(sort: &str, key: &[String]) -> String {
    BASE64_URL.encode(serde_json::json!([sort, key]).to_string())
}

fn decode(cursor: &str, sort: &str) -> Option<Vec<String>> {
    let text = BASE64_URL.decode(cursor).ok()?;
    let (of, key): (String, Vec<String>) = serde_json::from_slice(&text).ok()?;
    (of == sort).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_to_the_end() {
        let all: Vec<i64> = (1..=5).collect();
        let mut cursor = None;
        let mut seen = Vec::new();
        loop {
            let (page, after) = Page::by_id(Some("2"), cursor.as_deref(), "id").expect("own cursors fit");
            let rows = all.iter().copied().filter(|id| *id > after.unwrap_or(0)).take(page.rows()).collect();
            let items = page.items(rows, |id: &i64| vec![id.to_string()], |id| id);
            seen.push(items.items);
            cursor = items.next_cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, [vec![1, 2], vec![3, 4], vec![5]]);
    }

    #[test]
    fn a_cursor_of_another_list_is_refused_along_with_a_bad_limit() {
        let foreign = encode("due_at", &["9".to_owned()]);
        let refused = Page::parse(Some("0"), Some(&foreign), "id", 1).expect_err("both are wrong");
        let Error::Invalid(fields) = refused else { panic!("{refused}") };
        assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["limit", "cursor"]);
        for cursor in ["%%", "e30", &encode("id", &["9".to_owned(), "9".to_owned()])] {
            assert!(Page::parse(None, Some(cursor), "id", 1).is_err(), "{cursor}");
        }
    }
}
