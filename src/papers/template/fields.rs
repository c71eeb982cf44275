//! Fields: what a box can show of a sheet, and where its value stands.
//!
//! A text is words with fields in braces, `批次 {serial}`; two braces write one. A field nobody knows is found
//! when the template is saved, never on paper.

use super::list::ListValues;
use crate::domain::print::Paper;
use crate::papers::shared;
use crate::papers::values::{
    DeliveryNote, ItemText, OrderNumberText, RecipientText, RemarkText, SenderText, Stamp, WaybillSheet,
};

/// What a template shows of one sheet.
#[derive(Debug, Clone, Copy)]
pub struct SheetValues<'a> {
    pub stamp: &'a Stamp,
    pub carrier_name: &'a str,
    pub number: &'a str,
    pub sort_code: &'a str,
    pub recipient: &'a RecipientText,
    pub sender: &'a SenderText,
    pub items: &'a [ItemText],
    pub remarks: &'a [RemarkText],
    pub order_numbers: &'a [OrderNumberText],
    pub pieces: u32,
    pub package_code: &'a str,
    /// Hash of the values, whose beginning is printed as the version.
    pub data_hash: &'a str,
}

impl<'a> SheetValues<'a> {
    /// Of a waybill; `data_hash` is that of the sheet.
    pub fn of_waybill(sheet: &'a WaybillSheet, data_hash: &'a str) -> Self {
        Self {
            stamp: &sheet.stamp,
            carrier_name: &sheet.carrier_name,
            number: &sheet.number,
            sort_code: sheet.sort_code.as_deref().unwrap_or_default(),
            recipient: &sheet.recipient,
            sender: &sheet.sender,
            items: &sheet.items,
            remarks: &sheet.remarks,
            order_numbers: &sheet.order_numbers,
            pieces: sheet.pieces,
            package_code: sheet.package_code.as_deref().unwrap_or_default(),
            data_hash,
        }
    }

    /// Of a delivery note; `data_hash` is that of the note.
    pub fn of_note(note: &'a DeliveryNote, data_hash: &'a str) -> Self {
        Self {
            stamp: &note.stamp,
            carrier_name: &note.carrier_name,
            number: &note.number,
            sort_code: "",
            recipient: &note.recipient,
            sender: &note.sender,
            items: &note.items,
            remarks: &note.remarks,
            order_numbers: &note.order_numbers,
            pieces: shared::pieces(&note.items),
            package_code: "",
            data_hash,
        }
    }
}

/// What a template shows: a sheet of one parcel, or a list of many.
pub enum Values<'a> {
    Sheet(SheetValues<'a>),
    List(ListValues<'a>),
}

/// A field and what it is called on pages.
pub struct Field {
    pub name: &'static str,
    pub en: &'static str,
    pub zh: &'static str,
    value: Value,
}

/// How a field is found.
enum Value {
    Sheet(fn(&SheetValues) -> String),
    List(fn(&ListValues) -> String),
    /// Known when the page is laid out.
    Page,
}

const fn field(
    name: &'static str,
    en: &'static str,
    zh: &'static str,
    value: fn(&SheetValues) -> String,
) -> Field {
    Field { name, en, zh, value: Value::Sheet(value) }
}

const fn of_list(
    name: &'static str,
    en: &'static str,
    zh: &'static str,
    value: fn(&ListValues) -> String,
) -> Field {
    Field { name, en, zh, value: Value::List(value) }
}

/// Pages and page of a sheet.
const PAGE: Field =
    Field { name: "page", en: "Page, when there are several", zh: "页码", value: Value::Page };

/// Every field of a paper, in the order in which pages offer them.
pub fn fields_of(paper: Paper) -> &'static [Field] {
    match paper {
        Paper::PickList => PICK_LIST,
        Paper::HandOverList => HAND_OVER_LIST,
        _ => FIELDS,
    }
}

const PICK_LIST: &[Field] = &[
    of_list("serial", "Serial of the job", "批次号", |v| v.serial.to_owned()),
    of_list("warehouse", "Warehouse", "仓库", |v| v.warehouse.to_owned()),
    of_list("parcels", "Parcels", "包裹数", |v| v.parcels().to_string()),
    of_list("kinds", "Kinds of items", "种数", |v| v.picks.len().to_string()),
    of_list("pieces", "Pieces", "件数", |v| v.pieces().to_string()),
    of_list("printed", "When and by whom", "打印时间", |v| v.printed.to_owned()),
    PAGE,
];

const HAND_OVER_LIST: &[Field] = &[
    of_list("carrier", "Carrier", "快递公司", |v| v.carrier_name().to_owned()),
    of_list("day", "Day", "日期", |v| v.day().to_owned()),
    of_list("serial", "Serial of the job", "批次号", |v| v.serial.to_owned()),
    of_list("warehouse", "Warehouse", "仓库", |v| v.warehouse.to_owned()),
    of_list("parcels", "Parcels", "包裹数", |v| v.parcels().to_string()),
    of_list("pieces", "Pieces", "件数", |v| v.pieces().to_string()),
    of_list("weight", "Weight of what was weighed, kg", "已称重量(千克)", |v| v.weight()),
    of_list("printed", "When and by whom", "打印时间", |v| v.printed.to_owned()),
    PAGE,
];

const FIELDS: &[Field] = &[
    field("recipient.name", "Recipient", "收件人", |v| v.recipient.name.clone()),
    field("recipient.phone", "Phone", "收件电话", |v| v.recipient.phone.clone()),
    field("recipient.region", "Province, city, district", "省市区", |v| v.recipient.region.clone()),
    field("recipient.detail", "Address", "详细地址", |v| v.recipient.detail.clone()),
    field("sender.name", "Sender", "寄件人", |v| v.sender.name.clone()),
    field("sender.phone", "Sender's phone", "寄件电话", |v| v.sender.phone.clone()),
    field("sender.address", "Sender's address", "寄件地址", |v| v.sender.address.clone()),
    field("carrier", "Carrier", "快递公司", |v| v.carrier_name.to_owned()),
    field("number", "Waybill number", "运单号", |v| v.number.to_owned()),
    field("sort_code", "Sorting code", "大头笔", |v| v.sort_code.to_owned()),
    field("package_code", "Parcel code", "包裹码", |v| v.package_code.to_owned()),
    field("shop", "Shop", "店铺", shop),
    field("orders", "Order numbers", "订单号", orders),
    field("items", "Items in one text", "商品合并", items),
    field("pieces", "Pieces", "件数", |v| v.pieces.to_string()),
    field("kinds", "Kinds of items", "种数", |v| v.items.len().to_string()),
    field("remarks", "Remarks in one text", "备注合并", remarks),
    field("position", "Position, as 12 / 50", "序号", |v| shared::position(v.stamp)),
    field("serial", "Serial of the job", "批次号", |v| v.stamp.serial.clone()),
    field("reprint", "Mark of a copy", "补打标记", |v| shared::reprint(v.stamp).unwrap_or_default()),
    field("version", "Version of the values", "数据版本", |v| shared::version(v.data_hash)),
    field("printed", "When and by whom", "打印时间", |v| v.stamp.printed_note.clone()),
    PAGE,
];

fn shop(values: &SheetValues) -> String {
    values.order_numbers.first().map(|order| order.shop.clone()).unwrap_or_default()
}

fn orders(values: &SheetValues) -> String {
    values.order_numbers.iter().map(|order| order.number.trim()).collect::<Vec<_>>().join("，")
}

fn items(values: &SheetValues) -> String {
    let items = values.items.iter().map(|item| format!("{} × {}", item.quantity, shared::item(item)));
    items.collect::<Vec<_>>().join("；")
}

fn remarks(values: &SheetValues) -> String {
    let texts = values.remarks.iter().map(|remark| remark.text.trim()).filter(|text| !text.is_empty());
    texts.collect::<Vec<_>>().join("；")
}

/// A piece of a text.
#[derive(Debug, PartialEq, Eq)]
enum Piece<'t> {
    Words(&'t str),
    Field(&'t str),
}

/// Words and fields in their order. A brace without its partner is a word.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (words, from) = rest.split_at(at);
        found.push(Piece::Words(words));
        let doubled = from.starts_with("{{") || from.starts_with("}}");
        let closed = from.strip_prefix('{').filter(|_| !doubled).and_then(|inner| inner.split_once('}'));
        rest = match closed {
            Some((name, after)) => {
                found.push(Piece::Field(name.trim()));
                after
            }
            None => {
                found.push(Piece::Words(&from[..1]));
                &from[if doubled { 2 } else { 1 }..]
            }
        };
    }
    found.push(Piece::Words(rest));
    found
}

/// The fields of a text.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Field(name) => Some(name),
        Piece::Words(_) => None,
    })
}

/// Whether a paper has such a field.
pub(super) fn is_known(paper: Paper, name: &str) -> bool {
    fields_of(paper).iter().any(|field| field.name == name)
}

/// A text with its fields filled in; empty when it has fields and all of them are, so that `收 {recipient.name}` leaves
/// no lonely word behind.
pub(super) fn filled(text: &str, values: &Values, page: &str) -> String {
    let known = match values {
        Values::Sheet(_) => FIELDS,
        Values::List(list) => fields_of(list.paper()),
    };
    let (mut out, mut fields, mut full) = (String::new(), 0, 0);
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => out.push_str(words),
            Piece::Field(name) => {
                fields += 1;
                let field = known.iter().find(|field| field.name == name);
                let value = match (field.map(|field| &field.value), values) {
                    (Some(Value::Page), _) => page.to_owned(),
                    (Some(Value::Sheet(of)), Values::Sheet(sheet)) => of(sheet).trim().to_owned(),
                    (Some(Value::List(of)), Values::List(list)) => of(list).trim().to_owned(),
                    _ => String::new(),
                };
                full += usize::from(!value.is_empty());
                out.push_str(&value);
            }
        }
    }
    if fields > 0 && full == 0 { String::new() } else { out.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::papers::sample;

    #[test]
    fn words_stay_fields_are_filled_and_lonely_words_are_left_out() {
        let mut sheet = sample::waybill(2, 50);
        sheet.sort_code = None;
        let hash = sheet.data_hash();
        let values = Values::Sheet(SheetValues::of_waybill(&sheet, &hash));
        for (text, expected) in [
            ("批次 {serial}", "批次 20261120-03"),
            ("{position}", "2 / 50"),
            ("{ number }", "7730001200002"),
            ("大头笔 {sort_code}", ""),
            ("{carrier} {sort_code}", "中通快递 ZTO"),
            ("收", "收"),
            ("{{number}}", "{number}"),
            ("a { b", "a { b"),
            ("}{", "}{"),
            ("{nonsense}x", ""),
            ("页 {page}", "页 1 / 2"),
        ] {
            assert_eq!(filled(text, &values, "1 / 2"), expected, "{text}");
        }
        assert_eq!(names("{a}{{b}}{c}").collect::<Vec<_>>(), ["a", "c"]);
    }
}
