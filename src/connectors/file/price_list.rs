//! Price sheets of carriers: one row per region and band, several regions in a cell if need be.
//!
//! Without columns for them a first weight and a step are one kilogram, as on most sheets. Amounts are written in yuan
//! (or the currency's main unit), weights in kilograms or grams as the column's name says.

use super::lists::{Column, Columns, Reader};
use super::split::Cells;
use super::table::Table;
use super::{Options, Rejection, Source, places};
use crate::connectors::Refusal;
use crate::domain::freight::Rate;

/// Grams of a first weight and of a step where a sheet has no column for them.
const USUAL_G: i64 = 1_000;

/// A rate with its row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PriceRow {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    pub rate: Rate,
}

/// A sheet that was read.
#[derive(Debug, Default)]
pub struct PriceList {
    pub rows: Vec<PriceRow>,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
    columns: Columns,
}

impl PriceList {
    /// The file's own name of a column; our word for it when the file has none.
    pub fn column<'a>(&'a self, what: &'a str) -> &'a str {
        self.columns.name(what)
    }
}

const COLUMNS: &[Column] = &[
    (
        "region",
        &[
            "region",
            "province",
            "destination",
            "省份",
            "省",
            "地区",
            "目的地",
            "目的省",
            "目的省份",
            "收件省",
            "区域",
            "城市",
            "编码",
        ],
        0,
    ),
    ("first_g", &["firstg", "firstweightg", "首重g", "首重克", "首重重量g"], 0),
    ("first_g", &["firstkg", "firstweightkg", "首重kg", "首重公斤", "首重千克", "首重重量", "首重重量kg"], 3),
    (
        "first_price",
        &[
            "firstprice",
            "price",
            "首重价格",
            "首重费用",
            "首重费",
            "首费",
            "首重元",
            "首重",
            "首重1kg",
            "价格",
            "单价",
        ],
        0,
    ),
    ("step_g", &["stepg", "续重g", "续重克", "续重重量g"], 0),
    ("step_g", &["stepkg", "续重kg", "续重公斤", "续重千克", "续重重量", "续重重量kg", "续重单位kg"], 3),
    (
        "step_price",
        &[
            "stepprice",
            "additionalprice",
            "续重价格",
            "续重费用",
            "续重费",
            "续费",
            "续重元",
            "续重",
            "续重1kg",
        ],
        0,
    ),
    ("surcharge", &["surcharge", "附加费", "附加费元", "加收"], 0),
];

/// Reads a sheet whole; amounts are of `currency`.
///
/// # Errors
/// When the file is no table, or has no column of regions or of prices.
pub fn read(source: Box<dyn Source>, options: &Options, currency: &str) -> Result<PriceList, Refusal> {
    let mut table = Table::open(source, options)?;
    let (columns, passed_over) = Columns::of(table.header.names(), COLUMNS);
    for (what, said) in [("region", "region or 省份"), ("first_price", "first_price or 首重价格")] {
        if !columns.has(what) {
            return Err(Refusal::new(
                "missing_columns",
                format!(
                    "No column of the file is called {said}; its columns are {}.",
                    table.header.names().join(", ")
                ),
                "Name the columns region (省份), first_price (首重价格), step_price (续重价格).",
            ));
        }
    }
    let mut list = PriceList { passed_over, columns, ..PriceList::default() };
    let mut rows = table.rows()?;
    let mut cells = Cells::default();
    while let Some(row) = rows.next(&mut cells) {
        match row.fault {
            Some(fault) => list.rejected.push(fault.reject(row.number, &cells)),
            None => {
                let reader = Reader { row: row.number, cells: &cells, columns: &list.columns };
                match rates(&reader, currency) {
                    Ok(rates) => {
                        list.rows.extend(rates.into_iter().map(|rate| PriceRow { row: row.number, rate }))
                    }
                    Err(rejection) => list.rejected.push(rejection),
                }
            }
        }
    }
    Ok(list)
}

/// One rate per region of the row.
fn rates(row: &Reader, currency: &str) -> Result<Vec<Rate>, Rejection> {
    let regions = places::codes(row.raw("region")).map_err(|name| {
        let next =
            format!("{name:?} is no region; write names such as 浙江, or 2, 4 or 6 digits of GB/T 2260");
        row.reject("region", "unknown", &next)
    })?;
    let Some(first_price) = row.money("first_price", currency)? else {
        return Err(row.reject("first_price", "missing", "write what the first weight costs"));
    };
    let step_price = row.money("step_price", currency)?.unwrap_or(0);
    let step_g = row.number("step_g")?.unwrap_or(if step_price > 0 { USUAL_G } else { 0 });
    let first_g = row.number("first_g")?.unwrap_or(USUAL_G);
    let surcharge = row.money("surcharge", currency)?.unwrap_or(0);
    let rate = |region| Rate { region, first_g, first_price, step_g, step_price, surcharge };
    Ok(regions.into_iter().map(rate).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::domain::time::UtcTime;

    fn list(text: &str) -> Result<PriceList, Refusal> {
        let options = Options::new(UtcTime::parse("2026-11-20T00:00:00Z").expect("a time"));
        read(Box::new(Cursor::new(text.as_bytes().to_vec())), &options, "CNY")
    }

    #[test]
    fn a_carriers_sheet_is_read_row_by_row() {
        let list = list("省份,首重(kg),首重价格,续重(kg),续重价格,附加费,备注\n江浙沪,1,3.5,1,0.8,,近\n新疆,1,15,0.5,7.00,2,\n")
            .expect("a sheet");
        let shown: Vec<_> = (list.rows.iter())
            .map(|one| {
                let rate = &one.rate;
                (
                    one.row,
                    rate.region.as_str(),
                    rate.first_g,
                    rate.first_price,
                    rate.step_g,
                    rate.step_price,
                    rate.surcharge,
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (2, "32", 1000, 350, 1000, 80, 0),
                (2, "33", 1000, 350, 1000, 80, 0),
                (2, "31", 1000, 350, 1000, 80, 0),
                (3, "65", 1000, 1500, 500, 700, 200),
            ]
        );
        assert_eq!(list.passed_over, ["备注"]);
    }

    #[test]
    fn one_bad_row_leaves_the_others_and_is_named() {
        let list =
            list("地区\t首重\t续重\n火星\t1\t1\n浙江\tfree\t1\n北京\t\t1\n上海\t4元\t1\n").expect("a sheet");
        let refused: Vec<_> =
            list.rejected.iter().map(|one| (one.row, one.field.as_str(), one.code.as_ref())).collect();
        assert_eq!(refused, [(2, "地区", "unknown"), (3, "首重", "bad_amount"), (4, "首重", "missing")]);
        assert_eq!(list.rows.len(), 1);
        assert_eq!((list.rows[0].rate.first_price, list.rows[0].rate.step_g), (400, 1000));
        assert_eq!(super::tests::list("名称,价格\na,1\n").expect_err("no regions").code, "missing_columns");
    }
}
