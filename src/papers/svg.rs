//! Display list to SVG, for previews in the browser: the very outlines that print.
//!
//! One unit is one millimetre. Each glyph stands once in the picture and is used where it is needed. Nothing in it comes from
//! outside but numbers, so no value can become markup.

use std::collections::BTreeMap;
use std::fmt::Write;

use rustybuzz::ttf_parser::{GlyphId, OutlineBuilder};

use crate::papers::display::{Ink, Page, Rect};
use crate::papers::font::Fonts;
use crate::papers::text::MM_PER_PT;

/// The page as an `svg` element.
pub fn svg(page: &Page, fonts: &Fonts) -> String {
    let mut out = String::new();
    let (width, height) = (page.width_mm, page.height_mm);
    put(
        &mut out,
        format_args!("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\">"),
    );
    let mut outlines: BTreeMap<(u8, u16), String> = BTreeMap::new();
    for run in &page.runs {
        for glyph in &run.glyphs {
            let key = (run.font.0, glyph.id);
            outlines.entry(key).or_insert_with(|| {
                let mut outline = Outline(String::new());
                fonts.get(run.font).face.outline_glyph(GlyphId(glyph.id), &mut outline);
                outline.0
            });
        }
    }
    out.push_str("<defs>");
    for ((font, glyph), path) in &outlines {
        put(&mut out, format_args!("<path id=\"g{font}-{glyph}\" d=\"{path}\"/>"));
    }
    put(
        &mut out,
        format_args!("</defs><rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/><path d=\""),
    );
    for Rect { x, y, width, height } in
        page.rects.iter().chain(page.modules.iter().flat_map(|modules| &modules.bars))
    {
        put(&mut out, format_args!("M{x:.3} {y:.3}h{width:.3}v{height:.3}h-{width:.3}z"));
    }
    out.push_str("\"/>");
    for run in &page.runs {
        let em = run.size_pt * MM_PER_PT;
        let scale = em / fonts.get(run.font).units_per_em;
        let ink = if run.ink == Ink::Black { "#000" } else { "#fff" };
        put(&mut out, format_args!("<g fill=\"{ink}\""));
        if run.embolden_em > 0.0 {
            let stroke = run.embolden_em * fonts.get(run.font).units_per_em;
            put(&mut out, format_args!(" stroke=\"{ink}\" stroke-width=\"{stroke:.1}\""));
        }
        out.push('>');
        let mut x = run.x;
        for glyph in &run.glyphs {
            let (left, base) = (x + glyph.dx_em * em, run.baseline - glyph.dy_em * em);
            put(
                &mut out,
                format_args!(
                    "<use href=\"#g{}-{}\" transform=\"matrix({scale:.6} 0 0 -{scale:.6} {left:.3} {base:.3})\"/>",
                    run.font.0, glyph.id
                ),
            );
            x += glyph.advance_em * em;
        }
        out.push_str("</g>");
    }
    out.push_str("</svg>");
    out
}

fn put(out: &mut String, text: std::fmt::Arguments) {
    out.write_fmt(text).expect("memory takes what is written");
}

/// An outline as the data of a path, in font units, y upwards.
struct Outline(String);

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        put(&mut self.0, format_args!("M{x} {y}"));
    }
    fn line_to(&mut self, x: f32, y: f32) {
        put(&mut self.0, format_args!("L{x} {y}"));
    }
    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        put(&mut self.0, format_args!("Q{x1} {y1} {x} {y}"));
    }
    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        put(&mut self.0, format_args!("C{x1} {y1} {x2} {y2} {x} {y}"));
    }
    fn close(&mut self) {
        self.0.push('z');
    }
}
