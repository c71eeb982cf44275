//! What is due in the next hours, a column per hour, a block per shop; each column leads to its parcels.

use std::collections::HashMap;

use chrono::Duration;
use maud::{Markup, html};

use super::super::workbench::rail::thousands;
use super::{due_between, open_words};
use crate::domain::id::ShopId;
use crate::domain::time::UtcTime;
use crate::operations::deadlines::Board;
use crate::web::parts::charts::{self, BASE, TOP};
use crate::web::texts::{deadlines as t, house};
use crate::web::view::View;

/// Shops drawn by name; the others are one.
const SHOPS_DRAWN: usize = 5;

/// A shop's row of the picture.
struct Series {
    name: String,
    counts: Vec<i64>,
}

/// The picture with its table.
pub fn hours(view: &View, board: &Board, hours: i64) -> Markup {
    let began = board.until.plus(Duration::hours(-hours));
    let width = usize::try_from(hours).unwrap_or_default();
    let series = series(view, board, began, width);
    let sums: Vec<i64> = (0..width).map(|hour| series.iter().map(|one| one.counts[hour]).sum()).collect();
    let top = charts::scale(sums.iter().copied().max().unwrap_or(0));
    let height = |value: i64| value * (BASE - TOP) / top;
    let moment = |hour: usize| began.plus(Duration::hours(hour as i64));
    let words = open_words(None);
    // The present hour is under way: what was due in its first part is overdue and stands elsewhere.
    let href = |hour: usize| due_between(&words, Some(moment(hour).max(board.now)), Some(moment(hour + 1)));
    let said = |hour: usize| {
        let times = [moment(hour), moment(hour + 1)].map(|at| view.clock_time(at));
        t::HOUR_OF.with(view.lang, &[&thousands(sums[hour]), &times[0], &times[1]])
    };
    html! {
        figure.chart.alone {
            figcaption { (view.t(t::CHART)) }
            svg role="group" aria-label=(view.t(t::CHART)) viewBox={ "0 0 " (charts::WIDTH) " 194" } {
                (charts::weaves())
                (charts::grid(top))
                @for hour in (0..width).step_by(3) {
                    text.hour x=(charts::x_of(hour as i64)) y=(BASE + 16) { (view.clock_time(moment(hour))) }
                }
                @for hour in (0..width).filter(|hour| sums[*hour] > 0) {
                    a.due-hour href=(href(hour)) aria-label=(said(hour)) {
                        title { (said(hour)) }
                        // A column of one order is a thin line: the whole height can be clicked.
                        rect.reach x=(charts::x_of(hour as i64)) y=(TOP) width="27" height=(BASE - TOP) {}
                        @for (index, below, value) in stacked(&series, hour) {
                            rect.series data-series=(index % 6) x=(charts::x_of(hour as i64) + 2) y=(BASE - height(below + value))
                                width="23" height=(height(below + value) - height(below)) {}
                        }
                    }
                }
            }
            ul.legend { @for (index, one) in series.iter().enumerate() {
                li {
                    svg viewBox="0 0 24 12" aria-hidden="true" { rect.series data-series=(index % 6) width="24" height="12" {} }
                    (one.name) " " b { (thousands(one.counts.iter().sum())) }
                }
            } }
            details.fold {
                summary { (view.t(house::AS_TABLE)) }
                table.figures {
                    thead { tr { th scope="col" { (view.t(house::HOUR)) } @for one in &series { th scope="col" { (one.name) } } } }
                    tbody { @for hour in (0..width).filter(|hour| sums[*hour] > 0) {
                        tr {
                            th scope="row" { a href=(href(hour)) { (view.moment(moment(hour))) } }
                            @for one in &series { td { (thousands(one.counts[hour])) } }
                        }
                    } }
                }
            }
        }
    }
}

/// The blocks of an hour: which series, what stands below it, how much.
fn stacked(series: &[Series], hour: usize) -> Vec<(usize, i64, i64)> {
    let mut below = 0;
    let mut blocks = Vec::new();
    for (index, one) in series.iter().enumerate() {
        let value = one.counts[hour];
        if value > 0 {
            blocks.push((index, below, value));
        }
        below += value;
    }
    blocks
}

/// The shops with most to do by name, the others as one.
fn series(view: &View, board: &Board, began: UtcTime, width: usize) -> Vec<Series> {
    let mut by_shop: HashMap<ShopId, Vec<i64>> = HashMap::new();
    for due in &board.due {
        let hour = (due.from.micros() - began.micros()) / 3_600_000_000;
        if let Some(hour) = usize::try_from(hour).ok().filter(|hour| *hour < width) {
            by_shop.entry(due.shop).or_insert_with(|| vec![0; width])[hour] += due.count;
        }
    }
    let mut shops: Vec<(ShopId, Vec<i64>)> = by_shop.into_iter().collect();
    shops.sort_by_key(|(shop, counts)| (std::cmp::Reverse(counts.iter().sum::<i64>()), *shop));
    let others = shops.split_off(SHOPS_DRAWN.min(shops.len()));
    let name = |shop: ShopId| {
        let known = board.shops.iter().find(|one| one.shop == shop);
        known.map(|one| one.shop_name.clone()).unwrap_or_default()
    };
    let mut series: Vec<Series> =
        shops.into_iter().map(|(shop, counts)| Series { name: name(shop), counts }).collect();
    if !others.is_empty() {
        let sum = |hour: usize| others.iter().map(|(_, counts)| counts[hour]).sum();
        let name = view.t(house::OTHER_SHOPS).to_owned();
        series.push(Series { name, counts: (0..width).map(sum).collect() });
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_stand_on_each_other() {
        let one = |counts: &[i64]| Series { name: String::new(), counts: counts.to_vec() };
        let series = [one(&[2, 0]), one(&[0, 4]), one(&[3, 1])];
        assert_eq!(stacked(&series, 0), [(0, 0, 2), (2, 2, 3)]);
        assert_eq!(stacked(&series, 1), [(1, 0, 4), (2, 4, 1)]);
    }
}
