//! Rows: cells side by side with broken lines, the stuff that flows over pages.
//!
//! Columns are fixed by the paper, never by the data. The first lines of all cells of a row share a
//! baseline.

use std::sync::Arc;

use crate::papers::canvas::{Align, Canvas, LEADING, baseline_mm, line_height_mm};
use crate::papers::display::{Ink, Rect};
use crate::papers::font::{Fonts, Weight};
use crate::papers::problem::Problem;
use crate::papers::text::{Line, MM_PER_PT, ShapedText};

/// One text of a row. `x_mm` counts from the left edge of the page.
#[derive(Debug, Clone)]
pub struct Cell {
    x_mm: f32,
    width_mm: f32,
    size_pt: f32,
    align: Align,
    badge: bool,
    text: Arc<ShapedText>,
    lines: Vec<Line>,
}

impl Cell {
    fn height_mm(&self) -> f32 {
        self.lines.len() as f32 * line_height_mm(self.size_pt)
    }
}

/// Cells side by side.
#[derive(Debug, Clone, Default)]
pub struct Row {
    cells: Vec<Cell>,
    /// Blank above and below the lines.
    pub padding_mm: f32,
    /// A rule above the row.
    pub ruled: bool,
    /// Stays on the page of the row after it.
    pub keep_with_next: bool,
}

/// Where and how a cell stands.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    pub x_mm: f32,
    pub width_mm: f32,
    pub size_pt: f32,
    pub weight: Weight,
    pub align: Align,
}

impl Column {
    /// Regular and to the left.
    pub const fn new(x_mm: f32, width_mm: f32, size_pt: f32) -> Self {
        Self { x_mm, width_mm, size_pt, weight: Weight::Regular, align: Align::Left }
    }

    /// The same in bold.
    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same, standing elsewhere between the sides.
    pub const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }
}

/// Shapes the cells of rows and keeps what went wrong.
pub struct RowMaker<'a> {
    pub fonts: &'a Fonts,
    pub problems: Vec<Problem>,
    lenient: bool,
}

impl<'a> RowMaker<'a> {
    /// Leaves characters out that no font has; the sheet must not be printed then.
    pub fn new(fonts: &'a Fonts) -> Self {
        Self { fonts, problems: Vec::new(), lenient: false }
    }

    /// Writes the code point in place of a character no font has, such as 〔U+AE40〕.
    ///
    /// For lists of many parcels: one strange character must not keep the whole list from the
    /// warehouse. It is still reported.
    pub fn lenient(fonts: &'a Fonts) -> Self {
        Self { lenient: true, ..Self::new(fonts) }
    }

    /// A cell with its lines broken to the column's width.
    pub fn cell(&mut self, field: &str, value: &str, column: Column) -> Cell {
        let mut shaped = self.fonts.shape(value, column.weight);
        if !shaped.missing.is_empty() {
            self.problems.extend(shaped.missing.iter().map(|&missing| Problem::missing(field, missing)));
            if self.lenient {
                shaped = self.fonts.shape(&spelled_out(value, &shaped.missing), column.weight);
            }
        }
        let lines = shaped.lines(column.width_mm / (column.size_pt * MM_PER_PT));
        Cell {
            x_mm: column.x_mm,
            width_mm: column.width_mm,
            size_pt: column.size_pt,
            align: column.align,
            badge: false,
            text: shaped,
            lines,
        }
    }

    /// A cell in white on a black box as wide as the column.
    pub fn badge(&mut self, field: &str, value: &str, column: Column) -> Cell {
        Cell { badge: true, ..self.cell(field, value, column.align(Align::Center).bold()) }
    }
}

fn spelled_out(value: &str, missing: &[char]) -> String {
    let spell = |found: char| {
        if missing.contains(&found) { format!("〔U+{:04X}〕", u32::from(found)) } else { found.to_string() }
    };
    value.chars().map(spell).collect()
}

impl Row {
    /// A row of cells.
    pub fn new(cells: Vec<Cell>, padding_mm: f32) -> Self {
        Self { cells, padding_mm, ruled: false, keep_with_next: false }
    }

    /// The same with a rule above it.
    pub fn ruled(self) -> Self {
        Self { ruled: true, ..self }
    }

    /// The same, never the last row of a page.
    pub fn keep_with_next(self) -> Self {
        Self { keep_with_next: true, ..self }
    }

    /// Height with padding, in millimetres.
    pub fn height_mm(&self) -> f32 {
        let heights = self.cells.iter().map(|cell| self.drop_mm(cell) + cell.height_mm());
        heights.fold(0.0, f32::max) + 2.0 * self.padding_mm
    }

    /// How much lower a cell starts so that the first lines of all cells share a baseline.
    fn drop_mm(&self, cell: &Cell) -> f32 {
        let written = self.cells.iter().filter(|cell| !cell.lines.is_empty());
        let largest = written.map(|cell| cell.size_pt).fold(cell.size_pt, f32::max);
        baseline_mm(largest) - baseline_mm(cell.size_pt)
    }

    /// True when no cell has a line.
    pub fn is_empty(&self) -> bool {
        self.cells.iter().all(|cell| cell.lines.is_empty())
    }

    /// Height of the first line of the tallest cell: what a page must at least have left.
    pub fn first_line_mm(&self) -> f32 {
        let first = self.cells.iter().filter(|cell| !cell.lines.is_empty());
        first.map(|cell| line_height_mm(cell.size_pt)).fold(0.0, f32::max) + 2.0 * self.padding_mm
    }

    /// As many lines as fit into `height_mm`, and the rest.
    pub fn split(mut self, height_mm: f32) -> (Self, Self) {
        let mut rest = Self { ruled: false, ..self.clone() };
        let drops: Vec<f32> = self.cells.iter().map(|cell| self.drop_mm(cell)).collect();
        for ((cell, after), drop) in self.cells.iter_mut().zip(&mut rest.cells).zip(drops) {
            let usable = height_mm - 2.0 * self.padding_mm - drop;
            let count = (usable / line_height_mm(cell.size_pt) + 0.01).max(0.0) as usize;
            after.lines = cell.lines.split_off(count.min(cell.lines.len()));
            after.badge = cell.badge && !after.lines.is_empty();
        }
        (self, rest)
    }

    /// Draws the row with its upper edge at `y`.
    pub fn draw(&self, canvas: &mut Canvas, y: f32) {
        for cell in &self.cells {
            let step = line_height_mm(cell.size_pt);
            let top = y + self.padding_mm + self.drop_mm(cell);
            let area = Rect::new(cell.x_mm, top, cell.width_mm, step);
            if cell.badge && !cell.lines.is_empty() {
                let half_leading = cell.size_pt * MM_PER_PT * (LEADING - 1.0) / 4.0;
                canvas.black(Rect::new(area.x, area.y + half_leading, area.width, step - 2.0 * half_leading));
            }
            let ink = if cell.badge { Ink::White } else { Ink::Black };
            for (index, line) in cell.lines.iter().enumerate() {
                let middle = top + step * (index as f32 + 0.5);
                canvas.line(&cell.text, line, area, middle, cell.size_pt, cell.align, ink);
            }
        }
    }
}

/// Rows under a heading that is repeated on every page the section reaches.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// Stands once above the heading.
    pub lead: Option<Row>,
    pub heading: Option<Row>,
    pub rows: Vec<Row>,
}

impl Section {
    /// Height on one page, in millimetres; 0 without rows.
    pub fn height_mm(&self) -> f32 {
        if self.rows.is_empty() {
            return 0.0;
        }
        let heads = [&self.lead, &self.heading].into_iter().flatten().map(Row::height_mm).sum::<f32>();
        heads + self.rows.iter().map(Row::height_mm).sum::<f32>()
    }
}
