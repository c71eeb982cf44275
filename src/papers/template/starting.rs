//! The templates to start from: the same papers as in code, as boxes.

use crate::domain::print::Paper;
use crate::papers::values::PaperSize;

use super::{BoxKind, Side, Template, TemplateBox};

/// The sizes a paper can be a template for, the usual one first.
pub fn sizes(paper: Paper) -> &'static [PaperSize] {
    use PaperSize::*;
    match paper {
        Paper::Waybill => &[Label100x150, Label76x130, Label100x180, Label4x6],
        Paper::DeliveryNote | Paper::PackingList => &[A5, A4, Label100x150, Label100x180, Label4x6],
        Paper::ReturnLabel => &[Label100x150, Label76x130, Label100x180, Label4x6],
        Paper::PickList | Paper::HandOverList => &[A4, A5, Label100x150, Label100x180, Label4x6],
    }
}

/// The template a seller's own starts from; `None` when the paper has none of this size.
pub fn starting(paper: Paper, size: PaperSize) -> Option<Template> {
    if !sizes(paper).contains(&size) {
        return None;
    }
    let (width, height) = size.size_mm();
    let boxes = match paper {
        Paper::Waybill => waybill(width, height),
        Paper::DeliveryNote => note(width, height, "发货单 Delivery note", NOTE_COLUMNS),
        Paper::PackingList => note(width, height, "装箱单 Packing list", PACKING_COLUMNS),
        Paper::ReturnLabel => return_label(width, height),
        Paper::PickList => list(width, height, PICK_LIST, PICK_COLUMNS),
        Paper::HandOverList => list(width, height, HAND_OVER_LIST, HAND_OVER_COLUMNS),
    };
    Some(Template { paper, size, fill_only: false, offset_x_mm: 0.0, offset_y_mm: 0.0, boxes })
}

const NOTE_COLUMNS: &str = "remarks\norders\ntable: number sku name variant quantity";
const PACKING_COLUMNS: &str = "remarks\ntable: tick shelf sku item quantity\norders";

const PICK_COLUMNS: &str =
    "picks: tick shelf sku item quantity positions by shelf\nshipments: position number items remarks";
const HAND_OVER_COLUMNS: &str = "parcels: position number city pieces weight tick\nsignatures";

/// Title, what stands large at its right, and the facts below.
type ListHead = (&'static str, &'static str, &'static str);

const PICK_LIST: ListHead = (
    "拣货单 Pick list",
    "{serial}",
    "仓库 Warehouse {warehouse}     包裹 Parcels {parcels}     种数 SKUs {kinds}     件数 Pieces {pieces}",
);
const HAND_OVER_LIST: ListHead = (
    "交接单 Hand-over list   {carrier}",
    "{day}",
    "仓库 Warehouse {warehouse}     批次 Run {serial}     包裹 Parcels {parcels}     件数 Pieces {pieces}",
);

type At = (f32, f32, f32, f32);

fn plain(kind: BoxKind, (x, y, width, height): At, text: &str) -> TemplateBox {
    TemplateBox { text: text.to_owned(), ..TemplateBox::new(kind, x, y, width, height) }
}

fn words(at: At, (size_pt, min_pt): (f32, f32), text: &str) -> TemplateBox {
    TemplateBox { size_pt, min_pt, ..plain(BoxKind::Text, at, text) }
}

fn badge(at: At, sizes: (f32, f32), text: &str) -> TemplateBox {
    TemplateBox { kind: BoxKind::Badge, bold: true, side: Side::Center, ..words(at, sizes, text) }
}

fn line(x: f32, y: f32, width: f32) -> TemplateBox {
    plain(BoxKind::Line, (x, y, width, 0.25), "")
}

impl TemplateBox {
    fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    fn to(self, side: Side) -> Self {
        Self { side, ..self }
    }

    fn wrapped(self) -> Self {
        Self { wraps: true, ..self }
    }
}

/// The label, from top to bottom as the one in code.
fn waybill(w: f32, h: f32) -> Vec<TemplateBox> {
    let wide = w > 90.0;
    let pick = |large: f32, small: f32| if wide { large } else { small };
    let left = pick(3.0, 2.5);
    let inner = w - 2.0 * left;
    let head = pick(10.5, 9.5);
    let mut boxes = vec![
        words((left, 2.5, inner * 0.5, head), (pick(17.0, 13.0), 7.5), "{carrier}").bold(),
        words((left + inner * 0.5, 2.5, inner * 0.5, head), (pick(28.0, 22.0), 14.0), "{position}")
            .bold()
            .to(Side::Right),
    ];
    let mut y = 2.5 + head;
    boxes.push(words((left, y, inner - 32.0, 5.0), (11.0, 8.0), "批次 Run {serial}").bold());
    boxes.push(badge((left + inner - 31.0, y, 31.0, 5.0), (10.5, 8.0), "{reprint}"));
    y += 5.75;
    boxes.push(line(left, y, inner));
    let code = pick(11.0, 8.5);
    boxes.push(
        words((left, y + 0.4, inner, code), (pick(30.0, 22.0), 12.0), "{sort_code}").bold().to(Side::Center),
    );
    y += code + 0.75;
    boxes.push(line(left, y, inner));
    let bars = pick(14.0, 12.0);
    boxes.push(plain(BoxKind::Barcode, (0.0, y + 1.5, w, bars), "{number}"));
    y += 1.5 + bars + 0.25;
    boxes.push(words((left, y, inner, 7.0), (pick(16.0, 13.0), 9.0), "{number}").bold().to(Side::Center));
    y += 7.25;
    boxes.push(line(left, y, inner));
    boxes.push(badge((left, y + 1.0, 8.0, 8.0), (17.0, 17.0), "收"));
    let name = pick(6.5, 10.5);
    let style = (pick(15.0, 12.0), pick(11.0, 10.0));
    boxes.push(
        words((left + 10.0, y + 0.75, inner - 10.0, name), style, "{recipient.name}   {recipient.phone}")
            .bold(),
    );
    y += 0.75 + name;
    let address = pick(19.0, 19.5);
    let style = (pick(12.5, 11.0), 9.5);
    boxes.push(
        words((left + 10.0, y, inner - 10.0, address), style, "{recipient.region} {recipient.detail}")
            .wrapped(),
    );
    y += address + 0.25;
    boxes.push(line(left, y, inner));
    boxes.push(badge((left, y + 0.9, 4.2, 4.2), (9.0, 9.0), "寄"));
    boxes.push(
        words(
            (left + 5.5, y + 0.75, inner - 5.5, 6.25),
            (8.0, 6.0),
            "{sender.name}  {sender.phone}  {sender.address}",
        )
        .wrapped(),
    );
    y += 7.25;
    boxes.push(line(left, y, inner));
    let foot = h - 15.0;
    let style = (pick(10.0, 9.0), 7.0);
    let flow = words((left, y + 0.5, inner, foot - y - 0.75), style, "remarks\norders\nitems");
    boxes.push(TemplateBox { kind: BoxKind::Flow, ..flow });
    boxes.push(line(left, foot, inner));
    boxes.push(words((left, foot + 0.25, inner - 14.0, 5.25), (12.0, 8.0), "共 {pieces} 件").bold());
    boxes.push(words(
        (left, foot + 5.75, inner - 14.0, 3.0),
        (7.0, 5.0),
        "包裹 Parcel {package_code}  {version}",
    ));
    boxes.push(words((left, foot + 9.0, inner - 14.0, 3.0), (7.0, 5.0), "{page}  {printed}"));
    boxes.push(plain(BoxKind::Qr, (w - 14.0, foot + 0.5, 13.0, 13.0), "{package_code}"));
    boxes
}

/// Delivery note and packing list: who, which parcel, what is inside.
fn note(w: f32, h: f32, title: &str, parts: &str) -> Vec<TemplateBox> {
    let is_label = w < 110.0;
    let left = if is_label {
        4.0
    } else if w < 180.0 {
        10.0
    } else {
        12.0
    };
    let inner = w - 2.0 * left;
    let top = left * 0.8;
    let mut boxes = vec![
        words((left, top, inner * 0.62, 10.0), (17.0, 9.0), "{shop}").bold(),
        words((left + inner * 0.62, top, inner * 0.38, 10.0), (22.0, 12.0), "{position}")
            .bold()
            .to(Side::Right),
        words((left, top + 10.0, inner - 34.0, 6.0), (11.0, 6.5), &format!("{title}   批次 Run {{serial}}"))
            .bold(),
        badge((left + inner - 33.0, top + 10.25, 33.0, 5.25), (11.0, 8.0), "{reprint}"),
        line(left, top + 16.5, inner),
    ];
    let mut y = top + 17.75;
    let half = if is_label { inner } else { inner * 0.54 };
    boxes.push(words((left, y, half, 6.5), (14.0, 9.0), "{recipient.name}  {recipient.phone}").bold());
    boxes.push(
        words((left, y + 7.0, half, 15.0), (11.0, 8.0), "{recipient.region} {recipient.detail}").wrapped(),
    );
    let (x, width) = if is_label { (left, inner) } else { (left + inner * 0.58, inner * 0.42) };
    if is_label {
        y += 22.5;
    }
    boxes.push(words((x, y, width, 5.0), (11.0, 7.0), "{carrier} {number}").bold().to(Side::Center));
    boxes.push(plain(BoxKind::Barcode, (x, y + 5.75, width, 10.0), "{number}"));
    y += if is_label { 16.75 } else { 23.0 };
    boxes.push(line(left, y, inner));
    let foot = h - if is_label { 6.0 } else { 12.0 };
    let style = if is_label { (9.0, 7.0) } else { (10.0, 8.0) };
    let flow = words((left, y + 0.75, inner, foot - y - 7.5), style, parts);
    boxes.push(TemplateBox { kind: BoxKind::Flow, ..flow });
    boxes.push(
        words((left, foot - 6.25, inner, 5.75), (11.0, 8.0), "合计 Total  {kinds} 种 kinds  {pieces} 件 pcs")
            .bold()
            .to(Side::Right),
    );
    boxes.push(line(left, foot - 0.25, inner));
    boxes.push(words((left, foot, inner * 0.6, 4.0), (7.5, 5.0), "{printed}  {version}"));
    boxes.push(words((left + inner * 0.6, foot, inner * 0.4, 4.0), (7.5, 5.0), "{page}").to(Side::Right));
    boxes
}

/// A list of many parcels: what stands around the flow is on every page.
fn list(w: f32, h: f32, (title, large, facts): ListHead, parts: &str) -> Vec<TemplateBox> {
    let is_label = w < 110.0;
    let left = match w {
        _ if is_label => 4.0,
        w if w < 180.0 => 10.0,
        _ => 12.0,
    };
    let (inner, top) = (w - 2.0 * left, left * 0.8);
    let (foot, facts_mm) = if is_label { (h - 6.0, 9.0) } else { (h - 12.0, 7.0) };
    let y = top + 11.0 + facts_mm;
    let style = if is_label { (7.5, 6.0) } else { (9.5, 7.5) };
    let flow = words((left, y + 0.5, inner, foot - y - 1.0), style, parts);
    vec![
        words((left, top, inner * 0.62 - 2.0, 10.0), (17.0, 8.0), title).bold(),
        words((left + inner * 0.62, top, inner * 0.38, 10.0), (20.0, 9.0), large).bold().to(Side::Right),
        line(left, top + 10.5, inner),
        words((left, top + 11.0, inner, facts_mm - 0.5), (10.0, 5.5), facts).wrapped(),
        line(left, y, inner),
        TemplateBox { kind: BoxKind::Flow, ..flow },
        line(left, foot - 0.25, inner),
        words((left, foot, inner * 0.7, 4.0), (7.5, 5.0), "{printed}"),
        words((left + inner * 0.7, foot, inner * 0.3, 4.0), (7.5, 5.0), "{page}").to(Side::Right),
    ]
}

/// From the buyer back to the seller. The buyer's address stands on the parcel's first label; here it would only travel once
/// more, so the sender is the buyer's name.
fn return_label(w: f32, h: f32) -> Vec<TemplateBox> {
    let left = 4.0;
    let inner = w - 2.0 * left;
    vec![
        badge((left, 4.0, inner, 12.0), (24.0, 14.0), "退货 RETURN"),
        words((left, 17.0, inner * 0.5, 6.0), (11.0, 7.0), "批次 Run {serial}").bold(),
        words((left + inner * 0.5, 17.0, inner * 0.5, 6.0), (14.0, 8.0), "{position}").bold().to(Side::Right),
        line(left, 23.5, inner),
        badge((left, 25.0, 9.0, 9.0), (18.0, 18.0), "收"),
        words((left + 11.0, 24.75, inner - 11.0, 10.5), (16.0, 10.0), "{sender.name}  {sender.phone}").bold(),
        words((left + 11.0, 36.0, inner - 11.0, 22.0), (14.0, 9.0), "{sender.address}").wrapped(),
        line(left, 59.0, inner),
        words((left, 60.0, inner, 6.0), (11.0, 7.0), "寄 From {recipient.name}"),
        words((left, 66.5, inner, 10.0), (9.0, 6.0), "订单 Orders {orders}").wrapped(),
        plain(BoxKind::Barcode, (0.0, 78.0, w, 15.0), "{package_code}"),
        words((left, 93.5, inner, 6.0), (13.0, 8.0), "{package_code}").bold().to(Side::Center),
        line(left, 100.5, inner),
        TemplateBox {
            kind: BoxKind::Flow,
            ..words((left, 101.25, inner, h - 101.25 - 11.0), (8.5, 7.0), "items")
        },
        badge((left, h - 10.5, 34.0, 5.25), (10.0, 7.0), "{reprint}"),
        words((left, h - 5.0, inner, 3.5), (6.5, 5.0), "{page}  {printed}  {version}"),
    ]
}
