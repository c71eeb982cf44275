//! Number runs: planned, committed, raced for, jammed and undone.

use std::sync::Barrier;

use chrono::Duration;
use huidan::db::events;
use huidan::domain::error::Error;
use huidan::domain::id::{NumberRunId, ShipmentId};
use huidan::domain::left_out::LeftOut;
use huidan::domain::number_run::Then;
use huidan::domain::shipment::ShipmentState;
use huidan::operations::number_runs::{self, NewRun, RunAnswer, Spoil, Spoiled};
use huidan::operations::waybills::{self, Correction, Waybill};

use crate::support::{TestApp, order, recipient};

/// The first of a stack of ZTO numbers; the last three digits name the others.
pub const FIRST: &str = "100000000001";

/// Takes in as many ready orders of different people; their shipments in the order of the orders.
pub fn ready(app: &TestApp, count: usize) -> Vec<ShipmentId> {
    let shop = app.shop("Tea House");
    let orders: Vec<_> =
        (0..count).map(|n| order(&format!("{}", 1000 + n)).to(recipient(&format!("陈{n}")))).collect();
    app.push(&shop, &orders);
    shipments(app)
}

/// All shipments, in the order in which they came into being.
pub fn shipments(app: &TestApp) -> Vec<ShipmentId> {
    app.read(|db| {
        let statement =
            huidan::db::statement::sql("SELECT id AS one FROM shipments WHERE seller_id = ? ORDER BY id");
        let rows = db.load::<huidan::db::One>(statement.bind(db.seller()))?;
        Ok::<_, Error>(rows.into_iter().map(|row| ShipmentId(row.one)).collect())
    })
}

pub fn zto(shipments: &[ShipmentId], first: &str) -> NewRun {
    NewRun {
        carrier: "zto".to_owned(),
        format: "zto-12".to_owned(),
        first_number: first.to_owned(),
        step: 1,
        shipments: shipments.to_vec(),
        ranges: Vec::new(),
        skip_taken: false,
        confirm: false,
    }
}

pub fn commit(app: &TestApp, run: &NewRun) -> RunAnswer {
    app.write(|tx| number_runs::commit(tx, run)).expect("the run is committed")
}

/// A run over these shipments from [`FIRST`] on.
pub fn run(app: &TestApp, shipments: &[ShipmentId]) -> NumberRunId {
    commit(app, &zto(shipments, FIRST)).id.expect("a run with numbers has an id")
}

/// The state and the last digits of the number of each shipment: `numbered 001`.
pub fn look(app: &TestApp, shipments: &[ShipmentId]) -> Vec<String> {
    let rows = app.read(|db| huidan::db::shipments::find(db, shipments));
    shipments
        .iter()
        .map(|id| {
            let row = rows.iter().find(|row| row.id == *id).expect("the shipment is there");
            format!("{} {}", row.state, row.waybill.get(9..).unwrap_or("-"))
        })
        .collect()
}

/// Who was left out, by place in `shipments`, and why: `2 blocked`.
pub fn whys(shipments: &[ShipmentId], left_out: &[LeftOut]) -> Vec<String> {
    left_out
        .iter()
        .map(|left| {
            let place = shipments.iter().position(|id| *id == left.id);
            let codes: Vec<_> = left.reasons.iter().map(|why| why.code).collect();
            format!("{} {}", place.map_or("-".to_owned(), |place| place.to_string()), codes.join("+"))
        })
        .collect()
}

/// The code of a refusal.
#[track_caller]
pub fn code<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Err(Error::Refused(refusal)) => refusal.code.to_owned(),
        Err(Error::Invalid(fields)) => fields.iter().map(|field| field.code).collect::<Vec<_>>().join("+"),
        Err(Error::Missing { noun, .. }) => format!("no {noun}"),
        other => panic!("a refusal was expected: {other:?}"),
    }
}

fn spoil(
    app: &TestApp,
    run: NumberRunId,
    position: i64,
    then: Then,
    printed: bool,
) -> Result<Spoiled, Error> {
    let spoil = Spoil { position, then, reason: "torn".to_owned(), printed };
    app.write(|tx| number_runs::spoil(tx, run, &spoil))
}

fn correct(app: &TestApp, shipment: ShipmentId, number: &str) -> Result<Waybill, Error> {
    let wish = Correction { carrier: "zto".to_owned(), number: number.to_owned(), force_check_digit: false };
    app.write(|tx| waybills::correct(tx, shipment, &wish))
}

each_database!(
    fn a_typed_number_is_followed_in_the_order_of_the_screen(app: TestApp) {
        let ids = ready(&app, 3);
        let screen = [ids[2], ids[0], ids[1]];

        let preview = app.read(|db| number_runs::preview(db, &zto(&screen, FIRST)));
        assert_eq!(preview.id, None);
        assert_eq!(look(&app, &ids), ["ready -", "ready -", "ready -"]);

        let answer = commit(&app, &zto(&screen, FIRST));
        assert_eq!(preview.assigned, answer.assigned);
        assert_eq!(look(&app, &screen), ["numbered 001", "numbered 002", "numbered 003"]);
        let last = answer.last_number.map(|number| number.to_string());
        assert_eq!(last.as_deref(), Some("100000000003"));
        let log = app.read(|db| events::list(db, Some(screen[1].0), None, 1));
        assert_eq!(log[0].kind, "shipment.numbered");
    }
);

each_database!(
    fn only_ready_shipments_are_numbered_and_the_others_say_why(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1").to(recipient("甲")), order("2").to(recipient("乙")).unpaid()]);
        let ids = shipments(&app);
        let listed = [ids[0], ids[1], ids[0], ShipmentId(999_999)];

        let answer = commit(&app, &zto(&listed, FIRST));
        assert_eq!(answer.assigned.len(), 1);
        assert_eq!(whys(&ids, &answer.left_out), ["1 unpaid", "- not_found", "0 listed_twice"]);

        let again = commit(&app, &zto(&ids, "100000000050"));
        assert_eq!(again.id, None, "no shipment got a number, so there is no run");
        assert_eq!(whys(&ids, &again.left_out), ["0 already_numbered", "1 unpaid"]);
    }
);

each_database!(
    fn a_hold_that_has_ended_does_not_keep_a_shipment_out(app: TestApp) {
        let shop = app.shop("Tea House");
        // The presale's first day is a fact that time alone changes.
        app.push(&shop, &[order("1").with("kind", "presale").with("ship_from", "2026-11-20T08:00:00Z")]);
        let ids = shipments(&app);
        let before = commit(&app, &zto(&ids, FIRST));
        assert_eq!(whys(&ids, &before.left_out), ["0 presale_not_due"]);

        app.advance(Duration::hours(5));
        assert_eq!(commit(&app, &zto(&ids, FIRST)).assigned.len(), 1);
    }
);

each_database!(
    fn numbers_in_use_stop_a_run_until_told_to_skip_them(app: TestApp) {
        let ids = ready(&app, 6);
        commit(&app, &zto(&ids[..1], "100000000002"));

        let refused = app.write(|tx| number_runs::commit(tx, &zto(&ids[1..], "100000000002")));
        let Err(Error::Refused(refusal)) = refused else { panic!("{refused:?}") };
        assert_eq!(refusal.code, "number_taken");
        assert!(refusal.detail.contains(&ids[0].to_string()), "{}", refusal.detail);

        let stopped = app.read(|db| number_runs::preview(db, &zto(&ids[1..4], FIRST)));
        assert_eq!(stopped.assigned.len(), 1);
        assert_eq!(stopped.stopped_at.and_then(|occupied| occupied.holder), Some(ids[0]));
        assert_eq!(whys(&ids, &stopped.left_out), ["2 number_taken", "3 number_taken"]);

        let skipped = commit(&app, &NewRun { skip_taken: true, ..zto(&ids[1..4], FIRST) });
        assert_eq!(skipped.skipped.len(), 1);
        assert_eq!(look(&app, &ids[1..4]), ["numbered 001", "numbered 003", "numbered 004"]);
    }
);

each_database!(
    fn a_first_number_that_cannot_begin_a_run_is_refused_with_the_reason(app: TestApp) {
        let ids = ready(&app, 2);
        let sf =
            |first: &str| NewRun { carrier: "sf".to_owned(), format: "sf-12".to_owned(), ..zto(&ids, first) };
        let refused = |run: NewRun| code(app.write(|tx| number_runs::commit(tx, &run)));

        assert_eq!(refused(zto(&ids, "12345")), "number_format");
        assert_eq!(refused(zto(&ids, " ")), "required");
        assert_eq!(refused(NewRun { step: 0, ..zto(&ids, FIRST) }), "step_invalid");
        assert_eq!(
            refused(NewRun { carrier: "sf".to_owned(), ..zto(&ids, FIRST) }),
            "format_of_other_carrier"
        );
        assert_eq!(refused(sf("100000000001")), "number_check_digit");
        let s10 =
            NewRun { carrier: "post".to_owned(), format: "s10".to_owned(), ..zto(&ids, "RR123456785US") };
        assert_eq!(refused(s10.clone()), "number_confirm");
        assert!(app.read(|db| number_runs::preview(db, &s10)).confirm_needed);
        assert_eq!(commit(&app, &NewRun { confirm: true, ..s10 }).assigned.len(), 2);
    }
);

each_database!(
    fn an_allocated_number_is_booked_for_one_shipment_only(app: TestApp) {
        let ids = ready(&app, 3);
        let jt =
            NewRun { carrier: "jt".to_owned(), format: "jt-13".to_owned(), ..zto(&ids, "JT1234567890123") };
        let answer = commit(&app, &jt);
        assert_eq!(answer.assigned.len(), 1);
        assert_eq!(whys(&ids, &answer.left_out), ["1 number_refused", "2 number_refused"]);
    }
);

each_database!(
    fn a_stack_that_ends_leaves_the_rest_for_the_next_one(app: TestApp) {
        let ids = ready(&app, 4);
        let answer = commit(&app, &zto(&ids, "999999999998"));
        assert_eq!(answer.assigned.len(), 2);
        assert_eq!(whys(&ids, &answer.left_out), ["2 number_exhausted", "3 number_exhausted"]);
        let ranges = serde_json::from_value(serde_json::json!([
            { "first_number": "200000000009", "count": 1 }, { "first_number": "300000000001", "count": 5 },
        ]))
        .expect("ranges");
        let rest = commit(&app, &NewRun { ranges, ..zto(&ids[2..], "") });
        assert_eq!(rest.left_out, []);
        assert_eq!(look(&app, &ids), ["numbered 998", "numbered 999", "numbered 009", "numbered 001"]);
    }
);

each_database!(
    fn two_people_who_type_the_same_number_get_it_once(app: TestApp) {
        let ids = ready(&app, 20);
        let other = app.fork();
        let barrier = Barrier::new(2);
        let results: Vec<Result<RunAnswer, Error>> = std::thread::scope(|scope| {
            let halves = [(&app, &ids[..10]), (&other, &ids[10..])];
            let threads: Vec<_> = halves
                .into_iter()
                .map(|(app, half)| {
                    let barrier = &barrier;
                    scope.spawn(move || {
                        barrier.wait();
                        app.write(|tx| number_runs::commit(tx, &zto(half, FIRST)))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 1);
        let lost = results.into_iter().find(Result::is_err).expect("one lost");
        assert_eq!(code(lost), "number_taken");
    }
);

each_database!(
    fn two_people_who_number_the_same_shipments_number_each_once(app: TestApp) {
        let ids = ready(&app, 10);
        let other = app.fork();
        let barrier = Barrier::new(2);
        let answers: Vec<RunAnswer> = std::thread::scope(|scope| {
            let wishes = [(&app, FIRST), (&other, "200000000001")];
            let threads: Vec<_> = wishes
                .into_iter()
                .map(|(app, first)| {
                    let (barrier, ids) = (&barrier, &ids);
                    scope.spawn(move || {
                        barrier.wait();
                        commit(app, &zto(ids, first))
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let mut counts: Vec<_> = answers.iter().map(|answer| answer.assigned.len()).collect();
        counts.sort_unstable();
        assert_eq!(counts, [0, 10]);
        let loser = answers.iter().find(|answer| answer.assigned.is_empty()).expect("one came second");
        assert!(whys(&ids, &loser.left_out).iter().all(|why| why.ends_with("already_numbered")));
    }
);

each_database!(
    fn a_spoiled_sheet_moves_the_rest_up(app: TestApp) {
        let ids = ready(&app, 4);
        let id = run(&app, &ids);
        let spoiled = spoil(&app, id, 2, Then::Shift, false).expect("the sheet is spoiled");
        assert_eq!((spoiled.number.as_str(), spoiled.last_number.as_str()), ("100000000002", "100000000005"));
        assert_eq!(look(&app, &ids), ["numbered 001", "numbered 003", "numbered 004", "numbered 005"]);

        // The void number is never given again; the next jam goes on from where the stack is.
        assert_eq!(code(correct(&app, ids[0], "100000000002")), "number_void");
        spoil(&app, id, 4, Then::Shift, false).expect("the last sheet is spoiled");
        assert_eq!(look(&app, &ids)[3], "numbered 006");
    }
);

each_database!(
    fn a_spoiled_sheet_can_leave_the_others_as_they_are(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids);
        let spoiled = spoil(&app, id, 2, Then::Keep, false).expect("the sheet is spoiled");
        assert_eq!(spoiled.moved.len(), 1);
        assert_eq!(look(&app, &ids), ["numbered 001", "ready -", "numbered 003"]);
        assert_eq!(code(spoil(&app, id, 2, Then::Keep, false)), "position_unknown");
        assert_eq!(
            code(app.write(|tx| number_runs::commit(tx, &zto(&ids[1..2], "100000000002")))),
            "number_void"
        );
    }
);

each_database!(
    fn the_last_one_waits_when_the_stack_ends_in_a_jam(app: TestApp) {
        let ids = ready(&app, 2);
        let id = commit(&app, &zto(&ids, "999999999998")).id.expect("a run");
        let spoiled = spoil(&app, id, 1, Then::Shift, false).expect("the sheet is spoiled");
        assert_eq!(whys(&ids, &spoiled.left_out), ["1 number_exhausted"]);
        assert_eq!(look(&app, &ids), ["numbered 999", "ready -"]);
    }
);

each_database!(
    fn a_run_is_undone_as_one_step_and_its_numbers_are_free(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids);
        spoil(&app, id, 3, Then::Keep, false).expect("the sheet is spoiled");
        let undone = app.write(|tx| number_runs::undo(tx, id)).expect("the run is undone");
        assert_eq!((undone.returned.len(), undone.already), (2, false));
        assert!(app.write(|tx| number_runs::undo(tx, id)).expect("twice is once").already);
        assert_eq!(look(&app, &ids), ["ready -", "ready -", "ready -"]);
        assert_eq!(code(spoil(&app, id, 1, Then::Keep, false)), "run_undone");

        let again = commit(&app, &zto(&ids[..2], FIRST));
        assert_eq!(again.assigned.len(), 2);
        assert_eq!(code(app.write(|tx| number_runs::undo(tx, NumberRunId(1)))), "no number run");
    }
);

each_database!(
    fn a_number_is_corrected_and_the_old_one_is_free(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids[..2]);
        assert_eq!(code(correct(&app, ids[0], "100000000002")), "number_taken");
        assert_eq!(code(correct(&app, ids[0], "77")), "number_format");
        let corrected = correct(&app, ids[0], "500000000009").expect("the number is corrected");
        assert_eq!(corrected.previous.as_deref(), Some("100000000001"));
        assert!(correct(&app, ids[0], "500000000009").expect("twice is once").already);
        correct(&app, ids[2], "100000000001").expect("a first number, typed by hand, that was freed");
        assert_eq!(look(&app, &ids), ["numbered 009", "numbered 002", "numbered 001"]);

        // A corrected number is not the run's: a jam and an undo pass it by.
        assert_eq!(code(spoil(&app, id, 1, Then::Keep, false)), "position_unknown");
        app.write(|tx| number_runs::undo(tx, id)).expect("the run is undone");
        assert_eq!(look(&app, &ids), ["numbered 009", "ready -", "numbered 001"]);

        app.write(|tx| waybills::void(tx, ids[0], "another carrier")).expect("the number goes back");
        assert_eq!(code(app.write(|tx| waybills::void(tx, ids[0], ""))), "not_numbered");
        assert_eq!(look(&app, &ids)[0], "ready -");
    }
);

each_database!(
    fn a_wrong_check_digit_is_taken_for_one_shipment_after_a_yes(app: TestApp) {
        let ids = ready(&app, 1);
        let wish = |force| Correction {
            carrier: "sf".to_owned(),
            number: "100000000001".to_owned(),
            force_check_digit: force,
        };
        assert_eq!(code(app.write(|tx| waybills::correct(tx, ids[0], &wish(false)))), "number_check_digit");
        app.write(|tx| waybills::correct(tx, ids[0], &wish(true))).expect("the yes counts");
        assert_eq!(look(&app, &ids), ["numbered 001"]);
    }
);

each_database!(
    fn another_seller_neither_sees_nor_blocks_a_number(app: TestApp) {
        let id = run(&app, &ready(&app, 2));
        let other = app.other_seller();
        let theirs = ready(&other, 2);
        assert_eq!(commit(&other, &zto(&theirs, FIRST)).assigned.len(), 2);
        assert_eq!(code(other.write(|tx| number_runs::undo(tx, id))), "no number run");
    }
);

each_database!(
    fn ten_thousand_shipments_are_one_run(app: TestApp) {
        let ids = ready(&app, 10_000);
        let start = std::time::Instant::now();
        let answer = commit(&app, &zto(&ids, FIRST));
        eprintln!("10,000 numbered in {:?}", start.elapsed());
        assert_eq!(answer.assigned.len(), 10_000);
        assert_eq!(answer.left_out, []);
        let rows = app.read(|db| huidan::db::shipments::find(db, &ids));
        assert!(rows.iter().all(|row| row.state == ShipmentState::Numbered));
    }
);
