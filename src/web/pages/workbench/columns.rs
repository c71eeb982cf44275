//! Which columns the list has, and in which order: each reader's own choice, kept in a cookie.

use actix_web::cookie::{Cookie, SameSite, time};
use actix_web::{HttpRequest, HttpResponse};
use maud::{Markup, html};

use crate::domain::text_enum;
use crate::web::form::Form;
use crate::web::icons::icon;
use crate::web::lang::Text;
use crate::web::reply;
use crate::web::shell::csrf;
use crate::web::texts::{carriers, common, workbench as t};
use crate::web::view::View;

text_enum! {
    /// A column of the list.
    pub enum Column("column") {
        State = "state",
        ShipBy = "ship_by",
        Orders = "orders",
        Recipient = "recipient",
        Contents = "contents",
        Remarks = "remarks",
        Waybill = "waybill",
        Plan = "plan",
        Paid = "paid",
        Pieces = "pieces",
        Tags = "tags",
    }
}

/// What is shown before anybody chose.
pub const USUAL: &[Column] = &[
    Column::State,
    Column::ShipBy,
    Column::Orders,
    Column::Recipient,
    Column::Contents,
    Column::Remarks,
    Column::Waybill,
];

const COOKIE: &str = "columns";
const KEPT: time::Duration = time::Duration::days(365);

impl Column {
    /// What stands above it.
    pub fn text(self) -> Text {
        match self {
            Self::State => t::STATE,
            Self::ShipBy => t::COL_SHIP_BY,
            Self::Orders => t::COL_ORDERS,
            Self::Recipient => t::COL_RECIPIENT,
            Self::Contents => t::COL_LINES,
            Self::Remarks => t::COL_REMARKS,
            Self::Waybill => t::COL_WAYBILL,
            Self::Plan => carriers::PLAN,
            Self::Paid => t::COL_PAID,
            Self::Pieces => t::COL_PIECES,
            Self::Tags => t::COL_TAGS,
        }
    }

    /// Its class in the style sheet.
    pub fn class(self) -> &'static str {
        match self {
            Self::State => "c-state",
            Self::ShipBy => "c-due",
            Self::Orders => "c-orders",
            Self::Recipient => "c-recipient",
            Self::Contents => "c-lines",
            Self::Remarks => "c-remarks",
            Self::Waybill => "c-waybill",
            Self::Plan => "c-waybill",
            Self::Paid => "c-paid",
            Self::Pieces => "c-pieces",
            Self::Tags => "c-tags",
        }
    }
}

/// The columns of this browser; the usual ones when it has none or only unknown ones.
pub fn chosen(request: &HttpRequest) -> Vec<Column> {
    request.cookie(COOKIE).map_or_else(|| USUAL.to_vec(), |cookie| parse(cookie.value()))
}

fn parse(text: &str) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for column in text.split('.').filter_map(|word| Column::parse(word).ok()) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    if columns.is_empty() { USUAL.to_vec() } else { columns }
}

/// Columns by the place typed for each; those without one are hidden, equal places keep their order.
fn placed(form: &Form) -> Vec<Column> {
    let mut places: Vec<(i64, Column)> = Column::ALL
        .iter()
        .filter_map(|column| Some((form.get(column.as_str()).parse().ok()?, *column)))
        .filter(|(place, _)| *place > 0)
        .collect();
    places.sort_by_key(|(place, _)| *place);
    places.into_iter().map(|(_, column)| column).collect()
}

/// `POST /workbench/columns`: nothing of anybody's data is touched.
pub async fn choose(form: Form) -> HttpResponse {
    let columns = if form.has("usual") { Vec::new() } else { placed(&form) };
    let words: Vec<&str> = columns.iter().map(|column| column.as_str()).collect();
    let mut response = reply::see_other(form.get("back"));
    let cookie = Cookie::build(COOKIE, words.join(".")).path("/").same_site(SameSite::Lax).max_age(KEPT);
    // A name and words of our own always make a header.
    let _ = response.add_cookie(&cookie.finish());
    response
}

/// The form that chooses them.
pub fn form(view: &View, columns: &[Column], back: &str) -> Markup {
    let hidden = Column::ALL.iter().filter(|column| !columns.contains(column));
    html! {
        details.menu.columns-menu {
            summary { (icon("gear")) (view.t(t::COLUMNS)) }
            form.menu-body.stack method="post" action="/workbench/columns" data-plain {
                (csrf(view))
                input type="hidden" name="back" value=(back);
                p.hint { (view.t(t::COLUMNS_HINT)) }
                @for (place, column) in columns.iter().enumerate() { (place_of(view, *column, Some(place + 1))) }
                @for column in hidden { (place_of(view, *column, None)) }
                div.buttons {
                    button.primary type="submit" { (view.t(common::SAVE)) }
                    button.quiet type="submit" name="usual" value="1" { (view.t(t::COLUMNS_USUAL)) }
                }
            }
        }
    }
}

fn place_of(view: &View, column: Column, place: Option<usize>) -> Markup {
    html! {
        label.place {
            input type="number" name=(column) min="0" max=(Column::ALL.len()) value=[place];
            span { (view.t(column.text())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_names_columns_once_each_and_nonsense_is_left_out() {
        assert_eq!(parse("waybill.state.waybill.moon"), [Column::Waybill, Column::State]);
        assert_eq!(parse(""), USUAL);
        assert_eq!(parse("moon"), USUAL);
    }

    #[test]
    fn typed_places_decide_the_order() {
        let form = Form::parse("state=3&paid=1&waybill=&remarks=0&orders=3&tags=x");
        assert_eq!(placed(&form), [Column::Paid, Column::State, Column::Orders]);
    }
}
