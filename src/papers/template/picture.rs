//! Pictures of a template: one bit a dot, as thermal heads print them.
//!
//! Whoever sends a picture has turned it into black and white already, so no decoder of foreign files runs here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use crate::papers::display::{Rect, joined};

/// Dots of a side.
const MAX_SIDE: u32 = 600;
/// Rectangles a picture may come to on each sheet; a photograph has far more.
const MAX_RECTS: usize = 6_000;

/// A picture in black and white.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Picture {
    /// Dots across.
    pub width: u32,
    /// Dots down.
    pub height: u32,
    /// Base64 of its rows, each of whole bytes, the leftmost dot highest; 1 is black.
    pub bits: String,
}

impl Picture {
    /// Its rectangles, as large as fits into the box and in its middle.
    ///
    /// # Errors
    /// A sentence in English and in Chinese: the sizes do not fit the bits, or there is too much in it.
    pub fn drawn(&self, area: Rect) -> Result<Vec<Rect>, (String, String)> {
        let Self { width, height, .. } = *self;
        if !(1..=MAX_SIDE).contains(&width) || !(1..=MAX_SIDE).contains(&height) {
            return Err((
                format!("Its picture is {width} × {height} dots. Make it 1 to {MAX_SIDE} on each side."),
                format!("图片为 {width} × {height} 点,每边应为 1 至 {MAX_SIDE} 点。"),
            ));
        }
        let bytes_per_row = width.div_ceil(8) as usize;
        let bits = STANDARD.decode(&self.bits).unwrap_or_default();
        if bits.len() != bytes_per_row * height as usize {
            return Err((
                format!(
                    "The bits of its picture are not {bytes_per_row} bytes for each of {height} rows. Choose it again."
                ),
                "图片数据与尺寸不符,请重新选择。".to_owned(),
            ));
        }
        let step = (area.width / width as f32).min(area.height / height as f32);
        let left = area.x + (area.width - width as f32 * step) / 2.0;
        let top = area.y + (area.height - height as f32 * step) / 2.0;
        let is_black =
            |x: i32, y: i32| bits[y as usize * bytes_per_row + x as usize / 8] & (0x80 >> (x % 8)) != 0;
        let rects = joined((width as i32, height as i32), is_black, (left, top), step);
        if rects.len() > MAX_RECTS {
            return Err((
                "There is too much in its picture for every sheet. Take a plain logo, or a smaller one."
                    .to_owned(),
                "图片过于复杂,请使用简单的标志或缩小。".to_owned(),
            ));
        }
        Ok(rects)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;

    #[test]
    fn a_picture_fills_its_box_and_nonsense_is_named() {
        let area = Rect::new(10.0, 10.0, 20.0, 10.0);
        // Two rows of nine dots: the left one black in both, the right one in the second.
        let bits = STANDARD.encode([0x80, 0x00, 0x80, 0x80]);
        let picture = Picture { width: 9, height: 2, bits };
        let rects = picture.drawn(area).unwrap();
        assert_eq!(rects.len(), 2);
        assert!((rects[0].x - 10.0).abs() < 0.01 && (rects[0].height - 2.0 * rects[0].width).abs() < 0.01);
        assert!((rects[1].right() - 30.0).abs() < 0.01);

        for (width, height, bits) in
            [(0, 1, String::new()), (601, 1, String::new()), (9, 2, "gA==".to_owned())]
        {
            assert!(Picture { width, height, bits }.drawn(area).is_err(), "{width} {height}");
        }
        let noise: Vec<u8> = (0..600 * 75).map(|at| if (at / 75) % 2 == 0 { 0xAA } else { 0x55 }).collect();
        let noise = Picture { width: 600, height: 600, bits: STANDARD.encode(noise) };
        assert!(noise.drawn(area).unwrap_err().0.contains("too much"));
    }
}
