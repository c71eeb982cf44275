//! A template with the values of a sheet: its pages.

use crate::domain::print::Paper;
use crate::papers::canvas::{Align, Canvas, Style, line_height_mm};
use crate::papers::display::Rect;
use crate::papers::fit::Overflow;
use crate::papers::flow::{self, Flowed, Frame};
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::RowMaker;

use super::fields::Values;
use super::fields::{filled, names};
use super::flow::{list_sections, sections};
use super::{BoxKind, SheetValues, Side, Template, TemplateBox};

/// Pages one sheet may take; beyond it something is wrong with the data.
const MAX_PAGES: usize = 30;
const HAIR_MM: f32 = 0.25;

/// Longest list: more pages nobody carries through a warehouse.
const MAX_LIST_PAGES: usize = 1_000;

/// Lays out a sheet or a list. What flows goes on on further pages: those of a sheet have its position and number on top, those of
/// a list everything that stands around the flow.
pub fn lay_out(template: &Template, values: &Values, fonts: &Fonts) -> Flowed {
    let size_mm = template.size.size_mm();
    let area = template.boxes.iter().find(|one| one.kind == BoxKind::Flow);
    let mut maker = match values {
        Values::Sheet(_) => RowMaker::new(fonts),
        Values::List(_) => RowMaker::lenient(fonts),
    };
    let (frame, parts) = match area {
        Some(area) => {
            let (right_mm, bottom_mm) =
                (size_mm.0 - area.x_mm - area.width_mm, size_mm.1 - area.y_mm - area.height_mm);
            let frame = Frame { size_mm, left_mm: area.x_mm, right_mm, bottom_mm };
            let parts = match values {
                Values::Sheet(sheet) => sections(&mut maker, template.paper, area, sheet, area.height_mm),
                Values::List(list) => list_sections(&mut maker, area, list),
            };
            (frame, parts)
        }
        None => (Frame { size_mm, left_mm: 3.0, right_mm: 3.0, bottom_mm: 0.0 }, Vec::new()),
    };
    let top_mm = area.map_or(0.0, |area| area.y_mm);
    let header = |canvas: &mut Canvas, index: usize| match values {
        Values::Sheet(sheet) if index > 0 => continuation(canvas, template, &frame, values, sheet, index),
        _ => top_mm,
    };
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        if index == 0 || matches!(values, Values::List(_)) {
            let page = if pages > 1 { format!("{} / {pages}", index + 1) } else { String::new() };
            fixed(canvas, template, values, &page);
        }
    };
    let mut flowed = flow::flow(fonts, &frame, parts, &header, &footer);
    let mut problems = maker.problems;
    problems.append(&mut flowed.problems);
    let limit = match values {
        Values::Sheet(sheet) => {
            problems.extend(required(template.paper, sheet));
            MAX_PAGES
        }
        Values::List(list) => {
            if list.parcels() == 0 {
                problems.push(Problem::empty("parcels"));
            }
            MAX_LIST_PAGES
        }
    };
    let limit = if template.fill_only { 1 } else { limit };
    if flowed.pages.len() > limit {
        problems.push(Problem::too_many_pages("flow", flowed.pages.len(), limit));
    }
    for page in &mut flowed.pages {
        page.shift(template.offset_x_mm, template.offset_y_mm);
    }
    Flowed { pages: flowed.pages, problems }
}

/// What a paper is no use without.
fn required(paper: Paper, values: &SheetValues) -> Vec<Problem> {
    let (recipient, sender) = (values.recipient, values.sender);
    let fields: &[(&str, &str)] = match paper {
        Paper::Waybill => &[
            ("carrier_name", values.carrier_name),
            ("number", values.number),
            ("recipient.name", &recipient.name),
            ("recipient.phone", &recipient.phone),
            ("recipient.detail", &recipient.detail),
        ],
        Paper::ReturnLabel => &[("sender.address", &sender.address)],
        _ => &[],
    };
    let empty = fields.iter().filter(|(_, value)| value.trim().is_empty());
    let mut problems: Vec<Problem> = empty.map(|(field, _)| Problem::empty(field)).collect();
    if matches!(paper, Paper::DeliveryNote | Paper::PackingList) && values.items.is_empty() {
        problems.push(Problem::empty("items"));
    }
    problems
}

/// Every box but the flow.
fn fixed(canvas: &mut Canvas, template: &Template, values: &Values, page: &str) {
    for (one, number) in template.boxes.iter().zip(1..) {
        if template.fill_only && one.is_fixed() {
            continue;
        }
        let area = Rect::new(one.x_mm, one.y_mm, one.width_mm, one.height_mm);
        match one.kind {
            BoxKind::Flow => {}
            BoxKind::Line => canvas.black(area),
            BoxKind::Frame => frame(canvas, area),
            // A picture that cannot be drawn was refused when the template was saved.
            BoxKind::Picture => {
                let drawn = one.picture.as_ref().and_then(|picture| picture.drawn(area).ok());
                canvas.page.rects.extend(drawn.into_iter().flatten());
            }
            BoxKind::Text | BoxKind::Badge | BoxKind::Barcode | BoxKind::Qr => {
                let value = filled(&one.text, values, page);
                // An empty number is reported by what the paper requires; a code that is not there is no code.
                if !value.is_empty() {
                    words(canvas, one, &name(one, number), area, &value, template.fill_only);
                }
            }
        }
    }
}

/// What problems call a box: its number in the editor, and the field it shows.
fn name(one: &TemplateBox, number: usize) -> String {
    match names(&one.text).next() {
        Some(field) => format!("box {number}, {field}"),
        None => format!("box {number}"),
    }
}

fn words(canvas: &mut Canvas, one: &TemplateBox, field: &str, area: Rect, value: &str, fill_only: bool) {
    let align = match one.side {
        Side::Left => Align::Left,
        Side::Center => Align::Center,
        Side::Right => Align::Right,
    };
    let style = match one.wraps {
        true => Style::block(one.size_pt, one.min_pt),
        false => Style::line(one.size_pt, one.min_pt),
    };
    let style = if one.bold { style.bold() } else { style }.align(align);
    match one.kind {
        BoxKind::Barcode => canvas.code128(field, area, value),
        BoxKind::Qr => canvas.qr(field, area, value),
        // A form has its black already.
        BoxKind::Badge if !fill_only => canvas.badge(field, area, value, style),
        _ => {
            canvas.text(field, area, value, style);
        }
    }
}

fn frame(canvas: &mut Canvas, Rect { x, y, width, height }: Rect) {
    canvas.black(Rect::new(x, y, width, HAIR_MM));
    canvas.black(Rect::new(x, y + height - HAIR_MM, width, HAIR_MM));
    canvas.black(Rect::new(x, y, HAIR_MM, height));
    canvas.black(Rect::new(x + width - HAIR_MM, y, HAIR_MM, height));
}

/// Top of a further page: which sheet it belongs to, and nothing to scan.
fn continuation(
    canvas: &mut Canvas,
    template: &Template,
    frame: &Frame,
    values: &Values,
    sheet: &SheetValues,
    index: usize,
) -> f32 {
    let (left, width, top) = (frame.left_mm, frame.width_mm(), 3.0);
    let text = match template.paper {
        Paper::Waybill | Paper::ReturnLabel => "续页  不贴包裹   CONTINUED, NOT A LABEL".to_owned(),
        _ => format!("续页 Page {}", index + 1),
    };
    canvas.badge("label", Rect::new(left, top, width, 6.0), &text, Style::line(11.0, 6.0).bold());
    let line = line_height_mm(14.0);
    let position = filled("{position}  {reprint}", values, "");
    let area = Rect::new(left, top + 7.0, width * 0.5, line);
    canvas.text("stamp.position", area, &position, Style::line(14.0, 7.0).bold());
    let area = Rect::new(left + width * 0.5, top + 7.0, width * 0.5, line);
    canvas.text("number", area, sheet.number, Style::line(14.0, 7.0).bold().align(Align::Right));
    let name = Rect::new(left, area.bottom(), width, line_height_mm(11.0));
    canvas.text("recipient.name", name, &sheet.recipient.name, Style::line(11.0, 6.0));
    let bottom = name.bottom() + 0.5;
    canvas.rule(left, bottom, width);
    if bottom + line > frame.limit_mm() {
        let overflow = Overflow { needed_mm: bottom + line, has_mm: frame.limit_mm() };
        canvas.problems.push(Problem::overflow("flow", "", overflow));
    }
    bottom + HAIR_MM
}
