//! Rows that flow over pages: table lines, remarks, lists.
//!
//! A row is a set of cells with broken lines. It stays whole unless it is taller than an empty
//! page; then it continues on the next one, line by line. A section repeats its heading on
//! every page it reaches. Columns are fixed by the paper, never by the data.

use std::sync::Arc;

use crate::papers::canvas::{Align, Canvas, LEADING, baseline_mm, line_height_mm};
use crate::papers::display::{Ink, Page, Rect};
use crate::papers::font::{Fonts, Weight};
use crate::papers::problem::Problem;
use crate::papers::text::{Line, MM_PER_PT, Overflow, ShapedText};

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
    pub const fn new(x_mm: f32, width_mm: f32, size_pt: f32) -> Self {
        Self { x_mm, width_mm, size_pt, weight: Weight::Regular, align: Align::Left }
    }

    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

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
            text: Arc::new(shaped),
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

    pub fn ruled(self) -> Self {
        Self { ruled: true, ..self }
    }

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
    fn first_line_mm(&self) -> f32 {
        let first = self.cells.iter().filter(|cell| !cell.lines.is_empty());
        first.map(|cell| line_height_mm(cell.size_pt)).fold(0.0, f32::max) + 2.0 * self.padding_mm
    }

    /// As many lines as fit into `height_mm`, and the rest.
    fn split(mut self, height_mm: f32) -> (Self, Self) {
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

    fn draw(&self, canvas: &mut Canvas, y: f32) {
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

/// The page around the flow.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub size_mm: (f32, f32),
    pub left_mm: f32,
    /// Height kept free for the footer, from the lower edge of the page.
    pub bottom_mm: f32,
}

impl Frame {
    /// Width between the margins.
    pub fn width_mm(&self) -> f32 {
        self.size_mm.0 - 2.0 * self.left_mm
    }

    /// The y where the flow has to end.
    pub fn limit_mm(&self) -> f32 {
        self.size_mm.1 - self.bottom_mm
    }
}

/// Draws what stands above the flow on a page, given its index; returns the y where the flow starts.
pub type Header<'h> = dyn Fn(&mut Canvas, usize) -> f32 + 'h;
/// Draws what stands below the flow, given the page's index and the number of pages.
pub type Footer<'h> = dyn Fn(&mut Canvas, usize, usize) + 'h;

/// Pages of a document with everything that went wrong on them.
pub struct Flowed {
    pub pages: Vec<Page>,
    pub problems: Vec<Problem>,
}

/// Lets sections flow over as many pages as they need; there is always at least one.
pub fn flow(
    fonts: &Fonts,
    frame: &Frame,
    sections: Vec<Section>,
    header: &Header,
    footer: &Footer,
) -> Flowed {
    let mut run = Run {
        fonts,
        frame,
        header,
        done: Vec::new(),
        canvas: Canvas::new(fonts, frame.size_mm),
        y: 0.0,
        fresh: 0.0,
    };
    run.begin();
    for section in sections {
        run.section(section);
    }
    run.done.push(run.canvas);
    let pages = run.done.len();
    let mut flowed = Flowed { pages: Vec::with_capacity(pages), problems: Vec::new() };
    for (index, mut canvas) in run.done.into_iter().enumerate() {
        footer(&mut canvas, index, pages);
        for problem in canvas.problems {
            if !flowed.problems.contains(&problem) {
                flowed.problems.push(problem);
            }
        }
        flowed.pages.push(canvas.page);
    }
    flowed
}

struct Run<'r, 'a> {
    fonts: &'a Fonts,
    frame: &'r Frame,
    header: &'r Header<'r>,
    done: Vec<Canvas<'a>>,
    canvas: Canvas<'a>,
    y: f32,
    /// Where the flow of this page began.
    fresh: f32,
}

impl Run<'_, '_> {
    fn begin(&mut self) {
        self.y = (self.header)(&mut self.canvas, self.done.len());
        self.fresh = self.y;
    }

    fn next_page(&mut self, heading: Option<&Row>) {
        let next = Canvas::new(self.fonts, self.frame.size_mm);
        self.done.push(std::mem::replace(&mut self.canvas, next));
        self.begin();
        if let Some(heading) = heading {
            self.place(heading);
            self.fresh = self.y;
        }
    }

    fn place(&mut self, row: &Row) {
        // The header ends with a rule already.
        if row.ruled && self.y > self.fresh {
            self.canvas.rule(self.frame.left_mm, self.y, self.frame.width_mm());
        }
        row.draw(&mut self.canvas, self.y);
        self.y += row.height_mm();
    }

    fn left(&self) -> f32 {
        // Sums of line heights carry rounding.
        self.frame.limit_mm() - self.y + 0.01
    }

    fn section(&mut self, section: Section) {
        let heading = section.heading.as_ref();
        let mut rows = section.rows.into_iter().peekable();
        let Some(first) = rows.peek() else { return };
        let heads: Vec<&Row> = section.lead.iter().chain(heading).collect();
        let heads_mm = heads.iter().map(|row| row.height_mm()).sum::<f32>();
        if self.left() < heads_mm + first.first_line_mm() && self.y > self.fresh {
            self.next_page(None);
        }
        heads.into_iter().for_each(|row| self.place(row));
        while let Some(row) = rows.next() {
            let followed = if row.keep_with_next { rows.peek().map_or(0.0, Row::height_mm) } else { 0.0 };
            self.row(row, followed, heading);
        }
    }

    fn row(&mut self, mut row: Row, followed_mm: f32, heading: Option<&Row>) {
        let heading_mm = heading.map_or(0.0, Row::height_mm);
        // Headers of later pages may be lower; a page's own start is the careful guess.
        let whole_page = self.frame.limit_mm() - self.fresh.min(self.frame.size_mm.1 / 2.0) - heading_mm;
        if row.height_mm() + followed_mm > self.left()
            && row.height_mm() + followed_mm <= whole_page
            && self.y > self.fresh
        {
            self.next_page(heading);
        }
        while row.height_mm() > self.left() {
            if row.first_line_mm() <= self.left() {
                let (now, rest) = row.split(self.left());
                self.place(&now);
                row = rest;
            } else if self.y <= self.fresh && !self.done.is_empty() {
                // Not even one line fits on an empty page: the paper is too small for its header.
                let overflow = Overflow { needed_mm: row.first_line_mm(), has_mm: self.left() };
                self.canvas.problems.push(Problem::overflow("page", "", overflow));
                return;
            }
            if row.is_empty() {
                return;
            }
            self.next_page(heading);
        }
        self.place(&row);
    }
}
