//! The largest size at which a text fits its box.
//!
//! A text shrinks to a stated minimum and no further; what does not fit then is an overflow, which the
//! caller reports. Nothing is cut.

use crate::papers::text::{Line, MM_PER_PT, ShapedText};

/// How a text may give way when its box is small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Get smaller first and take more lines only at the smallest size: names, numbers.
    ShrinkThenWrap,
    /// Take more lines first and get smaller when the box is full: addresses, remarks.
    WrapThenShrink,
}

/// A size and the lines that fit at it.
#[derive(Debug, Clone, PartialEq)]
pub struct Fitted {
    pub size_pt: f32,
    pub lines: Vec<Line>,
}

/// The box is too small even at the smallest size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overflow {
    pub needed_mm: f32,
    pub has_mm: f32,
}

const SIZE_STEP_PT: f32 = 0.5;

/// Finds the largest size from `max_pt` down to `min_pt` at which the text fits.
///
/// # Errors
/// `Overflow` with the height needed at the smallest size.
pub fn fit(
    text: &ShapedText,
    width_mm: f32,
    height_mm: f32,
    max_pt: f32,
    min_pt: f32,
    leading: f32,
    flow: Flow,
) -> Result<Fitted, Overflow> {
    let height_of = |lines: usize, size_pt: f32| lines as f32 * size_pt * leading * MM_PER_PT;
    let mut size_pt = max_pt;
    loop {
        let lines = text.lines(width_mm / (size_pt * MM_PER_PT));
        let at_minimum = size_pt <= min_pt;
        let one_line_wanted = flow == Flow::ShrinkThenWrap && !at_minimum;
        let needed_mm = height_of(lines.len(), size_pt);
        // Line boxes may touch the edge: half a tenth of a millimetre is rounding.
        if needed_mm <= height_mm + 0.05 && (lines.len() <= 1 || !one_line_wanted) {
            return Ok(Fitted { size_pt, lines });
        }
        if at_minimum {
            return Err(Overflow { needed_mm, has_mm: height_mm });
        }
        size_pt = (size_pt - SIZE_STEP_PT).max(min_pt);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test may panic")]
mod tests {
    use super::*;
    use crate::papers::font::{Fonts, Weight};

    #[test]
    fn names_shrink_before_they_wrap_and_addresses_wrap_before_they_shrink() {
        let fonts = Fonts::embedded();
        let text = fonts.shape("十个字的收件人名字啊", Weight::Regular);
        let width_mm = 10.0 * 10.0 * MM_PER_PT;
        let try_flow = |flow, height_mm| fit(&text, width_mm, height_mm, 14.0, 9.0, 1.2, flow);

        let name = try_flow(Flow::ShrinkThenWrap, 20.0).unwrap();
        assert_eq!((name.size_pt, name.lines.len()), (10.0, 1));
        let address = try_flow(Flow::WrapThenShrink, 20.0).unwrap();
        assert_eq!((address.size_pt, address.lines.len()), (14.0, 2));
        let overflow = try_flow(Flow::WrapThenShrink, 2.0).unwrap_err();
        assert!(overflow.needed_mm > overflow.has_mm);
    }
}
