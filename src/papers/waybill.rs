//! The waybill label: what the carrier scans, what the packer reads.
//!
//! From top to bottom: carrier and position, sorting code, barcode and number, recipient, sender,
//! then what flows: remarks, order numbers, items. Remarks are always complete: when they do not
//! fit, they continue on a further label that carries the same position and number but no
//! barcode, so that nobody ships with it. Items that do not fit are counted in one line that points to the
//! delivery note.

use crate::papers::canvas::{Align, Canvas, Style, line_height_mm};
use crate::papers::display::{DOT_MM, Rect};
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::{self, Column, Flowed, Frame, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::text::{MM_PER_PT, Overflow};
use crate::papers::values::{ItemText, PaperSize, WaybillSheet};

/// Sizes of one kind of label stock, in millimetres and points.
#[derive(Clone, Copy)]
struct Form {
    frame: Frame,
    header_mm: f32,
    sort_code_mm: f32,
    bars_mm: f32,
    carrier_pt: f32,
    position_pt: f32,
    sort_code_pt: f32,
    number_pt: f32,
    name_pt: f32,
    address_pt: f32,
    qr_mm: f32,
}

/// Smallest sizes a packer reads at arm's length, in points.
const MIN_POSITION_PT: f32 = 16.0;
const MIN_NAME_PT: f32 = 12.0;
const MIN_ADDRESS_PT: f32 = 11.0;
const MAX_ADDRESS_LINES: f32 = 7.0;

impl Form {
    fn of(size: PaperSize) -> Self {
        let size_mm = size.size_mm();
        if size_mm.0 < 90.0 {
            Self {
                frame: Frame { size_mm, left_mm: 2.5, bottom_mm: 14.5 },
                header_mm: 9.5,
                sort_code_mm: 10.0,
                bars_mm: 13.0,
                carrier_pt: 13.0,
                position_pt: 22.0,
                sort_code_pt: 24.0,
                number_pt: 14.0,
                name_pt: 13.0,
                address_pt: 12.0,
                qr_mm: 12.5,
            }
        } else {
            Self {
                frame: Frame { size_mm, left_mm: 3.0, bottom_mm: 15.0 },
                header_mm: 10.5,
                sort_code_mm: 12.0,
                bars_mm: 15.0,
                carrier_pt: 17.0,
                position_pt: 28.0,
                sort_code_pt: 32.0,
                number_pt: 17.0,
                name_pt: 16.0,
                address_pt: 13.0,
                qr_mm: 13.0,
            }
        }
    }

    /// The same stock with everything as small as it may get, for long addresses and many remarks.
    fn tight(self) -> Self {
        Self {
            header_mm: 8.5,
            sort_code_mm: 8.0,
            bars_mm: 11.0,
            position_pt: 22.0,
            sort_code_pt: 20.0,
            number_pt: 13.0,
            name_pt: MIN_NAME_PT,
            address_pt: MIN_ADDRESS_PT,
            ..self
        }
    }
}

/// Pages one label may take with its continuations; beyond it, something is wrong with the data.
const MAX_PAGES: usize = 8;

/// Lays out one waybill; the first page is the label, further ones continue its remarks.
pub fn lay_out(sheet: &WaybillSheet, size: PaperSize, fonts: &Fonts) -> Flowed {
    let Chosen { form, body, items_elsewhere, mut problems } = choose(sheet, size, fonts);
    let header = |canvas: &mut Canvas, index: usize| {
        if index == 0 { label(canvas, &form, sheet) } else { continuation(canvas, &form, sheet) }
    };
    let footer = |canvas: &mut Canvas, index: usize, pages: usize| {
        foot(canvas, &form, sheet, items_elsewhere, (index, pages))
    };
    let mut flowed = rows::flow(fonts, &form.frame, body, &header, &footer);
    problems.append(&mut flowed.problems);
    problems.extend(required(sheet));
    if flowed.pages.len() > MAX_PAGES {
        problems.push(Problem::too_many_pages("remarks", flowed.pages.len(), MAX_PAGES));
    }
    Flowed { pages: flowed.pages, problems }
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

/// How a sheet is laid out.
struct Chosen {
    form: Form,
    body: Vec<Section>,
    /// Not even the line that counts the items has room: the footer says where they are.
    items_elsewhere: bool,
    problems: Vec<Problem>,
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
            let made = Made::new(sheet, &form, fonts, *points);
            if made.height() <= room {
                return Chosen {
                    form,
                    body: made.sections(),
                    items_elsewhere: false,
                    problems: made.problems,
                };
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
    Chosen { form, body: made.sections(), items_elsewhere, problems: made.problems }
}

/// Points of remarks, items and order numbers, from comfortable to just readable.
const SIZES: [(f32, f32, f32); 3] = [(11.0, 9.5, 8.0), (10.0, 8.5, 7.5), (9.0, 7.5, 7.0)];

/// What flows below the fixed part.
struct Made {
    remarks: Section,
    orders: Section,
    items: Section,
    item_pt: f32,
    problems: Vec<Problem>,
}

impl Made {
    fn new(sheet: &WaybillSheet, form: &Form, fonts: &Fonts, sizes: (f32, f32, f32)) -> Self {
        let (remark_pt, item_pt, order_pt) = sizes;
        let (left, width) = (form.frame.left_mm, form.frame.width_mm());
        let mut maker = RowMaker::new(fonts);
        let remarks = shared::remarks(&mut maker, &sheet.remarks, Column::new(left, width, remark_pt));
        let orders =
            shared::order_numbers(&mut maker, &sheet.order_numbers, Column::new(left, width, order_pt));
        let items = items(&mut maker, sheet, form, item_pt);
        Self { remarks, orders, items, item_pt, problems: maker.problems }
    }

    fn height(&self) -> f32 {
        self.remarks.height_mm() + self.orders.height_mm() + self.items.height_mm()
    }

    fn sections(&self) -> Vec<Section> {
        vec![self.remarks.clone(), self.orders.clone(), self.items.clone()]
    }

    /// Keeps the items that fit and counts the others in one line; none at all when not even
    /// the line fits.
    fn summarise(&mut self, sheet: &WaybillSheet, form: &Form, room: f32, fonts: &Fonts) {
        let mut rows = std::mem::take(&mut self.items.rows);
        let heading = self.items.heading.take();
        let height = |rows: &[Row]| rows.iter().map(Row::height_mm).sum::<f32>();
        let heading_mm = heading.as_ref().map_or(0.0, Row::height_mm);
        while !rows.is_empty() && height(&rows) + heading_mm > room {
            rows.pop();
        }
        loop {
            let mut maker = RowMaker::new(fonts);
            let column = Column::new(form.frame.left_mm, form.frame.width_mm(), self.item_pt).bold();
            let cell = maker.cell("items", &summary(&sheet.items[rows.len()..], rows.is_empty()), column);
            let row = Row::new(vec![cell], shared::TIGHT_MM).ruled();
            if rows.is_empty() {
                if row.height_mm() <= room {
                    self.items.rows = vec![row];
                }
                return;
            }
            if height(&rows) + heading_mm + row.height_mm() <= room {
                rows.push(row);
                self.items = Section { lead: None, heading, rows };
                return;
            }
            rows.pop();
        }
    }
}

/// How many kinds and pieces are not listed, and where they are.
fn summary(others: &[ItemText], all: bool) -> String {
    let (kinds, pieces) = (others.len(), shared::pieces(others));
    let (zh, en) = if all { ("共", "") } else { ("另有", " more") };
    format!("{zh} {kinds} 种 {pieces} 件，见发货单  {kinds}{en} kinds: see delivery note")
}

fn items(maker: &mut RowMaker, sheet: &WaybillSheet, form: &Form, size_pt: f32) -> Section {
    let (left, width) = (form.frame.left_mm, form.frame.width_mm());
    let quantity = Column::new(left, 10.0, size_pt).bold();
    let text = Column::new(left + 11.0, width - 11.0, size_pt);
    let heading = maker.cell("label", "物品 Items", Column::new(left, width, 7.0));
    let rows = sheet.items.iter().enumerate().map(|(index, item)| {
        let count =
            maker.cell("items.quantity", &format!("{} ×", item.quantity), quantity.align(Align::Right));
        let words = maker.cell(&format!("items[{index}]"), &shared::item(item), text);
        Row::new(vec![count, words], shared::TIGHT_MM)
    });
    let rows = rows.collect();
    Section { heading: Some(Row::new(vec![heading], shared::TIGHT_MM).ruled()), rows, lead: None }
}
