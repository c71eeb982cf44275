//! Claims: sheets taken by stations in handfuls, each by one, and what is said of them early, late or never.

use std::sync::Barrier;

use huidan::db::stations as record;
use huidan::domain::actor::{Actor, Role};
use huidan::domain::error::Error;
use huidan::domain::id::{PrintJobId, PrinterId, ShipmentId};
use huidan::domain::print::{Paper, SheetState};
use huidan::domain::station::SheetResult;
use huidan::jobs::housekeeping;
use huidan::jobs::printing::{self, Handful};
use huidan::operations::print_jobs::{self, Decision, NewClaimWish, NewPrintJob, Report};
use huidan::operations::stations::{self, NewSession, NewStation};
use serde_json::json;

use crate::number_runs::{code, ready, run, shipments};
use crate::support::effects::until;
use crate::support::{TestApp, order, recipient};

/// A desk that was let in, without a program: tests speak for it.
struct Desk {
    actor: Actor,
    session: String,
    printers: Vec<PrinterId>,
}

/// Printers as JSON: `(name, stacking)` each, all for labels.
fn desk(app: &TestApp, name: &str, printers: &[(&str, &str)]) -> Desk {
    let secret_hash = format!("{name:_<43}").replace(' ', "-");
    let new = NewStation { name: name.to_owned(), seller: None, secret_hash, version: "1".to_owned() };
    app.write(|tx| stations::enrol(tx, &new)).expect("it knocks");
    let row = app.read(|db| record::by_name(db, name)).expect("it knocked");
    app.write(|tx| stations::approve(tx, row.id)).expect("it is let in");
    let row = app.read(|db| record::by_name(db, name)).expect("it is in");
    let token = row.token_id.expect("a token");
    let actor = Actor { name: format!("token:{token}"), role: Role::Station, ..app.owner().clone() };
    let session = begin(app, &actor, name, printers).expect("nobody else is there");
    let printers = app.read(|db| record::printers_of(db, row.id)).into_iter().map(|row| row.id).collect();
    Desk { actor, session, printers }
}

fn begin(app: &TestApp, actor: &Actor, session: &str, printers: &[(&str, &str)]) -> Result<String, Error> {
    let printers: Vec<_> = printers
        .iter()
        .map(|(name, stacking)| {
            json!({ "name": name, "kind": "raw", "address": "10.0.0.7:9100", "sizes": ["100x150"], "language": "zpl",
                    "dpi": 203, "stacking": stacking })
        })
        .collect();
    let new = json!({ "session": session, "lease_s": 1, "version": "1", "printers": printers });
    let new: NewSession = serde_json::from_value(new).expect("a session");
    app.app().write(actor, |tx| stations::begin(tx, &new)).map(|_| session.to_owned())
}

impl Desk {
    fn wish(&self, printer: usize, request: &str, sheets: usize) -> NewClaimWish {
        NewClaimWish {
            session: self.session.clone(),
            printer: self.printers[printer],
            request: request.to_owned(),
            sheets,
            lease_s: 60,
        }
    }

    fn take(&self, app: &TestApp, printer: usize, request: &str, sheets: usize) -> Result<Handful, Error> {
        printing::handful(app.app(), &self.actor, &self.wish(printer, request, sheets))
    }

    /// Says the same of sheets of a handful; their states then.
    fn tell(&self, app: &TestApp, handful: &Handful, of: &[i64], result: SheetResult) -> Vec<String> {
        let (claim, _) = handful.claim.expect("sheets were taken");
        let sheets: Vec<_> = of
            .iter()
            .map(|position| json!({ "position": position, "result": result, "detail": "so" }))
            .collect();
        let report = json!({ "session": self.session, "claim": claim, "lease_s": 60, "sheets": sheets });
        let report: Report = serde_json::from_value(report).expect("a report");
        let told = app.app().write(&self.actor, |tx| print_jobs::report(tx, &report)).expect("it is heard");
        told.sheets.iter().map(|sheet| format!("{} {}", sheet.position, sheet.state)).collect()
    }
}

fn positions(handful: &Handful) -> Vec<i64> {
    handful.sheets.iter().map(|sheet| sheet.position).collect()
}

fn job(app: &TestApp, shipments: &[ShipmentId], station: &str) -> PrintJobId {
    let wish = NewPrintJob {
        paper: Paper::Waybill,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: shipments.to_vec(),
        station: station.to_owned(),
        reprint: false,
    };
    app.write(|tx| print_jobs::create(tx, &wish)).expect("the job is made").id.expect("a job with sheets")
}

fn states(app: &TestApp, job: PrintJobId) -> Vec<SheetState> {
    app.read(|db| print_jobs::show(db, job)).sheets.iter().map(|sheet| sheet.state).collect()
}

each_database!(
    fn a_long_job_leaves_in_handfuls_and_a_lost_answer_is_asked_for_again(app: TestApp) {
        let ids = ready(&app, 7);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("zebra", "first_on_top")]);
        let job = job(&app, &ids, "desk");
        let first = desk.take(&app, 0, "a", 3).expect("sheets wait");
        assert_eq!(positions(&first), [1, 2, 3]);
        assert_eq!(states(&app, job).iter().filter(|state| **state == SheetState::Sent).count(), 3);
        let again = desk.take(&app, 0, "a", 3).expect("the same request");
        assert_eq!((positions(&again), again.claim), (positions(&first), first.claim));
        assert_eq!(again.sheets[1].file, first.sheets[1].file, "the same bytes");

        assert_eq!(
            desk.tell(&app, &first, &[1, 2], SheetResult::Acknowledged),
            ["1 acknowledged", "2 acknowledged"]
        );
        assert_eq!(desk.tell(&app, &first, &[3], SheetResult::NotPrinted), ["3 queued"]);
        assert_eq!(code(desk.take(&app, 0, "a", 3).map(|_| ())), "claim_ended", "nothing of it is open");
        let second = desk.take(&app, 0, "b", 100).expect("sheets wait");
        assert_eq!(positions(&second), [3, 4, 5, 6, 7]);
        let empty = desk.take(&app, 0, "c", 100).expect("nothing waits");
        assert!(empty.claim.is_none() && empty.waits.is_empty());
    }
);

each_database!(
    fn two_that_ask_at_once_never_get_the_same_sheet(app: TestApp) {
        let ids = ready(&app, 24);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("zebra", "first_on_top")]);
        job(&app, &ids, "desk");
        let barrier = Barrier::new(4);
        let mut all: Vec<i64> = std::thread::scope(|threads| {
            let takers: Vec<_> = (0..4)
                .map(|n| {
                    let (app, desk, barrier) = (app.fork(), &desk, &barrier);
                    threads.spawn(move || {
                        barrier.wait();
                        positions(&desk.take(&app, 0, &format!("r{n}"), 6).expect("sheets wait"))
                    })
                })
                .collect();
            takers.into_iter().flat_map(|taker| taker.join().expect("it went well")).collect()
        });
        all.sort_unstable();
        assert_eq!(all, (1..=24).collect::<Vec<i64>>());
    }
);

each_database!(
    fn of_two_stations_that_want_one_job_one_gets_it(app: TestApp) {
        let ids = ready(&app, 5);
        run(&app, &ids);
        let job = job(&app, &ids, "");
        let station =
            |name: &str| Actor { name: name.to_owned(), role: Role::Station, ..app.owner().clone() };
        let barrier = Barrier::new(2);
        let outcomes: Vec<String> = std::thread::scope(|threads| {
            let takers: Vec<_> = ["token:71", "token:72"]
                .map(|name| {
                    let (app, actor, barrier) = (app.fork(), station(name), &barrier);
                    threads.spawn(move || {
                        barrier.wait();
                        match app.app().write(&actor, |tx| print_jobs::document(tx, job)) {
                            Ok(document) => format!("{} sheets", document.positions.len()),
                            refused => code(refused.map(|_| ())),
                        }
                    })
                })
                .into_iter()
                .collect();
            takers.into_iter().map(|taker| taker.join().expect("it went well")).collect()
        });
        let mut outcomes = outcomes;
        outcomes.sort();
        assert_eq!(outcomes, ["5 sheets", "held_by_another"]);
    }
);

each_database!(
    fn a_label_of_an_old_address_is_refused_when_a_station_takes_it(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [order("1").to(recipient("甲")), order("2").to(recipient("乙"))];
        app.push(&shop, &orders);
        let ids = shipments(&app);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("zebra", "first_on_top")]);
        let job = job(&app, &ids, "desk");
        let mut moved = recipient("甲");
        moved["detail"] = "新地址 5 号".into();
        app.push(&shop, &[orders[0].clone().to(moved).updated_at("2026-11-20T03:30:00Z")]);

        let none = desk.take(&app, 0, "a", 1).expect("an answer");
        assert_eq!((none.claim, none.left_out), (None, 1), "there may be more");
        let shown = app.read(|db| print_jobs::show(db, job));
        assert_eq!(
            (shown.sheets[0].state, shown.sheets[0].reason.as_str()),
            (SheetState::Spoiled, "sheet_stale")
        );
        let taken = desk.take(&app, 0, "b", 5).expect("the other waits");
        assert_eq!(positions(&taken), [2]);
    }
);

each_database!(
    fn a_printer_that_stacks_face_up_gets_the_last_sheet_first(app: TestApp) {
        let ids = ready(&app, 5);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("laser", "first_at_bottom")]);
        let job = job(&app, &ids, "desk");
        let first = desk.take(&app, 0, "a", 3).expect("sheets wait");
        assert_eq!(positions(&first), [5, 4, 3]);
        assert_eq!(positions(&desk.take(&app, 0, "a", 3).expect("the same request")), [5, 4, 3]);
        let second = desk.take(&app, 0, "b", 3).expect("sheets wait");
        assert_eq!(positions(&second), [2, 1]);
        // After a jam the last good one is the last that came out: those behind it lie before it in the run.
        let manager = Actor { role: Role::Manager, name: "user:1".to_owned(), ..app.owner().clone() };
        app.app().write(&manager, |tx| print_jobs::acknowledge(tx, job, 4)).expect("4 was the last good one");
        use SheetState::*;
        assert_eq!(states(&app, job), [Unknown, Unknown, Unknown, Acknowledged, Acknowledged]);
    }
);

each_database!(
    fn what_waits_can_go_to_another_printer_and_pause(app: TestApp) {
        let ids = ready(&app, 6);
        run(&app, &ids);
        let one = desk(&app, "one", &[("zebra", "first_on_top"), ("spare", "first_on_top")]);
        let two = desk(&app, "two", &[("tsc", "first_on_top")]);
        let id = job(&app, &ids, "one");
        let first = one.take(&app, 0, "a", 2).expect("sheets wait");
        let taken = |desk: &Desk, printer: usize, request: &str| {
            positions(&desk.take(&app, printer, request, 9).expect("an answer"))
        };
        assert_eq!(taken(&one, 1, "b"), [0; 0], "the spare one has no job");
        let mut stolen = two.wish(0, "b", 9);
        stolen.printer = one.printers[0];
        let stolen = printing::handful(app.app(), &two.actor, &stolen);
        assert_eq!(code(stolen.map(|_| ())), "no printer", "another desk's");

        let http = app.http();
        let path = |end: &str| format!("/api/v1/print-jobs/{id}/{end}");
        http.post(&path("pause"), json!({})).expect(200);
        assert_eq!(taken(&one, 0, "c"), [0; 0]);
        http.post(&path("go-on"), json!({})).expect(200);
        let printer = |n: PrinterId| json!({ "printer": n });
        http.put(&path("printer"), printer(one.printers[1])).expect(200);
        assert_eq!(positions(&one.take(&app, 1, "d", 1).expect("sheets wait")), [3]);
        let moved = http.put(&path("printer"), printer(two.printers[0])).expect(200);
        assert_eq!((&moved["station"], &moved["held_by"]), (&json!("two"), &json!("")));
        http.post(&format!("/api/v1/printers/{}/pause", two.printers[0]), json!({})).expect(200);
        let paused = two.take(&app, 0, "e", 9).expect("an answer");
        assert_eq!((paused.claim, paused.waits.as_str()), (None, "This printer is paused."));
        http.post(&format!("/api/v1/printers/{}/go-on", two.printers[0]), json!({})).expect(200);
        assert_eq!(taken(&two, 0, "f"), [4, 5, 6]);

        // What the first desk had in hand stayed in its hand, whatever became of the job.
        http.put(&path("printer"), json!({ "printer": null })).expect(200);
        let shipper = app.http_as(Role::Shipper);
        let refused = shipper.post(&path("acknowledge"), json!({ "last_good": 2 }));
        assert_eq!(refused.problem(), "409 held_by_another");
        assert!(
            refused.text().contains("is printed by \\\"one\\\"") || refused.text().contains("two"),
            "{}",
            refused.text()
        );
        assert_eq!(shipper.get(&path("document")).problem(), "409 held_by_another", "no copies of it either");
        assert_eq!(
            one.tell(&app, &first, &[1, 2], SheetResult::Acknowledged),
            ["1 acknowledged", "2 acknowledged"]
        );
        let strange = app.http().put(&path("printer"), json!({ "printer": "999999" }));
        assert_eq!(strange.problem(), "404 not_found");
        let small = NewPrintJob {
            paper: Paper::Waybill,
            template: String::new(),
            size: Some(huidan::papers::values::PaperSize::Label76x130),
            number_run: None,
            shipments: ids.clone(),
            station: "one".to_owned(),
            reprint: true,
        };
        assert_eq!(code(app.write(|tx| print_jobs::create(tx, &small))), "no_printer");
    }
);

each_database!(
    fn a_station_that_falls_silent_leaves_doubt_and_its_late_word_settles_it(app: TestApp) {
        let ids = ready(&app, 6);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("zebra", "first_on_top")]);
        let job = job(&app, &ids, "desk");
        let wish = NewClaimWish { lease_s: 1, ..desk.wish(0, "a", 4) };
        let taken = printing::handful(app.app(), &desk.actor, &wish).expect("sheets wait");
        until("its lease has run out", || {
            housekeeping::keep(app.app()).expect("the house is kept");
            states(&app, job)[0] == SheetState::Unknown
        });
        let waits = desk.take(&app, 0, "b", 4).expect("an answer").waits;
        assert!(waits.contains(&format!("Sheet 1 of job {job} is unknown")), "{waits}");
        // Somebody looks before the desk is heard of again, and is wrong about sheet 2.
        let decision = Decision { printed: vec![1], not_printed: vec![2] };
        app.write(|tx| print_jobs::decide(tx, job, &decision)).expect("somebody has looked");
        let told = desk.tell(&app, &taken, &[1, 2, 3], SheetResult::Acknowledged);
        assert_eq!(told, ["1 acknowledged", "2 acknowledged", "3 acknowledged"], "2 is not printed again");
        assert_eq!(desk.tell(&app, &taken, &[4], SheetResult::NotPrinted), ["4 queued"]);
        assert_eq!(positions(&desk.take(&app, 0, "c", 4).expect("sheets wait")), [4, 5, 6]);
        assert_eq!(
            desk.tell(&app, &taken, &[4, 9], SheetResult::Acknowledged),
            [""; 0],
            "another handful's by now"
        );
    }
);

each_database!(
    fn a_printer_prints_moved_by_its_offset_whatever_its_desk_says(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("zebra", "first_on_top")]);
        let first = job(&app, &ids, "desk");
        let still = desk.take(&app, 0, "a", 2).expect("sheets wait");
        let path = format!("/api/v1/printers/{}/offset", desk.printers[0]);
        let http = app.http();
        let said = http.put(&path, json!({ "x_tenths": 201, "y_tenths": 0 })).expect(422).to_string();
        assert!(said.contains("x_tenths") && said.contains("201"), "{said}");
        let moved = http.put(&path, json!({ "x_tenths": 15, "y_tenths": -10 })).expect(200);
        assert_eq!((&moved["offset_x_tenths"], &moved["offset_y_tenths"]), (&json!(15), &json!(-10)));
        begin(&app, &desk.actor, &desk.session, &[("zebra", "first_on_top")]).expect("it tells again");
        let shown = http.get("/api/v1/stations").expect(200);
        assert_eq!(shown["items"][0]["printers"][0]["offset_x_tenths"], 15);

        let back = desk.tell(&app, &still, &[1, 2], SheetResult::NotPrinted);
        assert_eq!(back, ["1 queued", "2 queued"]);
        let after = desk.take(&app, 0, "b", 2).expect("sheets wait");
        assert_eq!(states(&app, first), [SheetState::Sent, SheetState::Sent]);
        assert_ne!(still.sheets[0].file, after.sheets[0].file, "the same sheet, moved");
    }
);

each_database!(
    fn what_a_silent_desk_had_in_hand_is_told_as_soon_as_another_one_asks(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let silent = desk(&app, "desk", &[("zebra", "first_on_top")]);
        let alive = desk(&app, "other", &[("zebra", "first_on_top")]);
        let job = job(&app, &ids, "desk");
        let wish = NewClaimWish { lease_s: 1, ..silent.wish(0, "a", 2) };
        printing::handful(app.app(), &silent.actor, &wish).expect("sheets wait");
        let mut asked = 0;
        until("the other desk's question tells it", || {
            asked += 1;
            let nothing = alive.take(&app, 0, &asked.to_string(), 4).expect("an answer");
            assert!(nothing.sheets.is_empty(), "the job is another desk's");
            states(&app, job)[0] == SheetState::Unknown
        });
        assert_eq!(states(&app, job)[2], SheetState::Queued);
    }
);

each_database!(
    fn what_a_printer_took_without_a_word_waits_for_a_person(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let desk = desk(&app, "desk", &[("old", "first_at_bottom")]);
        let job = job(&app, &ids, "desk");
        let wish = NewClaimWish { lease_s: 1, ..desk.wish(0, "a", 3) };
        let taken = printing::handful(app.app(), &desk.actor, &wish).expect("sheets wait");
        desk.tell(&app, &taken, &[1, 2, 3], SheetResult::HandedOver);
        std::thread::sleep(std::time::Duration::from_millis(1_200));
        housekeeping::keep(app.app()).expect("the house is kept");
        assert_eq!(states(&app, job), [SheetState::Sent; 3], "no lease runs on them");
        let shipper = Actor { role: Role::Shipper, name: "user:1".to_owned(), ..app.owner().clone() };
        let all =
            app.app().write(&shipper, |tx| print_jobs::acknowledge(tx, job, 1)).expect("they lie there");
        assert!(all.from_end && all.sheets.iter().all(|sheet| sheet.state == SheetState::Acknowledged));
    }
);

each_database!(
    fn a_desk_belongs_to_one_seller_and_takes_nothing_of_another(app: TestApp) {
        let other = app.other_seller();
        let ids = ready(&app, 2);
        run(&app, &ids);
        let mine = desk(&app, "desk", &[("zebra", "first_on_top")]);
        job(&app, &ids, "desk");
        let theirs = desk(&other, "their desk", &[("zebra", "first_on_top")]);
        let mut wish = theirs.wish(0, "a", 5);
        wish.printer = mine.printers[0];
        assert_eq!(code(printing::handful(other.app(), &theirs.actor, &wish).map(|_| ())), "no printer");
        assert_eq!(theirs.take(&other, 0, "b", 5).expect("an answer").claim, None);
        let knock = json!({ "name": "new", "secret_hash": "h".repeat(43) });
        assert_eq!(
            app.http_stranger().post("/agents/stations", knock).problem(),
            "422 invalid_fields",
            "whose?"
        );
        let knock = json!({ "name": "new", "seller": "second", "secret_hash": "h".repeat(43) });
        let knocked = app.http_stranger().post("/agents/stations", knock).expect(200);
        assert_eq!(knocked, json!({ "state": "waiting", "code": "HHHH-HHHH" }));
        assert!(app.read(|db| record::by_name(db, "new")).is_none());
    }
);

each_database!(
    fn strangers_cannot_fill_the_page_of_stations(app: TestApp) {
        let knock = |n: usize| {
            let body = json!({ "name": format!("desk {n}"), "secret_hash": format!("{n:0>43}") });
            app.http_stranger().post("/agents/stations", body)
        };
        for n in 0..20 {
            knock(n).expect(200);
        }
        assert_eq!(knock(20).problem(), "429 too_many_stations");
        assert_eq!(knock(3).status, 200, "one that waits may ask how it stands");
        app.advance(chrono::Duration::hours(25));
        assert_eq!(knock(20).status, 200, "nobody waits for ever");
    }
);

each_database!(
    fn a_desk_opens_no_document_but_those_of_its_own_printers(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let (one, two) =
            (desk(&app, "one", &[("zebra", "first_on_top")]), desk(&app, "two", &[("tsc", "first_on_top")]));
        let (loose, placed) = (job(&app, &ids[..1], ""), job(&app, &ids[1..], "one"));
        let open =
            |actor: &Actor, job| app.app().write(actor, |tx| print_jobs::document(tx, job)).map(|_| ());
        assert_eq!(code(open(&one.actor, loose)), "held_by_another", "it is for a browser");
        assert_eq!(code(open(&two.actor, placed)), "held_by_another", "it is for desk one");
        let plain = Actor { name: "token:999999".to_owned(), ..two.actor.clone() };
        assert_eq!(code(open(&plain, placed)), "held_by_another", "a token without a desk has no printers");
        open(&plain, loose).expect("a job of no printer");
        open(&one.actor, placed).expect("its own");
    }
);
