//! TOP as it answers: every signature and clock checked, unknown parameters refused, windows and pages held to their
//! limits, lists sorted by the time of change, 200 to everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use huidan::app::App;
use huidan::connectors::taobao::sign::{Method, sign};
use serde_json::{Value as Json, json};

use super::World;
use crate::support::gateway::{Asked, Gateway, Given};

pub const KEY: &str = "12345678";
pub const SECRET: &str = "helloworld";

/// A trade as the platform keeps it.
#[derive(Clone)]
pub struct Trade {
    pub status: &'static str,
    /// Seconds since 1970.
    pub created: i64,
    pub modified: i64,
    pub hold: bool,
    /// No list shows it.
    pub is_hidden: bool,
    pub oaid: String,
    pub memo: String,
    pub flag: String,
    pub lines: Vec<Line>,
}

#[derive(Clone)]
pub struct Line {
    pub oid: u64,
    pub num: i64,
    pub refund: &'static str,
    pub number: String,
    /// How often it was told.
    pub told: usize,
}

pub type Trades = BTreeMap<u64, Trade>;
pub type Top = World<Trades>;

/// Larger than a floating number can count.
pub const FIRST: u64 = 9_007_199_254_740_993;

impl Trade {
    /// Paid, of so many lines, changed at that second.
    pub fn paid(tid: u64, modified: i64, lines: u64) -> Self {
        let line =
            |at| Line { oid: tid * 10 + at, num: 2, refund: "NO_REFUND", number: String::new(), told: 0 };
        let lines = (0..lines).map(line).collect();
        let oaid = format!("oaid-{tid}");
        Self {
            status: "WAIT_SELLER_SEND_GOODS",
            created: modified - 60,
            modified,
            hold: false,
            is_hidden: false,
            oaid,
            memo: "老客户".to_owned(),
            flag: "1".to_owned(),
            lines,
        }
    }
}

/// So many trades of one line, the first changed at `since`, each `step` seconds after the one before.
pub fn trades(count: u64, since: i64, step: i64) -> Trades {
    (0..count)
        .map(|at| (FIRST + at, Trade::paid(FIRST + at, since + step * i64::try_from(at).expect("few"), 1)))
        .collect()
}

pub fn start(app: &App, trades: Trades) -> (Arc<Top>, Gateway) {
    let top = Arc::new(Top::new(app, trades));
    let shop = top.clone();
    let dated = move |asked: &Asked| {
        let (status, mut headers, body) = answer(&shop, asked);
        headers.push(("date", shop.now().chrono().format("%a, %d %b %Y %H:%M:%S GMT").to_string()));
        (status, headers, body)
    };
    (top, Gateway::start(dated))
}

fn refused(code: u32, sub_code: &str, sub_msg: &str) -> Given {
    let error = json!({ "code": code, "msg": "Remote service error", "sub_code": sub_code, "sub_msg": sub_msg,
        "request_id": "15x" });
    (200, Vec::new(), json!({ "error_response": error }).to_string())
}

fn given(method: &str, within: Json) -> Given {
    let root = format!("{}_response", method.replace('.', "_"));
    (200, Vec::new(), json!({ root: within }).to_string())
}

const COMMON: &[&str] = &["method", "app_key", "session", "timestamp", "format", "v", "sign_method", "sign"];

fn known(method: &str) -> Option<&'static [&'static str]> {
    Some(match method {
        "taobao.trades.sold.increment.get" => {
            &["fields", "start_modified", "end_modified", "page_no", "page_size", "use_has_next"]
        }
        "taobao.trades.sold.get" => {
            &["fields", "start_created", "end_created", "page_no", "page_size", "use_has_next"]
        }
        "taobao.trade.fullinfo.get" => &["fields", "tid"],
        "taobao.trade.memo.update" => &["tid", "memo", "flag"],
        "taobao.logistics.offline.send" => &["tid", "out_sid", "company_code", "is_split", "sub_tid"],
        "taobao.top.auth.token.create" => &["code"],
        "taobao.top.auth.token.refresh" => &["refresh_token"],
        _ => return None,
    })
}

fn answer(top: &Top, asked: &Asked) -> Given {
    let form = asked.form();
    let get = |name: &str| form.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
    let method = get("method");
    let Some(params) = known(method) else { return refused(22, "isv.invalid-method", method) };
    if let Some((name, _)) = form.iter().find(|(name, value)| {
        value.is_empty() || !COMMON.contains(&name.as_str()) && !params.contains(&name.as_str())
    }) {
        return refused(41, "isv.invalid-parameter", name);
    }
    if (get("app_key"), get("v"), get("format")) != (KEY, "2.0", "json") {
        return refused(29, "isv.appkey-not-exists", "");
    }
    let signed = form.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    if get("sign_method") != "hmac-sha256"
        || sign(signed, SECRET.as_bytes(), Method::HmacSha256) != get("sign")
    {
        return refused(25, "", "Invalid signature");
    }
    let off =
        seconds(get("timestamp")).map_or(i64::MAX, |then| (top.now().chrono().timestamp() - then).abs());
    if off > 600 {
        return refused(31, "", "Invalid timestamp");
    }
    if Top::takes(&top.bans) {
        let words = "This ban will last for 0 more seconds";
        return refused(7, "accesscontrol.limited-by-app-api-access-count", words);
    }
    if let Some(token) = method.strip_prefix("taobao.top.auth.token.") {
        let (code, again) = (Some(get("code")), Some(get("refresh_token")));
        let tokens = if token == "create" { top.give(code, None) } else { top.give(None, again) };
        let Some(tokens) = tokens else { return refused(15, "isv.invalid-token", "no longer valid") };
        let text = json!({ "access_token": tokens.access, "refresh_token": tokens.refresh, "token_type": "Bearer",
            "expires_in": tokens.life.0, "re_expires_in": tokens.life.1, "taobao_user_nick": "商家" });
        return given(method, json!({ "token_result": text.to_string() }));
    }
    if !top.opens(get("session")) {
        return refused(27, "session-expired", "Invalid session");
    }
    match method {
        "taobao.trade.fullinfo.get" => detail(top, method, get("tid"), get("fields")),
        "taobao.trade.memo.update" => note(top, method, get("tid"), (get("memo"), get("flag"))),
        "taobao.logistics.offline.send" => send(
            top,
            method,
            get("tid"),
            (get("out_sid"), get("company_code")),
            get("sub_tid"),
            get("is_split"),
        ),
        _ => list(top, method, &get),
    }
}

/// `2026-11-20 12:00:00` in China.
fn seconds(text: &str) -> Option<i64> {
    let moment = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    Some(moment.and_utc().timestamp() - 8 * 3600)
}

fn shown(seconds: i64) -> String {
    let moment = chrono::DateTime::from_timestamp(seconds + 8 * 3600, 0).expect("within the calendar");
    moment.format("%Y-%m-%d %H:%M:%S").to_string()
}

fn list<'a>(top: &Top, method: &str, get: &impl Fn(&str) -> &'a str) -> Given {
    let is_changed = method.contains("increment");
    let names =
        if is_changed { ("start_modified", "end_modified") } else { ("start_created", "end_created") };
    let (Some(start), Some(end)) = (seconds(get(names.0)), seconds(get(names.1))) else {
        return refused(40, "isv.missing-parameter", names.0);
    };
    let (Ok(page), Ok(size)) = (get("page_no").parse::<usize>(), get("page_size").parse::<usize>()) else {
        return refused(41, "isv.invalid-parameter:page_no", "");
    };
    let now = top.now().chrono().timestamp();
    if is_changed && end - start > 86_400 || start < now - 90 * 86_400 || end < start || end > now {
        return refused(
            15,
            "isv.invalid-parameter:start_modified",
            "the window is too long, too old or open",
        );
    }
    if page == 0 || size == 0 || size > 100 {
        return refused(41, "isv.invalid-parameter:page_size", "");
    }
    let time = |trade: &Trade| if is_changed { trade.modified } else { trade.created };
    let answer = {
        let rows = top.rows();
        let mut found: Vec<(&u64, &Trade)> = rows
            .iter()
            .filter(|(_, trade)| !trade.is_hidden && (start..=end).contains(&time(trade)))
            .collect();
        found.sort_by_key(|(tid, trade)| std::cmp::Reverse((time(trade), **tid)));
        let page = found.iter().skip((page - 1) * size).take(size);
        let trades: Vec<Json> =
            page.map(|(tid, trade)| json!({ "tid": tid, "modified": shown(trade.modified) })).collect();
        let within = json!({ "total_results": found.len(), "trades": { "trade": trades } });
        given(method, within)
    };
    top.listed();
    answer
}

fn detail(top: &Top, method: &str, tid: &str, fields: &str) -> Given {
    let rows = top.rows();
    let found = tid.parse::<u64>().ok().and_then(|tid| Some((tid, rows.get(&tid)?)));
    let Some((tid, trade)) = found else { return refused(15, "isv.trade-not-exist", tid) };
    let has = |name: &str| fields.split(',').any(|field| field == name);
    let is_named = ["receiver_name", "receiver_address", "receiver_mobile", "receiver_phone", "created"]
        .into_iter()
        .all(has);
    let lines: Vec<Json> = trade
        .lines
        .iter()
        .map(|line| {
            // Lines know no state of being shipped in part.
            let status = match (line.number.as_str(), trade.status) {
                ("", "SELLER_CONSIGNED_PART") => "WAIT_SELLER_SEND_GOODS",
                ("", status) => status,
                _ => "WAIT_BUYER_CONFIRM_GOODS",
            };
            json!({ "oid": line.oid, "status": status, "refund_status": line.refund, "num": line.num, "price": "12.50",
                "divide_order_fee": "20.00", "title": "茶", "sku_properties_name": "规格:250g", "outer_sku_id": "TEA-250",
                "invoice_no": line.number })
        })
        .collect();
    let mut shown = json!({ "tid": tid, "status": trade.status, "type": "fixed", "created": shown(trade.created),
        "pay_time": shown(trade.created + 5), "modified": shown(trade.modified), "payment": "20.00", "post_fee": "0.00",
        "buyer_nick": "茶**友", "seller_flag": trade.flag, "seller_memo": trade.memo, "receiver_name": "陈**",
        "receiver_state": "浙江省", "receiver_city": "杭州市", "receiver_district": "西湖区", "receiver_address": "***",
        "receiver_mobile": "138****0001", "orders": { "order": lines } });
    if is_named {
        shown["oaid"] = trade.oaid.clone().into();
    }
    if trade.hold {
        shown["team_buy_hold"] = 1.into();
    }
    given(method, json!({ "trade": shown }))
}

fn note(top: &Top, method: &str, tid: &str, (memo, flag): (&str, &str)) -> Given {
    let now = top.now().chrono().timestamp();
    let mut rows = top.rows();
    let Some(trade) = tid.parse::<u64>().ok().and_then(|tid| rows.get_mut(&tid)) else {
        return refused(15, "isv.trade-not-exist", tid);
    };
    if memo.len() > 1_000 || !matches!(flag, "" | "0" | "1" | "2" | "3" | "4" | "5") {
        return refused(41, "isv.invalid-parameter", memo);
    }
    // Without a flag it is grey.
    let flag = if flag.is_empty() { "0" } else { flag };
    (trade.memo, trade.flag, trade.modified) = (memo.to_owned(), flag.to_owned(), now);
    if Top::takes(&top.silent_writes) {
        return (0, Vec::new(), String::new());
    }
    given(method, json!({ "trade": { "tid": tid } }))
}

fn send(
    top: &Top,
    method: &str,
    tid: &str,
    (number, company): (&str, &str),
    lines: &str,
    is_split: &str,
) -> Given {
    let now = top.now().chrono().timestamp();
    let refuse = |code: &str| refused(15, &format!("isv.logistics-offline-service-error:{code}"), code);
    let mut rows = top.rows();
    let Some(trade) = tid.parse::<u64>().ok().and_then(|tid| rows.get_mut(&tid)) else {
        return refuse("B01");
    };
    if company != "ZTO" || number.len() < 8 {
        return refuse("B60");
    }
    if (is_split == "1") == lines.is_empty() {
        return refuse("P38");
    }
    let wanted: Vec<u64> = lines.split(',').filter_map(|line| line.parse().ok()).collect();
    let is_wanted = |line: &Line| wanted.is_empty() || wanted.contains(&line.oid);
    if !matches!(trade.status, "WAIT_SELLER_SEND_GOODS" | "SELLER_CONSIGNED_PART")
        || trade.lines.iter().any(|line| is_wanted(line) && !line.number.is_empty())
    {
        return refuse("B04");
    }
    for line in trade.lines.iter_mut().filter(|line| wanted.is_empty() || wanted.contains(&line.oid)) {
        line.number = number.to_owned();
        line.told += 1;
    }
    let is_whole = trade.lines.iter().all(|line| !line.number.is_empty());
    trade.status = if is_whole { "WAIT_BUYER_CONFIRM_GOODS" } else { "SELLER_CONSIGNED_PART" };
    trade.modified = now;
    if Top::takes(&top.silent_writes) {
        return (0, Vec::new(), String::new());
    }
    given(method, json!({ "shipping": { "is_success": true } }))
}
