//! Print jobs: sheets, jams, stale values and reprints.

use huidan::domain::actor::{Actor, Right, Role};
use huidan::domain::error::Error;
use huidan::domain::id::{PrintJobId, ShipmentId};
use huidan::domain::number_run::Then;
use huidan::domain::print::Paper;
use huidan::operations::number_runs::{self, Spoil};
use huidan::operations::print_jobs::{self, Decision, Document, NewPrintJob, PrintJob};
use huidan::operations::waybills::{self, Correction};
use huidan::papers;
use serde_json::json;

use crate::number_runs::{code, look, ready, run, shipments, whys};
use crate::support::{TestApp, order, recipient};

fn wish(paper: Paper, shipments: &[ShipmentId]) -> NewPrintJob {
    NewPrintJob {
        paper,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: shipments.to_vec(),
        station: "desk 1".to_owned(),
        reprint: false,
    }
}

fn create(app: &TestApp, wish: &NewPrintJob) -> PrintJob {
    app.write(|tx| print_jobs::create(tx, wish)).expect("the job is made")
}

fn labels(app: &TestApp, shipments: &[ShipmentId]) -> PrintJobId {
    create(app, &wish(Paper::Waybill, shipments)).id.expect("a job with sheets")
}

fn document(app: &TestApp, job: PrintJobId) -> Result<Document, Error> {
    app.write(|tx| print_jobs::document(tx, job))
}

/// Hands out what waits and calls it good up to there.
fn print(app: &TestApp, job: PrintJobId, last_good: i64) -> PrintJob {
    document(app, job).expect("sheets wait");
    acknowledge(app, job, last_good)
}

fn acknowledge(app: &TestApp, job: PrintJobId, last_good: i64) -> PrintJob {
    app.write(|tx| print_jobs::acknowledge(tx, job, last_good)).expect("a sheet of the job")
}

fn resume(app: &TestApp, job: PrintJobId) -> PrintJob {
    app.write(|tx| print_jobs::resume(tx, job)).expect("a job")
}

/// Each sheet as `position:shipment:number state`, the shipment by its place in `ids`.
fn sheets(app: &TestApp, ids: &[ShipmentId], job: PrintJobId) -> Vec<String> {
    let job = app.read(|db| print_jobs::show(db, job));
    job.sheets
        .iter()
        .map(|sheet| {
            let place = ids.iter().position(|id| Some(*id) == sheet.shipment);
            let place = place.map_or("-".to_owned(), |place| place.to_string());
            format!("{}:{place}:{} {}", sheet.position, sheet.number.get(9..).unwrap_or("-"), sheet.state)
        })
        .collect()
}

fn spoil(app: &TestApp, run: huidan::domain::id::NumberRunId, position: i64, then: Then) {
    let spoil = Spoil { position, then, reason: "jam".to_owned(), printed: false };
    app.write(|tx| number_runs::spoil(tx, run, &spoil)).expect("the sheet is spoiled");
}

each_database!(
    fn a_run_is_printed_in_its_order_and_good_when_someone_says_so(app: TestApp) {
        let ids = ready(&app, 3);
        let screen = [ids[2], ids[0], ids[1]];
        let id = run(&app, &screen);
        let job = create(&app, &NewPrintJob { number_run: Some(id), ..wish(Paper::Waybill, &[]) });
        let job = job.id.expect("a job with sheets");
        assert_eq!(sheets(&app, &ids, job), ["1:2:001 queued", "2:0:002 queued", "3:1:003 queued"]);

        let document = document(&app, job).expect("sheets wait");
        let papers::Paper::Waybills { sheets: labels, .. } = &document.paper else { panic!("labels") };
        assert_eq!(labels[1].stamp.position, 2);
        assert_eq!(labels[1].stamp.total, 3);
        assert_eq!(labels[1].recipient.name, "陈0");
        assert_eq!(labels[1].recipient.region, "浙江省杭州市西湖区");
        assert_eq!(labels[1].items[0].quantity, 1);
        assert_eq!(sheets(&app, &ids, job), ["1:2:001 sent", "2:0:002 sent", "3:1:003 sent"]);
        assert_eq!(look(&app, &ids)[0], "numbered 002", "handed out is not printed");

        acknowledge(&app, job, 3);
        assert_eq!(acknowledge(&app, job, 3).sheets.len(), 3, "twice is once");
        assert_eq!(look(&app, &screen), ["printed 001", "printed 002", "printed 003"]);
        assert_eq!(code(self::document(&app, job)), "nothing_to_print");
        let kinds: Vec<_> = app
            .read(|db| huidan::db::events::list(db, Some(job.0), None, 10))
            .into_iter()
            .map(|event| event.kind)
            .collect();
        assert_eq!(kinds, ["print_job.acknowledged", "print_job.rendered", "print_job.created"]);
    }
);

each_database!(
    fn after_a_jam_the_rest_moves_up_and_prints_in_order(app: TestApp) {
        let ids = ready(&app, 4);
        let id = run(&app, &ids);
        let job = labels(&app, &ids);
        document(&app, job).expect("sheets wait");
        acknowledge(&app, job, 1);
        assert_eq!(
            sheets(&app, &ids, job),
            ["1:0:001 acknowledged", "2:1:002 unknown", "3:2:003 unknown", "4:3:004 unknown"]
        );
        spoil(&app, id, 2, Then::Shift);
        assert_eq!(look(&app, &ids), ["printed 001", "numbered 003", "numbered 004", "numbered 005"]);

        let resumed = resume(&app, job);
        assert_eq!(resumed.next, [3, 4, 5]);
        assert_eq!(
            sheets(&app, &ids, job),
            ["1:0:001 acknowledged", "2:1:002 spoiled", "3:1:003 queued", "4:2:004 queued", "5:3:005 queued"]
        );
        let document = document(&app, job).expect("sheets wait");
        assert_eq!((document.positions.as_slice(), document.left_out.len()), (&[3, 4, 5][..], 0));
        acknowledge(&app, job, 5);
        assert_eq!(look(&app, &ids), ["printed 001", "printed 003", "printed 004", "printed 005"]);
    }
);

each_database!(
    fn after_a_jam_the_rest_can_keep_its_numbers(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids);
        let job = labels(&app, &ids);
        document(&app, job).expect("sheets wait");
        acknowledge(&app, job, 1);
        spoil(&app, id, 2, Then::Keep);
        let resumed = resume(&app, job);
        assert_eq!(
            (resumed.next.as_slice(), whys(&ids, &resumed.left_out)),
            (&[3][..], vec!["1 not_numbered".to_owned()])
        );
        print(&app, job, 3);
        assert_eq!(look(&app, &ids), ["printed 001", "ready -", "printed 003"]);
    }
);

each_database!(
    fn printed_ones_stay_behind_a_spoiled_sheet_unless_a_yes_moves_them(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids);
        let job = labels(&app, &ids);
        print(&app, job, 3);
        let spoil = |position, printed| {
            let spoil = Spoil { position, then: Then::Shift, reason: String::new(), printed };
            app.write(|tx| number_runs::spoil(tx, id, &spoil)).expect("the sheet is spoiled")
        };
        let stayed = spoil(1, false);
        assert_eq!(whys(&ids, &stayed.left_out), ["1 already_printed", "2 already_printed"]);
        assert_eq!(look(&app, &ids), ["numbered 004", "printed 002", "printed 003"]);
        spoil(2, true);
        assert_eq!(look(&app, &ids), ["numbered 004", "numbered 003", "numbered 005"]);
        assert_eq!(sheets(&app, &ids, job), ["1:0:001 spoiled", "2:1:002 spoiled", "3:2:003 spoiled"]);
    }
);

each_database!(
    fn a_printed_run_is_not_undone(app: TestApp) {
        let ids = ready(&app, 2);
        let id = run(&app, &ids);
        let job = labels(&app, &ids);
        document(&app, job).expect("sheets wait");
        acknowledge(&app, job, 0);
        assert_eq!(code(app.write(|tx| number_runs::undo(tx, id))), "run_printed", "it may have come out");
        resume(&app, job);
        app.write(|tx| number_runs::undo(tx, id)).expect("nothing has come out");
        assert_eq!(sheets(&app, &ids, job), ["1:0:001 spoiled", "2:1:002 spoiled"]);
    }
);

each_database!(
    fn a_run_whose_labels_are_on_their_way_to_paper_is_not_undone(app: TestApp) {
        let ids = ready(&app, 2);
        let id = run(&app, &ids);
        document(&app, labels(&app, &ids)).expect("sheets wait");
        assert_eq!(
            code(app.write(|tx| number_runs::undo(tx, id))),
            "run_printed",
            "its numbers may be on paper"
        );
        let given_back = app.write(|tx| waybills::void(tx, ids[0], "")).expect("it is given back");
        assert_eq!(given_back.previous_state.map(|state| state.as_str()), Some("void"), "and not free again");
    }
);

each_database!(
    fn what_was_refunded_since_numbering_is_left_out_of_the_paper(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders =
            [order("1").to(recipient("甲")).line("A", 1), order("2").to(recipient("乙")).line("A", 1)];
        app.push(&shop, &orders);
        let ids = shipments(&app);
        run(&app, &ids);
        let refund = |n: usize, at: &str| {
            app.push(&shop, &[orders[n].clone().refund("requested").updated_at(at)]);
        };
        refund(0, "2026-11-20T03:00:00Z");
        let job = create(&app, &wish(Paper::Waybill, &ids));
        assert_eq!(whys(&ids, &job.left_out), ["0 refund_open"]);
        assert_eq!(job.sheets.len(), 1);

        let job = job.id.expect("one sheet");
        refund(1, "2026-11-20T03:00:00Z");
        assert_eq!(code(document(&app, job)), "nothing_to_print");
        assert_eq!(look(&app, &ids), ["blocked 001", "blocked 002"]);
    }
);

each_database!(
    fn a_sheet_of_an_old_address_is_refused_and_printed_anew(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [order("1").to(recipient("甲")), order("2").to(recipient("乙"))];
        app.push(&shop, &orders);
        let ids = shipments(&app);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let mut moved = recipient("甲");
        moved["detail"] = "新地址 5 号".into();
        app.push(&shop, &[orders[0].clone().to(moved).updated_at("2026-11-20T03:30:00Z")]);

        let first = document(&app, job).expect("one sheet is good");
        assert_eq!(whys(&ids, &first.left_out), ["0 sheet_stale"]);
        assert_eq!(first.positions, [2]);
        acknowledge(&app, job, 2);
        assert_eq!(look(&app, &ids), ["numbered 001", "printed 002"]);

        assert_eq!(resume(&app, job).next, [3]);
        let second = document(&app, job).expect("the sheet is new");
        let papers::Paper::Waybills { sheets, .. } = &second.paper else { panic!("labels") };
        assert_eq!(sheets[0].recipient.detail, "新地址 5 号");
        acknowledge(&app, job, 3);
        assert_eq!(look(&app, &ids), ["printed 001", "printed 002"]);
    }
);

each_database!(
    fn nothing_is_printed_twice_in_silence(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids[..1]);
        let again = create(&app, &wish(Paper::Waybill, &ids));
        assert_eq!(whys(&ids, &again.left_out), ["0 already_queued"]);
        print(&app, job, 1);
        let nobody = create(&app, &wish(Paper::Waybill, &ids[..1]));
        assert_eq!((nobody.id, whys(&ids, &nobody.left_out)), (None, vec!["0 already_printed".to_owned()]));

        let reprint = create(&app, &NewPrintJob { reprint: true, ..wish(Paper::Waybill, &ids[..1]) });
        assert_eq!((reprint.sheets[0].copy, reprint.sheets[0].number.as_str()), (2, "100000000001"));
        let document = document(&app, reprint.id.expect("a job")).expect("a sheet waits");
        let papers::Paper::Waybills { sheets, .. } = &document.paper else { panic!("labels") };
        assert_eq!(sheets[0].stamp.reprint, Some(1));
    }
);

/// The sheets of a document of labels as `position`, or `position+n` for the nth copy.
fn stamps(document: &Document) -> Vec<String> {
    let papers::Paper::Waybills { sheets, .. } = &document.paper else { panic!("labels") };
    let copy = |copy: Option<u32>| copy.map_or(String::new(), |n| format!("+{n}"));
    sheets.iter().map(|sheet| format!("{}{}", sheet.stamp.position, copy(sheet.stamp.reprint))).collect()
}

each_database!(
    fn a_document_opened_twice_is_stamped_as_a_copy_the_second_time(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let first = document(&app, job).expect("sheets wait");
        assert_eq!((stamps(&first), first.are_copies), (vec!["1".to_owned(), "2".to_owned()], false));
        let second = document(&app, job).expect("an owner may reprint");
        assert_eq!((stamps(&second), second.are_copies), (vec!["1+1".to_owned(), "2+1".to_owned()], true));
        let shown = app.read(|db| print_jobs::show(db, job));
        assert_eq!(
            shown.sheets.iter().map(|sheet| sheet.copy).collect::<Vec<_>>(),
            [2, 2],
            "the ledger knows"
        );
    }
);

each_database!(
    fn a_print_station_that_asks_twice_is_told_that_it_has_the_sheets(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let station = app.http_as(Role::Station);
        let path = format!("/api/v1/print-jobs/{job}/document");
        assert_eq!(station.get(&path).headers["x-copies"], "no");
        assert_eq!(station.get(&path).problem(), "409 already_handed_out");
        assert_eq!(sheets(&app, &ids, job), ["1:0:001 sent", "2:1:002 sent"]);
        assert_eq!(app.http().get(&path).headers["x-copies"], "yes");
    }
);

each_database!(
    fn after_a_jam_what_may_lie_in_the_printer_is_printed_again_as_a_copy(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let job = labels(&app, &ids);
        print(&app, job, 1);
        assert_eq!(resume(&app, job).next, [2, 3]);
        assert_eq!(stamps(&document(&app, job).expect("two wait")), ["2+1", "3+1"]);
    }
);

each_database!(
    fn what_somebody_looked_for_and_did_not_find_is_printed_as_if_for_the_first_time(app: TestApp) {
        let ids = ready(&app, 4);
        run(&app, &ids);
        let job = labels(&app, &ids);
        print(&app, job, 1);
        let decide = |printed: &[i64], not_printed: &[i64]| {
            let decision = Decision { printed: printed.to_vec(), not_printed: not_printed.to_vec() };
            app.write(|tx| print_jobs::decide(tx, job, &decision))
        };
        assert_eq!(code(decide(&[1], &[1])), "contradiction");
        assert_eq!(code(decide(&[], &[1])), "sheet_not_unknown", "that one is good");
        assert_eq!(code(decide(&[5], &[])), "sheet_not_unknown", "there is no such sheet");
        for _ in 0..2 {
            decide(&[2], &[3, 4]).expect("somebody has looked");
        }
        assert_eq!(
            sheets(&app, &ids, job),
            ["1:0:001 acknowledged", "2:1:002 acknowledged", "3:2:003 queued", "4:3:004 queued"]
        );
        assert_eq!(look(&app, &ids)[1], "printed 002");
        assert_eq!(stamps(&document(&app, job).expect("two wait")), ["3", "4"]);
    }
);

each_database!(
    fn labels_drawn_by_a_program_of_ones_own_are_called_good_without_a_document(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let answer = acknowledge(&app, job, 2);
        assert!(answer.left_out.is_empty(), "{:?}", answer.left_out);
        assert_eq!(
            sheets(&app, &ids, job),
            ["1:0:001 acknowledged", "2:1:002 acknowledged", "3:2:003 queued"]
        );
        assert_eq!(code(app.write(|tx| print_jobs::acknowledge(tx, job, 3))), "not_handed_out");
    }
);

each_database!(
    fn a_sheet_that_never_left_is_not_called_good(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids);
        print(&app, job, 0);
        app.write(|tx| print_jobs::decide(tx, job, &Decision { printed: vec![2], not_printed: vec![1] }))
            .expect("somebody has looked");
        assert_eq!(code(app.write(|tx| print_jobs::acknowledge(tx, job, 1))), "not_handed_out");
        let answer = acknowledge(&app, job, 2);
        assert_eq!(whys(&ids, &answer.left_out), ["0 not_handed_out"]);
        assert_eq!(look(&app, &ids), ["numbered 001", "printed 002"]);
    }
);

each_database!(
    fn what_one_station_prints_another_neither_takes_nor_calls_good(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let path = |end: &str| format!("/api/v1/print-jobs/{job}/{end}");
        let (mine, other) = (app.http_as(Role::Station), app.http_as(Role::Station));
        assert_eq!(
            mine.post(&path("acknowledge"), json!({ "last_good": 0 })).problem(),
            "409 held_by_another",
            "nobody gave it anything"
        );
        assert_eq!(mine.get(&path("document")).status, 200);
        for colleague in [other, app.http_as(Role::Shipper)] {
            assert_eq!(colleague.get(&path("document")).problem(), "409 held_by_another");
            let told = colleague.post(&path("acknowledge"), json!({ "last_good": 3 }));
            assert_eq!(told.problem(), "409 held_by_another");
        }
        mine.post(&path("acknowledge"), json!({ "last_good": 1 })).expect(200);
        app.http_as(Role::Manager).post(&path("acknowledge"), json!({ "last_good": 2 })).expect(200);
        assert_eq!(look(&app, &ids), ["printed 001", "printed 002", "numbered 003"]);
    }
);

each_database!(
    fn a_reprint_needs_more_than_the_right_to_print(app: TestApp) {
        let ids = ready(&app, 1);
        run(&app, &ids);
        print(&app, labels(&app, &ids), 1);
        let reprint = NewPrintJob { reprint: true, ..wish(Paper::Waybill, &ids) };
        for role in Role::ALL.iter().copied() {
            let actor = Actor { role, ..app.owner().clone() };
            let made = app.app().write(&actor, |tx| print_jobs::create(tx, &reprint));
            assert_eq!(made.is_ok(), role.may(Right::Reprint), "{role}");
        }
        let may = |right| {
            Role::ALL.iter().filter(|role| role.may(right)).map(|role| role.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(may(Right::Reprint), ["owner", "manager", "shipper"]);
        assert_eq!(may(Right::Print), ["owner", "manager", "shipper", "station"]);
    }
);

each_database!(
    fn a_corrected_number_makes_queued_sheets_stale_and_prints_nothing(app: TestApp) {
        let ids = ready(&app, 1);
        run(&app, &ids);
        let job = labels(&app, &ids);
        print(&app, job, 1);
        let wish = Correction {
            carrier: "zto".to_owned(),
            number: "500000000009".to_owned(),
            force_check_digit: false,
        };
        let corrected = app.write(|tx| waybills::correct(tx, ids[0], &wish)).expect("corrected");
        assert_eq!(corrected.previous_state.map(|state| state.as_str()), Some("void"));
        assert_eq!(look(&app, &ids), ["numbered 009"]);
        assert_eq!(sheets(&app, &ids, job), ["1:0:001 acknowledged"]);
        let rows = app.read(|db| huidan::db::shipments::find(db, &ids));
        assert_eq!(rows[0].print.as_str(), "stale");
    }
);

each_database!(
    fn the_last_good_sheet_is_a_sheet_of_the_job(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids);
        for last_good in [-1, 3] {
            assert_eq!(
                code(app.write(|tx| print_jobs::acknowledge(tx, job, last_good))),
                "sheet_out_of_range"
            );
        }
        print(&app, job, 2);
        acknowledge(&app, job, 1);
        assert_eq!(sheets(&app, &ids, job), ["1:0:001 acknowledged", "2:1:002 acknowledged"]);
    }
);

each_database!(
    fn lists_are_one_sheet_for_all(app: TestApp) {
        let ids = ready(&app, 3);
        run(&app, &ids[..2]);
        let pick = create(&app, &wish(Paper::PickList, &ids));
        assert_eq!(sheets(&app, &ids, pick.id.expect("a job")), ["1:-:- queued"]);
        let picked = document(&app, pick.id.expect("a job")).expect("a list");
        let papers::Paper::PickList { list } = &picked.paper else { panic!("a pick list") };
        assert_eq!(list.shipments.len(), 3);
        assert_eq!(list.serial, pick.serial);

        let hand = create(&app, &wish(Paper::HandOverList, &ids));
        assert_eq!(whys(&ids, &hand.left_out), ["2 not_numbered"]);
        let handed = document(&app, hand.id.expect("a job")).expect("a list");
        let papers::Paper::HandOverList { list } = &handed.paper else { panic!("a hand-over list") };
        assert_eq!((list.carrier_name.as_str(), list.day.as_str()), ("中通快递", "2026-11-20"));
        assert_eq!(list.parcels[1].number, "100000000002");
        acknowledge(&app, hand.id.expect("a job"), 1);
        assert_eq!(look(&app, &ids)[0], "numbered 001", "a list is no label");
    }
);

each_database!(
    fn a_size_that_does_not_suit_the_paper_is_refused(app: TestApp) {
        let ids = ready(&app, 1);
        let size = Some(huidan::papers::values::PaperSize::A4);
        let refused =
            app.write(|tx| print_jobs::create(tx, &NewPrintJob { size, ..wish(Paper::Waybill, &ids) }));
        assert_eq!(code(refused), "size_unsuitable");
        assert_eq!(code(app.write(|tx| print_jobs::create(tx, &wish(Paper::Waybill, &[])))), "required");
    }
);

each_database!(
    fn a_thermal_printer_gets_its_own_language(app: TestApp) {
        let ids = ready(&app, 2);
        run(&app, &ids);
        let job = labels(&app, &ids);
        let http = app.http();
        let path = format!("/api/v1/print-jobs/{job}/document");
        let accepting =
            |kind: &str, query: &str| http.with_header("Accept", kind).get(&format!("{path}{query}"));
        let zpl = accepting("application/zpl", "?dpi=203").text();
        assert_eq!((zpl.matches("^XA").count(), zpl.matches(":Z64:").count()), (2, 2));
        assert!(!accepting("application/zpl", "?compression=runs").text().contains(":Z64:"));
        assert_eq!(accepting("application/zpl", "?dpi=96").problem(), "422 invalid_fields");
        assert_eq!(accepting("text/html", "").problem(), "406 not_acceptable");
        let note = create(&app, &wish(Paper::PickList, &ids)).id.expect("a list");
        let list =
            http.with_header("Accept", "application/zpl").get(&format!("/api/v1/print-jobs/{note}/document"));
        assert_eq!(list.problem(), "409 not_on_labels");
    }
);

each_database!(
    fn a_pick_list_speaks_of_the_sellers_own_skus(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders = [
            order("1").to(recipient("陈一")).line("shop-a", 2),
            order("2").to(recipient("陈二")).line("shop-b", 1).line("unknown", 1),
        ];
        app.push(&shop, &orders);
        let ids = shipments(&app);
        let http = app.http();
        http.post("/api/v1/skus", json!({ "code": "TEA-1", "title": "Green tea, 250 g" })).expect(201);
        for code in ["shop-a", "shop-b"] {
            http.post("/api/v1/sku-codes", json!({ "items": [{ "code": code, "sku": "TEA-1" }] }))
                .expect(200);
        }
        let job = create(&app, &wish(Paper::PickList, &ids)).id.expect("a list");
        let document = document(&app, job).expect("it waits");
        let papers::Paper::PickList { list } = &document.paper else { panic!("a list") };
        let picks: Vec<_> = papers::pick_list::by_sku(list)
            .into_iter()
            .map(|pick| format!("{} {} {}", pick.sku, pick.name, pick.quantity))
            .collect();
        assert_eq!(picks[0], "TEA-1 Green tea, 250 g 3", "{picks:?}");
        assert!(picks.len() == 2 && picks[1].starts_with("unknown "), "{picks:?}");
    }
);

each_database!(
    fn a_pick_list_is_sorted_by_shelf_and_fetches_a_bundle_by_its_parts(app: TestApp) {
        let shop = app.shop("Tea House");
        app.push(&shop, &[order("1").to(recipient("陈一")).line("SET", 2).line("TEA-1", 1)]);
        let ids = shipments(&app);
        let http = app.http();
        for (code, shelf) in [("TEA-1", "A-10"), ("CUP-1", "A-2")] {
            http.post("/api/v1/skus", json!({ "code": code, "title": code, "shelf": shelf })).expect(201);
        }
        let parts = json!([{ "code": "TEA-1", "quantity": 1 }, { "code": "CUP-1", "quantity": 3 }]);
        http.post("/api/v1/skus", json!({ "code": "SET", "title": "Set", "parts": parts })).expect(201);
        let job = create(&app, &wish(Paper::PickList, &ids)).id.expect("a list");
        let document = document(&app, job).expect("it waits");
        let papers::Paper::PickList { list } = &document.paper else { panic!("a list") };
        let picks: Vec<_> = papers::pick_list::by_sku(list)
            .into_iter()
            .map(|pick| format!("{} {} {}", pick.location, pick.sku, pick.quantity))
            .collect();
        assert_eq!(picks, ["A-2 CUP-1 6", "A-10 TEA-1 3"]);
    }
);

each_database!(
    fn with_preprinted_paper_the_first_and_the_last_number_are_read_back(app: TestApp) {
        let ids = ready(&app, 4);
        run(&app, &ids);
        let job = labels(&app, &ids);
        document(&app, job).expect("they wait");
        app.http().patch("/api/v1/settings", json!({ "retype_numbers": true })).expect(200);
        let path = format!("/api/v1/print-jobs/{job}/acknowledge");
        let numbers: Vec<String> =
            app.read(|db| print_jobs::show(db, job)).sheets.into_iter().map(|sheet| sheet.number).collect();
        let tell = |first: &str, last: &str| {
            app.http().post(&path, json!({ "last_good": 3, "first_number": first, "last_number": last }))
        };
        assert_eq!(tell("", "").status, 422, "nobody has looked");
        assert_eq!(
            tell(&numbers[0], &numbers[3]).problem(),
            "409 number_differs",
            "the paper moved on by one"
        );
        assert_eq!(sheets(&app, &ids, job)[2].split(' ').nth(1), Some("sent"), "nothing is changed");
        let told = tell(&numbers[0].to_ascii_lowercase(), &format!(" {} ", numbers[2])).expect(200);
        assert_eq!(told["progress"]["acknowledged"], json!(3));
        // What is good already is not read again: the first one now is the fourth.
        let rest = json!({ "last_good": 4, "first_number": numbers[3], "last_number": numbers[3] });
        app.http().post(&path, rest).expect(200);
    }
);
