//! The waybill label: what the carrier scans, what the packer reads.
//!
//! From top to bottom: carrier and position, sorting code, barcode and number, recipient, sender,
//! then what flows: remarks, order numbers, items. Remarks are always complete: when they do not
//! fit, they continue on a further label that carries the same position and number but no
//! barcode, so that nobody ships with it. Items that do not fit are counted in one line that points
//! to the delivery note, unless there is a further label anyway.

use crate::papers::canvas::{Align, Canvas, Style, line_height_mm};
use crate::papers::display::{DOT_MM, Rect};
use crate::papers::fit::Overflow;
use crate::papers::flow::{self, Flowed};
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::shared;
use crate::papers::text::MM_PER_PT;
use crate::papers::values::{PaperSize, WaybillSheet};
use body::{Body, SIZES};
use form::{Form, MAX_ADDRESS_LINES, MIN_ADDRESS_PT, MIN_NAME_PT, MIN_POSITION_PT};

mod body;
mod form;

/// Pages one label may take with its continuations; beyond it, something is wrong with the data.
const MAX_PAGES: usize = 8;

/// Lays out one waybill; the first page is the label, further ones continue its remarks.
pub fn lay_out(sheet: &WaybillSheet, size: PaperSize, fonts: &Fonts) -> Flowed {
    let Chosen { form, mut body, items_elsewhere } = choose(sheet, size, fonts);
    let mut problems = std::mem::take(&mut body.problems);
    let header = |canvas: &mut Canvas, index: usize| {
        if index == 0 { label(canvas, &form, sheet) } else { continuation(canvas, &form, sheet) }
    };
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        foot(canvas, &form, sheet, items_elsewhere, (index, pages))
    };
    let mut flowed = flow::flow(fonts, &form.frame, body.into_sections(), &header, &footer);
    problems.append(&mut flowed.problems);
    problems.extend(required(sheet));
    if flowed.pages.len() > MAX_PAGES {
        problems.push(Problem::too_many_pages("remarks", flowed.pages.len(), MAX_PAGES));
    }
    Flowed { pages: flowed.pages, problems }
}

/// How a sheet is laid out.
struct Chosen {
    form: Form,
    body: Body,
    /// Not even the line that counts the items has room: the footer says where they are.
    items_elsewhere: bool,
}

/// The most comfortable form and sizes at which everything fits on one label; else the tightest.
fn choose(sheet: &WaybillSheet, size: PaperSize, fonts: &Fonts) -> Chosen {
    let forms = [(Form::of(size), &SIZES[..]), (Form::of(size).tight(), &SIZES[1..])];
    let mut last = None;
    for (form, sizes) in forms {
        // The header decides what is left; drawing it aside is the simplest measure of it.
        let mut aside = Canvas::new(fonts, form.frame.size_mm);
        let room = form.frame.limit_mm() - label(&mut aside, &form, sheet);
        for points in sizes {
            let made = Body::new(sheet, &form, fonts, *points);
            if made.height() <= room {
                return Chosen { form, body: made, items_elsewhere: false };
            }
            last = Some((form, made, room));
        }
    }
    let (form, mut made, room) = last.expect("every form has sizes");
    if room < 0.0 {
        let overflow = Overflow { needed_mm: form.frame.size_mm.1 - room, has_mm: form.frame.size_mm.1 };
        made.problems.push(Problem::overflow("recipient", &sheet.recipient.detail, overflow));
    }
    let room_for_items = room - made.remarks.height_mm() - made.orders.height_mm();
    if room_for_items >= 0.0 {
        made.summarise(sheet, &form, room_for_items, fonts);
    }
    let items_elsewhere = made.items.rows.is_empty() && !sheet.items.is_empty();
    Chosen { form, body: made, items_elsewhere }
}

fn required(sheet: &WaybillSheet) -> impl Iterator<Item = Problem> {
    let fields = [
        ("carrier_name", &sheet.carrier_name),
        ("recipient.name", &sheet.recipient.name),
        ("recipient.phone", &sheet.recipient.phone),
        ("recipient.detail", &sheet.recipient.detail),
    ];
    fields.into_iter().filter(|(_, value)| value.trim().is_empty()).map(|(field, _)| Problem::empty(field))
}

/// The fixed part of the label; returns where the flow starts.
fn label(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet) -> f32 {
    let mut y = head(canvas, form, sheet);
    if let Some(code) = sheet.sort_code.as_deref().filter(|code| !code.trim().is_empty()) {
        let area = full(form, y, form.sort_code_mm);
        let style = Style::line(form.sort_code_pt, 14.0).bold().align(Align::Center);
        canvas.text("sort_code", area, code, style);
        y = rule(canvas, form, y + form.sort_code_mm);
    }
    y = barcode(canvas, form, sheet, y);
    y = recipient(canvas, form, sheet, y);
    sender(canvas, form, sheet, y)
}

fn full(form: &Form, y: f32, height: f32) -> Rect {
    Rect::new(form.frame.left_mm, y, form.frame.width_mm(), height)
}

fn rule(canvas: &mut Canvas, form: &Form, y: f32) -> f32 {
    let y = (y / DOT_MM).round() * DOT_MM;
    canvas.rule(form.frame.left_mm, y, form.frame.width_mm());
    y + 0.25
}

/// Carrier left, position right, serial number and reprint stamp below.
fn head(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet) -> f32 {
    let top = form.frame.left_mm - 0.5;
    let (left, width) = (form.frame.left_mm, form.frame.width_mm());
    let split = width * 0.5;
    let carrier = Rect::new(left, top, split - 1.0, form.header_mm);
    canvas.text("carrier_name", carrier, &sheet.carrier_name, Style::line(form.carrier_pt, 7.5).bold());
    let position = Rect::new(left + split, top, width - split, form.header_mm);
    let style = Style::line(form.position_pt, MIN_POSITION_PT).bold().align(Align::Right);
    canvas.text("stamp.position", position, &shared::position(&sheet.stamp), style);

    let y = top + form.header_mm;
    let line = 5.0;
    canvas.text(
        "stamp.serial",
        Rect::new(left, y, width - 32.0, line),
        &shared::serial(&sheet.stamp.serial),
        Style::line(11.0, 8.0).bold(),
    );
    if let Some(stamp) = shared::reprint(&sheet.stamp) {
        let area = Rect::new(left + width - 31.0, y - 0.3, 31.0, line + 0.3);
        canvas.badge("stamp.reprint", area, &stamp, Style::line(10.5, 8.0).bold());
    }
    rule(canvas, form, y + line + 0.7)
}

/// Code 128 with its quiet zones over the number in large digits.
fn barcode(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet, y: f32) -> f32 {
    let width = form.frame.size_mm.0;
    // The quiet zone may use the margin of the label: nothing else stands there.
    canvas.code128("number", Rect::new(0.0, y + 1.75, width, form.bars_mm), sheet.number.trim());
    let text_top = y + 1.75 + form.bars_mm + 0.3;
    let text_mm = line_height_mm(form.number_pt);
    let style = Style::line(form.number_pt, 11.0).bold().align(Align::Center);
    canvas.text("number", full(form, text_top, text_mm), &sheet.number, style);
    rule(canvas, form, text_top + text_mm + 0.5)
}

fn recipient(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet, y: f32) -> f32 {
    let recipient = &sheet.recipient;
    let left = form.frame.left_mm;
    let indent = 10.0;
    let width = form.frame.width_mm() - indent;
    let top = y + 1.0;
    let line = line_height_mm(form.name_pt);
    let mark = Rect::new(left, top + 0.4, indent - 2.0, indent - 2.0);
    canvas.badge("label", mark, "收", Style::line(17.0, 17.0).bold());
    canvas.text("label", Rect::new(left, mark.bottom(), mark.width, 3.0), "TO", tiny().align(Align::Center));

    // Name and phone share a line when both can be large; else each has its own.
    let bold = Style::line(form.name_pt, MIN_NAME_PT).bold();
    let both = format!("{}   {}", recipient.name.trim(), recipient.phone.trim());
    let space = Rect::new(left + indent, top, width, 3.0 * line_height_mm(MIN_NAME_PT));
    let one = canvas.fonts.shape(&both, bold.weight);
    let fits = one.width_em() * MIN_NAME_PT * MM_PER_PT <= width;
    let mut at = top;
    if fits {
        let area = Rect::new(space.x, at, width, line);
        canvas.text("recipient.name", area, &both, bold);
        at += line;
    } else {
        for (field, value) in [("recipient.name", &recipient.name), ("recipient.phone", &recipient.phone)] {
            let area = Rect::new(space.x, at, width, space.height);
            at += canvas.text(field, area, value, Style { middle: false, ..bold });
        }
    }
    at += 0.6;
    let address_mm = line_height_mm(MIN_ADDRESS_PT) * MAX_ADDRESS_LINES;
    let style = Style::block(form.address_pt, MIN_ADDRESS_PT);
    let region = Rect::new(left + indent, at, width, 2.0 * line_height_mm(MIN_ADDRESS_PT));
    at += canvas.text("recipient.region", region, &recipient.region, style.bold());
    at += canvas.text(
        "recipient.detail",
        Rect::new(left + indent, at, width, address_mm),
        &recipient.detail,
        style,
    );
    rule(canvas, form, at.max(mark.bottom() + 3.2) + 0.8)
}

fn sender(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet, y: f32) -> f32 {
    let sender = &sheet.sender;
    let parts = [sender.name.trim(), sender.phone.trim(), sender.address.trim()];
    let text = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  ");
    if text.is_empty() {
        return y;
    }
    let left = form.frame.left_mm;
    let mark = Rect::new(left, y + 0.9, 4.2, 4.2);
    canvas.badge("label", mark, "寄", Style::line(9.0, 9.0).bold());
    canvas.text("label", Rect::new(mark.right() + 0.6, mark.y, 7.0, mark.height), "FROM", tiny());
    let area = Rect::new(left + 12.0, y + 1.1, form.frame.width_mm() - 12.0, 3.0 * line_height_mm(7.0));
    let used = canvas.text("sender", area, &text, Style { middle: false, ..Style::line(8.5, 7.0) });
    rule(canvas, form, (y + 1.1 + used).max(mark.bottom()) + 0.7)
}

fn tiny() -> Style {
    Style::line(6.5, 6.5)
}

/// Top of a label that only continues: position and number, but nothing to scan.
fn continuation(canvas: &mut Canvas, form: &Form, sheet: &WaybillSheet) -> f32 {
    let y = head(canvas, form, sheet);
    let area = full(form, y + 0.5, 6.0);
    canvas.badge("label", area, "续页  不贴包裹   CONTINUED, NOT A LABEL", Style::line(11.0, 8.0).bold());
    let number_mm = line_height_mm(form.number_pt);
    let number = full(form, area.bottom() + 0.8, number_mm);
    canvas.text("number", number, &sheet.number, Style::line(form.number_pt, 11.0).bold());
    let name = full(form, number.bottom(), 3.0 * line_height_mm(MIN_NAME_PT));
    let used =
        canvas.text("recipient.name", name, &sheet.recipient.name, Style::block(MIN_NAME_PT, 9.0).bold());
    rule(canvas, form, name.y + used + 0.8)
}

/// Pieces, print note, version and page left; the QR code of the parcel right.
fn foot(
    canvas: &mut Canvas,
    form: &Form,
    sheet: &WaybillSheet,
    items_elsewhere: bool,
    (index, pages): (usize, usize),
) {
    let frame = &form.frame;
    let y = rule(canvas, form, frame.limit_mm() + 0.25);
    let mut width = frame.width_mm();
    if let Some(code) = sheet.package_code.as_deref().filter(|code| !code.is_empty()) {
        width -= form.qr_mm + 1.0;
        let area = Rect::new(frame.size_mm.0 - form.qr_mm - 1.0, y + 0.2, form.qr_mm, form.qr_mm);
        canvas.qr("package_code", area, code);
    }
    let left = frame.left_mm;
    let mut pieces = format!("共 {} 件  {}", sheet.pieces, shared::counted(sheet.pieces, "piece", "pieces"));
    if items_elsewhere {
        pieces.push_str("  物品见发货单");
    }
    canvas.text("pieces", Rect::new(left, y + 0.3, width, 5.4), &pieces, Style::line(12.0, 8.0).bold());
    let version = shared::version(&sheet.data_hash());
    let mut lines = [String::new(), sheet.stamp.printed_note.trim().to_owned()];
    lines[0] = match &sheet.package_code {
        Some(code) => format!("包裹 Parcel {code}  {version}"),
        None => version,
    };
    if pages > 1 {
        lines[1] = format!("第 {} / {pages} 页  {}", index + 1, lines[1]);
    }
    for (row, text) in lines.iter().enumerate() {
        let area = Rect::new(left, y + 5.8 + 3.1 * row as f32, width, 3.1);
        canvas.text("stamp.printed_note", area, text, Style::line(7.0, 5.0));
    }
}
