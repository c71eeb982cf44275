//! Tables of a flow: which there are on which paper, their columns, and how a seller's choice of them is written.
//!
//! `table: tick shelf sku:30 item quantity by shelf` is a table with five columns in this order; the third is 30 mm wide and the
//! others share what is left; its rows are sorted by shelf. `by -quantity` sorts from the largest.

use std::cmp::Reverse;

use crate::domain::print::Paper;
use crate::papers::hand_over_list::weight_of;
use crate::papers::natural::natural;
use crate::papers::pick_list::{self, Pick};
use crate::papers::shared;
use crate::papers::values::{HandOverParcel, ItemText, PickShipment};

/// Narrowest column, in millimetres: a tick.
pub const COLUMN_MIN_MM: f32 = 3.0;

/// A column of a table.
pub struct TableColumn {
    pub name: &'static str,
    /// Its heading, Chinese first.
    pub title: &'static str,
    pub(super) field: &'static str,
    /// Share of the width that no column has for itself.
    pub(super) weight: f32,
    pub(super) is_right: bool,
    pub(super) is_bold: bool,
    text: Text,
}

/// What stands in a column.
#[derive(Clone, Copy)]
enum Text {
    /// The same in every row.
    Mark(&'static str),
    /// The row's own number, from 1.
    Row,
    Item(fn(&ItemText) -> String),
    Pick(fn(&Pick) -> String),
    Shipment(fn(&PickShipment) -> String),
    Parcel(fn(&HandOverParcel) -> String),
}

/// A row of any table.
#[derive(Clone, Copy)]
pub(super) enum TableRow<'a> {
    Item(&'a ItemText),
    Pick(&'a Pick),
    Shipment(&'a PickShipment),
    Parcel(&'a HandOverParcel),
}

/// A kind of table: the word it begins with, and its columns.
pub struct Table {
    pub word: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    pub columns: &'static [TableColumn],
}

/// The tables of a paper.
pub fn tables_of(paper: Paper) -> &'static [Table] {
    match paper {
        Paper::PickList => &[PICKS, SHIPMENTS],
        Paper::HandOverList => &[PARCELS],
        _ => &[ITEMS],
    }
}

const fn column(
    name: &'static str,
    title: &'static str,
    field: &'static str,
    weight: f32,
    text: Text,
) -> TableColumn {
    TableColumn { name, title, field, weight, is_right: false, is_bold: false, text }
}

impl TableColumn {
    const fn bold(self) -> Self {
        Self { is_bold: true, ..self }
    }

    const fn right(self) -> Self {
        Self { is_right: true, ..self }
    }

    /// Whether rows can be sorted by it.
    pub fn sorts(&self) -> bool {
        !matches!(self.text, Text::Mark(_) | Text::Row)
    }

    /// What stands in it in the row at this index.
    pub(super) fn text(&self, index: usize, row: TableRow) -> String {
        match (self.text, row) {
            (Text::Mark(mark), _) => mark.to_owned(),
            (Text::Row, _) => (index + 1).to_string(),
            (Text::Item(of), TableRow::Item(item)) => of(item),
            (Text::Pick(of), TableRow::Pick(pick)) => of(pick),
            (Text::Shipment(of), TableRow::Shipment(shipment)) => of(shipment),
            (Text::Parcel(of), TableRow::Parcel(parcel)) => of(parcel),
            // A table's columns are those of its own rows.
            _ => String::new(),
        }
    }
}

const TICK: TableColumn = column("tick", "", "label", 1.0, Text::Mark("□"));

const ITEMS: Table = Table {
    word: "table",
    en: "Items as a table",
    zh: "商品表格",
    columns: &[
        TICK,
        column("number", "序 No.", "items", 1.4, Text::Row),
        column("shelf", "库位 Shelf", "items.location", 2.4, Text::Item(|item| item.location.clone())).bold(),
        column("sku", "编码 SKU", "items.sku", 3.6, Text::Item(|item| item.sku.clone())),
        column("name", "商品 Item", "items.name", 6.0, Text::Item(|item| item.name.clone())),
        column("variant", "规格 Variant", "items.variant", 3.4, Text::Item(|item| item.variant.clone())),
        column("item", "商品 Item", "items", 9.0, Text::Item(shared::item)),
        column("quantity", "数量 Qty", "items.quantity", 2.0, Text::Item(|item| item.quantity.to_string()))
            .right()
            .bold(),
    ],
};

const PICKS: Table = Table {
    word: "picks",
    en: "What to fetch, added up by SKU",
    zh: "按商品合计的拣货表",
    columns: &[
        TICK,
        column("number", "序 No.", "items", 1.4, Text::Row),
        column("shelf", "库位 Shelf", "items.location", 2.8, Text::Pick(|pick| pick.location.clone())).bold(),
        column("sku", "编码 SKU", "items.sku", 3.6, Text::Pick(|pick| pick.sku.clone())),
        column("name", "商品 Item", "items.name", 6.0, Text::Pick(|pick| pick.name.clone())),
        column("variant", "规格 Variant", "items.variant", 3.0, Text::Pick(|pick| pick.variant.clone())),
        column("item", "商品 Item", "items", 7.0, Text::Pick(picked)),
        column("quantity", "数量 Qty", "items.quantity", 2.2, Text::Pick(|pick| pick.quantity.to_string()))
            .right()
            .bold(),
        column("positions", "分到单 For No.", "items.positions", 5.0, Text::Pick(positions)),
    ],
};

const SHIPMENTS: Table = Table {
    word: "shipments",
    en: "Every parcel in the order of the run",
    zh: "按批次顺序的每个包裹",
    columns: &[
        TICK,
        column(
            "position",
            "单 No.",
            "shipments.position",
            2.0,
            Text::Shipment(|one| one.position.to_string()),
        )
        .bold(),
        column("number", "运单 Waybill", "shipments.number", 4.4, Text::Shipment(|one| one.number.clone())),
        column("items", "商品 Items", "shipments.items", 8.0, Text::Shipment(pick_list::items_of)),
        column("remarks", "备注 Remarks", "shipments.remarks", 5.0, Text::Shipment(pick_list::remarks_of))
            .bold(),
    ],
};

const PARCELS: Table = Table {
    word: "parcels",
    en: "Every parcel the carrier takes along",
    zh: "交接的每个包裹",
    columns: &[
        TICK,
        column("row", "序 No.", "parcels", 1.4, Text::Row),
        column("position", "单 No.", "parcels.position", 2.0, Text::Parcel(|one| one.position.to_string())),
        column("number", "运单号 Waybill", "parcels.number", 6.0, Text::Parcel(|one| one.number.clone()))
            .bold(),
        column("city", "城市 City", "parcels.city", 4.4, Text::Parcel(|one| one.city.clone())),
        column("pieces", "件数 Pieces", "parcels.pieces", 2.4, Text::Parcel(|one| one.pieces.to_string()))
            .right(),
        column("weight", "重量 kg", "parcels.weight", 2.6, Text::Parcel(weight_of)).right(),
    ],
};

fn picked(pick: &Pick) -> String {
    format!("{} {}", pick.name, pick.variant).trim().to_owned()
}

fn positions(pick: &Pick) -> String {
    let each = pick.positions.iter().map(|&(position, count)| pick_list::place(position, count));
    each.collect::<Vec<_>>().join(", ")
}

/// A table as a seller wants it.
pub struct Chosen {
    pub table: &'static Table,
    /// In their order, each with its width in millimetres where it has one of its own.
    pub columns: Vec<(&'static TableColumn, Option<f32>)>,
    /// What its rows are sorted by, and whether from the end.
    pub by: Option<(&'static TableColumn, bool)>,
}

/// Reads a line of a flow as a table of this paper; `None` when it is no table.
///
/// # Errors
/// The word that is not understood.
pub fn parse(paper: Paper, line: &str) -> Option<Result<Chosen, &str>> {
    let (word, rest) = line.split_once(':')?;
    let table = tables_of(paper).iter().find(|table| table.word == word.trim())?;
    Some(read(table, rest).map_err(|unknown| if unknown.is_empty() { line } else { unknown }))
}

fn read<'t>(table: &'static Table, text: &'t str) -> Result<Chosen, &'t str> {
    let named = |name: &str| table.columns.iter().find(|column| column.name == name);
    let mut words = text.split([' ', ',']).filter(|word| !word.is_empty());
    let (mut columns, mut by) = (Vec::new(), None);
    while let Some(word) = words.next() {
        if word == "by" {
            let key = words.next().ok_or(word)?;
            let (name, from_end) = match key.strip_prefix('-') {
                Some(name) => (name, true),
                None => (key, false),
            };
            by = Some((named(name).filter(|column| column.sorts()).ok_or(key)?, from_end));
            if let Some(more) = words.next() {
                return Err(more);
            }
            break;
        }
        let (name, width) = match word.split_once(':') {
            Some((name, width)) => {
                let width: f32 = width.parse().map_err(|_| word)?;
                (name, Some(width).filter(|width| width.is_finite() && *width >= COLUMN_MIN_MM))
            }
            None => (word, None),
        };
        if word.contains(':') && width.is_none() {
            return Err(word);
        }
        columns.push((named(name).ok_or(word)?, width));
    }
    if columns.is_empty() { Err("") } else { Ok(Chosen { table, columns, by }) }
}

impl Chosen {
    /// Sorts rows as it is wished: as people count, and what is empty last.
    pub(super) fn sort(&self, rows: &mut [TableRow]) {
        let Some((column, from_end)) = self.by else { return };
        let key = |row: &TableRow| {
            let text = column.text(0, *row);
            (text.trim().is_empty(), natural(text.trim()))
        };
        match from_end {
            false => rows.sort_by_cached_key(key),
            true => rows.sort_by_cached_key(|row| {
                let (is_empty, text) = key(row);
                (is_empty, Reverse(text))
            }),
        }
    }

    /// The width of each column in millimetres, of so much.
    pub(super) fn widths(&self, whole_mm: f32) -> Vec<f32> {
        let own: f32 = self.columns.iter().filter_map(|(_, width)| *width).sum();
        let shares: f32 =
            self.columns.iter().filter(|(_, width)| width.is_none()).map(|(column, _)| column.weight).sum();
        let left = (whole_mm - own).max(0.0);
        let width = |(column, width): &(&TableColumn, Option<f32>)| match width {
            Some(width) => *width,
            None => left * column.weight / shares,
        };
        self.columns.iter().map(width).collect()
    }

    /// What is wrong with its widths in so much room, in both languages.
    pub(super) fn fault(&self, whole_mm: f32) -> Option<(String, String)> {
        let own: f32 = self.columns.iter().filter_map(|(_, width)| *width).sum();
        let narrow = self.widths(whole_mm).iter().any(|width| *width < COLUMN_MIN_MM);
        (own > whole_mm + 0.05 || narrow).then(|| {
            (
                format!(
                    "The columns with a width of their own take {own} mm of {whole_mm} mm, and leave less than {COLUMN_MIN_MM} mm for another one."
                ),
                format!("指定宽度的列共 {own} 毫米，而区域宽 {whole_mm} 毫米，其余列不足 {COLUMN_MIN_MM} 毫米。"),
            )
        })
    }

    /// The line as it is written.
    pub fn written(&self) -> String {
        let columns = self.columns.iter().map(|(column, width)| match width {
            Some(width) => format!("{}:{width}", column.name),
            None => column.name.to_owned(),
        });
        let by = self
            .by
            .map(|(column, from_end)| format!(" by {}{}", if from_end { "-" } else { "" }, column.name));
        let columns = columns.collect::<Vec<_>>().join(" ");
        format!("{}: {columns}{}", self.table.word, by.unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(paper: Paper, line: &str) -> Result<String, String> {
        let chosen = parse(paper, line).ok_or("no table")?;
        chosen.map(|chosen| chosen.written()).map_err(str::to_owned)
    }

    #[test]
    fn a_table_is_written_as_it_was_read_and_a_strange_word_is_named() {
        for (paper, line, expected) in [
            (
                Paper::PackingList,
                "table: tick  sku:30,quantity by shelf",
                Ok("table: tick sku:30 quantity by shelf"),
            ),
            (Paper::PickList, "picks: sku quantity by -quantity", Ok("picks: sku quantity by -quantity")),
            (Paper::HandOverList, "parcels: row number:62.5", Ok("parcels: row number:62.5")),
            (Paper::HandOverList, "picks: sku", Err("no table")),
            (Paper::PickList, "picks: sku price", Err("price")),
            (Paper::PickList, "picks: sku:x", Err("sku:x")),
            (Paper::PickList, "picks: sku:1", Err("sku:1")),
            (Paper::PickList, "picks: sku by tick", Err("tick")),
            (Paper::PickList, "picks: sku by shelf name", Err("name")),
            (Paper::PickList, "picks:", Err("picks:")),
        ] {
            let found = read(paper, line);
            assert_eq!(found, expected.map(str::to_owned).map_err(str::to_owned), "{line}");
        }
    }

    #[test]
    fn widths_of_their_own_are_kept_and_the_others_share_what_is_left() {
        let chosen =
            parse(Paper::PackingList, "table: sku:30 name quantity").expect("a table").expect("well written");
        assert_eq!(chosen.widths(110.0), [30.0, 60.0, 20.0]);
        assert!(chosen.fault(110.0).is_none());
        assert!(chosen.fault(33.0).is_some_and(|(en, _)| en.contains("30 mm of 33 mm")));
    }

    #[test]
    fn rows_are_sorted_as_people_count_and_what_is_empty_comes_last() {
        let item = |location: &str| ItemText { location: location.to_owned(), ..ItemText::default() };
        let items = ["A-10", "", "A-2", "B-1"].map(item);
        let sorted = |by: &str| {
            let line = format!("table: shelf by {by}");
            let chosen = parse(Paper::PackingList, &line).expect("a table").expect("well written");
            let mut rows: Vec<TableRow> = items.iter().map(TableRow::Item).collect();
            chosen.sort(&mut rows);
            rows.iter().map(|row| chosen.columns[0].0.text(0, *row)).collect::<Vec<_>>()
        };
        assert_eq!(sorted("shelf"), ["A-2", "A-10", "B-1", ""]);
        assert_eq!(sorted("-shelf"), ["B-1", "A-10", "A-2", ""]);
    }
}
