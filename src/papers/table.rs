//! Tables: fixed columns, a heading on every page, a row is never split while it fits on one.

use crate::papers::canvas::Align;
use crate::papers::rows::{Column, Row, RowMaker, Section};

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct TableColumn {
    /// Chinese first, then English.
    pub title: &'static str,
    /// Names the value in problems.
    pub field: &'static str,
    pub column: Column,
}

/// Space between two columns.
const GUTTER_MM: f32 = 2.0;
const HEADING_PT: f32 = 7.5;
const HEADING_PADDING_MM: f32 = 0.9;

/// Columns side by side from `left_mm`: title, field, width with gutter, size in points.
pub fn columns<const N: usize>(
    left_mm: f32,
    specs: [(&'static str, &'static str, f32, f32); N],
) -> [TableColumn; N] {
    let mut x_mm = left_mm;
    specs.map(|(title, field, width_mm, size_pt)| {
        let column = Column::new(x_mm, width_mm - GUTTER_MM, size_pt);
        x_mm += width_mm;
        TableColumn { title, field, column }
    })
}

impl TableColumn {
    /// The same in bold.
    pub fn bold(self) -> Self {
        Self { column: self.column.bold(), ..self }
    }

    /// The same with its texts to the right.
    pub fn right(self) -> Self {
        Self { column: self.column.align(Align::Right), ..self }
    }
}

/// A table: each row has one text per column.
pub fn table<const N: usize>(
    maker: &mut RowMaker,
    columns: &[TableColumn; N],
    padding_mm: f32,
    rows: impl IntoIterator<Item = [String; N]>,
) -> Section {
    let headings = columns.iter().map(|column| {
        let place = Column { size_pt: HEADING_PT, ..column.column };
        maker.cell("label", column.title, place.bold())
    });
    let heading = Row::new(headings.collect(), HEADING_PADDING_MM).ruled();
    let rows = rows.into_iter().map(|texts| {
        let cells = columns.iter().zip(&texts);
        let cells = cells.map(|(column, text)| maker.cell(column.field, text, column.column)).collect();
        Row::new(cells, padding_mm).ruled()
    });
    let rows = rows.collect();
    Section { heading: Some(heading), rows, lead: None }
}
