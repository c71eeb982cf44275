//! Notices of carriers as tables: which regions are closed, dearer or slower, and when. Also pasted from a sheet.

use super::cells::fold;
use super::lists::{Column, Columns, Reader};
use super::split::Cells;
use super::table::Table;
use super::{Options, Rejection, Source, places};
use crate::connectors::Refusal;
use crate::domain::region_rule::RegionEffect;
use crate::domain::validity::day;

/// What a row says; empty where it says nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeRow {
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    pub carrier: String,
    pub service: String,
    /// A code without zeros behind it; empty for everywhere.
    pub region: String,
    pub effect: Option<RegionEffect>,
    /// Minor units.
    pub amount: Option<i64>,
    pub days: Option<i64>,
    /// ISO days.
    pub valid_from: String,
    pub valid_until: String,
    pub note: String,
}

/// A notice that was read.
#[derive(Debug, Default)]
pub struct Notice {
    pub rows: Vec<NoticeRow>,
    pub rejected: Vec<Rejection>,
    /// Columns that mean nothing here.
    pub passed_over: Vec<String>,
    columns: Columns,
}

impl Notice {
    /// The file's own name of a column; our word for it when the file has none.
    pub fn column<'a>(&'a self, what: &'a str) -> &'a str {
        self.columns.name(what)
    }
}

const COLUMNS: &[Column] = &[
    ("carrier", &["carrier", "快递", "快递公司", "承运商", "物流公司"], 0),
    ("service", &["service", "产品", "服务", "业务类型"], 0),
    (
        "region",
        &[
            "region",
            "province",
            "area",
            "地区",
            "区域",
            "省份",
            "省",
            "省市",
            "停发区域",
            "停发地区",
            "目的地",
            "城市",
            "编码",
        ],
        0,
    ),
    ("effect", &["effect", "state", "类型", "状态", "情况", "措施", "影响"], 0),
    ("amount", &["amount", "surcharge", "附加费", "加价", "加收", "加收元", "附加费元"], 0),
    ("days", &["days", "延误天数", "延迟天数", "天数"], 0),
    (
        "valid_from",
        &["validfrom", "from", "start", "开始", "开始日期", "开始时间", "停发日期", "起始日期", "停收时间"],
        0,
    ),
    (
        "valid_until",
        &["validuntil", "until", "end", "结束", "结束日期", "结束时间", "恢复前一日", "截止日期"],
        0,
    ),
    ("note", &["note", "reason", "备注", "原因", "说明"], 0),
];

/// Words of notices, and what they say.
const EFFECTS: &[(&[&str], RegionEffect)] = &[
    (&["closed", "停发", "停收", "停运", "不可达", "不派送", "暂停", "封控", "停派"], RegionEffect::Closed),
    (&["surcharge", "加价", "加收", "附加费", "涨价"], RegionEffect::Surcharge),
    (&["slow", "延误", "延迟", "时效慢", "减速", "滞后"], RegionEffect::Slow),
];

/// Reads a notice whole; amounts are of `currency`.
///
/// # Errors
/// When the file is no table, or has no column of regions.
pub fn read(source: Box<dyn Source>, options: &Options, currency: &str) -> Result<Notice, Refusal> {
    let mut table = Table::open(source, options)?;
    let (columns, passed_over) = Columns::of(table.header.names(), COLUMNS);
    if !columns.has("region") {
        return Err(Refusal::new(
            "missing_columns",
            format!(
                "No column of the file holds regions; its columns are {}.",
                table.header.names().join(", ")
            ),
            "Call the column region or 地区.",
        ));
    }
    let mut notice = Notice { passed_over, columns, ..Notice::default() };
    let mut rows = table.rows()?;
    let mut cells = Cells::default();
    while let Some(row) = rows.next(&mut cells) {
        match row.fault {
            Some(fault) => notice.rejected.push(fault.reject(row.number, &cells)),
            None => {
                match read_row(&Reader { row: row.number, cells: &cells, columns: &notice.columns }, currency)
                {
                    Ok(rows) => notice.rows.extend(rows),
                    Err(rejection) => notice.rejected.push(rejection),
                }
            }
        }
    }
    Ok(notice)
}

/// One row per region of the cell.
fn read_row(row: &Reader, currency: &str) -> Result<Vec<NoticeRow>, Rejection> {
    let regions = places::codes(row.raw("region")).map_err(|name| {
        let next =
            format!("{name:?} is no region; write names such as 新疆, or 2, 4 or 6 digits of GB/T 2260");
        row.reject("region", "unknown", &next)
    })?;
    let effect = match row.text("effect") {
        None => None,
        Some(text) => {
            let word = fold(&text).to_lowercase();
            let known = EFFECTS.iter().find(|(words, _)| words.iter().any(|known| word.contains(known)));
            match known {
                Some((_, effect)) => Some(*effect),
                None => {
                    let next = "write closed (停发), surcharge (加价) or slow (延误)";
                    return Err(row.reject("effect", "unknown", next));
                }
            }
        }
    };
    let on = |what: &'static str| match row.text(what) {
        None => Ok(String::new()),
        Some(text) => day(&fold(&text))
            .map(|day| day.to_string())
            .map_err(|_| row.reject(what, "bad_date", "write a day like 2026-02-10")),
    };
    let (valid_from, valid_until) = (on("valid_from")?, on("valid_until")?);
    let (amount, days) = (row.money("amount", currency)?, row.number("days")?);
    let text = |what| row.text(what).unwrap_or_default();
    let one = |region| NoticeRow {
        row: row.row,
        carrier: text("carrier"),
        service: text("service"),
        region,
        effect,
        amount,
        days,
        valid_from: valid_from.clone(),
        valid_until: valid_until.clone(),
        note: text("note"),
    };
    Ok(regions.into_iter().map(one).collect())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;
    use crate::domain::time::UtcTime;

    fn notice(text: &str) -> Result<Notice, Refusal> {
        let options = Options::new(UtcTime::parse("2026-11-20T00:00:00Z").expect("a time"));
        read(Box::new(Cursor::new(text.as_bytes().to_vec())), &options, "CNY")
    }

    #[test]
    fn a_notice_is_read_as_carriers_write_it() {
        let notice = notice(
            "快递公司,停发区域,类型,开始日期,结束日期,附加费,备注\n中通,新疆、西藏,停发,2026/2/10,2026年2月20日,,春节\n\
             ,内蒙古,加价,2026-02-01,,2.5,\n",
        )
        .expect("a notice");
        let shown: Vec<_> = (notice.rows.iter())
            .map(|one| (one.row, one.carrier.as_str(), one.region.as_str(), one.effect, one.amount))
            .collect();
        let (closed, dearer) = (Some(RegionEffect::Closed), Some(RegionEffect::Surcharge));
        assert_eq!(
            shown,
            [
                (2, "中通", "65", closed, None),
                (2, "中通", "54", closed, None),
                (3, "", "15", dearer, Some(250))
            ]
        );
        assert_eq!(
            (notice.rows[0].valid_from.as_str(), notice.rows[0].valid_until.as_str()),
            ("2026-02-10", "2026-02-20")
        );
    }

    #[test]
    fn pasted_rows_with_mistakes_leave_the_others() {
        let notice = notice("region\teffect\tfrom\n火星\tclosed\t\n新疆\tmaybe\t\n西藏\tslow\ttomorrow\n青海\tclosed\t2026-02-10\n")
            .expect("a notice");
        let refused: Vec<_> =
            notice.rejected.iter().map(|one| (one.row, one.field.as_str(), one.code.as_ref())).collect();
        assert_eq!(refused, [(2, "region", "unknown"), (3, "effect", "unknown"), (4, "from", "bad_date")]);
        assert_eq!((notice.rows.len(), notice.rows[0].region.as_str()), (1, "63"));
        assert_eq!(super::tests::notice("名称\na\n").expect_err("no regions").code, "missing_columns");
    }
}
