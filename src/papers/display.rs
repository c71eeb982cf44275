//! The display list: what a page shows, at exact places, for every writer alike.
//!
//! A page is rectangles, module patterns (barcodes) and runs of glyphs. Lengths are
//! millimetres from the upper left corner, y grows downwards. One dot of a 203-dpi head is
//! 1/8 mm and an `f32` holds eighths exactly, so "on the dot grid" survives every writer.
//!
//! Bars stand apart from rectangles because writers treat them differently: a PDF must
//! draw them a little thinner ([`crate::papers::pdf`]), a one-bit raster must not. The list
//! holds outlines by font and glyph id, never pixels, so PDF, raster and SVG can share it.

use crate::papers::font::FontId;

/// One dot of a 203-dpi print head, in millimetres.
pub const DOT_MM: f32 = 0.125;

/// One page: rectangles and bars lie below, glyphs above them.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    pub width_mm: f32,
    pub height_mm: f32,
    /// Filled black: rules, frames and badges.
    pub rects: Vec<Rect>,
    /// Barcodes: black, on the dot grid.
    pub modules: Vec<Modules>,
    pub runs: Vec<GlyphRun>,
}

impl Page {
    /// An empty page.
    pub fn new(width_mm: f32, height_mm: f32) -> Self {
        Self { width_mm, height_mm, rects: Vec::new(), modules: Vec::new(), runs: Vec::new() }
    }

    /// Moves everything on it in steps of a dot, so that bars stay on the grid.
    pub fn shift(&mut self, x_mm: f32, y_mm: f32) {
        let (x, y) = ((x_mm / DOT_MM).round() * DOT_MM, (y_mm / DOT_MM).round() * DOT_MM);
        if x == 0.0 && y == 0.0 {
            return;
        }
        let bars = self.modules.iter_mut().flat_map(|modules| &mut modules.bars);
        for rect in self.rects.iter_mut().chain(bars) {
            rect.x += x;
            rect.y += y;
        }
        for run in &mut self.runs {
            run.x += x;
            run.baseline += y;
        }
    }
}

/// The pattern of one barcode.
#[derive(Debug, Clone, PartialEq)]
pub struct Modules {
    /// Width of one module. Every bar starts and ends on a multiple of it, counted from the pattern's left side.
    pub module_mm: f32,
    /// The same holds from top to bottom.
    pub is_square: bool,
    pub bars: Vec<Rect>,
}

impl Modules {
    /// The smallest rectangle around all bars; `None` without any.
    pub fn bounds(&self) -> Option<Rect> {
        let ends = self.bars.iter().map(|bar| (bar.x, bar.y, bar.right(), bar.bottom()));
        let (left, top, right, bottom) =
            ends.reduce(|a, b| (a.0.min(b.0), a.1.min(b.1), a.2.max(b.2), a.3.max(b.3)))?;
        Some(Rect::new(left, top, right - left, bottom - top))
    }
}

/// An upright rectangle in millimetres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Rect {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

impl Rect {
    /// Left, top, width, height.
    pub const fn new(x: f32, y: f32, width: f32, height: f32) -> Self {
        Self { x, y, width, height }
    }

    /// The x of the right side.
    pub fn right(&self) -> f32 {
        self.x + self.width
    }

    /// The y of the lower side.
    pub fn bottom(&self) -> f32 {
        self.y + self.height
    }

    /// The same rectangle, smaller by `by` on every side.
    pub fn shrunk(&self, by: f32) -> Self {
        Self::new(self.x + by, self.y + by, self.width - 2.0 * by, self.height - 2.0 * by)
    }
}

/// The black cells of a grid as rectangles: neighbours in a row are joined, and equal runs of rows below each other.
pub fn joined(
    (columns, rows): (i32, i32),
    is_black: impl Fn(i32, i32) -> bool,
    (left, top): (f32, f32),
    step: f32,
) -> Vec<Rect> {
    let mut rects: Vec<Rect> = Vec::new();
    // The runs of the row above, as the places of their rectangles: an equal run makes one taller.
    let (mut above, mut here) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let start = column;
            while column < columns && is_black(column, row) {
                column += 1;
            }
            if column > start {
                let (x, width) = (left + start as f32 * step, (column - start) as f32 * step);
                let equal =
                    above.iter().copied().find(|&at: &usize| (rects[at].x, rects[at].width) == (x, width));
                let at = equal.unwrap_or_else(|| {
                    rects.push(Rect::new(x, top + row as f32 * step, width, 0.0));
                    rects.len() - 1
                });
                rects[at].height += step;
                here.push(at);
            }
            column += 1;
        }
        std::mem::swap(&mut above, &mut here);
        here.clear();
    }
    rects
}

/// Colour of glyphs. Printers here know black and paper only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    Black,
    /// Paper colour, for text on a black badge.
    White,
}

/// Glyphs of one font and size on one baseline.
#[derive(Debug, Clone, PartialEq)]
pub struct GlyphRun {
    pub font: FontId,
    pub size_pt: f32,
    /// Where the run starts on its baseline.
    pub x: f32,
    pub baseline: f32,
    pub ink: Ink,
    /// Extra stroke around each outline, in parts of the size; 0 for none. It stands in for
    /// a bold weight where the font has none.
    pub embolden_em: f32,
    pub glyphs: Vec<Glyph>,
    /// The characters behind the glyphs, so that a PDF can be searched and copied from.
    pub text: String,
}

/// One glyph of a run. Lengths are parts of the font size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    pub id: u16,
    pub advance_em: f32,
    pub dx_em: f32,
    /// Upwards is positive.
    pub dy_em: f32,
    /// The bytes of the run's text this glyph stands for.
    pub text_start: u32,
    pub text_end: u32,
}
