//! Print jobs: sheets, jams, stale values and reprints.

use huidan::domain::error::Error;
use huidan::domain::id::{PrintJobId, ShipmentId};
use huidan::domain::number_run::Then;
use huidan::domain::print::Paper;
use huidan::operations::number_runs::{self, Spoil};
use huidan::operations::print_jobs::{self, Document, NewPrintJob, PrintJob};
use huidan::operations::waybills::{self, Correction};
use huidan::papers;

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
        acknowledge(&app, job, 3);
        assert_eq!(look(&app, &ids), ["printed 001", "ready -", "printed 003"]);
    }
);

each_database!(
    fn printed_ones_stay_behind_a_spoiled_sheet_unless_a_yes_moves_them(app: TestApp) {
        let ids = ready(&app, 3);
        let id = run(&app, &ids);
        let job = labels(&app, &ids);
        acknowledge(&app, job, 3);
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
        acknowledge(&app, job, 1);
        let nobody = create(&app, &wish(Paper::Waybill, &ids[..1]));
        assert_eq!((nobody.id, whys(&ids, &nobody.left_out)), (None, vec!["0 already_printed".to_owned()]));

        let reprint = create(&app, &NewPrintJob { reprint: true, ..wish(Paper::Waybill, &ids[..1]) });
        assert_eq!((reprint.sheets[0].copy, reprint.sheets[0].number.as_str()), (2, "100000000001"));
        let document = document(&app, reprint.id.expect("a job")).expect("a sheet waits");
        let papers::Paper::Waybills { sheets, .. } = &document.paper else { panic!("labels") };
        assert_eq!(sheets[0].stamp.reprint, Some(1));
    }
);

each_database!(
    fn a_corrected_number_makes_queued_sheets_stale_and_prints_nothing(app: TestApp) {
        let ids = ready(&app, 1);
        run(&app, &ids);
        let job = labels(&app, &ids);
        acknowledge(&app, job, 1);
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
        acknowledge(&app, job, 2);
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
