//! What flows in a template: one part a line, in the order in which it is printed.
//!
//! A table is followed by its columns ([`super::columns`]).

use crate::domain::print::Paper;
use crate::papers::canvas::Align;
use crate::papers::font::Fonts;
use crate::papers::hand_over_list::signatures;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::values::ItemText;

use super::columns::{self, Chosen, TableRow};
use super::list::{ListRows, ListValues};
use super::{SheetValues, TemplateBox};

/// A part that is no table: its word and what pages call it.
pub type PartName = (&'static str, &'static str, &'static str);

/// The parts of a paper that are no tables.
pub fn parts_of(paper: Paper) -> &'static [PartName] {
    match paper {
        Paper::PickList => &[],
        Paper::HandOverList => &[("signatures", "Count and room to sign", "合计与签字栏")],
        _ => &[
            ("remarks", "All remarks", "全部备注"),
            ("orders", "Order numbers by shop", "各店订单号"),
            ("items", "Items, counted when there is no room", "商品(放不下时合计)"),
        ],
    }
}

/// A part that was understood.
pub(super) enum Part<'t> {
    Remarks,
    Orders,
    Items,
    Signatures,
    Table(Chosen),
    /// Not understood: the word.
    Unknown(&'t str),
}

/// The parts of a flow's text.
pub(super) fn parts(paper: Paper, text: &str) -> impl Iterator<Item = Part<'_>> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(move |line| {
        if let Some(table) = columns::parse(paper, line) {
            return table.map_or_else(Part::Unknown, Part::Table);
        }
        match parts_of(paper).iter().find(|(word, ..)| *word == line).map(|(word, ..)| *word) {
            Some("remarks") => Part::Remarks,
            Some("orders") => Part::Orders,
            Some("items") => Part::Items,
            Some("signatures") => Part::Signatures,
            _ => Part::Unknown(line),
        }
    })
}

/// The sections of a list's flow, in its order.
pub(super) fn list_sections(maker: &mut RowMaker, area: &TemplateBox, list: &ListValues) -> Vec<Section> {
    let column = Column::new(area.x_mm, area.width_mm, area.size_pt);
    let mut sections = Vec::new();
    for part in parts(list.paper(), &area.text) {
        let mut section = match (part, list.rows) {
            (Part::Table(chosen), ListRows::Pick(pick)) => {
                let rows = match chosen.table.word {
                    "picks" => list.picks.iter().map(TableRow::Pick).collect(),
                    _ => pick.shipments.iter().map(TableRow::Shipment).collect(),
                };
                table(maker, &chosen, rows, column)
            }
            (Part::Table(chosen), ListRows::HandOver(list)) => {
                table(maker, &chosen, list.parcels.iter().map(TableRow::Parcel).collect(), column)
            }
            (Part::Signatures, ListRows::HandOver(list)) => {
                signatures(maker, (area.x_mm, area.width_mm), list)
            }
            _ => Section::default(),
        };
        // A second table stands apart from the one above it.
        if !sections.is_empty() && section.heading.is_some() {
            let blank = maker.cell("label", " ", Column { size_pt: area.min_pt, ..column });
            section.lead = Some(Row::new(vec![blank], 0.5).keep_with_next());
        }
        sections.push(section);
    }
    sections
}

/// The sections of a flow, in its order, for a first page with so much room.
pub(super) fn sections(
    maker: &mut RowMaker,
    paper: Paper,
    area: &TemplateBox,
    values: &SheetValues,
    room_mm: f32,
) -> Vec<Section> {
    let column = Column::new(area.x_mm, area.width_mm, area.size_pt);
    let mut sections = Vec::new();
    let mut counted = None;
    for part in parts(paper, &area.text) {
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
            Part::Table(chosen) => {
                table(maker, &chosen, values.items.iter().map(TableRow::Item).collect(), column)
            }
            Part::Signatures | Part::Unknown(_) => Section::default(),
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

fn table(maker: &mut RowMaker, chosen: &Chosen, mut rows: Vec<TableRow>, whole: Column) -> Section {
    chosen.sort(&mut rows);
    let mut x_mm = whole.x_mm;
    let mut places = Vec::with_capacity(chosen.columns.len());
    for (index, ((column, _), width)) in chosen.columns.iter().zip(chosen.widths(whole.width_mm)).enumerate()
    {
        let gutter = if index + 1 < chosen.columns.len() { GUTTER_MM } else { 0.0 };
        let align = if column.is_right { Align::Right } else { Align::Left };
        let place = Column::new(x_mm, (width - gutter).max(1.0), whole.size_pt).align(align);
        places.push(if column.is_bold { place.bold() } else { place });
        x_mm += width;
    }
    let titles = chosen.columns.iter().zip(&places).map(|((column, _), place)| {
        let small = Column { size_pt: (whole.size_pt * 0.8).max(super::MIN_PT), ..*place };
        maker.cell("label", column.title, small.bold())
    });
    let heading = Row::new(titles.collect(), 0.7).ruled();
    let rows = rows.iter().enumerate().map(|(index, row)| {
        let cells = chosen.columns.iter().zip(&places);
        let cells =
            cells.map(|((column, _), place)| maker.cell(column.field, &column.text(index, *row), *place));
        Row::new(cells.collect(), 0.6).ruled()
    });
    Section { rows: rows.collect(), heading: Some(heading), lead: None }
}
