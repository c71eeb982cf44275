//! Pictures of a day, drawn here as SVG: columns by hour and lines through the day.
//!
//! Series are told apart by pattern or dash and by a name, never by colour alone; below each picture stands a table
//! of the same figures.

use maud::{Markup, html};

use crate::web::pages::workbench::rail::thousands;
use crate::web::texts::house as t;
use crate::web::view::View;

pub const WIDTH: i64 = 720;
const LEFT: i64 = 64;
pub const TOP: i64 = 12;
pub const BASE: i64 = 170;
const HOURS: usize = 24;

/// What is drawn for each hour of the day, or for each moment.
pub struct Series {
    pub name: String,
    /// One per hour; what has not been yet is absent.
    pub values: Vec<Option<i64>>,
}

impl Series {
    /// By hour, nothing where no value is named.
    pub fn by_hour(name: impl Into<String>, values: impl IntoIterator<Item = (i64, i64)>) -> Self {
        let mut by_hour = vec![Some(0); HOURS];
        for (hour, value) in values {
            if let Some(place) = usize::try_from(hour).ok().and_then(|hour| by_hour.get_mut(hour)) {
                *place = Some(place.unwrap_or(0) + value);
            }
        }
        Self { name: name.into(), values: by_hour }
    }

    fn total(&self) -> i64 {
        self.values.iter().flatten().sum()
    }
}

/// A round number at or above `most` whose quarters are whole.
pub fn scale(most: i64) -> i64 {
    let mut step = 1;
    loop {
        for factor in [4, 8, 12, 20] {
            if factor * step >= most {
                return factor * step;
            }
        }
        step *= 10;
    }
}

/// Where an hour begins.
pub fn x_of(hour: i64) -> i64 {
    LEFT + hour * (WIDTH - LEFT) / HOURS as i64
}

/// Columns of one hour each, the series on top of each other.
pub fn columns(view: &View, title: &str, series: &[Series]) -> Markup {
    let sums: Vec<i64> =
        (0..HOURS).map(|hour| series.iter().filter_map(|one| one.values[hour]).sum()).collect();
    let top = scale(sums.iter().copied().max().unwrap_or(0));
    let height = |value: i64| value * (BASE - TOP) / top;
    // A column stands on the sum of those below it, so rounding never leaves a gap.
    let mut blocks = Vec::new();
    for hour in 0..HOURS {
        let mut below = 0;
        for (index, one) in series.iter().enumerate() {
            let value = one.values[hour].unwrap_or(0);
            if value > 0 {
                let (from, to) = (height(below), height(below + value));
                blocks.push((index, hour as i64, BASE - to, to - from, value));
            }
            below += value;
        }
    }
    let picture = html! {
        (axes(top))
        @for (index, hour, y, height, value) in blocks {
            rect.series data-series=(index % 6) x=(x_of(hour) + 2) y=(y) width="23" height=(height) {
                title { (series[index].name) " " (hour) ":00 – " (value) }
            }
        }
    };
    frame(view, title, series, true, &picture)
}

/// Lines through the day, a point per ten minutes or hour.
pub fn lines(view: &View, title: &str, series: &[Series]) -> Markup {
    let top = scale(series.iter().flat_map(|one| one.values.iter().flatten()).copied().max().unwrap_or(0));
    let line = |one: &Series| {
        let steps = one.values.len().max(1) as i64;
        let points = one.values.iter().enumerate().filter_map(|(at, value)| {
            // A step as wide as its time, so that a lone sample shows too.
            let x = |at: i64| LEFT + at * (WIDTH - LEFT) / steps;
            let y = BASE - (*value)? * (BASE - TOP) / top;
            Some(format!("{},{y} {},{y}", x(at as i64), x(at as i64 + 1)))
        });
        points.collect::<Vec<_>>().join(" ")
    };
    let picture = html! {
        (axes(top))
        @for (index, one) in series.iter().enumerate() {
            polyline.line-series data-series=(index % 6) points=(line(one)) {}
        }
    };
    frame(view, title, series, false, &picture)
}

/// The lines behind a picture whose highest is `top`, with their numbers.
pub fn grid(top: i64) -> Markup {
    html! {
        @for quarter in 0..=4 {
            @let y = BASE - quarter * (BASE - TOP) / 4;
            line.grid x1=(LEFT) x2=(WIDTH) y1=(y) y2=(y) {}
            text.scale x=(LEFT - 6) y=(y + 4) { (thousands(top * quarter / 4)) }
        }
    }
}

/// Stripes and dots, so that series differ without colour.
pub fn weaves() -> Markup {
    html! { defs {
        pattern #weave-1 width="6" height="6" patternUnits="userSpaceOnUse" { path d="M0 6 6 0" {} }
        pattern #weave-2 width="6" height="6" patternUnits="userSpaceOnUse" { circle cx="3" cy="3" r="1.6" {} }
        pattern #weave-3 width="6" height="6" patternUnits="userSpaceOnUse" { path d="M0 3H6" {} }
        pattern #weave-4 width="6" height="6" patternUnits="userSpaceOnUse" { path d="M3 0V6" {} }
        pattern #weave-5 width="6" height="6" patternUnits="userSpaceOnUse" { path d="M0 0 6 6M0 6 6 0" {} }
    } }
}

fn axes(top: i64) -> Markup {
    html! {
        (grid(top))
        @for hour in (0..HOURS as i64).step_by(3) { text.hour x=(x_of(hour)) y=(BASE + 16) { (hour) ":00" } }
    }
}

fn frame(view: &View, title: &str, series: &[Series], is_summed: bool, picture: &Markup) -> Markup {
    html! {
        figure.chart {
            figcaption { (title) }
            svg role="img" aria-label=(title) viewBox={ "0 0 " (WIDTH) " 194" } {
                @if is_summed { (weaves()) }
                (picture)
            }
            ul.legend {
                @for (index, one) in series.iter().enumerate() {
                    li {
                        svg viewBox="0 0 24 12" aria-hidden="true" {
                            @if is_summed { rect.series data-series=(index % 6) width="24" height="12" {} }
                            @else { polyline.line-series data-series=(index % 6) points="0,6 24,6" {} }
                        }
                        (one.name)
                        @if is_summed { " " b { (thousands(one.total())) } }
                    }
                }
            }
            details.fold {
                summary { (view.t(t::AS_TABLE)) }
                table.figures {
                    thead { tr { th scope="col" { (view.t(t::HOUR)) } @for one in series { th scope="col" { (one.name) } } } }
                    tbody {
                        @for hour in 0..HOURS {
                            @let row: Vec<Option<i64>> = series.iter().map(|one| at_hour(one, hour)).collect();
                            @if row.iter().any(|value| value.is_some_and(|value| value > 0)) {
                                tr { th scope="row" { (hour) ":00" } @for value in row { td { @if let Some(value) = value { (thousands(value)) } } } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The value at an hour's beginning, of series with more points than hours too.
fn at_hour(series: &Series, hour: usize) -> Option<i64> {
    let per_hour = (series.values.len() / HOURS).max(1);
    series.values.get(hour * per_hour).copied().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_is_round_and_holds_the_highest() {
        for (most, top) in [(0, 4), (3, 4), (5, 8), (9, 12), (21, 40), (100, 120), (1_284, 2_000)] {
            assert_eq!(scale(most), top, "{most}");
        }
    }

    #[test]
    fn hours_of_another_day_are_left_out() {
        let series = Series::by_hour("Tea", [(-1, 9), (0, 1), (23, 2), (24, 9), (23, 3)]);
        assert_eq!((series.values[0], series.values[23], series.total()), (Some(1), Some(5), 6));
    }
}
