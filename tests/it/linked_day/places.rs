//! The four platforms of the day as one: each sells, changes its mind, misbehaves, and says what it shows.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use huidan::app::App;
use huidan::connectors::douyin::sign::event_sign;
use huidan::connectors::woocommerce::sign::sign_webhook;
use serde_json::{Value as Json, json};

use crate::gateways::douyin::{self, line_id, shown};
use crate::gateways::pdd::{self, Pdd};
use crate::gateways::top::{self, Top, Trade};
use crate::gateways::{World, woo};
use crate::support::gateway::Gateway;

/// What somebody does to an order that has not left.
#[derive(Clone, Copy)]
pub enum Change {
    Hold,
    Release,
    Cancel,
    /// The money of a line is asked back.
    AskBack,
}

/// An order as its platform shows it, in our words.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    pub state: String,
    /// Number, pieces, refund.
    pub lines: BTreeSet<(String, i64, String)>,
}

/// A platform with its gateway.
pub struct Place {
    pub platform: &'static str,
    gateway: Gateway,
    shop: Kind,
}

enum Kind {
    Top(Arc<Top>),
    Pdd(Arc<Pdd>),
    Douyin(Arc<douyin::Shop>),
    Woo(Arc<woo::Shop>),
}

/// Seconds a token lasts here, where it can be refreshed, and the right to that.
const SHORT: (i64, i64) = (14, 30 * 86_400);
const YEAR: (i64, i64) = (365 * 86_400, 365 * 86_400);

/// All four, by this app's clock and without orders.
pub fn open(app: &App) -> Vec<Place> {
    let (top, top_gateway) = top::start(app, BTreeMap::new());
    top.tokens().life = SHORT;
    let (pdd, pdd_gateway) = pdd::start(app, BTreeMap::new());
    pdd.tokens().life = YEAR;
    let douyin = douyin::Shop::of(app, []);
    {
        let mut tokens = douyin.world.tokens();
        (tokens.life, tokens.has_grace) = (SHORT, true);
    }
    let douyin_gateway = douyin.start();
    let woo = woo::Shop::new();
    let woo_gateway = woo.open();
    vec![
        Place { platform: "taobao", gateway: top_gateway, shop: Kind::Top(top) },
        Place { platform: "pdd", gateway: pdd_gateway, shop: Kind::Pdd(pdd) },
        Place { platform: "douyin", gateway: douyin_gateway, shop: Kind::Douyin(douyin) },
        Place { platform: "woocommerce", gateway: woo_gateway, shop: Kind::Woo(woo) },
    ]
}

fn seconds<T>(world: &World<T>) -> i64 {
    world.now().chrono().timestamp()
}

fn number(n: usize) -> u64 {
    u64::try_from(n).expect("few")
}

fn place_of(n: usize) -> i64 {
    i64::try_from(n).expect("few")
}

impl Place {
    pub fn address(&self) -> String {
        self.gateway.address()
    }

    /// The keys a person types; a token follows by consent where there is one.
    pub fn keys(&self) -> Json {
        match self.shop {
            Kind::Top(_) => json!({ "app_key": top::KEY, "app_secret": top::SECRET }),
            Kind::Pdd(_) => json!({ "client_id": pdd::ID, "client_secret": pdd::SECRET }),
            Kind::Douyin(_) => json!({ "app_key": douyin::KEY, "app_secret": douyin::SECRET }),
            Kind::Woo(_) => woo::credentials(),
        }
    }

    /// The owner consents on the platform's page; the code they come back with, where there is such a page.
    pub fn consents(&self) -> Option<String> {
        let mut tokens = match &self.shop {
            Kind::Top(top) => top.tokens(),
            Kind::Pdd(pdd) => pdd.tokens(),
            Kind::Douyin(douyin) => douyin.world.tokens(),
            Kind::Woo(_) => return None,
        };
        tokens.code = format!("code-{}", tokens.given);
        Some(tokens.code.clone())
    }

    /// How many tokens it has given.
    pub fn tokens_given(&self) -> usize {
        match &self.shop {
            Kind::Top(top) => top.tokens().given,
            Kind::Pdd(pdd) => pdd.tokens().given,
            Kind::Douyin(douyin) => douyin.world.tokens().given,
            Kind::Woo(_) => 0,
        }
    }

    /// Somebody buys, paid.
    pub fn sell(&self, n: usize) {
        // Two of each eight have one recipient.
        let whose = if n % 8 == 3 { n - 1 } else { n };
        match &self.shop {
            Kind::Top(top) => {
                let tid = top::FIRST + number(n);
                let trade = Trade { oaid: format!("oaid-{whose}"), ..Trade::paid(tid, seconds(top), 2) };
                top.rows().insert(tid, trade);
            }
            Kind::Pdd(pdd) => {
                pdd.rows().insert(pdd::number(place_of(n)), pdd::Order::paid(seconds(pdd)));
            }
            Kind::Douyin(douyin) => {
                let id = douyin::FIRST + number(n);
                let mut order = shown(id, seconds(&douyin.world));
                order.address = format!("#{whose}");
                douyin.orders().insert(id, order);
            }
            Kind::Woo(woo) => woo.sell(n),
        }
    }

    /// Somebody changes an order, unless it has left.
    pub fn change(&self, n: usize, change: Change) {
        match &self.shop {
            Kind::Top(top) => {
                let now = seconds(top);
                let mut rows = top.rows();
                let trade = rows.get_mut(&(top::FIRST + number(n))).expect("a trade");
                if trade.status != "WAIT_SELLER_SEND_GOODS" {
                    return;
                }
                match change {
                    Change::Hold => trade.hold = true,
                    Change::Release => trade.hold = false,
                    Change::Cancel => trade.status = "TRADE_CLOSED",
                    Change::AskBack => trade.lines[1].refund = "WAIT_SELLER_AGREE",
                }
                trade.modified = now;
            }
            Kind::Pdd(pdd) => {
                let now = seconds(pdd);
                let mut rows = pdd.rows();
                let order = rows.get_mut(&pdd::number(place_of(n))).expect("an order");
                if order.status != "1" {
                    return;
                }
                match change {
                    Change::Hold => order.risk = 1,
                    Change::Release => order.risk = 0,
                    Change::Cancel => order.confirmed = "2",
                    Change::AskBack => order.refund = "2",
                }
                order.updated_at = now;
            }
            Kind::Douyin(douyin) => {
                let now = seconds(&douyin.world);
                let mut orders = douyin.orders();
                let order = orders.get_mut(&(douyin::FIRST + number(n))).expect("an order");
                if ![2, 105].contains(&order.status) {
                    return;
                }
                match change {
                    Change::Hold => order.status = 105,
                    Change::Release => order.status = 2,
                    Change::Cancel => order.status = 4,
                    Change::AskBack => order.lines[1].1 = 6,
                }
                order.updated = now;
            }
            // Asking back is a matter between buyer and seller there; the seller stops the order.
            Kind::Woo(woo) => woo.set(
                n + 1,
                match change {
                    Change::Hold | Change::AskBack => "on-hold",
                    Change::Release => "processing",
                    Change::Cancel => "cancelled",
                },
            ),
        }
    }

    /// The next call is one too many, or the next write is done and never answered; and behind the next page that is read
    /// an order moves to another.
    pub fn misbehave(&self, n: usize) {
        match &self.shop {
            Kind::Top(top) => {
                let now = seconds(top);
                top.then(move |rows| {
                    let oldest = rows.values_mut().filter(|trade| trade.status == "WAIT_SELLER_SEND_GOODS");
                    oldest.take(1).for_each(|trade| trade.modified = now);
                });
            }
            Kind::Pdd(pdd) => {
                let now = seconds(pdd);
                pdd.then(move |rows| {
                    let oldest = rows.values_mut().filter(|order| order.status == "1");
                    oldest.take(1).for_each(|order| order.updated_at = now);
                });
            }
            Kind::Douyin(_) | Kind::Woo(_) => {}
        }
        let (bans, silent_writes) = match &self.shop {
            Kind::Top(top) => (&top.bans, &top.silent_writes),
            Kind::Pdd(pdd) => (&pdd.bans, &pdd.silent_writes),
            Kind::Douyin(douyin) => (&douyin.world.bans, &douyin.world.silent_writes),
            // It does so by itself.
            Kind::Woo(_) => return,
        };
        let which = if n.is_multiple_of(2) { bans } else { silent_writes };
        which.store(1, Ordering::Relaxed);
    }

    /// A push that something has changed, with the header that signs it.
    pub fn push(&self, n: usize) -> Option<(String, &'static str, String)> {
        match self.shop {
            Kind::Douyin(_) => {
                let body = format!(r#"[{{"tag":"101","msg_id":"m{n}","data":"{{}}"}}]"#);
                let signature = event_sign(douyin::KEY, body.as_bytes(), douyin::SECRET);
                Some((body, "event-sign", signature))
            }
            Kind::Woo(_) => {
                let body = json!({ "id": n + 1, "status": "processing" }).to_string();
                let signature = sign_webhook(body.as_bytes(), woo::SECRET);
                Some((body, "x-wc-webhook-signature", signature))
            }
            Kind::Top(_) | Kind::Pdd(_) => None,
        }
    }

    /// All orders as it shows them, by number.
    pub fn rows(&self) -> BTreeMap<String, Row> {
        let row = |state: &str, lines: Vec<(String, i64, &str)>| {
            let lines = lines.into_iter().map(|(line, pieces, refund)| (line, pieces, refund.to_owned()));
            Row { state: state.to_owned(), lines: lines.collect() }
        };
        let asked = |is_asked: bool| if is_asked { "requested" } else { "none" };
        match &self.shop {
            Kind::Top(top) => {
                let rows = top.rows();
                let row = |(tid, trade): (&u64, &Trade)| {
                    let state = match (trade.status, trade.hold) {
                        ("WAIT_SELLER_SEND_GOODS", true) => "held",
                        ("WAIT_SELLER_SEND_GOODS", false) => "awaiting_shipment",
                        ("TRADE_CLOSED", _) => "cancelled",
                        _ => "shipped",
                    };
                    // A line that is closed was paid back.
                    let refund = |line: &top::Line| match state {
                        "cancelled" => "refunded",
                        _ => asked(line.refund != "NO_REFUND"),
                    };
                    let lines = trade.lines.iter();
                    let lines = lines.map(|line| (line.oid.to_string(), line.num, refund(line)));
                    (tid.to_string(), row(state, lines.collect()))
                };
                rows.iter().map(row).collect()
            }
            Kind::Pdd(pdd) => {
                let rows = pdd.rows();
                let row = |(number, order): (&String, &pdd::Order)| {
                    let state = match (order.confirmed, order.status, order.risk) {
                        ("2", _, _) => "cancelled",
                        (_, "1", 1) => "held",
                        (_, "1", _) => "awaiting_shipment",
                        _ => "shipped",
                    };
                    let refund = asked(order.refund == "2");
                    let lines = [("9007199254740993", 2), ("9007199254740994", 1)];
                    let lines = lines.map(|(line, pieces)| (line.to_owned(), pieces, refund));
                    (number.clone(), row(state, lines.to_vec()))
                };
                rows.iter().map(row).collect()
            }
            Kind::Douyin(douyin) => {
                let orders = douyin.orders();
                let row = |(id, order): (&u64, &douyin::Shown)| {
                    let state = match order.status {
                        105 => "held",
                        2 => "awaiting_shipment",
                        4 => "cancelled",
                        _ => "shipped",
                    };
                    let is_cancelled = order.status == 4;
                    let lines = order.lines.iter().enumerate().map(|(at, (pieces, after_sale))| {
                        let refund = if is_cancelled { "refunded" } else { asked(*after_sale == 6) };
                        (line_id(*id, at).to_string(), *pieces, refund)
                    });
                    (id.to_string(), row(state, lines.collect()))
                };
                orders.iter().map(row).collect()
            }
            Kind::Woo(woo) => {
                let row = |(id, status, _): (String, String, _)| {
                    let state = match status.as_str() {
                        "on-hold" => "held",
                        "processing" => "awaiting_shipment",
                        state => state,
                    };
                    let line = (format!("{id}0"), 1, "none");
                    (id, row(state, vec![line]))
                };
                woo.shows().into_iter().map(row).collect()
            }
        }
    }

    /// The orders that may leave and have not.
    pub fn due(&self) -> BTreeSet<String> {
        self.rows().into_iter().filter(|(_, row)| row.is_due()).map(|(number, _)| number).collect()
    }

    /// In how many parcels those leave: where the platform says that two recipients are the same, they share one.
    #[allow(dead_code)] // The real shops' day, which shares these places, counts by it.
    pub fn due_parcels(&self) -> usize {
        let due = self.due();
        let recipients: BTreeSet<String> = match &self.shop {
            Kind::Top(top) => {
                let rows = top.rows();
                let due = rows.iter().filter(|(tid, _)| due.contains(&tid.to_string()));
                due.map(|(_, trade)| trade.oaid.clone()).collect()
            }
            Kind::Douyin(douyin) => {
                let orders = douyin.orders();
                let due = orders.iter().filter(|(id, _)| due.contains(&id.to_string()));
                due.map(|(_, order)| order.address.clone()).collect()
            }
            Kind::Pdd(_) | Kind::Woo(_) => return due.len(),
        };
        recipients.len()
    }

    /// Each order with every waybill number it was told, as often as it was told.
    pub fn told(&self) -> Vec<(String, String)> {
        let mut told = Vec::new();
        match &self.shop {
            Kind::Top(top) => {
                for (tid, trade) in &*top.rows() {
                    // The number stands at each line; one call writes it to both.
                    let times = trade.lines.iter().map(|line| line.told).max().unwrap_or_default();
                    let numbers: BTreeSet<&String> = trade
                        .lines
                        .iter()
                        .map(|line| &line.number)
                        .filter(|number| !number.is_empty())
                        .collect();
                    for number in numbers {
                        told.extend((0..times).map(|_| (tid.to_string(), number.clone())));
                    }
                }
            }
            Kind::Pdd(pdd) => {
                for (order, row) in &*pdd.rows() {
                    told.extend(row.numbers.iter().map(|number| (order.clone(), number.clone())));
                }
            }
            Kind::Douyin(douyin) => {
                for (id, order) in &*douyin.orders() {
                    told.extend(order.packs.iter().map(|pack| (id.to_string(), pack.0.clone())));
                }
            }
            Kind::Woo(woo) => {
                for (id, _, numbers) in woo.shows() {
                    told.extend(numbers.into_iter().map(|number| (id.clone(), number)));
                }
            }
        }
        told
    }
}

impl Row {
    /// An order's number and row, of how the API shows it.
    pub fn of(order: &Json) -> (String, Self) {
        let text = |value: &Json| value.as_str().expect("a text").to_owned();
        let line = |line: &Json| {
            (text(&line["number"]), line["quantity"].as_i64().expect("a number"), text(&line["refund"]))
        };
        let lines = order["lines"].as_array().expect("lines").iter().map(line).collect();
        (text(&order["number"]), Self { state: text(&order["state"]), lines })
    }

    /// Whether it may leave and has not.
    pub fn is_due(&self) -> bool {
        self.state == "awaiting_shipment" && self.lines.iter().all(|(_, _, refund)| refund == "none")
    }
}
