//! Sections that flow over pages.
//!
//! A row stays whole unless it is taller than an empty page; then it continues on the next one, line
//! by line. A section repeats its heading on every page it reaches.

use crate::papers::canvas::Canvas;
use crate::papers::display::Page;
use crate::papers::fit::Overflow;
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::{Row, Section};

/// The page around the flow.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub size_mm: (f32, f32),
    pub left_mm: f32,
    pub right_mm: f32,
    /// Height kept free for the footer, from the lower edge of the page.
    pub bottom_mm: f32,
}

impl Frame {
    /// Width between the margins.
    pub fn width_mm(&self) -> f32 {
        self.size_mm.0 - self.left_mm - self.right_mm
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

/// A laid-out sheet: its pages with everything that went wrong on them. With problems, the pages are
/// incomplete and must not be printed.
#[derive(Debug, Clone, PartialEq)]
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

    /// Is there more room on another page? On a later page not, when this one is still empty; on
    /// the first one yes, for it has the tallest header.
    fn can_gain(&self) -> bool {
        self.y > self.fresh || self.done.is_empty()
    }

    fn section(&mut self, section: Section) {
        let heading = section.heading.as_ref();
        let mut rows = section.rows.into_iter().peekable();
        let Some(first) = rows.peek() else { return };
        let heads: Vec<&Row> = section.lead.iter().chain(heading).collect();
        let heads_mm = heads.iter().map(|row| row.height_mm()).sum::<f32>();
        if self.left() < heads_mm + first.first_line_mm() && self.can_gain() {
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
            && self.can_gain()
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
