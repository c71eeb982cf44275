//! Lists of own SKUs as files: one row per SKU, or per code that a shop has for one.
//!
//! An empty cell leaves what is known as it is. Columns nobody here knows are passed over and told.

use super::cells::fold;
use super::lists::{Column, Columns, Reader, scaled};
use super::split::Cells;
use super::table::Table;
use super::{Options, Rejection, Source};
use crate::connectors::Refusal;
use crate::domain::money::Money;
use crate::domain::sku::SizeMm;

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GoodsRow {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    /// The own code.
    pub code: String,
    pub title: Option<String>,
    pub weight_g: Option<i64>,
    pub size_mm: Option<SizeMm>,
    pub category: Option<String>,
    /// Code of a warehouse.
    pub warehouse: Option<String>,
    pub floor_price: Option<Money>,
    /// Own codes with their pieces; `None` when the cell is empty.
    pub parts: Option<Vec<(String, i64)>>,
    pub shelf: Option<String>,
    pub barcode: Option<String>,
    /// What a shop calls it, and that shop's name; all shops without one.
    pub platform_code: Option<String>,
    pub shop: Option<String>,
}

/// A list that was read.
#[derive(Debug, Default)]
pub struct Goods {
    pub rows: Vec<GoodsRow>,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
    columns: Columns,
}

impl Goods {
    /// The file's own name of a column; our word for it when the file has none.
    pub fn column<'a>(&'a self, what: &'a str) -> &'a str {
        self.columns.name(what)
    }
}

const COLUMNS: &[Column] = &[
    ("code", &["code", "sku", "skucode", "编码", "自有编码", "商品编码", "商家编码", "规格编码"], 0),
    ("title", &["title", "name", "名称", "标题", "商品名称", "品名"], 0),
    ("weight", &["weightg", "weight", "重量", "重量克", "重量g"], 0),
    ("weight", &["weightkg", "重量千克", "重量公斤", "重量kg"], 3),
    ("length", &["lengthmm", "length", "长", "长毫米", "长mm"], 0),
    ("length", &["lengthcm", "长厘米", "长cm"], 1),
    ("width", &["widthmm", "width", "宽", "宽毫米", "宽mm"], 0),
    ("width", &["widthcm", "宽厘米", "宽cm"], 1),
    ("height", &["heightmm", "height", "高", "高毫米", "高mm"], 0),
    ("height", &["heightcm", "高厘米", "高cm"], 1),
    ("category", &["category", "类目", "分类", "商品类目", "商品分类"], 0),
    ("warehouse", &["warehouse", "warehousecode", "仓库", "仓库编码", "发货仓"], 0),
    ("floor_price", &["floorprice", "lowestprice", "底价", "最低价", "最低售价"], 0),
    ("currency", &["currency", "币种"], 0),
    ("parts", &["parts", "bundle", "组合", "组合明细", "子件"], 0),
    ("shelf", &["shelf", "bin", "location", "库位", "货位", "货架"], 0),
    ("barcode", &["barcode", "ean", "gtin", "条码", "商品条码", "国际条码"], 0),
    ("platform_code", &["platformcode", "shopcode", "平台编码", "店铺编码", "平台商品编码"], 0),
    ("shop", &["shop", "shopname", "店铺", "店铺名称"], 0),
];

/// Reads a list whole; it has at most `options.max_rows` rows.
///
/// # Errors
/// When the file is no table, or has no column of own codes.
pub fn read(source: Box<dyn Source>, options: &Options) -> Result<Goods, Refusal> {
    let mut table = Table::open(source, options)?;
    let (columns, passed_over) = Columns::of(table.header.names(), COLUMNS);
    let mut goods = Goods { columns, passed_over, ..Goods::default() };
    if !goods.columns.has("code") {
        return Err(Refusal::new(
            "missing_columns",
            format!("No column of the file holds own codes; its columns are {}.", goods_names(&table)),
            "Call the column of your own codes code or 编码.",
        ));
    }
    let mut rows = table.rows()?;
    let mut cells = Cells::default();
    while let Some(row) = rows.next(&mut cells) {
        match row.fault {
            Some(fault) => goods.rejected.push(fault.reject(row.number, &cells)),
            None => match read_row(&Reader { row: row.number, cells: &cells, columns: &goods.columns }) {
                Ok(row) => goods.rows.push(row),
                Err(rejection) => goods.rejected.push(rejection),
            },
        }
    }
    Ok(goods)
}

fn goods_names(table: &Table) -> String {
    table.header.names().join(", ")
}

fn read_row(row: &Reader) -> Result<GoodsRow, Rejection> {
    let Some(code) = row.text("code") else {
        return Err(row.reject("code", "missing", "write the own code of the SKU"));
    };
    let sides = [row.number("length")?, row.number("width")?, row.number("height")?];
    let size_mm = match sides {
        [None, None, None] => None,
        [Some(length), Some(width), Some(height)] => Some(SizeMm { length, width, height }),
        _ => {
            let missing = ["length", "width", "height"].into_iter().zip(sides);
            let missing = missing.filter(|(_, side)| side.is_none()).map(|(what, _)| what).next();
            return Err(row.reject(missing.unwrap_or("length"), "missing", "write all three sides, or none"));
        }
    };
    Ok(GoodsRow {
        row: row.row,
        code,
        title: row.text("title"),
        weight_g: row.number("weight")?,
        size_mm,
        category: row.text("category"),
        warehouse: row.text("warehouse"),
        floor_price: floor_price(row)?,
        parts: parts(row)?,
        shelf: row.text("shelf"),
        barcode: row.text("barcode"),
        platform_code: row.text("platform_code"),
        shop: row.text("shop"),
    })
}

/// In the row's currency; yuan where it names none.
fn floor_price(row: &Reader) -> Result<Option<Money>, Rejection> {
    let currency = row.text("currency").map_or_else(|| "CNY".to_owned(), |text| fold(&text).to_uppercase());
    Ok(row.money("floor_price", &currency)?.map(|amount| Money { amount, currency }))
}

fn parts(row: &Reader) -> Result<Option<Vec<(String, i64)>>, Rejection> {
    let Some(text) = row.text("parts") else { return Ok(None) };
    match parts_of(&text) {
        Some(parts) => Ok(Some(parts)),
        None => Err(row.reject("parts", "bad_parts", "write CODE*PIECES; CODE*PIECES")),
    }
}

/// `TEA-250*2; CUP*1; CARD`: own codes, the pieces behind a star, each on a line or behind a semicolon.
/// `None` for what is not written so.
pub fn parts_of(text: &str) -> Option<Vec<(String, i64)>> {
    let parts = text.split([';', '；', '\n']).map(str::trim).filter(|part| !part.is_empty());
    let part = |part: &str| {
        let (code, quantity) = match part.rsplit_once(['*', '×', '＊']) {
            Some((code, quantity)) => (code.trim(), scaled(&fold(quantity.trim()), 0)?),
            None => (part, 1),
        };
        (!code.is_empty()).then(|| (code.to_owned(), quantity))
    };
    parts.map(part).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::domain::time::UtcTime;

    fn list(text: &str) -> Result<Goods, Refusal> {
        let options = Options::new(UtcTime::parse("2026-11-20T00:00:00Z").expect("a time"));
        read(Box::new(Cursor::new(text.as_bytes().to_vec())), &options)
    }

    #[test]
    fn columns_are_known_in_both_languages_and_both_units() {
        let goods = list(
            "商品编码,名称,重量(kg),长(cm),宽(cm),高(cm),组合,备注,类目,仓库,底价,库位,条码\n\
             TEA-250,龙井,0.25,30,20.5,10,,好茶,茶叶,hz,59.5元,A-02,6901234567892\nSET,礼盒,,,,,TEA-250*2；CUP,,,,,,\n",
        )
        .expect("a list");
        let [tea, set] = goods.rows.as_slice() else { panic!("{goods:?}") };
        assert_eq!((tea.code.as_str(), tea.weight_g), ("TEA-250", Some(250)));
        assert_eq!(tea.size_mm, Some(SizeMm { length: 300, width: 205, height: 100 }));
        assert_eq!((tea.shelf.as_deref(), tea.barcode.as_deref()), (Some("A-02"), Some("6901234567892")));
        assert_eq!((tea.parts.clone(), set.weight_g), (None, None));
        assert_eq!(set.parts, Some(vec![("TEA-250".to_owned(), 2), ("CUP".to_owned(), 1)]));
        assert_eq!((tea.category.as_deref(), tea.warehouse.as_deref()), (Some("茶叶"), Some("hz")));
        assert_eq!((tea.floor_price.clone(), set.category.clone()), (Some(Money::new(5_950, "CNY")), None));
        assert_eq!(goods.passed_over, ["备注"]);
    }

    #[test]
    fn one_bad_row_leaves_the_others() {
        let goods = list(
            "code,title,weight_g,length_mm,width_mm,height_mm,parts\nA,a,2.5,,,,\n,b,,,,,\nC,c,,10,,30,\n\
             D,d,,,,,A*x\nE,e,2.0,,,,\n",
        )
        .expect("a list");
        let refused: Vec<_> =
            goods.rejected.iter().map(|one| (one.row, one.field.as_str(), one.code.as_ref())).collect();
        assert_eq!(
            refused,
            [
                (2, "weight_g", "bad_number"),
                (3, "code", "missing"),
                (4, "width_mm", "missing"),
                (5, "parts", "bad_parts")
            ]
        );
        assert_eq!(goods.rows.iter().map(|row| row.weight_g).collect::<Vec<_>>(), [Some(2)]);
        assert_eq!(list("title,weight\na,1\n").expect_err("no codes").code, "missing_columns");
    }
}
