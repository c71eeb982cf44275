//! Packing: pieces counted into their parcel, wrong ones refused, the last one prints and ships.

use std::sync::Barrier;

use huidan::domain::error::Error;
use huidan::domain::id::ShipmentId;
use huidan::operations::packing::{self, NewScan, Packing};
use huidan::operations::print_jobs;
use serde_json::json;

use crate::number_runs::{code, look, run, shipments};
use crate::support::{TestApp, order, recipient};

/// A numbered parcel with two pieces of TEA and one CUP, and one with a single POT.
fn parcels(app: &TestApp) -> Vec<ShipmentId> {
    let shop = app.shop("Tea House");
    let orders = [
        order("1").to(recipient("陈一")).line("TEA", 2).line("CUP", 1),
        order("2").to(recipient("陈二")).line("POT", 1),
    ];
    app.push(&shop, &orders);
    let ids = shipments(app);
    run(app, &ids);
    ids
}

fn scan(app: &TestApp, id: ShipmentId, code: &str, scans: i64) -> Result<Packing, Error> {
    let new = NewScan { code: code.to_owned(), scans, ..NewScan::default() };
    app.write(|tx| packing::scan(tx, id, &new))
}

fn last(app: &TestApp, id: ShipmentId, code: &str, scans: i64) -> Packing {
    let new = NewScan { code: code.to_owned(), scans, print: true, ship: true, ..NewScan::default() };
    app.write(|tx| packing::scan(tx, id, &new)).expect("it belongs inside")
}

/// What is in, as `TEA 1/2`.
fn inside(packing: &Packing) -> Vec<String> {
    packing.items.iter().map(|one| format!("{} {}/{}", one.code, one.scanned, one.quantity)).collect()
}

each_database!(
    fn pieces_are_counted_down_and_wrong_ones_change_nothing(app: TestApp) {
        let ids = parcels(&app);
        let first = scan(&app, ids[0], " tea ", 0).expect("it belongs inside");
        assert_eq!((inside(&first), first.missing), (vec!["TEA 1/2".to_owned(), "CUP 0/1".to_owned()], 2));
        assert_eq!(code(scan(&app, ids[0], "POT", 1)), "wrong_item");
        assert_eq!(code(scan(&app, ids[0], "TEA", 0)), "scan_counted", "the same scan, sent twice");
        assert_eq!(scan(&app, ids[0], "TEA", 1).expect("the second one").missing, 1);
        assert_eq!(code(scan(&app, ids[0], "TEA", 2)), "piece_too_many");
        let full = scan(&app, ids[0], "CUP", 2).expect("the last one");
        assert_eq!((full.missing, full.scans, full.packed_by.as_deref()), (0, 3, Some("user:owner")));
        assert_eq!((full.print_job, full.shipped), (None, false), "nobody wished it");
        assert_eq!(code(scan(&app, ids[0], "CUP", 3)), "piece_too_many");

        let again = app.write(|tx| packing::start_again(tx, ids[0])).expect("a parcel");
        assert_eq!((again.missing, again.packed_at), (3, None));
        assert_eq!(
            code(scan(&app, ids[0], "TEA", 3)),
            "scan_counted",
            "a late scan is not counted into the empty box"
        );
        let kinds: Vec<_> = app
            .read(|db| huidan::db::events::list(db, Some(ids[0].0), None, 50))
            .into_iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(kinds.iter().filter(|kind| kind.ends_with("packed")).count(), 2, "{kinds:?}");
        let other = app.other_seller();
        assert_eq!(code(other.write(|tx| packing::start_again(tx, ids[0]))), "no shipment");
    }
);

each_database!(
    fn the_last_piece_prints_the_waybill_and_ships(app: TestApp) {
        let ids = parcels(&app);
        let done = last(&app, ids[1], "POT", 0);
        assert!(done.shipped && done.left_out.is_empty(), "{done:?}");
        let job = app.read(|db| print_jobs::show(db, done.print_job.expect("a label")));
        assert_eq!((job.sheets.len(), job.sheets[0].shipment), (1, Some(ids[1])));
        assert_eq!(look(&app, &ids)[1].split(' ').next(), Some("shipped"));
        assert_eq!(code(scan(&app, ids[1], "POT", 1)), "not_to_be_packed", "it left");

        // A label that was printed before is not printed again in silence, and the parcel stays.
        let label = |app: &TestApp| {
            app.write(|tx| {
                print_jobs::create(
                    tx,
                    &print_jobs::NewPrintJob {
                        paper: huidan::domain::print::Paper::Waybill,
                        template: String::new(),
                        size: None,
                        number_run: None,
                        shipments: vec![ids[0]],
                        station: String::new(),
                        reprint: false,
                    },
                )
            })
        };
        label(&app).expect("a job");
        scan(&app, ids[0], "TEA", 0).expect("in");
        scan(&app, ids[0], "TEA", 1).expect("in");
        let kept = last(&app, ids[0], "CUP", 2);
        assert_eq!((kept.print_job, kept.shipped, kept.missing), (None, false, 0));
        assert_eq!(kept.left_out[0].reasons[0].code, "already_queued");
    }
);

each_database!(
    fn a_piece_scanned_at_two_tables_counts_once(app: TestApp) {
        let ids = parcels(&app);
        let start = Barrier::new(2);
        let results: Vec<_> = std::thread::scope(|scope| {
            let one = || {
                let app = app.fork();
                start.wait();
                scan(&app, ids[0], "TEA", 0).map(drop)
            };
            let tables = [scope.spawn(one), scope.spawn(one)];
            tables.into_iter().map(|table| table.join().expect("no panic")).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1, "{results:?}");
        assert_eq!(app.read(|db| packing::show(db, ids[0])).scans, 1);
    }
);

each_database!(
    fn a_parcel_is_found_by_its_number_or_its_own_code(app: TestApp) {
        let ids = parcels(&app);
        let found = |code: &str| app.read(|db| packing::parcel_of(db, code));
        let number = app.read(|db| huidan::db::shipments::find(db, &ids[..1]))[0].waybill.clone();
        assert_eq!(found(&number), Some(ids[0]));
        assert_eq!(found(&format!("#{}", ids[1])), Some(ids[1]));
        assert_eq!((found("TEA"), found("")), (None, None));
        assert_eq!(app.other_seller().read(|db| packing::parcel_of(db, &number)), None);
    }
);

each_database!(
    fn a_barcode_and_the_parts_of_a_bundle_are_scanned(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1").to(recipient("陈一")).line("SET", 2).line("TEA-1", 1)]);
        let id = shipments(&app)[0];
        let http = app.http();
        let tea =
            json!({ "code": "TEA-1", "title": "Green tea", "barcode": "6901234567892", "shelf": "A-10" });
        http.post("/api/v1/skus", tea).expect(201);
        http.post("/api/v1/skus", json!({ "code": "CUP-1", "title": "Cup", "shelf": "A-2" })).expect(201);
        let parts = json!([{ "code": "TEA-1", "quantity": 1 }, { "code": "CUP-1", "quantity": 2 }]);
        http.post("/api/v1/skus", json!({ "code": "SET", "title": "Tea set", "parts": parts })).expect(201);
        let taken = json!({ "code": "TEA-2", "title": "Other tea", "barcode": "6901234567892" });
        assert_eq!(http.post("/api/v1/skus", taken).problem(), "409 sku_barcode_taken");

        let packing = app.read(|db| packing::show(db, id));
        assert_eq!(inside(&packing), ["TEA-1 0/3", "CUP-1 0/4"], "sold alone and in a set it is one item");
        assert_eq!((packing.items[0].bundle.as_str(), packing.items[1].bundle.as_str()), ("", "SET"));
        let packing = last(&app, id, "6901234567892", 0);
        assert_eq!(inside(&packing), ["TEA-1 1/3", "CUP-1 0/4"]);
        assert_eq!(
            code(scan(&app, id, "SET", 1)),
            "wrong_item",
            "a set has no barcode; its parts are scanned"
        );

        // A bundle that lies on a shelf of its own is packed as one piece.
        let sets = http.get("/api/v1/skus?q=SET").expect(200);
        let set = sets["items"][0]["id"].as_str().expect("an id").to_owned();
        let wish = json!({ "code": "SET", "title": "Tea set", "parts": parts, "shelf": "B-1" });
        http.put(&format!("/api/v1/skus/{set}"), wish).expect(200);
        assert_eq!(inside(&app.read(|db| packing::show(db, id))), ["SET 0/2", "TEA-1 0/1"]);
    }
);
