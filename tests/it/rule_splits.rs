//! Orders that rules take apart: once, by what their goods are, and never against a person's word.

use huidan::domain::id::{OrderId, ShipmentId};
use huidan::operations::merging;
use huidan::operations::number_runs;
use serde_json::{Value as Json, json};

use crate::number_runs::{FIRST, zto};
use crate::support::http::Http;
use crate::support::orders::OrderBuilder;
use crate::support::shipments::company;
use crate::support::{TestApp, order, recipient};

fn to(number: &str) -> OrderBuilder {
    order(number).to(recipient(number)).nick(number)
}

fn goods(http: &Http) {
    for (code, is_default) in [("main", true), ("cold", false)] {
        let house = json!({ "code": code, "name": code, "is_default": is_default });
        http.post("/api/v1/warehouses", house).expect(201);
    }
    for (code, category, warehouse) in
        [("ICE-1", "frozen", "cold"), ("ICE-2", "frozen", "cold"), ("TEA", "tea", ""), ("CUP", "", "")]
    {
        let body = json!({ "code": code, "title": code, "category": category, "warehouse": warehouse });
        http.post("/api/v1/skus", body).expect(201);
    }
}

fn set(http: &Http, split: Json) {
    let rule = json!({ "key": "apart", "name": "Apart", "then": { "split": split } });
    http.put("/api/v1/rules", json!({ "rules": [rule] })).expect(200);
}

fn clear(http: &Http) {
    http.put("/api/v1/rules", json!({ "rules": [] })).expect(200);
}

fn places(app: &TestApp, order: OrderId) -> Vec<ShipmentId> {
    let places = app.read(|db| huidan::db::shipments::places(db, &[order]));
    places.into_iter().map(|place| place.shipment_id).collect()
}

/// What lies in each parcel of an order, and from where it leaves: `ICE-1×2 @cold`.
fn parcels(app: &TestApp, order: OrderId) -> Vec<String> {
    let shown = |id: ShipmentId| {
        let item = app.read(|db| huidan::operations::shipments::list::one(db, id));
        let lines: Vec<String> =
            item.lines.iter().map(|line| format!("{}×{}", line.sku, line.quantity)).collect();
        let house = item.plan.map(|plan| plan.warehouse).unwrap_or_default();
        format!("{} @{house}", lines.join(" "))
    };
    places(app, order).into_iter().map(shown).collect()
}

each_database!(
    fn a_rule_takes_orders_apart_by_warehouse_once_and_each_part_leaves_from_its_own(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        goods(&http);
        let mixed = |number: &str| to(number).line("ICE-1", 2).line("TEA", 1).line("ICE-2", 1);
        let before = app.push(&shop, &[mixed("before")])[0].order;
        set(&http, json!({ "by": "warehouse" }));
        let expected = ["TEA×1 @main".to_owned(), "ICE-1×2 ICE-2×1 @cold".to_owned()];
        assert_eq!(parcels(&app, before), expected, "what waited is taken apart as well");

        let tea = |number: &str| order(number).to(recipient("one")).nick("one").line("TEA", 1);
        let taken =
            app.push(&shop, &[mixed("new"), tea("1"), tea("2"), to("odd").line("NONE", 1).line("ICE-1", 1)]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        assert_eq!(parcels(&app, ids[0]), expected);
        assert_eq!(company(&app, ids[1]).0, ["1", "2"], "nothing to take apart, so they still merge");
        assert_eq!(places(&app, ids[3]).len(), 1, "it is not known where one of its goods lies");
        let shown = http.get(&format!("/api/v1/orders/{}", ids[0])).expect(200);
        let outcome = &shown["rules"]["outcomes"][0];
        assert_eq!((&outcome["value"], &outcome["quantity"]), (&json!("warehouse"), &json!(2)));

        // Read again, told again, judged by another rule: it stays as it is.
        let stands = (places(&app, before), places(&app, ids[0]));
        http.post("/api/v1/rules/run", json!({ "all": true })).expect(200);
        app.push(&shop, &[mixed("new")]);
        set(&http, json!({ "by": "sku" }));
        assert_eq!((places(&app, before), places(&app, ids[0])), stands);

        // Pieces follow what the shop tells; none is lost or doubled.
        let more = to("new").line("ICE-1", 3).line("TEA", 1).line("ICE-2", 1);
        app.push(&shop, &[more.updated_at("2026-11-20T03:00:00Z")]);
        assert_eq!(parcels(&app, ids[0]), ["TEA×1 @main", "ICE-1×3 ICE-2×1 @cold"]);

        // A code that is known at last is what the rule waited for.
        http.post("/api/v1/skus", json!({ "code": "NONE", "title": "None" })).expect(201);
        assert_eq!(places(&app, ids[3]).len(), 2);
    }
);

each_database!(
    fn what_people_put_together_and_what_has_a_number_is_not_taken_apart(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        goods(&http);
        let taken =
            app.push(&shop, &[to("a").line("CUP", 5), to("b").line("CUP", 5), to("c").line("CUP", 5)]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        let run = zto(&places(&app, ids[0]), FIRST);
        app.write(|tx| number_runs::commit(tx, &run)).expect("it is numbered");
        let path = format!("/api/v1/orders/{}/rule-overrides", ids[1]);
        http.put(&path, json!({ "kind": "split" })).expect(200);
        http.put(&path, json!({ "kind": "split", "value": "sku" })).expect(422);
        set(&http, json!({ "by": "pieces", "pieces": 2 }));
        assert_eq!(parcels(&app, ids[0]), ["CUP×5 @main"], "its number is on the parcel");
        assert_eq!(parcels(&app, ids[1]), ["CUP×5 @main"], "a person took the wish back");
        assert_eq!(parcels(&app, ids[2]), ["CUP×2 @main", "CUP×2 @main", "CUP×1 @main"]);

        let parts = places(&app, ids[2]);
        let done = app.write(|tx| merging::merge(tx, &parts, false)).expect("they are merged");
        assert_eq!(done.left_out.len(), 0);
        http.post("/api/v1/rules/run", json!({ "all": true })).expect(200);
        assert_eq!(parcels(&app, ids[2]), ["CUP×5 @main"], "what a person put together stays");
        http.delete(&format!("{path}/split")).expect(200);
        http.post("/api/v1/rules/run", json!({ "all": true })).expect(200);
        assert_eq!(places(&app, ids[1]).len(), 3, "left to the rules again");
    }
);

each_database!(
    fn an_order_leaves_its_companions_to_be_taken_apart_and_a_dry_run_tells_before(app: TestApp) {
        let (shop, http) = (app.shop("Tea House"), app.http());
        goods(&http);
        let of = |number: &str| order(number).to(recipient("one")).nick("one");
        let taken = app.push(&shop, &[of("1").line("TEA", 1), of("2").line("TEA", 1).line("ICE-1", 1)]);
        let ids: Vec<OrderId> = taken.iter().map(|taken| taken.order).collect();
        assert_eq!(company(&app, ids[0]).0, ["1", "2"]);
        let rule = json!({ "key": "ice", "name": "Ice", "when": { "category": ["frozen"] },
            "then": { "split": { "by": "sku", "skus": ["ICE-*"] } } });
        let dry = http.post("/api/v1/rules/dry-runs", json!({ "rules": [rule] })).expect(201);
        let change = &dry["changes"][0];
        assert_eq!(
            (&change["kind"], &change["to"], &change["orders"]),
            (&json!("split"), &json!("sku"), &json!(1))
        );
        assert_eq!(company(&app, ids[0]).0, ["1", "2"], "nothing has changed");
        http.put("/api/v1/rules", json!({ "rules": [rule] })).expect(200);
        assert_eq!(company(&app, ids[0]).0, ["1"]);
        assert_eq!(parcels(&app, ids[1]), ["TEA×1 @main", "ICE-1×1 @cold"]);
        clear(&http);
        assert_eq!(places(&app, ids[1]).len(), 2, "what was taken apart stays so without the rule");
    }
);
