//! The look that delivery notes and lists share: title, facts, footer with page numbers.

use crate::papers::canvas::{Align, Canvas, Style, line_height_mm};
use crate::papers::display::Rect;
use crate::papers::flow::Frame;
use crate::papers::shared;
use crate::papers::values::{PaperSize, Stamp};

/// Height of the footer with the margin below it.
const FOOTER_MM: f32 = 12.0;

/// The frame of a document page: margins of 12 mm on A4, 10 mm on A5, 4 mm on labels.
pub fn frame(size: PaperSize) -> Frame {
    let (left_mm, bottom_mm) = match size {
        PaperSize::A4 => (12.0, FOOTER_MM + 4.0),
        PaperSize::A5 => (10.0, FOOTER_MM + 2.0),
        _ => (4.0, 9.0),
    };
    Frame { size_mm: size.size_mm(), left_mm, right_mm: left_mm, bottom_mm }
}

/// Title left, something large right; returns the y below.
pub fn title(canvas: &mut Canvas, frame: &Frame, left: (&str, &str), right: (&str, &str)) -> f32 {
    let (top, height) = (frame.left_mm * 0.8, 10.0);
    let width = frame.width_mm();
    let split = width * 0.62;
    canvas.text(
        left.0,
        Rect::new(frame.left_mm, top, split - 2.0, height),
        left.1,
        Style::line(17.0, 9.0).bold(),
    );
    let area = Rect::new(frame.left_mm + split, top, width - split, height);
    canvas.text(right.0, area, right.1, Style::line(22.0, 14.0).bold().align(Align::Right));
    top + height
}

/// The paper's name and the run's serial number left, the reprint stamp right.
pub fn subtitle(canvas: &mut Canvas, frame: &Frame, y: f32, name: &str, stamp: &Stamp) -> f32 {
    let height = 6.0;
    let text = [name, &shared::serial(&stamp.serial)].join("   ");
    let badge_mm = 34.0;
    let reprint = shared::reprint(stamp);
    let width = frame.width_mm() - if reprint.is_some() { badge_mm + 2.0 } else { 0.0 };
    let area = Rect::new(frame.left_mm, y, width, height);
    canvas.text("stamp.serial", area, text.trim(), Style::line(11.0, 5.5).bold());
    if let Some(reprint) = reprint {
        let area = Rect::new(frame.left_mm + frame.width_mm() - badge_mm, y + 0.3, badge_mm, height - 0.8);
        canvas.badge("stamp.reprint", area, &reprint, Style::line(11.0, 8.0).bold());
    }
    rule(canvas, frame, y + height + 0.5)
}

/// Label and value pairs on one line, as small as needed; further lines at the smallest size.
pub fn facts(canvas: &mut Canvas, frame: &Frame, y: f32, field: &str, facts: &[(&str, &str)]) -> f32 {
    let parts = facts.iter().filter(|(_, value)| !value.trim().is_empty());
    let text =
        parts.map(|(label, value)| format!("{label} {}", value.trim())).collect::<Vec<_>>().join("     ");
    if text.is_empty() {
        return y;
    }
    let area = Rect::new(frame.left_mm, y + 0.8, frame.width_mm(), 3.0 * line_height_mm(8.0));
    let used = canvas.text(field, area, &text, Style { middle: false, ..Style::line(10.0, 8.0) });
    rule(canvas, frame, y + used + 1.6)
}

/// A rule across the page; returns the y below it.
pub fn rule(canvas: &mut Canvas, frame: &Frame, y: f32) -> f32 {
    canvas.rule(frame.left_mm, y, frame.width_mm());
    y + 0.25
}

/// When and by whom left, page x of y right.
pub fn footer(canvas: &mut Canvas, frame: &Frame, note: &str, index: usize, pages: usize) {
    let y = frame.limit_mm() + 1.5;
    canvas.rule(frame.left_mm, y, frame.width_mm());
    let (top, height) = (y + 0.5, 4.5);
    let width = frame.width_mm();
    let note_area = Rect::new(frame.left_mm, top, width * 0.55, height);
    canvas.text("printed_note", note_area, note, Style::line(8.0, 5.0));
    let page = format!("第 {} 页 / 共 {pages} 页   Page {} of {pages}", index + 1, index + 1);
    let page_area = Rect::new(frame.left_mm + width * 0.56, top, width * 0.44, height);
    canvas.text("label", page_area, &page, Style::line(8.5, 6.0).align(Align::Right));
}
