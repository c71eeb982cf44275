//! Display list to dots: what a thermal head burns.
//!
//! Bars stand on whole dots and keep their module's whole number of dots at any head, so no bar needs
//! correction; glyphs are filled where their outline covers enough of a dot. The masks of glyphs
//! are kept, for a batch of labels shows the same few hundred.

use std::collections::HashMap;

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};
use serde::{Deserialize, Serialize};

use crate::papers::display::{GlyphRun, Ink, Modules, Page, Rect};
use crate::papers::font::{FontId, Fonts};
use crate::papers::text::MM_PER_PT;

/// Resolution of a print head. The dots of a millimetre belong to the printer, not to the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Head {
    /// 8 dots a millimetre.
    Dpi203,
    /// 300 dots an inch, 11.8 a millimetre.
    Dpi300,
}

impl Head {
    /// The head with so many dots per inch.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text {
            "203" => Ok(Self::Dpi203),
            "300" => Ok(Self::Dpi300),
            _ => Err(format!("{text:?} is no resolution of a head; write 203 or 300")),
        }
    }

    /// Dots per millimetre.
    pub fn dots_per_mm(self) -> f32 {
        match self {
            Self::Dpi203 => 8.0,
            Self::Dpi300 => 300.0 / 25.4,
        }
    }
}

/// A page in dots, one bit each, rows of whole bytes, 1 is black.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dots {
    pub width: usize,
    pub height: usize,
    pub bytes_per_row: usize,
    pub bits: Vec<u8>,
}

impl Dots {
    fn new(width: usize, height: usize) -> Self {
        let bytes_per_row = width.div_ceil(8);
        Self { width, height, bytes_per_row, bits: vec![0; bytes_per_row * height] }
    }

    /// The rows, top to bottom.
    pub fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.bits.chunks(self.bytes_per_row)
    }

    /// Whether a dot is black.
    pub fn is_black(&self, x: usize, y: usize) -> bool {
        self.bits[y * self.bytes_per_row + x / 8] & (0x80 >> (x % 8)) != 0
    }

    /// Blackens (or clears) a stretch of a row, clipped to the page.
    fn stretch(&mut self, y: i64, from: i64, to: i64, ink: Ink) {
        let Ok(y) = usize::try_from(y) else { return };
        if y >= self.height {
            return;
        }
        let clip = |x: i64| usize::try_from(x).unwrap_or(0).min(self.width);
        let (from, to) = (clip(from), clip(to));
        let row = y * self.bytes_per_row;
        let mut x = from;
        while x < to {
            let bits = (to - x).min(8 - x % 8);
            let mask = (0xff_u16 << (8 - bits)) as u8 >> (x % 8);
            match ink {
                Ink::Black => self.bits[row + x / 8] |= mask,
                Ink::White => self.bits[row + x / 8] &= !mask,
            }
            x += bits;
        }
    }
}

/// Draws pages for one head.
pub struct RasterWriter<'a> {
    fonts: &'a Fonts,
    dots_per_mm: f32,
    masks: HashMap<MaskKey, Mask>,
}

#[derive(PartialEq, Eq, Hash)]
struct MaskKey {
    font: FontId,
    glyph: u16,
    /// Size and stroke in dots, by their bits.
    size: u32,
    stroke: u32,
}

/// The black stretches of a glyph: row above the baseline, from, to.
type Mask = Vec<(i32, i32, i32)>;

/// How much of a dot an outline has to cover. Below a half, so that hairlines of small sizes survive.
const COVERED: f32 = 0.42;
/// So many masks are kept; a batch needs some hundred.
const KEPT_MASKS: usize = 20_000;

impl<'a> RasterWriter<'a> {
    /// A writer for this head.
    pub fn new(fonts: &'a Fonts, head: Head) -> Self {
        Self { fonts, dots_per_mm: head.dots_per_mm(), masks: HashMap::new() }
    }

    /// The page in dots.
    pub fn draw(&mut self, page: &Page) -> Dots {
        let dots = |mm: f32| (mm * self.dots_per_mm).round().max(0.0) as usize;
        let mut target = Dots::new(dots(page.width_mm), dots(page.height_mm));
        for rect in &page.rects {
            fill(&mut target, rect, self.dots_per_mm);
        }
        for modules in &page.modules {
            self.draw_modules(&mut target, modules);
        }
        for run in &page.runs {
            self.draw_run(&mut target, run);
        }
        target
    }

    /// Every module as the same whole number of dots, the pattern centred where the page has it.
    fn draw_modules(&self, target: &mut Dots, modules: &Modules) {
        // A quarter of a millimetre is 2.95 dots at 300 dpi: three of them are 1.6 percent wider, which the quiet zones
        // have; two would be finer than many scanners read.
        let step = (modules.module_mm * self.dots_per_mm + 0.06).floor().max(1.0);
        let Some(bounds) = modules.bounds() else { return };
        let count = |mm: f32| (mm / modules.module_mm).round();
        let left =
            ((bounds.x + bounds.width / 2.0) * self.dots_per_mm - count(bounds.width) * step / 2.0).round();
        let top = match modules.is_square {
            true => ((bounds.y + bounds.height / 2.0) * self.dots_per_mm - count(bounds.height) * step / 2.0)
                .round(),
            false => (bounds.y * self.dots_per_mm).round(),
        };
        for bar in &modules.bars {
            let from = left + count(bar.x - bounds.x) * step;
            let to = from + count(bar.width) * step;
            let (upper, lower) = match modules.is_square {
                true => {
                    let upper = top + count(bar.y - bounds.y) * step;
                    (upper, upper + count(bar.height) * step)
                }
                false => (top, top + (bar.height * self.dots_per_mm).round()),
            };
            for y in upper as i64..lower as i64 {
                target.stretch(y, from as i64, to as i64, Ink::Black);
            }
        }
    }

    fn draw_run(&mut self, target: &mut Dots, run: &GlyphRun) {
        let size = run.size_pt * MM_PER_PT * self.dots_per_mm;
        let baseline = (run.baseline * self.dots_per_mm).round() as i64;
        let mut x = run.x * self.dots_per_mm;
        for glyph in &run.glyphs {
            let left = (x + glyph.dx_em * size).round() as i64;
            let base = baseline - (glyph.dy_em * size).round() as i64;
            for &(row, from, to) in self.mask(run.font, glyph.id, size, run.embolden_em * size) {
                target.stretch(base - i64::from(row), left + i64::from(from), left + i64::from(to), run.ink);
            }
            x += glyph.advance_em * size;
        }
    }

    fn mask(&mut self, font: FontId, glyph: u16, size: f32, stroke: f32) -> &Mask {
        if self.masks.len() > KEPT_MASKS {
            self.masks.clear();
        }
        let key = MaskKey { font, glyph, size: size.to_bits(), stroke: stroke.to_bits() };
        let fonts = self.fonts;
        self.masks.entry(key).or_insert_with(|| mask(fonts, font, glyph, size, stroke))
    }
}

fn fill(target: &mut Dots, rect: &Rect, dots_per_mm: f32) {
    let edge = |mm: f32| (mm * dots_per_mm).round() as i64;
    for y in edge(rect.y)..edge(rect.bottom()).max(edge(rect.y) + 1) {
        target.stretch(y, edge(rect.x), edge(rect.right()).max(edge(rect.x) + 1), Ink::Black);
    }
}

/// The outline in dots, y downwards; a stroke around it is what the outline covers when it is moved by half the
/// stroke to each side.
fn mask(fonts: &Fonts, font: FontId, glyph: u16, size: f32, stroke: f32) -> Mask {
    let loaded = fonts.get(font);
    let scale = size / loaded.units_per_em;
    let mut outline = Outline { scale, lines: Vec::new(), at: point(0.0, 0.0), start: point(0.0, 0.0) };
    let Some(bounds) = loaded.face.outline_glyph(GlyphId(glyph), &mut outline) else { return Mask::new() };
    let half = stroke / 2.0;
    let left = (f32::from(bounds.x_min) * scale - half).floor() as i32 - 1;
    let top = (f32::from(bounds.y_max) * scale + half).ceil() as i32 + 1;
    let width = ((f32::from(bounds.x_max) * scale + half).ceil() as i32 + 1 - left).max(1) as usize;
    let height = (top - (f32::from(bounds.y_min) * scale - half).floor() as i32 + 1).max(1) as usize;
    let moves: &[(f32, f32)] =
        if half > 0.0 { &[(-half, 0.0), (half, 0.0), (0.0, -half), (0.0, half)] } else { &[(0.0, 0.0)] };
    let mut black = vec![false; width * height];
    for &(dx, dy) in moves {
        let mut raster = Rasterizer::new(width, height);
        for piece in &outline.lines {
            let place = |at: Point| point(at.x - left as f32 + dx, top as f32 - at.y + dy);
            match *piece {
                Piece::Line(a, b) => raster.draw_line(place(a), place(b)),
                Piece::Quad(a, b, c) => raster.draw_quad(place(a), place(b), place(c)),
                Piece::Cubic(a, b, c, d) => raster.draw_cubic(place(a), place(b), place(c), place(d)),
            }
        }
        raster.for_each_pixel(|at, covered| black[at] |= covered > COVERED);
    }
    let mut mask = Mask::new();
    for (row, dots) in black.chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let from = x;
            while x < width && dots[x] {
                x += 1;
            }
            if x > from {
                mask.push((top - row as i32, left + from as i32, left + x as i32));
            }
            x += 1;
        }
    }
    mask
}

enum Piece {
    Line(Point, Point),
    Quad(Point, Point, Point),
    Cubic(Point, Point, Point, Point),
}

/// Gathers an outline, scaled; y stays upwards.
struct Outline {
    scale: f32,
    lines: Vec<Piece>,
    at: Point,
    start: Point,
}

impl Outline {
    fn scaled(&self, x: f32, y: f32) -> Point {
        point(x * self.scale, y * self.scale)
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.at = self.scaled(x, y);
        self.start = self.at;
    }
    fn line_to(&mut self, x: f32, y: f32) {
        let to = self.scaled(x, y);
        self.lines.push(Piece::Line(self.at, to));
        self.at = to;
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, to) = (self.scaled(x1, y1), self.scaled(x, y));
        self.lines.push(Piece::Quad(self.at, control, to));
        self.at = to;
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, to) = (self.scaled(x1, y1), self.scaled(x2, y2), self.scaled(x, y));
        self.lines.push(Piece::Cubic(self.at, first, second, to));
        self.at = to;
    }
    fn close(&mut self) {
        self.lines.push(Piece::Line(self.at, self.start));
        self.at = self.start;
    }
}
