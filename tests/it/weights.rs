//! Weights by the scale: kept with who and when, compared with the estimate, summed for the driver.

use huidan::domain::actor::Role;
use huidan::operations::hand_overs::{self, NewHandOver};
use huidan::operations::weights;
use serde_json::{Value as Json, json};

use crate::number_runs::{code, ready, run, shipments};
use crate::ship::ship;
use crate::support::{TestApp, order};

each_database!(
    fn a_weight_is_kept_with_who_and_when_and_bad_ones_are_named(app: TestApp) {
        let ids = ready(&app, 1);
        let path = format!("/api/v1/shipments/{}", ids[0]);
        let http = app.http_as(Role::Shipper);
        assert_eq!(http.get(&format!("{path}/weight")).expect(200)["weighed_g"], Json::Null);
        for bad in [json!(0), json!(-5), json!(200_001), json!("heavy")] {
            let said =
                http.post(&format!("{path}/weigh"), json!({ "weight_g": bad })).expect(422).to_string();
            assert!(said.contains("weight_g") && said.contains(bad.to_string().trim_matches('"')), "{said}");
        }
        http.post(&format!("{path}/weigh"), json!({ "weight_g": 900 })).expect(200);
        let now = http.post(&format!("{path}/weigh"), json!({ "weight_g": 1250 })).expect(200);
        assert_eq!((&now["weighed_g"], &now["difference_percent"]), (&json!(1250), &Json::Null));
        assert!(now["weighed_by"].as_str().is_some_and(|by| by.starts_with("token:")), "{now:?}");
        assert!(now["weighed_at"].is_string());
        let log = app.read(|db| huidan::db::events::list(db, Some(ids[0].0), None, 50));
        assert_eq!(log.iter().filter(|event| event.kind == "shipment.weighed").count(), 2);
        app.http_as(Role::Viewer).post(&format!("{path}/weigh"), json!({ "weight_g": 1 })).expect(403);
        let other = app.other_seller();
        assert_eq!(code(other.write(|tx| weights::weigh(tx, ids[0], 5))), "no shipment");
    }
);

each_database!(
    fn a_difference_is_told_only_if_the_seller_wishes(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1").line("A", 2)]);
        let ids = shipments(&app);
        let http = app.http();
        http.post("/api/v1/skus", json!({ "code": "A", "title": "Tea", "weight_g": 500 })).expect(201);
        let path = format!("/api/v1/shipments/{}/weigh", ids[0]);
        let weigh = |grams: i64| http.post(&path, json!({ "weight_g": grams })).expect(200);
        let first = weigh(1500);
        assert_eq!((&first["estimated_weight_g"], &first["difference_percent"]), (&json!(1000), &Json::Null));
        http.patch("/api/v1/settings", json!({ "weight_difference_percent": 0 })).expect(422);
        http.patch("/api/v1/settings", json!({ "weight_difference_percent": 10 })).expect(200);
        assert_eq!(weigh(1500)["difference_percent"], 50);
        assert_eq!(weigh(1100)["difference_percent"], Json::Null);
    }
);

each_database!(
    fn a_hand_over_knows_what_its_weighed_parcels_weigh(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        for (id, grams) in ids.iter().zip([700, 800]) {
            app.write(|tx| weights::weigh(tx, *id, grams)).expect("weighed");
        }
        ship(&app, &ids);
        let wish = NewHandOver { carrier: "zto".to_owned(), until: None };
        let closed = app.write(|tx| hand_overs::close(tx, &wish)).expect("three parcels");
        assert_eq!((closed.parcels, closed.weighed_g), (3, 1500));
    }
);
