//! What flows on a label below the fixed part: remarks, order numbers, items.

use crate::papers::canvas::Align;
use crate::papers::font::Fonts;
use crate::papers::problem::Problem;
use crate::papers::rows::{Column, Row, RowMaker, Section};
use crate::papers::shared;
use crate::papers::values::{ItemText, WaybillSheet};
use crate::papers::waybill::form::Form;

/// Points of remarks, items and order numbers, from comfortable to just readable.
pub(super) const SIZES: [(f32, f32, f32); 3] = [(11.0, 9.5, 8.0), (10.0, 8.5, 7.5), (9.0, 7.5, 7.0)];

/// What flows below the fixed part.
pub(super) struct Body {
    pub(super) remarks: Section,
    pub(super) orders: Section,
    pub(super) items: Section,
    item_pt: f32,
    pub(super) problems: Vec<Problem>,
}

impl Body {
    pub(super) fn new(sheet: &WaybillSheet, form: &Form, fonts: &Fonts, sizes: (f32, f32, f32)) -> Self {
        let (remark_pt, item_pt, order_pt) = sizes;
        let (left, width) = (form.frame.left_mm, form.frame.width_mm());
        let mut maker = RowMaker::new(fonts);
        let remarks = shared::remarks(&mut maker, &sheet.remarks, Column::new(left, width, remark_pt));
        let orders =
            shared::order_numbers(&mut maker, &sheet.order_numbers, Column::new(left, width, order_pt));
        let items = items(&mut maker, sheet, form, item_pt);
        Self { remarks, orders, items, item_pt, problems: maker.problems }
    }

    /// Height on one label, in millimetres.
    pub(super) fn height(&self) -> f32 {
        self.remarks.height_mm() + self.orders.height_mm() + self.items.height_mm()
    }

    pub(super) fn into_sections(self) -> Vec<Section> {
        vec![self.remarks, self.orders, self.items]
    }

    /// Keeps the items that fit and counts the others in one line; none at all when not even
    /// the line fits.
    pub(super) fn summarise(&mut self, sheet: &WaybillSheet, form: &Form, room: f32, fonts: &Fonts) {
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
