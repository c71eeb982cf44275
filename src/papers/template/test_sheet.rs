//! A sheet to find the offsets of a form with: crosses and rulers in millimetres.

use crate::papers::canvas::{Align, Canvas, Style};
use crate::papers::display::{Page, Rect};
use crate::papers::font::Fonts;

use super::Template;

const HAIR_MM: f32 = 0.25;
/// From the edges to the crosses.
const INSET_MM: f32 = 10.0;

/// Rulers along two sides, crosses ten millimetres from each corner and in the middle, and the template's boxes as frames;
/// all moved by its offset, as the template will be.
pub fn test_sheet(template: &Template, fonts: &Fonts) -> Page {
    let (width, height) = template.size.size_mm();
    let mut canvas = Canvas::new(fonts, (width, height));
    for at in 1..width as usize {
        canvas.black(Rect::new(at as f32, 0.0, HAIR_MM / 2.0, tick(at)));
        if at % 10 == 0 {
            let area = Rect::new(at as f32 - 5.0, 4.2, 10.0, 3.0);
            canvas.text("label", area, &at.to_string(), Style::line(6.0, 5.0).align(Align::Center));
        }
    }
    for at in 1..height as usize {
        canvas.black(Rect::new(0.0, at as f32, tick(at), HAIR_MM / 2.0));
        if at % 10 == 0 {
            let area = Rect::new(4.4, at as f32 - 1.5, 8.0, 3.0);
            canvas.text("label", area, &at.to_string(), Style::line(6.0, 5.0));
        }
    }
    let (right, bottom) = (width - INSET_MM, height - INSET_MM);
    let middle = (width / 2.0, height / 2.0);
    for (x, y) in [(INSET_MM, INSET_MM), (right, INSET_MM), (INSET_MM, bottom), (right, bottom), middle] {
        canvas.black(Rect::new(x - 4.0, y - HAIR_MM / 2.0, 8.0, HAIR_MM));
        canvas.black(Rect::new(x - HAIR_MM / 2.0, y - 4.0, HAIR_MM, 8.0));
    }
    for one in &template.boxes {
        let Rect { x, y, width, height } = Rect::new(one.x_mm, one.y_mm, one.width_mm, one.height_mm);
        for side in [
            Rect::new(x, y, width, HAIR_MM / 2.0),
            Rect::new(x, y + height, width, HAIR_MM / 2.0),
            Rect::new(x, y, HAIR_MM / 2.0, height),
            Rect::new(x + width, y, HAIR_MM / 2.0, height),
        ] {
            canvas.black(side);
        }
    }
    let words = format!(
        "{} × {} mm   X {} mm   Y {} mm\n左边第一个十字距左、上边各 10 毫米。The first cross stands 10 mm from left and top: \
         add what it lacks to X and Y.",
        width, height, template.offset_x_mm, template.offset_y_mm
    );
    let area = Rect::new(INSET_MM + 5.0, height / 2.0 + 6.0, width - 2.0 * INSET_MM - 5.0, 24.0);
    canvas.text("label", area, &words, Style::block(9.0, 5.0));
    canvas.page.shift(template.offset_x_mm, template.offset_y_mm);
    canvas.page
}

/// Length of a ruler's tick: longer at fives, longest at tens.
fn tick(at: usize) -> f32 {
    match at % 10 {
        0 => 4.0,
        5 => 3.0,
        _ => 1.8,
    }
}
