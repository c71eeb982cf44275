//! The plans of parcels, put together from services, prices, notices and wishes for many parcels at once.

use std::collections::{BTreeSet, HashMap};
use std::num::NonZeroI64;

use crate::db::plans::{self as record, WishRow};
use crate::db::shipments::{self, ContentRow, MemberRow, ShipmentRow, StoredPlan};
use crate::db::{Db, carrier_services, price_tables, region_rules, warehouses, weights};
use crate::domain::carrier_service::{Measures, Service};
use crate::domain::error::Error;
use crate::domain::freight::{Load, Terms, prefixes};
use crate::domain::id::{CarrierServiceId, OrderId, ShipmentId, SkuId};
use crate::domain::order::OrderKind;
use crate::domain::plan::{Offer, Parcel, Place, Plan, Prices, Wish, Wishes, choose, offer};
use crate::domain::reason::{Reason, ReasonCode};
use crate::domain::region_rule::{RegionRule, says, turns_after};
use crate::domain::rule::{ActionKind, Decision};
use crate::domain::shipment::ShipmentState;
use crate::domain::sku::{SizeMm, total_g};
use crate::domain::time::UtcTime;
use crate::domain::validity::Validity;
use crate::operations::shipments::facts::{Context, Facts};
use crate::operations::skus;

/// A parcel's plan, and what it means for the parcel.
#[derive(Debug, Clone, Default)]
pub struct Planned {
    pub stored: StoredPlan,
    /// The region is not served.
    pub reason: Option<Reason>,
    /// When time alone changes the plan.
    pub recheck_at: Option<UtcTime>,
}

/// Whether there is anything to plan by.
///
/// # Errors
/// When the record cannot be read.
pub fn is_on(db: &mut Db, context: &Context) -> Result<bool, Error> {
    let by_shop = context.shops.values().any(|shop| shop.settings.plan != Default::default());
    Ok(by_shop || context.rules.is_some() || record::are_on(db)?)
}

/// Plans these parcels as they stand at `now`. A parcel with a number keeps its plan and is looked at for closed regions
/// alone; one that has left or is cancelled keeps everything.
///
/// # Errors
/// When the record cannot be read.
pub fn plan(
    db: &mut Db,
    context: &Context,
    rows: &[ShipmentRow],
    members: &[MemberRow],
    known: &HashMap<OrderId, Facts>,
    now: UtcTime,
) -> Result<HashMap<ShipmentId, Planned>, Error> {
    let rests = |row: &ShipmentRow| row.shipped_at.is_some() || row.state == ShipmentState::Cancelled;
    let mut planned: HashMap<ShipmentId, Planned> = HashMap::new();
    for row in rows.iter().filter(|row| rests(row) || !row.waybill.is_empty()) {
        planned.insert(row.id, Planned { stored: row.stored_plan(), ..Planned::default() });
    }
    if !is_on(db, context)? {
        return Ok(planned);
    }
    let mut company: HashMap<ShipmentId, Vec<&Facts>> = HashMap::new();
    for member in members {
        company.entry(member.shipment_id).or_default().extend(known.get(&member.order_id));
    }
    let open: Vec<&ShipmentRow> =
        rows.iter().filter(|row| row.shipped_at.is_none() && company.contains_key(&row.id)).collect();
    let to_plan: Vec<ShipmentId> =
        open.iter().filter(|row| row.waybill.is_empty()).map(|row| row.id).collect();
    let regions: BTreeSet<&str> = company.values().flatten().map(|facts| region_of(facts)).collect();
    let world = World::load(db, context, &regions, now)?;
    let parcels = Contents::load(db, &to_plan)?;
    let orders: Vec<OrderId> = members.iter().map(|member| member.order_id).collect();
    let said = match to_plan.is_empty() {
        true => Vec::new(),
        false => record::wishes(db, &orders)?,
    };

    for row in open {
        let Some(facts) = company.get(&row.id).filter(|facts| !facts.is_empty()) else { continue };
        let region = region_of(facts[0]);
        let recheck_at = world.turns_after(region).map(|day| context.seller.time_zone.day_start(day));
        let closed = |note: Option<String>| {
            note.map(|note| Reason { code: ReasonCode::RegionClosed, order: facts[0].row.id, note })
        };
        if !row.waybill.is_empty() {
            let service = if row.plan_carrier == row.carrier { row.plan_service.as_str() } else { "" };
            let found = says(&world.rules, &row.carrier, service, region, world.on);
            let stored = row.stored_plan();
            planned.insert(row.id, Planned { stored, reason: closed(found.closed), recheck_at });
            continue;
        }
        let parcel = parcels.parcel(row.id, facts, &world, context);
        let plan = world.plan(context, facts, parcel, &said, (row.id, parcels.warehouse(row.id)));
        let reason = closed(plan.closed.clone());
        planned.insert(row.id, Planned { stored: stored(&plan), reason, recheck_at });
    }
    Ok(planned)
}

fn region_of(facts: &Facts) -> &str {
    facts.row.region_code.as_deref().unwrap_or_default()
}

fn stored(plan: &Plan) -> StoredPlan {
    let is_empty = plan.why.is_none() && plan.warehouse.is_empty() && plan.others.is_empty();
    StoredPlan {
        carrier: plan.carrier.clone(),
        service: plan.service.clone(),
        warehouse: plan.warehouse.clone(),
        cost: plan.cost.as_ref().map(|cost| cost.amount),
        text: match is_empty {
            true => String::new(),
            false => serde_json::to_string(plan).expect("a plan is plain data"),
        },
    }
}

/// All that plans are made by, for some regions on one day.
pub struct World {
    pub on: chrono::NaiveDate,
    pub services: Vec<Service>,
    prices: HashMap<CarrierServiceId, Prices>,
    /// Days on which another version of prices begins or one ends.
    price_turns: Vec<chrono::NaiveDate>,
    pub rules: Vec<RegionRule>,
    places: Vec<Place>,
}

impl World {
    /// Reads what counts today for parcels to these regions.
    ///
    /// # Errors
    /// When the record cannot be read.
    pub fn load(
        db: &mut Db,
        context: &Context,
        regions: &BTreeSet<&str>,
        now: UtcTime,
    ) -> Result<Self, Error> {
        let on = context.seller.time_zone.day_of(now);
        let today = on.to_string();
        let near: BTreeSet<&str> = regions.iter().flat_map(|region| prefixes(region)).chain([""]).collect();
        let near: Vec<String> = near.into_iter().map(str::to_owned).collect();
        let services = carrier_services::all(db)?;
        let (mut counts, mut price_turns) = (HashMap::new(), Vec::new());
        for row in price_tables::from_day(db, &today)? {
            let validity = Validity::parse(&row.valid_from, &row.valid_until)
                .map_err(|error| anyhow::anyhow!("price table {}: {}", row.id, error.detail))?;
            price_turns.extend(validity.turns_after(on));
            if validity.holds(on) {
                // The last of a service counts.
                counts.insert(row.service_id, row);
            }
        }
        let tables: Vec<_> = counts.values().map(|row| row.id).collect();
        let mut rates = price_tables::rates(db, &tables, Some(&near))?;
        let prices = counts.into_iter().map(|(service, row)| {
            let terms = Terms {
                kind: row.kind,
                currency: row.currency,
                volumetric_divisor: row.volumetric_divisor.and_then(NonZeroI64::new),
                average_g: row.average_g,
            };
            (service, Prices { terms, rates: rates.remove(&row.id).unwrap_or_default() })
        });
        let prices = prices.collect();
        let rules = region_rules::of_regions(db, &near, &today)?;
        let rules = rules.into_iter().map(|row| row.rule()).collect::<Result<_, _>>()?;
        let places = warehouses::all(db)?.into_iter();
        let places = places.map(|row| Place { code: row.code, is_default: row.is_default, is_on: row.is_on });
        Ok(Self { on, services, prices, price_turns, rules, places: places.collect() })
    }

    /// Every service, judged for a parcel.
    pub fn offers(&self, parcel: &Parcel) -> Vec<Offer<'_>> {
        let judge = |service| offer(service, parcel, self.prices.get(&service.id), &self.rules);
        self.services.iter().map(judge).collect()
    }

    /// The next day on which time alone may change a plan.
    fn turns_after(&self, region: &str) -> Option<chrono::NaiveDate> {
        self.price_turns.iter().copied().chain(turns_after(&self.rules, region, self.on)).min()
    }

    fn plan(
        &self,
        context: &Context,
        facts: &[&Facts],
        parcel: Parcel,
        said: &[WishRow],
        (shipment, goods): (ShipmentId, &str),
    ) -> Plan {
        let shop = &context.shop(facts[0].row.shop_id).settings.plan;
        let orders: Vec<OrderId> = facts.iter().map(|facts| facts.row.id).collect();
        let (hand, rule) = (wish(said, &orders, shipment), ruled(facts));
        let wishes = Wishes {
            hand: hand.as_ref(),
            rule: rule.as_ref(),
            goods,
            shop,
            policy: shop.policy.unwrap_or(context.seller.plans.policy),
        };
        let everywhere = says(&self.rules, "", "", &parcel.region, self.on).closed;
        choose(&self.offers(&parcel), &self.places, wishes, &parcel.currency, everywhere)
    }
}

/// What people said of a parcel: what was said of the parcel itself comes first, then what was said of its orders
/// elsewhere; the latest of each part counts.
pub(super) fn wish(said: &[WishRow], orders: &[OrderId], shipment: ShipmentId) -> Option<Wish> {
    let about = |row: &&WishRow| orders.contains(&row.order_id);
    let own = |row: &&WishRow| row.shipment_id == shipment;
    let is_own = said.iter().filter(about).any(|row| own(&row));
    let mut found: Option<Wish> = None;
    // Later ones come last and take the place of earlier ones.
    for row in said.iter().filter(about).filter(|row| !is_own || own(row)) {
        let wish = found.get_or_insert_with(Wish::default);
        if !row.carrier.is_empty() || !row.service.is_empty() {
            (wish.carrier, wish.service) = (row.carrier.clone(), row.service.clone());
            wish.said_by.clone_from(&row.said_by);
        }
        if !row.branch.is_empty() || !row.worker.is_empty() {
            (wish.branch, wish.worker) = (row.branch.clone(), row.worker.clone());
        }
        if !row.warehouse.is_empty() {
            wish.warehouse.clone_from(&row.warehouse);
            if wish.said_by.is_empty() {
                wish.said_by.clone_from(&row.said_by);
            }
        }
    }
    found
}

/// What rules decided on the orders of a parcel: the first order that a rule sends some way leads, and the first for
/// which one names a warehouse.
fn ruled(facts: &[&Facts]) -> Option<Wish> {
    let decisions: Vec<&Decision> = facts.iter().filter_map(|facts| facts.decision.as_ref()).collect();
    let first = |kind| decisions.iter().find_map(|decision| decision.counting(kind).next());
    let way = decisions.iter().find_map(|decision| {
        let (carrier, service) = (ActionKind::Carrier, ActionKind::Service);
        let said = decision.counting(service).next().or(decision.counting(carrier).next())?;
        let value = |kind| decision.single(kind).unwrap_or_default().to_owned();
        Some((value(carrier), value(service), said.name.clone()))
    });
    let warehouse = first(ActionKind::Warehouse);
    if way.is_none() && warehouse.is_none() {
        return None;
    }
    let (carrier, service, said_by) = way.unwrap_or_default();
    let said_by = match (said_by.is_empty(), warehouse) {
        (true, Some(warehouse)) => warehouse.name.clone(),
        _ => said_by,
    };
    let warehouse = warehouse.map(|one| one.value.clone()).unwrap_or_default();
    Some(Wish { carrier, service, warehouse, said_by, ..Wish::default() })
}

/// What is in parcels, by weight and size.
struct Contents {
    lines: HashMap<ShipmentId, Vec<ContentRow>>,
    measures: HashMap<SkuId, skus::Measured>,
    weighed: HashMap<ShipmentId, i64>,
}

impl Contents {
    fn load(db: &mut Db, ids: &[ShipmentId]) -> Result<Self, Error> {
        let mut lines: HashMap<ShipmentId, Vec<ContentRow>> = HashMap::new();
        let mut meant: BTreeSet<SkuId> = BTreeSet::new();
        if ids.is_empty() {
            return Ok(Self { lines, measures: HashMap::new(), weighed: HashMap::new() });
        }
        for row in shipments::content(db, ids)? {
            meant.extend(row.sku_id);
            lines.entry(row.shipment_id).or_default().push(row);
        }
        let meant: Vec<SkuId> = meant.into_iter().collect();
        let measures = if meant.is_empty() { HashMap::new() } else { skus::measures(db, &meant)? };
        Ok(Self { lines, measures, weighed: weights::weighed(db, ids)? })
    }

    /// The warehouse in which all of a parcel lies; empty where that is not one, or not known.
    fn warehouse(&self, id: ShipmentId) -> &str {
        let lines = self.lines.get(&id).map_or(&[][..], Vec::as_slice);
        let of = |line: &ContentRow| Some(self.measures.get(&line.sku_id?)?.warehouse.as_str());
        let mut all = lines.iter().map(|line| of(line).unwrap_or_default());
        let Some(first) = all.next() else { return "" };
        if all.all(|other| other == first) { first } else { "" }
    }

    fn parcel(&self, id: ShipmentId, facts: &[&Facts], world: &World, context: &Context) -> Parcel {
        let lines = self.lines.get(&id).map_or(&[][..], Vec::as_slice);
        let measured = |line: &ContentRow| line.sku_id.and_then(|sku| self.measures.get(&sku));
        let estimate =
            total_g(lines.iter().map(|line| (line.quantity, measured(line).and_then(|sku| sku.weight_g))));
        let weight_g = self.weighed.get(&id).copied().or(estimate).or(context.seller.plans.assumed_weight_g);
        let sizes: Vec<Option<SizeMm>> =
            lines.iter().map(|line| measured(line).and_then(|sku| sku.size_mm)).collect();
        let volume = |(line, size): (&ContentRow, &Option<SizeMm>)| {
            let size = (*size)?;
            size.length.checked_mul(size.width)?.checked_mul(size.height)?.checked_mul(line.quantity)
        };
        let volume_mm3 =
            lines.iter().zip(&sizes).map(volume).try_fold(0_i64, |sum, one| sum.checked_add(one?));
        let first = facts[0];
        // Amounts of another currency are not added to those of this one: limits are then looked at for less.
        let currency = context.shop(first.row.shop_id).settings.currency.clone();
        let amounts = |of: &dyn Fn(&Facts) -> bool| -> Vec<i64> {
            let same = facts.iter().filter(|facts| facts.row.currency == currency && of(facts));
            same.map(|facts| facts.row.total_amount).collect()
        };
        let cod = amounts(&|facts| facts.row.kind == OrderKind::Cod);
        let has_cod = facts.iter().any(|facts| facts.row.kind == OrderKind::Cod);
        Parcel {
            region: region_of(first).to_owned(),
            measures: Measures {
                weight_g,
                side_mm: sizes
                    .iter()
                    .flatten()
                    .map(|size| size.length.max(size.width).max(size.height))
                    .max(),
                girth_mm: sizes.iter().flatten().map(girth_mm).max(),
                cod: has_cod.then(|| cod.iter().sum()),
                value: amounts(&|_| true).iter().sum(),
            },
            load: Load { weight_g, volume_mm3: volume_mm3.filter(|volume| *volume > 0) },
            currency,
            on: world.on,
        }
    }
}

/// The longest side plus twice the other two, as carriers measure.
pub(super) fn girth_mm(size: &SizeMm) -> i64 {
    let (length, width, height) = (size.length, size.width, size.height);
    let longest = length.max(width).max(height);
    longest + 2 * (length + width + height - longest)
}
