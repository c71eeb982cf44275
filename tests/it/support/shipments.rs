//! Looking at where orders are.

use huidan::domain::id::OrderId;
use huidan::domain::shipment::ShipmentState;
use huidan::operations::shipments::item::ShipmentItem;
use huidan::operations::{orders, shipments};

use super::TestApp;

/// The one shipment an order is in.
#[track_caller]
pub fn the_shipment_of(app: &TestApp, order: OrderId) -> ShipmentItem {
    let places = app.read(|db| huidan::db::shipments::places(db, &[order]));
    assert_eq!(places.len(), 1, "order {order} is in {places:?}");
    app.read(|db| shipments::list::one(db, places[0].shipment_id))
}

/// The codes of an order's reasons.
pub fn reasons(app: &TestApp, order: OrderId) -> Vec<String> {
    let view = app.read(|db| orders::order(db, order, app.now()));
    view.reasons.into_iter().map(|reason| reason.code).collect()
}

/// Where an order is, who travels with it, and how the shipment stands.
#[track_caller]
pub fn company(app: &TestApp, order: OrderId) -> (Vec<String>, ShipmentState) {
    let shipment = the_shipment_of(app, order);
    let mut numbers: Vec<String> = shipment.orders.into_iter().map(|order| order.number).collect();
    numbers.sort();
    (numbers, shipment.state)
}
