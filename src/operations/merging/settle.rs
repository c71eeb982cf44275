//! Puts every order where it belongs: with the others of its recipient, or alone.
//!
//! Called after anything that may change where an order belongs: intake, a hold, a decision. It
//! is idempotent, and the place it finds depends on the facts alone, not on the order in which
//! they arrived. What a person put together or took apart by hand stays so.

use std::collections::{HashMap, HashSet};

use serde_json::json;

use crate::db::Tx;
use crate::db::events::{self, NewEvent};
use crate::db::shipments::{self as record, Allocation, AllocationRow, Join, NewShipment, ShipmentRow};
use crate::domain::error::Error;
use crate::domain::id::{LineId, OrderId, ShipmentId};
use crate::domain::recipient::permission;
use crate::domain::rule::ActionKind;
use crate::operations::shipments::facts::{self, Context, Facts};
use crate::operations::shipments::refresh_with;

/// Why a member that a person added stays although its key differs.
pub const BY_HAND: &str = "by_hand";

/// Why an order is in each of several shipments: a person, or a rule, took it apart.
pub const SPLIT: &str = "split";

/// What intake saw change, for the shipments' sake.
#[derive(Debug, Default)]
pub struct Changes {
    /// Orders whose recipient is another one now.
    pub readdressed: HashSet<OrderId>,
    /// Orders of which a printed paper no longer says what is the case.
    pub papers: HashSet<OrderId>,
    /// Orders that were never here before.
    pub new: HashSet<OrderId>,
}

/// Settles these orders and derives all shipments they touch.
///
/// # Errors
/// When the record cannot be read or written.
pub fn settle(tx: &mut Tx, orders: &[OrderId], changes: &Changes) -> Result<(), Error> {
    let context = Context::load_to_judge(tx)?;
    let now = tx.now;
    let judged = facts::load(tx, &context, orders, now)?;
    let known: Vec<OrderId> = orders.iter().copied().filter(|order| !changes.new.contains(order)).collect();
    let scene = Scene::load(tx, &known)?;
    let mut plan = Plan::new(&context, &scene, &judged, changes);
    for order in orders {
        plan.consider(tx, *order);
    }
    plan.find_companies(tx)?;
    let (touched, stale) = plan.carry_out(tx)?;
    // How many leave together is known only now; what asks for it is asked again.
    let judged = if context.asks_for_company() { HashMap::new() } else { judged };
    refresh_with(tx, &context, &touched, judged, &stale).map(drop)
}

/// Where the orders are before.
struct Scene {
    places: HashMap<OrderId, Vec<(ShipmentId, String)>>,
    shipments: HashMap<ShipmentId, ShipmentRow>,
    /// How many orders are in each.
    company: HashMap<ShipmentId, usize>,
    pieces: HashMap<OrderId, Vec<AllocationRow>>,
}

impl Scene {
    fn load(tx: &mut Tx, orders: &[OrderId]) -> Result<Self, Error> {
        let mut scene = Self {
            places: HashMap::new(),
            shipments: HashMap::new(),
            company: HashMap::new(),
            pieces: HashMap::new(),
        };
        if orders.is_empty() {
            return Ok(scene);
        }
        let mut ids = Vec::new();
        for place in record::places(tx, orders)? {
            ids.push(place.shipment_id);
            scene.places.entry(place.order_id).or_default().push((place.shipment_id, place.joined_why));
        }
        ids.sort();
        ids.dedup();
        scene.shipments = record::lock(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
        for member in record::members(tx, &ids)? {
            *scene.company.entry(member.shipment_id).or_default() += 1;
        }
        for piece in record::allocations(tx, orders)? {
            scene.pieces.entry(piece.order_id).or_default().push(piece);
        }
        Ok(scene)
    }
}

/// What is to be done, collected for all orders before anything is written.
struct Plan<'a> {
    context: &'a Context,
    scene: &'a Scene,
    judged: &'a HashMap<OrderId, Facts>,
    changes: &'a Changes,
    company: HashMap<ShipmentId, usize>,
    leaving: Vec<(ShipmentId, OrderId, &'static str)>,
    /// Orders that look for the company of their key, with the shipment they stand in alone.
    seeking: Vec<(OrderId, String, Option<ShipmentId>)>,
    alone: Vec<OrderId>,
    /// Orders that a rule takes apart, with the shipment they stand in alone.
    splitting: Vec<(OrderId, Option<ShipmentId>)>,
    /// The shipments of each of those, in the order of its parts.
    split_seats: HashMap<OrderId, Vec<ShipmentId>>,
    /// Shipments that give up their key, and are no company for anyone of that key.
    vacated: HashSet<ShipmentId>,
    keys: Vec<(ShipmentId, Option<String>)>,
    new: Vec<NewShipment>,
    joins: Vec<Join>,
    events: Vec<NewEvent>,
    /// The one shipment that holds all pieces of an order; orders split by hand have none.
    seats: HashMap<OrderId, ShipmentId>,
    touched: HashSet<ShipmentId>,
    stale: HashSet<ShipmentId>,
}

impl<'a> Plan<'a> {
    fn new(
        context: &'a Context,
        scene: &'a Scene,
        judged: &'a HashMap<OrderId, Facts>,
        changes: &'a Changes,
    ) -> Self {
        Self {
            context,
            scene,
            judged,
            changes,
            company: scene.company.clone(),
            leaving: Vec::new(),
            seeking: Vec::new(),
            alone: Vec::new(),
            splitting: Vec::new(),
            split_seats: HashMap::new(),
            vacated: HashSet::new(),
            keys: Vec::new(),
            new: Vec::new(),
            joins: Vec::new(),
            events: Vec::new(),
            seats: HashMap::new(),
            touched: HashSet::new(),
            stale: HashSet::new(),
        }
    }

    /// The key under which an order merges by itself, if it may.
    fn key(&self, tx: &Tx, facts: &Facts) -> Option<String> {
        let identity = facts.row.identity_key.as_deref().filter(|key| !key.is_empty())?;
        if facts.row.stands_alone || !facts.may_merge() {
            return None;
        }
        let country = facts.row.country.as_deref().unwrap_or_default();
        let policy = self.context.seller.merge_policy;
        let scope = permission::scope(facts.platform, facts.row.shop_id, facts.row.kind, country, policy)?;
        Some(tx.hash("merge", &format!("{scope}\u{1f}{identity}")))
    }

    /// Decides for one order whether it stays, leaves, or looks for company.
    fn consider(&mut self, tx: &Tx, order: OrderId) {
        let Some(facts) = self.judged.get(&order) else { return };
        let key = self.key(tx, facts);
        let places = self.scene.places.get(&order).map(Vec::as_slice).unwrap_or_default();
        let live: Vec<&(ShipmentId, String)> = places
            .iter()
            .filter(|(shipment, _)| self.scene.shipments[shipment].shipped_at.is_none())
            .collect();
        self.touched.extend(places.iter().map(|(shipment, _)| *shipment));
        match live.as_slice() {
            // All of it has left; what changes now is for after-sales.
            [] if !places.is_empty() => {}
            [] if facts.is_to_be_split(None) => self.splitting.push((order, None)),
            [(shipment, why)] if places.len() == 1 && self.takes_apart(facts, *shipment, why) => {}
            [] => match key {
                Some(key) => self.seeking.push((order, key, None)),
                None => self.alone.push(order),
            },
            [(shipment, why)] if places.len() == 1 && why != SPLIT => {
                self.consider_place(facts, *shipment, why, key);
            }
            // Split by hand: it stays where it is; only its pieces follow the platform.
            several => {
                let stale = several.iter().filter(|_| self.changes.papers.contains(&order));
                self.stale.extend(stale.map(|(shipment, _)| *shipment));
            }
        }
    }

    /// Has an order taken apart that stands in one shipment, if a rule says so and no number is on the parcel.
    fn takes_apart(&mut self, facts: &Facts, shipment: ShipmentId, why: &str) -> bool {
        let row = &self.scene.shipments[&shipment];
        if !row.waybill.is_empty() || !facts.is_to_be_split(Some(why)) {
            return false;
        }
        let is_alone = self.company.get(&shipment) == Some(&1);
        if is_alone {
            self.vacated.insert(shipment);
            self.stale.insert(shipment);
        } else {
            self.part(shipment, facts.row.id, "split_by_rule");
        }
        self.splitting.push((facts.row.id, is_alone.then_some(shipment)));
        true
    }

    fn consider_place(&mut self, facts: &Facts, shipment: ShipmentId, why: &str, key: Option<String>) {
        let order = facts.row.id;
        let row = &self.scene.shipments[&shipment];
        let is_alone = self.company.get(&shipment) == Some(&1);
        let readdressed = self.changes.readdressed.contains(&order);
        let stays = match &key {
            Some(_) if why == BY_HAND && !readdressed => true,
            Some(key) => row.merge_key.as_ref() == Some(key),
            None => facts.row.stands_alone && facts.may_merge() && !readdressed,
        };
        if stays || (is_alone && !row.waybill.is_empty()) {
            // A number that is on the parcel stays with it; a new address only makes the paper stale.
            self.seats.insert(order, shipment);
            if is_alone && why != BY_HAND && row.merge_key != key {
                self.keys.push((shipment, key));
            }
            if self.changes.papers.contains(&order) {
                self.stale.insert(shipment);
            }
            return;
        }
        match (key, is_alone) {
            (Some(key), true) => self.seeking.push((order, key, Some(shipment))),
            (Some(key), false) => {
                self.part(shipment, order, if readdressed { "readdressed" } else { "regrouped" });
                self.seeking.push((order, key, None));
            }
            (None, true) => {
                if row.merge_key.is_some() {
                    self.vacated.insert(shipment);
                }
                self.seats.insert(order, shipment);
            }
            (None, false) => {
                let why = facts.reasons.iter().find(|reason| reason.code.parts_company());
                self.part(shipment, order, why.map_or("stands_alone", |reason| reason.code.as_str()));
                self.alone.push(order);
            }
        }
    }

    /// An order leaves its companions, who stay together and keep their number.
    fn part(&mut self, shipment: ShipmentId, order: OrderId, why: &'static str) {
        self.leaving.push((shipment, order, why));
        self.stale.insert(shipment);
        if let Some(company) = self.company.get_mut(&shipment) {
            *company -= 1;
        }
        let rest = self.company.get(&shipment).copied().unwrap_or(0);
        self.events.push(NewEvent::shipment(
            "shipment.order_left",
            shipment,
            json!({"order": order, "why": why, "orders_left": rest}),
        ));
        self.events.push(NewEvent::order(
            "order.left_shipment",
            order,
            json!({"shipment": shipment, "why": why}),
        ));
    }

    /// Finds or makes the open shipment of each key.
    fn find_companies(&mut self, tx: &mut Tx) -> Result<(), Error> {
        let mut keys: Vec<&str> = self.seeking.iter().map(|(_, key, _)| key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        let mut open: HashMap<String, ShipmentId> = HashMap::new();
        if !keys.is_empty() {
            // One whose only order looks for another company is no company for anyone else.
            self.vacated.extend(self.seeking.iter().filter_map(|(.., place)| *place));
            let found =
                record::lock_open(tx, &keys)?.into_iter().filter(|row| !self.vacated.contains(&row.id));
            open.extend(found.map(|row| (row.merge_key, row.id)));
        }
        let mut fresh = {
            let parts = self.splitting.iter().map(|(order, _)| self.judged[order].parts.len());
            let count = self.seeking.len() + self.alone.len() + parts.sum::<usize>();
            tx.ids(count)?.map(ShipmentId)
        };
        for (order, key, place) in std::mem::take(&mut self.seeking) {
            let recipient = self.judged[&order].row.recipient_id;
            match (open.get(&key).copied(), place) {
                (Some(company), place) => {
                    if let Some(place) = place {
                        self.leaving.push((place, order, "merged"));
                        self.company.insert(place, 0);
                    }
                    self.enter(company, order, true);
                }
                (None, Some(place)) => {
                    self.keys.push((place, Some(key.clone())));
                    self.seats.insert(order, place);
                    open.insert(key, place);
                }
                (None, None) => {
                    let id = fresh.next().expect("an id for each order");
                    self.new.push(NewShipment { id, merge_key: Some(key.clone()), recipient });
                    self.enter(id, order, false);
                    open.insert(key, id);
                }
            }
        }
        for order in std::mem::take(&mut self.alone) {
            let id = fresh.next().expect("an id for each order");
            self.new.push(NewShipment {
                id,
                merge_key: None,
                recipient: self.judged[&order].row.recipient_id,
            });
            self.enter(id, order, false);
        }
        for (order, place) in std::mem::take(&mut self.splitting) {
            self.take_apart(order, place, &mut fresh);
        }
        Ok(())
    }

    /// Gives each part of an order a shipment of its own; the first keeps the one it stands in alone.
    fn take_apart(
        &mut self,
        order: OrderId,
        place: Option<ShipmentId>,
        fresh: &mut impl Iterator<Item = ShipmentId>,
    ) {
        let facts = &self.judged[&order];
        let (recipient, shop) = (facts.row.recipient_id, facts.row.shop_id);
        let new = fresh.take(facts.parts.len() - usize::from(place.is_some())).collect::<Vec<_>>();
        self.new.extend(new.iter().map(|id| NewShipment { id: *id, merge_key: None, recipient }));
        let seats: Vec<ShipmentId> = place.into_iter().chain(new).collect();
        self.joins.extend(seats.iter().map(|shipment| Join { shipment: *shipment, order, shop, why: SPLIT }));
        self.touched.extend(&seats);
        let decision = facts.decision.as_ref();
        let rule =
            decision.and_then(|decision| decision.counting(ActionKind::Split).next()).map(|one| &one.rule);
        self.events.push(NewEvent::order("order.split", order, json!({"into": seats, "rule": rule})));
        self.split_seats.insert(order, seats);
    }

    fn enter(&mut self, shipment: ShipmentId, order: OrderId, merges: bool) {
        let shop = self.judged[&order].row.shop_id;
        self.joins.push(Join { shipment, order, shop, why: "intake" });
        self.seats.insert(order, shipment);
        self.touched.insert(shipment);
        if merges {
            self.stale.insert(shipment);
            self.events.push(NewEvent::shipment("shipment.order_joined", shipment, json!({"order": order})));
            self.events.push(NewEvent::order("order.merged", order, json!({"shipment": shipment})));
        }
    }

    /// Writes it all; answers the shipments to be derived and those with stale papers.
    fn carry_out(mut self, tx: &mut Tx) -> Result<(Vec<ShipmentId>, HashSet<ShipmentId>), Error> {
        let mut by_why: HashMap<&str, Vec<(ShipmentId, OrderId)>> = HashMap::new();
        for (shipment, order, why) in &self.leaving {
            by_why.entry(why).or_default().push((*shipment, *order));
            self.touched.insert(*shipment);
        }
        for (why, places) in by_why {
            record::leave(tx, &places, why)?;
        }
        let vacated: Vec<_> = self.vacated.iter().map(|shipment| (*shipment, None)).collect();
        record::set_keys(tx, &vacated)?;
        self.keys.sort_by(|a, b| a.1.cmp(&b.1));
        record::set_keys(tx, &self.keys)?;
        self.new.sort_by(|a, b| a.merge_key.cmp(&b.merge_key));
        record::insert(tx, &self.new)?;
        record::join(tx, &self.joins)?;
        let (replaced, allocations) = self.pieces();
        record::allocate(tx, &replaced, &allocations)?;
        events::record(tx, &self.events)?;
        let mut touched: Vec<ShipmentId> = self.touched.into_iter().collect();
        touched.sort();
        Ok((touched, self.stale))
    }

    /// The pieces of each settled order, where they differ from before.
    fn pieces(&self) -> (Vec<(ShipmentId, OrderId)>, Vec<Allocation>) {
        let mut replaced = Vec::new();
        let mut allocations = Vec::new();
        for (order, facts) in self.judged {
            let before = self.scene.pieces.get(order).map(Vec::as_slice).unwrap_or_default();
            let wanted = match (self.split_seats.get(order), self.seats.get(order)) {
                (Some(seats), _) => in_parts(facts, seats),
                (None, Some(seat)) => facts
                    .lines
                    .iter()
                    .map(|line| Allocation {
                        shipment: *seat,
                        order: *order,
                        line: line.id,
                        quantity: line.shippable() - shipped(before, line.id),
                    })
                    .filter(|wanted| wanted.quantity > 0)
                    .collect(),
                (None, None) => clamped(facts, before),
            };
            let live = before.iter().filter(|piece| !piece.is_shipped);
            let mut old: Vec<_> = live.map(|p| (p.shipment_id, p.line_id, p.quantity)).collect();
            let mut new: Vec<_> = wanted.iter().map(|a| (a.shipment, a.line, a.quantity)).collect();
            old.sort();
            new.sort();
            if old != new {
                let mut places: Vec<_> = old.iter().map(|(shipment, ..)| (*shipment, *order)).collect();
                places.dedup();
                replaced.extend(places);
                allocations.extend(wanted);
            }
        }
        (replaced, allocations)
    }
}

/// The pieces of an order that a rule has just taken apart.
fn in_parts(facts: &Facts, seats: &[ShipmentId]) -> Vec<Allocation> {
    let order = facts.row.id;
    let of = |(part, seat): (&Vec<(LineId, i64)>, &ShipmentId)| {
        let shipment = *seat;
        let pieces = part.iter().map(move |(line, quantity)| (shipment, *line, *quantity));
        pieces.collect::<Vec<_>>()
    };
    let pieces = facts.parts.iter().zip(seats).flat_map(of);
    pieces.map(|(shipment, line, quantity)| Allocation { shipment, order, line, quantity }).collect()
}

fn shipped(pieces: &[AllocationRow], line: LineId) -> i64 {
    pieces.iter().filter(|piece| piece.is_shipped && piece.line_id == line).map(|piece| piece.quantity).sum()
}

/// The pieces of an order that was split by hand: never more than the platform still wants, and
/// what it wants more goes into the first of its shipments.
fn clamped(facts: &Facts, before: &[AllocationRow]) -> Vec<Allocation> {
    let live: Vec<&AllocationRow> = before.iter().filter(|piece| !piece.is_shipped).collect();
    let Some(first) = live.first() else { return Vec::new() };
    let mut wanted = Vec::new();
    for line in &facts.lines {
        let mut left = (line.shippable() - shipped(before, line.id)).max(0);
        let start = wanted.len();
        for piece in live.iter().filter(|piece| piece.line_id == line.id) {
            let quantity = piece.quantity.min(left);
            left -= quantity;
            if quantity > 0 {
                let (shipment, order) = (piece.shipment_id, piece.order_id);
                wanted.push(Allocation { shipment, order, line: line.id, quantity });
            }
        }
        if left > 0 {
            match wanted[start..].first_mut() {
                Some(piece) => piece.quantity += left,
                None => wanted.push(Allocation {
                    shipment: first.shipment_id,
                    order: first.order_id,
                    line: line.id,
                    quantity: left,
                }),
            }
        }
    }
    wanted
}
