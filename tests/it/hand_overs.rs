//! Hand-overs: all parcels of a carrier, each in at most one, printed and taken back.

use std::sync::Barrier;

use chrono::Duration;
use huidan::domain::actor::Role;
use huidan::domain::error::Error;
use huidan::domain::id::HandOverId;
use huidan::operations::hand_overs::{self, HandOver, NewHandOver};
use huidan::operations::print_jobs;
use serde_json::json;

use crate::number_runs::{code, ready, run};
use crate::ship::ship;
use crate::support::TestApp;

fn zto() -> NewHandOver {
    NewHandOver { carrier: "zto".to_owned(), until: None }
}

fn close(app: &TestApp) -> Result<HandOver, Error> {
    app.write(|tx| hand_overs::close(tx, &zto()))
}

/// How many parcels of each carrier wait: `zto 3`.
fn waiting(app: &TestApp) -> Vec<String> {
    let rows = app.read(hand_overs::waiting);
    rows.iter().map(|row| format!("{} {}", row.carrier, row.parcels)).collect()
}

each_database!(
    fn a_hand_over_takes_what_left_and_is_in_none_yet(app: TestApp) {
        let ids = ready(&app, 5);
        run(&app, &ids);
        assert_eq!(code(close(&app)), "nothing_to_hand_over", "nothing left yet");
        ship(&app, &ids[..2]);
        let noon = app.now();
        app.advance(Duration::hours(1));
        ship(&app, &ids[2..3]);
        assert_eq!(waiting(&app), ["zto 3"]);
        let until = NewHandOver { until: Some(noon), ..zto() };
        let first = app.write(|tx| hand_overs::close(tx, &until)).expect("two left by noon");
        assert_eq!((first.parcels, first.created_by.as_str(), first.until), (2, "user:owner", noon));
        assert_eq!(waiting(&app), ["zto 1"]);
        assert_eq!(close(&app).expect("the third one").parcels, 1);
        assert_eq!(code(close(&app)), "nothing_to_hand_over");
        assert!(waiting(&app).is_empty());
        let listed = app.read(|db| hand_overs::list(db, None, 1));
        let rest = app.read(|db| hand_overs::list(db, Some(listed[0].id), 5));
        assert_eq!((listed[0].parcels, rest.len(), rest[0].id), (1, 1, first.id), "newest first, two pages");
        let other = app.other_seller();
        assert!(other.read(|db| hand_overs::list(db, None, 5)).is_empty());
        assert_eq!(code(other.write(|tx| hand_overs::undo(tx, first.id))), "no hand-over");
    }
);

each_database!(
    fn its_list_is_printed_as_often_as_the_paper_is_needed(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        ship(&app, &ids[..2]);
        let closed = close(&app).expect("two parcels");
        ship(&app, &ids[2..]);
        for _ in 0..2 {
            let job = app.write(|tx| hand_overs::print(tx, closed.id, "")).expect("a job");
            assert_eq!((job.sheets.len(), job.left_out.len()), (1, 0));
            let id = job.id.expect("a sheet");
            let text = app.read(|db| huidan::db::print_jobs::find(db, id)).expect("the job").members;
            assert_eq!(text, json!(ids[..2]).to_string(), "what left afterwards is not on it");
            app.write(|tx| print_jobs::document(tx, id)).expect("it is drawn");
        }
    }
);

each_database!(
    fn it_is_taken_back_only_while_nothing_came_after(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        ship(&app, &ids[..1]);
        let first = close(&app).expect("one parcel");
        ship(&app, &ids[1..]);
        let second = close(&app).expect("another one");
        let undo = |id: HandOverId| app.write(|tx| hand_overs::undo(tx, id));
        assert_eq!(code(undo(first.id)), "hand_over_followed");
        let undone = undo(second.id).expect("it is the last one");
        assert_eq!(undone.undone_by.as_deref(), Some("user:owner"));
        assert_eq!(undo(second.id).expect("twice is once").undone_at, undone.undone_at);
        assert_eq!(waiting(&app), ["zto 1"]);
        assert_eq!(code(app.write(|tx| hand_overs::print(tx, second.id, ""))), "hand_over_undone");
        undo(first.id).expect("nothing came after any more");
        assert_eq!(close(&app).expect("all of it again").parcels, 2);
    }
);

each_database!(
    fn two_clicks_at_once_hand_each_parcel_over_once(app: TestApp) {
        let ids = ready(&app, 20);
        run(&app, &ids);
        ship(&app, &ids);
        let other = app.fork();
        let barrier = Barrier::new(2);
        let answers: Vec<Result<HandOver, Error>> = std::thread::scope(|scope| {
            let threads: Vec<_> = [&app, &other]
                .into_iter()
                .map(|app| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        close(app)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let (made, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(Result::is_ok);
        assert_eq!(made.into_iter().map(|one| one.expect("made").parcels).collect::<Vec<_>>(), [20]);
        assert_eq!(refused.into_iter().map(code).collect::<Vec<_>>(), ["nothing_to_hand_over"]);
        assert_eq!(app.read(|db| hand_overs::list(db, None, 5)).len(), 1);
    }
);

each_database!(
    fn over_http_a_shipper_closes_and_a_manager_takes_back(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        ship(&app, &ids);
        let shipper = app.http_as(Role::Shipper);
        app.http_as(Role::Viewer).post("/api/v1/hand-overs", json!({ "carrier": "zto" })).expect(403);
        let late =
            shipper.post("/api/v1/hand-overs", json!({ "carrier": "zto", "until": "noon" })).expect(422);
        assert!(late.to_string().contains("noon"), "{late:?}");
        let made = shipper.post("/api/v1/hand-overs", json!({ "carrier": "中通" })).expect(201);
        assert_eq!((&made["parcels"], &made["carrier"]), (&json!(2), &json!("zto")));
        let path = format!("/api/v1/hand-overs/{}", made["id"].as_str().expect("an id"));
        assert_eq!(shipper.get(&path).expect(200)["parcels"], 2);
        assert_eq!(shipper.post(&format!("{path}/print"), json!({})).expect(201)["paper"], "hand_over_list");
        shipper.delete(&path).expect(403);
        app.http_as(Role::Manager).delete(&path).expect(200);
        assert_eq!(shipper.get("/api/v1/hand-overs/waiting").expect(200)["items"][0]["parcels"], 2);
        assert!(shipper.get("/api/v1/hand-overs").expect(200)["items"][0]["undone_at"].is_string());
    }
);
