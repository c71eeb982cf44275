//! What flows in a template: one part a line, in the order in which it is printed.
//!
//! `table:` is followed by its columns; their widths are shares of the box that follow from what they hold.

use crate::papers::canvas::Align;
use crate::papers::font::Fonts;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::values::ItemText;

use super::{SheetValues, TemplateBox};

/// Parts of a flow and what pages call them.
pub const PARTS: &[(&str, &str, &str)] = &[
    ("remarks", "All remarks", "全部备注"),
    ("orders", "Order numbers by shop", "各店订单号"),
    ("items", "Items, counted when there is no room", "商品(放不下时合计)"),
    ("table: number sku name variant quantity", "Items as a table", "商品表格"),
];

/// A column of a table of items.
pub struct TableColumn {
    pub name: &'static str,
    /// Its heading.
    title: &'static str,
    field: &'static str,
    /// Share of the width.
    weight: f32,
    is_right: bool,
    is_bold: bool,
    text: fn(usize, &ItemText) -> String,
}

const fn column(
    name: &'static str,
    title: &'static str,
    field: &'static str,
    weight: f32,
    text: fn(usize, &ItemText) -> String,
) -> TableColumn {
    TableColumn { name, title, field, weight, is_right: false, is_bold: false, text }
}

/// Every column.
pub const COLUMNS: &[TableColumn] = &[
    column("tick", "", "label", 1.0, |_, _| "□".to_owned()),
    column("number", "序 No.", "items", 1.4, |index, _| (index + 1).to_string()),
    TableColumn {
        is_bold: true,
        ..column("shelf", "库位 Shelf", "items.location", 2.4, |_, item| item.location.clone())
    },
    column("sku", "编码 SKU", "items.sku", 3.6, |_, item| item.sku.clone()),
    column("name", "商品 Item", "items.name", 6.0, |_, item| item.name.clone()),
    column("variant", "规格 Variant", "items.variant", 3.4, |_, item| item.variant.clone()),
    column("item", "商品 Item", "items", 9.0, |_, item| shared::item(item)),
    TableColumn {
        is_right: true,
        is_bold: true,
        ..column("quantity", "数量 Qty", "items.quantity", 2.0, |_, item| item.quantity.to_string())
    },
];

/// A part that was understood.
pub(super) enum Part<'t> {
    Remarks,
    Orders,
    Items,
    Table(Vec<&'static TableColumn>),
    /// Not understood: the word.
    Unknown(&'t str),
}

/// The parts of a flow's text.
pub(super) fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(|line| match line {
        "remarks" => Part::Remarks,
        "orders" => Part::Orders,
        "items" => Part::Items,
        _ => match line.strip_prefix("table:") {
            Some(words) => table(words),
            None => Part::Unknown(line),
        },
    })
}

fn table(words: &str) -> Part<'_> {
    let mut columns = Vec::new();
    for word in words.split([' ', ',']).filter(|word| !word.is_empty()) {
        match COLUMNS.iter().find(|column| column.name == word) {
            Some(column) => columns.push(column),
            None => return Part::Unknown(word),
        }
    }
    if columns.is_empty() { Part::Unknown("table:") } else { Part::Table(columns) }
}

/// The sections of a flow, in its order, for a first page with so much room.
pub(super) fn sections(
    maker: &mut RowMaker,
    area: &TemplateBox,
    values: &SheetValues,
    room_mm: f32,
) -> Vec<Section> {
    let column = Column::new(area.x_mm, area.width_mm, area.size_pt);
    let mut sections = Vec::new();
    let mut counted = None;
    for part in parts(&area.text) {
        sections.push(match part {
            Part::Remarks => shared::remarks(maker, values.remarks, column),
            Part::Orders => {
                let small = Column { size_pt: area.min_pt, ..column };
                shared::order_numbers(maker, values.order_numbers, small)
            }
            Part::Items => {
                counted = Some(sections.len());
                items(maker, values.items, column)
            }
            Part::Table(columns) => goods(maker, &columns, values.items, column),
            Part::Unknown(_) => Section::default(),
        });
    }
    if let Some(at) = counted {
        let others: f32 =
            sections.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, s)| s.height_mm()).sum();
        // Where remarks go on on a further label, there is room for the items behind them.
        if others <= room_mm && others + sections[at].height_mm() > room_mm {
            let whole = std::mem::take(&mut sections[at]);
            sections[at] = shortened(whole, values.items, column, room_mm - others, maker.fonts);
        }
    }
    sections
}

/// Heights of a bold count and of the words behind it.
const COUNT_MM: f32 = 10.0;

fn items(maker: &mut RowMaker, items: &[ItemText], column: Column) -> Section {
    let quantity = Column { width_mm: COUNT_MM, ..column }.bold().align(Align::Right);
    let words =
        Column { x_mm: column.x_mm + COUNT_MM + 1.0, width_mm: column.width_mm - COUNT_MM - 1.0, ..column };
    let rows = items.iter().enumerate().map(|(index, item)| {
        let count = maker.cell("items.quantity", &format!("{} ×", item.quantity), quantity);
        let text = maker.cell(&format!("items[{index}]"), &shared::item(item), words);
        Row::new(vec![count, text], shared::TIGHT_MM)
    });
    let mut rows: Vec<Row> = rows.collect();
    if let Some(first) = rows.first_mut() {
        first.ruled = true;
    }
    Section { rows, ..Section::default() }
}

/// As many items as fit, and one line that counts the others.
fn shortened(
    mut section: Section,
    items: &[ItemText],
    column: Column,
    room_mm: f32,
    fonts: &Fonts,
) -> Section {
    loop {
        section.rows.pop();
        let others = &items[section.rows.len()..];
        let (kinds, pieces) = (others.len(), shared::pieces(others));
        let more = if section.rows.is_empty() { "共" } else { "另有" };
        let text = format!("{more} {kinds} 种 {pieces} 件，见发货单  {kinds} kinds: see delivery note");
        let cell = RowMaker::new(fonts).cell("items", &text, column.bold());
        let row = Row::new(vec![cell], shared::TIGHT_MM).ruled();
        // Without room for even this line it goes on to the next page: a parcel's content is never silent.
        if section.rows.is_empty() || section.height_mm() + row.height_mm() <= room_mm {
            section.rows.push(row);
            return section;
        }
    }
}

const GUTTER_MM: f32 = 1.5;

fn goods(maker: &mut RowMaker, columns: &[&TableColumn], items: &[ItemText], whole: Column) -> Section {
    let weights: f32 = columns.iter().map(|column| column.weight).sum();
    let mut x_mm = whole.x_mm;
    let mut places = Vec::with_capacity(columns.len());
    for (index, column) in columns.iter().enumerate() {
        let width = whole.width_mm * column.weight / weights;
        let gutter = if index + 1 < columns.len() { GUTTER_MM } else { 0.0 };
        let align = if column.is_right { Align::Right } else { Align::Left };
        let place = Column::new(x_mm, width - gutter, whole.size_pt).align(align);
        places.push(if column.is_bold { place.bold() } else { place });
        x_mm += width;
    }
    let titles = columns.iter().zip(&places).map(|(column, place)| {
        let small = Column { size_pt: (whole.size_pt * 0.8).max(super::MIN_PT), ..*place };
        maker.cell("label", column.title, small.bold())
    });
    let heading = Row::new(titles.collect(), 0.7).ruled();
    let rows = items.iter().enumerate().map(|(index, item)| {
        let cells = columns.iter().zip(&places);
        let cells =
            cells.map(|(column, place)| maker.cell(column.field, &(column.text)(index, item), *place));
        Row::new(cells.collect(), 0.6).ruled()
    });
    Section { rows: rows.collect(), heading: Some(heading), lead: None }
}
