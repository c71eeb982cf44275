//! Drawing words: a page in the making, with what went wrong on it.
//!
//! Whatever cannot be drawn completely becomes a [`Problem`]; nothing is cut and nothing is drawn
//! as a box.

use std::sync::Arc;

use crate::papers::barcode;
use crate::papers::display::{GlyphRun, Ink, Modules, Page, Rect};
use crate::papers::fit::{Flow, fit};
use crate::papers::font::{Fonts, Weight};
use crate::papers::problem::Problem;
use crate::papers::text::{Line, MM_PER_PT, ShapedText};

/// Where a text stands between the sides of its box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Center,
    Right,
}

/// How a text looks and gives way.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub max_pt: f32,
    pub min_pt: f32,
    pub weight: Weight,
    pub align: Align,
    pub ink: Ink,
    pub flow: Flow,
    /// Centred between top and bottom of its box instead of standing at the top.
    pub middle: bool,
}

/// Line height in parts of the size.
pub const LEADING: f32 = 1.22;

impl Style {
    /// One line if it can be, between two sizes in points.
    pub const fn line(max_pt: f32, min_pt: f32) -> Self {
        Self {
            max_pt,
            min_pt,
            weight: Weight::Regular,
            align: Align::Left,
            ink: Ink::Black,
            flow: Flow::ShrinkThenWrap,
            middle: true,
        }
    }

    /// As many lines as needed, from the top.
    pub const fn block(max_pt: f32, min_pt: f32) -> Self {
        Self { flow: Flow::WrapThenShrink, middle: false, ..Self::line(max_pt, min_pt) }
    }

    /// The same in bold.
    pub const fn bold(self) -> Self {
        Self { weight: Weight::Bold, ..self }
    }

    /// The same, standing elsewhere between the sides.
    pub const fn align(self, align: Align) -> Self {
        Self { align, ..self }
    }

    /// The same in the colour of the paper.
    pub const fn white(self) -> Self {
        Self { ink: Ink::White, ..self }
    }
}

/// Height of a line of text in millimetres.
pub fn line_height_mm(size_pt: f32) -> f32 {
    size_pt * LEADING * MM_PER_PT
}

/// From the top of a line to its baseline.
pub fn baseline_mm(size_pt: f32) -> f32 {
    line_height_mm(size_pt) / 2.0 + BASELINE_EM * size_pt * MM_PER_PT
}

/// A page in the making.
pub struct Canvas<'a> {
    pub fonts: &'a Fonts,
    pub page: Page,
    pub problems: Vec<Problem>,
}

/// Thickness of rules: two dots.
const RULE_MM: f32 = 0.25;

/// Baseline below the middle of a line, in parts of the size: it centres ideographs and capitals.
const BASELINE_EM: f32 = 0.37;

impl<'a> Canvas<'a> {
    /// An empty page.
    pub fn new(fonts: &'a Fonts, (width_mm, height_mm): (f32, f32)) -> Self {
        Self { fonts, page: Page::new(width_mm, height_mm), problems: Vec::new() }
    }

    /// A horizontal rule with its upper edge at `y`.
    pub fn rule(&mut self, x: f32, y: f32, width: f32) {
        self.page.rects.push(Rect::new(x, y, width, RULE_MM));
    }

    /// A black box.
    pub fn black(&mut self, area: Rect) {
        self.page.rects.push(area);
    }

    /// Text in a box; returns the height it took. `field` names the value in problems.
    pub fn text(&mut self, field: &str, area: Rect, value: &str, style: Style) -> f32 {
        let shaped = self.shape(field, value, style.weight);
        if shaped.is_blank() {
            return 0.0;
        }
        let (width, height) = (area.width, area.height);
        match fit(&shaped, width, height, style.max_pt, style.min_pt, LEADING, style.flow) {
            Ok(fitted) => {
                let step = line_height_mm(fitted.size_pt);
                let used = step * fitted.lines.len() as f32;
                let top = if style.middle { area.y + (area.height - used) / 2.0 } else { area.y };
                for (index, line) in fitted.lines.iter().enumerate() {
                    let middle = top + step * (index as f32 + 0.5);
                    self.line(&shaped, line, area, middle, fitted.size_pt, style.align, style.ink);
                }
                used
            }
            Err(overflow) => {
                self.problems.push(Problem::overflow(field, value, overflow));
                0.0
            }
        }
    }

    /// Shapes a text and reports what no font has.
    pub fn shape(&mut self, field: &str, value: &str, weight: Weight) -> Arc<ShapedText> {
        let shaped = self.fonts.shape(value, weight);
        self.problems.extend(shaped.missing.iter().map(|&missing| Problem::missing(field, missing)));
        shaped
    }

    /// One line of a shaped text between the sides of `area`, its middle at `middle`.
    #[allow(clippy::too_many_arguments)] // a line has that many independent properties
    pub fn line(
        &mut self,
        shaped: &ShapedText,
        line: &Line,
        area: Rect,
        middle: f32,
        size_pt: f32,
        align: Align,
        ink: Ink,
    ) {
        let em_mm = size_pt * MM_PER_PT;
        let spare = area.width - line.width_em * em_mm;
        let left = match align {
            Align::Left => area.x,
            Align::Center => area.x + spare / 2.0,
            Align::Right => area.x + spare,
        };
        for run in shaped.runs(line) {
            self.page.runs.push(GlyphRun {
                font: run.font,
                size_pt,
                x: left + run.start_em * em_mm,
                baseline: middle + BASELINE_EM * em_mm,
                ink,
                embolden_em: run.embolden_em,
                glyphs: run.glyphs,
                text: run.text,
            });
        }
    }

    /// A Code 128 in a box that includes its quiet zones.
    pub fn code128(&mut self, field: &str, area: Rect, value: &str) {
        let bars = barcode::code128(value, area);
        self.modules(field, bars);
    }

    /// A QR code in a box that includes its quiet zone.
    pub fn qr(&mut self, field: &str, area: Rect, value: &str) {
        let modules = barcode::qr(value, area);
        self.modules(field, modules);
    }

    fn modules(&mut self, field: &str, modules: Result<Modules, barcode::BarcodeError>) {
        match modules {
            Ok(modules) => self.page.modules.push(modules),
            Err(error) => self.problems.push(Problem::barcode(field, &error)),
        }
    }

    /// White text on a black box: badges and stamps.
    pub fn badge(&mut self, field: &str, area: Rect, value: &str, style: Style) {
        self.black(area);
        // Ink is lower than its line: the line may stand over the edges of the box.
        let inside = Rect::new(area.x + 0.4, area.y - 1.0, area.width - 0.8, area.height + 2.0);
        self.text(field, inside, value, style.white().align(Align::Center));
    }
}
