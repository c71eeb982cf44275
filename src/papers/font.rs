//! The fonts of the papers: three inside the program, more from a folder if one is configured.
//!
//! Inside are subsets of Noto Sans CJK SC and Noto Emoji (SIL Open Font License, text in
//! `data/fonts/OFL.txt`, made by `scripts/make-fonts.sh`). The regular one covers GB 18030-2022
//! level 2 and beyond, so rare names such as 龑, 㛃, 䶮 and 𠮷 print. The bold one has digits and
//! Latin only; a bold Chinese character is the regular one with a stroke around it. The
//! emoji one is for buyers' messages: a smile in a remark must not keep a parcel back.
//!
//! The font is chosen per character, never per string, and a character that no font has is
//! reported instead of drawn: a box on a parcel is a wrong name.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use rustybuzz::{Direction, Face, ShapePlan, script, ttf_parser};

use crate::papers::text::ShapedText;

static REGULAR: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-Regular.otf");
static BOLD_LATIN: &[u8] = include_bytes!("../../data/fonts/NotoSansCJKsc-BoldLatin.otf");
static EMOJI: &[u8] = include_bytes!("../../data/fonts/NotoEmoji-Medium.ttf");

/// The licence of the fonts inside the program; it has to travel with it.
pub const FONT_LICENCE: &str = include_str!("../../data/fonts/OFL.txt");

/// A font of a [`Fonts`] set: its place in the order of preference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct FontId(pub u8);

/// Weight of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Weight {
    Regular,
    Bold,
}

/// Why a fallback font was left out or could not be read.
#[derive(Debug, thiserror::Error)]
pub enum FontError {
    /// The folder of the setting cannot be listed.
    #[error("font folder {folder:?} cannot be read: {cause}; correct the setting or the folder's rights")]
    Folder { folder: PathBuf, cause: std::io::Error },
    /// A file in it is no font we can use.
    #[error("font {file:?} cannot be used: {why}; replace it or take it out of the folder")]
    File { file: PathBuf, why: String },
    /// Glyph runs name their font with one byte.
    #[error("font folder {folder:?} has more than {limit} fonts; keep the few you need")]
    TooMany { folder: PathBuf, limit: usize },
}

pub(crate) struct LoadedFont {
    pub face: Face<'static>,
    /// Shaping of Latin text, prepared once: making a plan costs more than using it.
    pub latin_plan: ShapePlan,
    pub pdf: krilla::text::Font,
    pub units_per_em: f32,
}

impl LoadedFont {
    fn read(data: &'static [u8], index: u32) -> Result<Self, String> {
        let face = Face::from_slice(data, index).ok_or("it is no OpenType or TrueType font")?;
        let latin_plan = ShapePlan::new(&face, Direction::LeftToRight, Some(script::LATIN), None, &[]);
        let pdf = krilla::text::Font::new(data.into(), index).ok_or("a PDF cannot embed it")?;
        let units_per_em = face.units_per_em() as f32;
        Ok(Self { face, latin_plan, pdf, units_per_em })
    }
}

/// Fonts in their order of preference. Make one per process and share it.
pub struct Fonts {
    fonts: Vec<LoadedFont>,
    kept: Mutex<Kept>,
}

/// Texts as they were shaped lately.
type Kept = HashMap<(Weight, Cow<'static, str>), Arc<ShapedText>>;

/// Fonts a folder may add; those inside the program come on top.
const MAX_FALLBACKS: usize = 64;

impl Fonts {
    /// The fonts inside the program.
    pub fn embedded() -> Self {
        let read = |data| LoadedFont::read(data, 0).expect("the embedded fonts are checked by a test");
        Self { fonts: vec![read(REGULAR), read(BOLD_LATIN), read(EMOJI)], kept: Mutex::default() }
    }

    /// The fonts inside the program, read once: reading them takes longer than drawing a label.
    pub fn shared() -> &'static Self {
        static FONTS: OnceLock<Fonts> = OnceLock::new();
        FONTS.get_or_init(Self::embedded)
    }

    /// The fonts inside the program, then every `.otf`, `.ttf`, `.ttc` of a folder, by file name.
    ///
    /// The files are read once and stay in memory as long as the process: a print station
    /// needs them until it ends.
    ///
    /// # Errors
    /// When the folder cannot be listed, holds too many fonts, or holds a file that is no font.
    pub fn with_folder(folder: &Path) -> Result<Self, FontError> {
        let unreadable = |cause| FontError::Folder { folder: folder.to_owned(), cause };
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let ending = file.extension().and_then(|text| text.to_str()).unwrap_or("").to_ascii_lowercase();
            if ["otf", "ttf", "ttc"].contains(&ending.as_str()) {
                files.push(file);
            }
        }
        files.sort();
        if files.len() > MAX_FALLBACKS {
            return Err(FontError::TooMany { folder: folder.to_owned(), limit: MAX_FALLBACKS });
        }
        let mut all = Self::embedded();
        for file in files {
            let data = std::fs::read(&file)
                .map_err(|cause| FontError::File { file: file.clone(), why: cause.to_string() })?;
            let font = LoadedFont::read(Box::leak(data.into_boxed_slice()), 0)
                .map_err(|why| FontError::File { file: file.clone(), why })?;
            all.fonts.push(font);
        }
        Ok(all)
    }

    pub(crate) fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what was shaped: names and addresses stay in memory no longer than their paper takes.
    pub fn forget(&self) {
        *self.kept() = Kept::new();
    }

    pub(crate) fn get(&self, id: FontId) -> &LoadedFont {
        &self.fonts[usize::from(id.0)]
    }

    /// The first font that has the character, or none.
    pub(crate) fn font_for(&self, wanted: char, weight: Weight) -> Option<FontId> {
        let has = |index: usize| self.fonts[index].face.glyph_index(wanted).is_some_and(|glyph| glyph.0 != 0);
        let regular_first = [REGULAR_FONT, BOLD_FONT];
        let bold_first = [BOLD_FONT, REGULAR_FONT];
        let inside = if weight == Weight::Bold { bold_first } else { regular_first };
        inside
            .into_iter()
            .chain(inside.len()..self.fonts.len())
            .find(|&index| has(index))
            .map(|index| FontId(u8::try_from(index).expect("at most 67 fonts")))
    }

    /// True when the font is bold by itself and needs no stroke.
    pub(crate) fn is_bold(id: FontId) -> bool {
        usize::from(id.0) == BOLD_FONT
    }
}

const REGULAR_FONT: usize = 0;
const BOLD_FONT: usize = 1;

/// The advance of a glyph in font units.
pub(crate) fn advance_of(font: &LoadedFont, glyph: ttf_parser::GlyphId) -> f32 {
    f32::from(font.face.glyph_hor_advance(glyph).unwrap_or(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn rare_characters_of_names_are_inside_the_program() {
        let fonts = Fonts::embedded();
        for wanted in "喆犇龑㛃䶮𠮷鿏，。：（）①№☎→₫éđГд😀🙏🎁".chars() {
            assert!(fonts.font_for(wanted, Weight::Regular).is_some(), "{wanted} U+{:04X}", wanted as u32);
        }
        assert_eq!(fonts.font_for('A', Weight::Bold), Some(FontId(1)));
        assert_eq!(fonts.font_for('龑', Weight::Bold), Some(FontId(0)));
        assert_eq!(fonts.font_for('한', Weight::Regular), None);
    }

    #[test]
    fn a_folder_brings_more_fonts_and_names_the_file_that_is_none() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("a.otf"), BOLD_LATIN).unwrap();
        std::fs::write(folder.path().join("readme.txt"), "no font").unwrap();
        assert_eq!(Fonts::with_folder(folder.path()).unwrap().fonts.len(), 4);

        std::fs::write(folder.path().join("broken.ttf"), "no font").unwrap();
        let error = Fonts::with_folder(folder.path()).err().unwrap().to_string();
        assert!(error.contains("broken.ttf"), "{error}");
        assert!(Fonts::with_folder(&folder.path().join("missing")).is_err());
    }

    #[test]
    fn the_licence_travels_along() {
        assert!(FONT_LICENCE.contains("SIL OPEN FONT LICENSE Version 1.1"));
    }
}
