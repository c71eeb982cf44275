//! Text to glyphs: choosing fonts, shaping, breaking into lines.
//!
//! A text is shaped once, in parts of the font size; trying another size or width only adds up
//! numbers. Chinese breaks between any two characters except where punctuation forbids it,
//! Latin at spaces, a word wider than the line after hyphens and slashes, else anywhere. Right-to-left
//! text is shaped and shown as such word by word; lines as a whole run from left to right.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use rustybuzz::{Direction, UnicodeBuffer, script, ttf_parser};

use crate::papers::breaking::{Break, Kind, break_between};
use crate::papers::clean::clean;
use crate::papers::display::Glyph;
use crate::papers::font::{FontId, Fonts, LoadedFont, Weight, advance_of};

/// Millimetres in a typographic point.
pub const MM_PER_PT: f32 = 25.4 / 72.0;

/// What may not be split: a character with its marks, or a ligature.
#[derive(Debug, Clone)]
struct Cluster {
    text: Range<usize>,
    glyphs: Range<usize>,
    font: FontId,
    advance_em: f32,
    kind: Kind,
    right_to_left: bool,
}

/// A cleaned and shaped text.
#[derive(Debug, Clone)]
pub struct ShapedText {
    text: String,
    clusters: Vec<Cluster>,
    glyphs: Vec<Glyph>,
    weight: Weight,
    /// Characters no font has, each once. They are left out of the glyphs, so a sheet with any
    /// must not be printed.
    pub missing: Vec<char>,
}

/// A line of a [`ShapedText`]: which clusters, and how wide in parts of the size.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    clusters: Range<usize>,
    pub width_em: f32,
}

/// Consecutive glyphs of a line that share a font, in the order they are drawn.
pub(crate) struct LineRun {
    pub font: FontId,
    pub start_em: f32,
    pub embolden_em: f32,
    pub glyphs: Vec<Glyph>,
    pub text: String,
}

/// So many shaped texts are kept: a few sheets' worth.
const KEPT_TEXTS: usize = 512;

/// Stroke that makes a regular outline look bold.
const EMBOLDEN_EM: f32 = 0.022;

impl Fonts {
    /// Cleans and shapes a text. Line feeds stay, other control characters do not.
    ///
    /// A sheet is measured before it is drawn, and a batch repeats its sender, goods and labels: what was
    /// shaped lately is kept, until [`Fonts::forget`].
    pub fn shape(&self, text: &str, weight: Weight) -> Arc<ShapedText> {
        if let Some(shaped) = self.kept().get(&(weight, Cow::Borrowed(text))) {
            return shaped.clone();
        }
        let shaped = Arc::new(self.shape_anew(text, weight));
        let mut kept = self.kept();
        if kept.len() >= KEPT_TEXTS {
            kept.clear();
        }
        kept.insert((weight, Cow::Owned(text.to_owned())), shaped.clone());
        shaped
    }

    fn shape_anew(&self, text: &str, weight: Weight) -> ShapedText {
        let mut shaped = ShapedText {
            text: clean(text),
            clusters: Vec::new(),
            glyphs: Vec::new(),
            weight,
            missing: Vec::new(),
        };
        let mut pending: Option<(FontId, Shaping, Range<usize>)> = None;
        let text = std::mem::take(&mut shaped.text);
        for (at, found) in text.char_indices() {
            let here = at..at + found.len_utf8();
            // A mark belongs to the letter before it, whichever font that came from.
            let previous = pending.as_ref().map(|(font, ..)| *font);
            let font = match previous {
                Some(font) if is_mark(found) && self.get(font).face.glyph_index(found).is_some() => {
                    Some(font)
                }
                _ if found == '\n' => Some(FontId(0)),
                _ => self.font_for(found, weight),
            };
            let Some(font) = font else {
                if !shaped.missing.contains(&found) {
                    shaped.missing.push(found);
                }
                continue;
            };
            let shaping = Shaping::of(found, pending.as_ref().map(|(_, shaping, _)| *shaping));
            match &mut pending {
                Some((with, how, range)) if *with == font && *how == shaping && range.end == here.start => {
                    range.end = here.end;
                }
                _ => {
                    if let Some((with, how, range)) = pending.replace((font, shaping, here)) {
                        self.shape_part(&mut shaped, &text, with, how, range);
                    }
                }
            }
        }
        if let Some((with, how, range)) = pending {
            self.shape_part(&mut shaped, &text, with, how, range);
        }
        shaped.text = text;
        shaped
    }

    fn shape_part(&self, out: &mut ShapedText, text: &str, id: FontId, how: Shaping, range: Range<usize>) {
        let font = self.get(id);
        if how == Shaping::PerCharacter {
            return shape_directly(out, text, id, font, range);
        }
        let mut buffer = UnicodeBuffer::new();
        for (at, found) in text[range.clone()].char_indices() {
            buffer.add(found, (range.start + at) as u32);
        }
        let shaped = if how == Shaping::Latin {
            buffer.set_direction(Direction::LeftToRight);
            buffer.set_script(script::LATIN);
            rustybuzz::shape_with_plan(&font.face, &font.latin_plan, buffer)
        } else {
            if how == Shaping::RightToLeft {
                buffer.set_direction(Direction::RightToLeft);
            }
            rustybuzz::shape(&font.face, &[], buffer)
        };
        let em = font.units_per_em;
        let mut glyphs: Vec<(u32, Glyph)> = shaped
            .glyph_infos()
            .iter()
            .zip(shaped.glyph_positions())
            .map(|(info, position)| {
                let glyph = Glyph {
                    id: u16::try_from(info.glyph_id).expect("OpenType glyph ids have 16 bits"),
                    advance_em: position.x_advance as f32 / em,
                    dx_em: position.x_offset as f32 / em,
                    dy_em: position.y_offset as f32 / em,
                    text_start: 0,
                    text_end: 0,
                };
                (info.cluster, glyph)
            })
            .collect();
        // Clusters are kept in the order of reading, the glyphs inside one in the order of drawing.
        glyphs.sort_by_key(|(cluster, _)| *cluster);
        let mut at = 0;
        while at < glyphs.len() {
            let start = glyphs[at].0;
            let count = glyphs[at..].iter().take_while(|(cluster, _)| *cluster == start).count();
            let end = glyphs.get(at + count).map_or(range.end, |(next, _)| *next as usize);
            // The character map promised a glyph; a font that breaks the promise in shaping counts as
            // one that lacks the character.
            if glyphs[at..at + count].iter().any(|(_, glyph)| glyph.id == 0) {
                let first = text[start as usize..end].chars().next();
                out.missing.extend(first.filter(|first| !out.missing.contains(first)));
            }
            out.push(
                text,
                start as usize..end,
                id,
                glyphs[at..at + count].iter().map(|(_, glyph)| *glyph),
                how,
            );
            at += count;
        }
    }
}

/// Ideographs and line feeds need no shaping: one glyph each, looked up by character.
fn shape_directly(out: &mut ShapedText, text: &str, id: FontId, font: &LoadedFont, range: Range<usize>) {
    for (at, found) in text[range.clone()].char_indices() {
        let start = range.start + at;
        let glyph = font.face.glyph_index(found).unwrap_or(ttf_parser::GlyphId(0));
        let advance_em = if found == '\n' { 0.0 } else { advance_of(font, glyph) / font.units_per_em };
        let glyph = Glyph { id: glyph.0, advance_em, dx_em: 0.0, dy_em: 0.0, text_start: 0, text_end: 0 };
        let glyphs = (found != '\n').then_some(glyph);
        out.push(text, start..start + found.len_utf8(), id, glyphs.into_iter(), Shaping::PerCharacter);
    }
}

impl ShapedText {
    fn push(
        &mut self,
        text: &str,
        range: Range<usize>,
        font: FontId,
        glyphs: impl Iterator<Item = Glyph>,
        how: Shaping,
    ) {
        let first = self.glyphs.len();
        self.glyphs.extend(glyphs);
        let glyphs = first..self.glyphs.len();
        let advance_em = self.glyphs[first..].iter().map(|glyph| glyph.advance_em).sum();
        let kind = text[range.clone()].chars().next().map_or(Kind::Letter, Kind::of);
        let right_to_left = how == Shaping::RightToLeft;
        self.clusters.push(Cluster { text: range, glyphs, font, advance_em, kind, right_to_left });
    }

    /// True when there is nothing to draw.
    pub fn is_blank(&self) -> bool {
        self.clusters.iter().all(|cluster| matches!(cluster.kind, Kind::Space | Kind::NewLine))
    }

    /// The text as one line, in parts of the size.
    pub fn width_em(&self) -> f32 {
        self.clusters.iter().map(|cluster| cluster.advance_em).sum()
    }

    /// Breaks the text into lines of at most `width_em`. A single character wider than that
    /// stands alone on its line.
    pub fn lines(&self, width_em: f32) -> Vec<Line> {
        let mut lines = Vec::new();
        let mut start = 0;
        while start < self.clusters.len() {
            let (end, next) = self.line_end(start, width_em);
            lines.push(Line { clusters: start..end, width_em: self.span(start..end) });
            start = next;
        }
        lines
    }

    fn span(&self, clusters: Range<usize>) -> f32 {
        self.clusters[clusters].iter().map(|cluster| cluster.advance_em).sum()
    }

    /// Where the line from `start` ends without its trailing blanks, and where the next one starts.
    fn line_end(&self, start: usize, width_em: f32) -> (usize, usize) {
        // Widths are sums of rounded parts: a text exactly as wide as its box has to fit.
        let limit = width_em + 0.001;
        let mut width = 0.0;
        let (mut last_break, mut last_joint) = (None, None);
        for at in start..self.clusters.len() {
            let cluster = &self.clusters[at];
            if cluster.kind == Kind::NewLine {
                return (self.without_blanks(start, at), at + 1);
            }
            if at > start {
                match break_between(self.clusters[at - 1].kind, cluster.kind) {
                    Break::Good => last_break = Some(at),
                    Break::Poor => last_joint = Some(at),
                    Break::None => {}
                }
            }
            width += cluster.advance_em;
            if width > limit && cluster.kind != Kind::Space && at > start {
                let cut = last_break.or(last_joint).unwrap_or(at);
                return (self.without_blanks(start, cut), cut);
            }
        }
        (self.without_blanks(start, self.clusters.len()), self.clusters.len())
    }

    fn without_blanks(&self, start: usize, end: usize) -> usize {
        let blanks = self.clusters[start..end].iter().rev().take_while(|cluster| cluster.kind == Kind::Space);
        end - blanks.count()
    }

    /// The runs of a line. Right-to-left words are turned into the order of drawing.
    pub(crate) fn runs(&self, line: &Line) -> Vec<LineRun> {
        let mut order: Vec<usize> = line.clusters.clone().collect();
        let mut at = 0;
        while at < order.len() {
            let count = order[at..].iter().take_while(|&&index| self.clusters[index].right_to_left).count();
            // Blanks behind the last word stay there, between it and what follows.
            let words =
                order[at..at + count].iter().rposition(|&index| self.clusters[index].kind != Kind::Space);
            order[at..at + words.map_or(0, |last| last + 1)].reverse();
            at += count.max(1);
        }
        let mut runs: Vec<LineRun> = Vec::new();
        let mut x_em = 0.0;
        for index in order {
            let cluster = &self.clusters[index];
            if cluster.glyphs.is_empty() {
                continue;
            }
            if runs.last().is_none_or(|run| run.font != cluster.font) {
                let bold_already = self.weight == Weight::Regular || Fonts::is_bold(cluster.font);
                let embolden_em = if bold_already { 0.0 } else { EMBOLDEN_EM };
                let (glyphs, text) = (Vec::new(), String::new());
                runs.push(LineRun { font: cluster.font, start_em: x_em, embolden_em, glyphs, text });
            }
            let run = runs.last_mut().expect("a run was pushed above");
            let text_start = run.text.len() as u32;
            run.text.push_str(&self.text[cluster.text.clone()]);
            let text_end = run.text.len() as u32;
            let placed = self.glyphs[cluster.glyphs.clone()].iter();
            run.glyphs.extend(placed.map(|glyph| Glyph { text_start, text_end, ..*glyph }));
            x_em += cluster.advance_em;
        }
        runs
    }
}

/// Which machinery a character needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shaping {
    PerCharacter,
    Latin,
    RightToLeft,
    /// Any other script: the shaper finds out.
    Other,
}

impl Shaping {
    fn of(found: char, before: Option<Self>) -> Self {
        match u32::from(found) {
            0x0A => Self::PerCharacter,
            // Blanks and marks follow what stands before them, so that they do not tear a word apart.
            0x20 | 0xA0 if before == Some(Self::RightToLeft) => Self::RightToLeft,
            _ if is_mark(found) => before.filter(|&how| how != Self::PerCharacter).unwrap_or(Self::Other),
            0x0590..=0x08FF | 0xFB1D..=0xFDFF | 0xFE70..=0xFEFF => Self::RightToLeft,
            0x0000..=0x02FF | 0x1E00..=0x1EFF | 0x2000..=0x2BFF => Self::Latin,
            0x2E80..=0xA4CF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF | 0x1F000..=0x3FFFF => {
                Self::PerCharacter
            }
            _ => Self::Other,
        }
    }
}

fn is_mark(found: char) -> bool {
    matches!(u32::from(found), 0x0300..=0x036F | 0x0591..=0x05BD | 0x064B..=0x065F | 0x0670 | 0x1AB0..=0x1AFF
        | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0x3099..=0x309A | 0xFE20..=0xFE2F)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(text: &str, width_em: f32) -> Vec<String> {
        let fonts = Fonts::embedded();
        let shaped = fonts.shape(text, Weight::Regular);
        shaped
            .lines(width_em)
            .iter()
            .map(|line| shaped.runs(line).into_iter().map(|run| run.text).collect())
            .collect()
    }

    #[test]
    fn lines_break_where_readers_expect_it() {
        let cases: &[(&str, f32, &[&str])] = &[
            ("广东省深圳市南山区", 4.0, &["广东省深", "圳市南山", "区"]),
            ("广东省，深圳市", 3.0, &["广东", "省，深", "圳市"]),
            ("（北京）路", 3.0, &["（北", "京）路"]),
            ("Room 1203 Tower", 5.0, &["Room", "1203", "Tower"]),
            ("one\ntwo\n\nthree", 20.0, &["one", "two", "", "three"]),
            ("科技园A座1203", 4.5, &["科技园A", "座1203"]),
            ("编码 TEA-LJ-250", 6.0, &["编码", "TEA-LJ-250"]),
            ("TEA-LJ-250-XXL-RED", 6.0, &["TEA-LJ-250-", "XXL-RED"]),
            ("你好，Room 5", 4.5, &["你好，", "Room 5"]),
            ("", 5.0, &[]),
        ];
        for (text, width_em, expected) in cases {
            assert_eq!(broken(text, *width_em), *expected, "{text:?} in {width_em} em");
        }
    }

    #[test]
    fn a_word_wider_than_the_line_breaks_anywhere_and_loses_nothing() {
        let number = "240613-998877665544332211ABCDEFGHIJKLMN";
        let lines = broken(number, 6.0);
        assert!(lines.len() > 3);
        assert_eq!(lines.concat(), number);
    }

    #[test]
    fn characters_no_font_has_are_named_once() {
        let shaped = Fonts::embedded().shape("한A한ب龑㛃䶮𠮷😀", Weight::Bold);
        assert_eq!(shaped.missing, ['한', 'ب']);
    }

    #[test]
    fn marks_stay_with_their_letter() {
        let lines = broken("e\u{301}e\u{301}e\u{301}", 0.6);
        assert_eq!(lines, ["e\u{301}", "e\u{301}", "e\u{301}"]);
    }
}
