//! Merging: by itself, by hand, and back again.

use std::collections::HashSet;

use huidan::db::{sellers, statement::sql};
use huidan::domain::id::{OrderId, ShipmentId};
use huidan::domain::recipient::permission::MergePolicy;
use huidan::domain::seller::SellerSettings;
use huidan::domain::shipment::ShipmentState::{Blocked, Cancelled, Ready};
use huidan::operations::merging::{self, SplitLine, suggestions};
use huidan::operations::orders::{NewHold, hold, release};
use serde_json::json;

use crate::support::shipments::{company, reasons, the_shipment_of};
use crate::support::{TestApp, order, recipient};

each_database!(
    fn orders_of_one_recipient_travel_together_over_all_shops(app: TestApp) {
        let (tea, cups) = (app.shop("Tea House"), app.shop("Cups"));
        let a = app.push(&tea, [&order("T1"), &order("T2").to(recipient("李娜"))])[0].order;
        let b = app.push(&cups, [&order("C1")])[0].order;
        assert_eq!(company(&app, a), (words(["C1", "T1"]), Ready));
        assert_eq!(company(&app, b), (words(["C1", "T1"]), Ready));
    }
);

each_database!(
    fn the_sellers_policy_decides_how_far_merging_goes(app: TestApp) {
        for (policy, together) in
            [(MergePolicy::Off, 1), (MergePolicy::SameShop, 2), (MergePolicy::AllShops, 3)]
        {
            let settings = SellerSettings { merge_policy: policy, ..SellerSettings::default() };
            app.write(|tx| sellers::set_settings(tx, &settings)).expect("the policy is set");
            let (tea, cups) = (app.shop(&format!("Tea {policy}")), app.shop(&format!("Cups {policy}")));
            let who = recipient(policy.as_str());
            app.push(&tea, [&order("T1").to(who.clone()), &order("T2").to(who.clone())]);
            let taken = app.push(&cups, [&order("C1").to(who)]);
            let company = the_shipment_of(&app, taken[0].order).orders.len();
            let all = app.read(|db| {
                db.number(
                    sql("SELECT MAX(order_count) AS one FROM shipments WHERE seller_id = ?")
                        .bind(db.seller()),
                )
            });
            assert_eq!((company.max(all as usize)), together, "{policy}");
        }
    }
);

each_database!(
    fn a_member_that_cannot_leave_parts_company_and_returns(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = two(&app, &shop);
        for (change, code) in [
            (order("1002").refund("requested"), "refund_open"),
            (order("1002").line("TEA-250", 1).refund("requested"), "refund_open"),
            (order("1002").state("held"), "platform_held"),
            (order("1002").unpaid(), "unpaid"),
        ] {
            app.advance(chrono::Duration::hours(1));
            let now = app.now().to_string();
            let change =
                if code == "refund_open" { change.line_with("TEA-250", 1, "requested") } else { change };
            app.push(&shop, [&change.updated_at(&now)]);
            assert_eq!(company(&app, a), (words(["1001"]), Ready), "{code}");
            assert_eq!(company(&app, b), (words(["1002"]), Blocked), "{code}");
            assert!(reasons(&app, b).contains(&code.to_owned()), "{code}");
            app.advance(chrono::Duration::hours(1));
            app.push(&shop, [&order("1002").updated_at(&app.now().to_string())]);
            assert_eq!(company(&app, a), (words(["1001", "1002"]), Ready), "after {code}");
        }
    }
);

each_database!(
    fn a_cancelled_member_leaves_and_its_shipment_is_cancelled(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = two(&app, &shop);
        app.push(&shop, [&order("1002").state("cancelled").updated_at("2026-11-20T05:00:00Z")]);
        assert_eq!(company(&app, a), (words(["1001"]), Ready));
        assert_eq!(company(&app, b), (words(["1002"]), Cancelled));
        let events = app.read(|db| huidan::db::events::list(db, Some(b.0), None, 10));
        assert!(
            events.iter().any(|event| event.kind == "order.left_shipment" && event.data.contains("closed"))
        );
    }
);

each_database!(
    fn a_readdressed_member_joins_those_of_its_new_recipient(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = two(&app, &shop);
        let c = app.push(&shop, [&order("1003").to(recipient("李娜"))])[0].order;
        app.push(&shop, [&order("1002").to(recipient("李娜")).updated_at("2026-11-20T05:00:00Z")]);
        assert_eq!(company(&app, a).0, words(["1001"]));
        assert_eq!(company(&app, b).0, words(["1002", "1003"]));
        assert_eq!(company(&app, c).0, words(["1002", "1003"]));
    }
);

each_database!(
    fn two_buyers_who_swap_addresses_never_share_a_parcel(app: TestApp) {
        let shop = app.shop("Tea House");
        let (chen, li) = (recipient("陈静"), recipient("李娜"));
        let first = [order("1001").to(chen.clone()), order("1002").to(li.clone())];
        let taken = app.push(&shop, &first);
        let swapped = [
            order("1001").to(li).updated_at("2026-11-20T05:00:00Z"),
            order("1002").to(chen).updated_at("2026-11-20T05:00:00Z"),
        ];
        app.push(&shop, &swapped);
        assert_eq!(company(&app, taken[0].order).0, words(["1001"]));
        assert_eq!(company(&app, taken[1].order).0, words(["1002"]));
    }
);

each_database!(
    fn what_a_person_took_apart_stays_apart(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = two(&app, &shop);
        let shipment = the_shipment_of(&app, a).id;
        let apart = app.write(|tx| merging::unmerge(tx, shipment)).expect("it is taken apart");
        assert_eq!(apart.len(), 2);
        app.push(&shop, [&order("1002").memo("changed").updated_at("2026-11-20T05:00:00Z"), &order("1003")]);
        assert_eq!(company(&app, a), (words(["1001"]), Ready));
        assert_eq!(company(&app, b), (words(["1002"]), Ready));
        let [a, b] = [a, b].map(|order| the_shipment_of(&app, order).id);
        let merged = app.write(|tx| merging::merge(tx, &[a, b], false)).expect("it is put together again");
        assert_eq!((merged.shipment, merged.done, merged.left_out.len()), (a, vec![b], 0));
    }
);

each_database!(
    fn other_recipients_merge_only_when_a_person_says_so(app: TestApp) {
        let shop = app.shop("Tea House");
        let taken = app.push(&shop, [&order("1001"), &order("1002").to(recipient("李娜"))]);
        let [a, b] = [0, 1].map(|n: usize| the_shipment_of(&app, taken[n].order).id);
        let refused = app.write(|tx| merging::merge(tx, &[a, b], false)).expect("an answer item by item");
        assert_eq!(refused.left_out[0].reasons[0].code, "recipient_differs");
        let merged = app.write(|tx| merging::merge(tx, &[a, b], true)).expect("the person has seen it");
        assert_eq!(merged.done, [b]);
        app.push(&shop, [&order("1002").to(recipient("李娜")).memo("x").updated_at("2026-11-20T05:00:00Z")]);
        assert_eq!(company(&app, taken[0].order).0, words(["1001", "1002"]), "a remark does not part them");
    }
);

each_database!(
    fn a_split_keeps_every_piece_once(app: TestApp) {
        let shop = app.shop("Tea House");
        let order = app.push(&shop, [&order("1001").line("TEA-250", 5).line("CUP", 1)])[0].order;
        let shipment = the_shipment_of(&app, order);
        let tea = shipment.lines[0].line;
        let new = app
            .write(|tx| merging::split(tx, shipment.id, &[SplitLine { line: tea, quantity: 2 }]))
            .expect("two of five pieces leave apart");
        let pieces = |id: ShipmentId| {
            let item = app.read(|db| huidan::operations::shipments::list::one(db, id));
            item.lines.iter().map(|line| format!("{}×{}", line.sku, line.quantity)).collect::<Vec<_>>()
        };
        assert_eq!(pieces(shipment.id), ["TEA-250×3", "CUP×1"]);
        assert_eq!(pieces(new), ["TEA-250×2"]);
        for quantity in [0, 4, -1, i64::MAX] {
            let refused =
                app.write(|tx| merging::split(tx, shipment.id, &[SplitLine { line: tea, quantity }]));
            assert!(refused.is_err(), "{quantity} of 3 pieces");
        }
        // The platform takes one piece back: no parcel may hold more than is still wanted.
        let fewer = crate::support::order("1001").line("TEA-250", 4).line("CUP", 1);
        app.push(&shop, [&fewer.updated_at("2026-11-20T05:00:00Z")]);
        let left: i64 = app.read(|db| {
            db.number(
                sql("SELECT CAST(SUM(quantity) AS BIGINT) AS one FROM shipment_lines WHERE seller_id = ? AND line_id = ?")
                    .bind(db.seller())
                    .bind(tea),
            )
        });
        assert_eq!(left, 4);
    }
);

each_database!(
    fn a_hold_keeps_the_parcel_waiting_until_it_is_released_or_over(app: TestApp) {
        let shop = app.shop("Tea House");
        let [a, b] = two(&app, &shop);
        let until = app.now().plus(chrono::Duration::hours(2));
        let new = NewHold { reason: "buyer wants to add a cup".into(), until: Some(until) };
        let first = app.write(|tx| hold(tx, b, &new)).expect("it is held");
        let second =
            app.write(|tx| hold(tx, b, &NewHold { until: None, ..new.clone() })).expect("held twice");
        assert_eq!(company(&app, a), (words(["1001", "1002"]), Blocked));
        app.write(|tx| release(tx, b, second)).expect("one is released");
        assert_eq!(company(&app, a).1, Blocked, "the other still holds");
        app.advance(chrono::Duration::hours(3));
        huidan::jobs::housekeeping::keep(app.app()).expect("time is noticed");
        assert_eq!(company(&app, a).1, Ready);
        app.write(|tx| release(tx, b, first)).expect("releasing what is over changes nothing");
        assert_eq!(company(&app, a).1, Ready);
    }
);

each_database!(
    fn a_near_match_is_proposed_once_and_a_decision_is_remembered(app: TestApp) {
        let shop = app.shop("Tea House");
        let mut other = recipient("陈静");
        other["phone"] = json!("13900009999");
        let taken = app.push(&shop, [&order("1001"), &order("1002").to(other.clone())]);
        let (open, _) = app.read(|db| suggestions::list(db, None, 10));
        assert_eq!(open.len(), 1, "{open:?}");
        assert_eq!(open[0].field, Some("phone"));
        assert_eq!(company(&app, taken[0].order).0, words(["1001"]), "never merged silently");
        app.write(|tx| suggestions::decline(tx, open[0].id)).expect("it is declined");
        app.push(&shop, [&order("1003").to(other)]);
        let (open, _) = app.read(|db| suggestions::list(db, None, 10));
        assert_eq!(open.len(), 0, "declined is remembered");
    }
);

each_database!(
    fn an_accepted_near_match_becomes_one_shipment(app: TestApp) {
        let shop = app.shop("Tea House");
        let mut other = recipient("陈静");
        other["phone"] = json!("13900009999");
        let taken = app.push(&shop, [&order("1001"), &order("1002").to(other)]);
        let (open, _) = app.read(|db| suggestions::list(db, None, 10));
        app.write(|tx| suggestions::accept(tx, open[0].id)).expect("it is accepted");
        assert_eq!(company(&app, taken[0].order).0, words(["1001", "1002"]));
        let (open, _) = app.read(|db| suggestions::list(db, None, 10));
        assert_eq!(open.len(), 0);
    }
);

each_database!(
    fn concurrent_intake_ends_in_one_shipment_per_recipient(app: TestApp) {
        let shops: Vec<_> = (0..4).map(|n| app.shop(&format!("Shop {n}"))).collect();
        let forks: Vec<TestApp> = (0..4).map(|_| app.fork()).collect();
        std::thread::scope(|threads| {
            for (n, (fork, shop)) in forks.iter().zip(&shops).enumerate() {
                threads.spawn(move || {
                    for round in 0..6 {
                        // Each worker meets the recipients in another sequence.
                        let orders: Vec<_> = (0..8)
                            .map(|i| {
                                let who = format!("客户{}", (i * (n + 3) + round) % 8);
                                order(&format!("{n}-{round}-{i}")).to(recipient(&who))
                            })
                            .collect();
                        fork.push(shop, &orders);
                    }
                });
            }
        });
        let open = app.read(|db| {
            db.number(
                sql("SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND order_count > 0")
                    .bind(db.seller()),
            )
        });
        let placed = app.read(|db| {
            db.number(
                sql("SELECT COUNT(*) AS one FROM shipment_orders WHERE seller_id = ? AND left_at IS NULL")
                    .bind(db.seller()),
            )
        });
        assert_eq!((open, placed), (8, 4 * 6 * 8));
    }
);

fn two(app: &TestApp, shop: &huidan::db::shops::ShopRow) -> [OrderId; 2] {
    let taken = app.push(shop, [&order("1001"), &order("1002")]);
    assert_eq!(taken.iter().map(|taken| taken.order).collect::<HashSet<_>>().len(), 2);
    [taken[0].order, taken[1].order]
}

fn words<const N: usize>(words: [&str; N]) -> Vec<String> {
    words.map(str::to_owned).to_vec()
}
