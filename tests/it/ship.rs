//! Shipping: the last look, and one write-back per source order.

use std::sync::Barrier;

use huidan::domain::error::Error;
use huidan::domain::id::ShipmentId;
use huidan::operations::number_runs;
use huidan::operations::print_jobs::{self, NewPrintJob};
use huidan::operations::ship::{self, NewShipping, Shipping};
use huidan::operations::waybills;
use huidan::operations::write_backs::{self, Filter, WriteBack};

use crate::number_runs::{FIRST, code, commit, look, ready, run, shipments, whys, zto};
use crate::support::{TestApp, order, recipient};

pub fn ship(app: &TestApp, ids: &[ShipmentId]) -> Shipping {
    let wish = NewShipping { shipments: ids.to_vec(), ..NewShipping::default() };
    app.write(|tx| ship::ship(tx, &wish)).expect("items are answered one by one")
}

pub fn all_write_backs(app: &TestApp) -> Vec<WriteBack> {
    app.read(|db| write_backs::list(db, Filter::default(), None, 100_000))
}

each_database!(
    fn a_merged_parcel_is_told_to_every_source_order(app: TestApp) {
        let (tea, rice) = (app.shop("Tea House"), app.shop("Rice House"));
        app.push(&tea, &[order("1").line("A", 2).line("B", 1)]);
        app.push(&rice, &[order("9").line("C", 3)]);
        let ids = shipments(&app);
        assert_eq!(ids.len(), 1, "one recipient, one parcel");
        run(&app, &ids);

        let shipped = ship(&app, &ids);
        assert_eq!((shipped.done.len(), shipped.done[0].write_backs, shipped.done[0].already), (1, 2, false));
        let told = all_write_backs(&app);
        let words: Vec<_> = told
            .iter()
            .map(|w| {
                let lines: Vec<_> =
                    w.lines.iter().map(|line| format!("{}×{}", line.line, line.quantity)).collect();
                format!("{} {} {} {} {}", w.order_number, w.carrier, &w.number[9..], w.state, lines.join(","))
            })
            .collect();
        assert_eq!(words, ["1 zto 001 waiting 1×2,2×1", "9 zto 001 waiting 1×3"]);

        let again = ship(&app, &ids);
        assert!(again.done[0].already);
        assert_eq!(again.done[0].write_backs, 2);
        assert_eq!(all_write_backs(&app).len(), 2, "nobody is told twice");
        assert_eq!(look(&app, &ids), ["shipped 001"]);
    }
);

each_database!(
    fn the_last_look_keeps_back_what_must_not_leave(app: TestApp) {
        let shop = app.shop("Tea House");
        let orders: Vec<_> =
            (0..4).map(|n| order(&n.to_string()).to(recipient(&format!("陈{n}"))).line("A", 1)).collect();
        app.push(&shop, &orders);
        let ids = shipments(&app);
        let id = run(&app, &ids[..3]);
        app.push(&shop, &[orders[1].clone().refund("requested").updated_at("2026-11-20T03:00:00Z")]);

        let shipped = ship(&app, &ids);
        assert_eq!(shipped.done.iter().map(|done| done.shipment).collect::<Vec<_>>(), [ids[0], ids[2]]);
        assert_eq!(whys(&ids, &shipped.left_out), ["1 refund_open", "3 not_numbered"]);
        assert_eq!(code(app.write(|tx| number_runs::undo(tx, id))), "run_shipped");
        assert_eq!(code(app.write(|tx| waybills::void(tx, ids[0], ""))), "already_shipped");

        // The refund is declined: what stayed behind leaves with the run.
        app.push(&shop, &[orders[1].clone().refund("rejected").updated_at("2026-11-20T03:30:00Z")]);
        let wish = NewShipping { number_run: Some(id), ..NewShipping::default() };
        let rest = app.write(|tx| ship::ship(tx, &wish)).expect("items are answered one by one");
        let already: Vec<_> = rest.done.iter().map(|done| done.already).collect();
        assert_eq!(already, [true, false, true]);
        assert_eq!(all_write_backs(&app).len(), 3);
    }
);

each_database!(
    fn a_label_of_an_old_address_stays_until_printed_again(app: TestApp) {
        let shop = app.shop("Tea House");
        let first = order("1").to(recipient("甲"));
        app.push(&shop, std::slice::from_ref(&first));
        let ids = shipments(&app);
        run(&app, &ids);
        let wish = NewPrintJob {
            paper: huidan::domain::print::Paper::Waybill,
            template: String::new(),
            size: None,
            number_run: None,
            shipments: ids.clone(),
            station: String::new(),
            reprint: false,
        };
        let print = || {
            let job = app.write(|tx| print_jobs::create(tx, &wish)).expect("a job").id.expect("a sheet");
            app.write(|tx| print_jobs::document(tx, job)).expect("it is handed out");
            app.write(|tx| print_jobs::acknowledge(tx, job, 1)).expect("it is good");
        };
        print();
        let mut moved = recipient("甲");
        moved["detail"] = "新地址 5 号".into();
        app.push(&shop, &[first.to(moved).updated_at("2026-11-20T03:30:00Z")]);

        assert_eq!(whys(&ids, &ship(&app, &ids).left_out), ["0 label_stale"]);
        print();
        assert_eq!(look(&app, &ids), ["printed 001"]);
        assert_eq!(ship(&app, &ids).done.len(), 1);
    }
);

each_database!(
    fn a_number_corrected_after_printing_ships_without_printing_again(app: TestApp) {
        let ids = ready(&app, 1);
        run(&app, &ids);
        let wish = waybills::Correction {
            carrier: "zto".to_owned(),
            number: "500000000009".to_owned(),
            force_check_digit: false,
        };
        app.write(|tx| waybills::correct(tx, ids[0], &wish)).expect("corrected");
        ship(&app, &ids);
        assert_eq!(all_write_backs(&app)[0].number, "500000000009");
    }
);

each_database!(
    fn two_people_who_ship_the_same_parcels_tell_the_shop_once(app: TestApp) {
        let ids = ready(&app, 10);
        run(&app, &ids);
        let other = app.fork();
        let barrier = Barrier::new(2);
        let answers: Vec<Shipping> = std::thread::scope(|scope| {
            let threads: Vec<_> = [&app, &other]
                .into_iter()
                .map(|app| {
                    let (barrier, ids) = (&barrier, &ids);
                    scope.spawn(move || {
                        barrier.wait();
                        ship(app, ids)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
        });
        let fresh: Vec<_> =
            answers.iter().map(|a| a.done.iter().filter(|done| !done.already).count()).collect();
        assert_eq!(fresh.iter().sum::<usize>(), 10);
        assert!(answers.iter().all(|answer| answer.done.len() == 10));
        assert_eq!(all_write_backs(&app).len(), 10);
    }
);

each_database!(
    fn shipping_needs_to_be_told_what(app: TestApp) {
        let result: Result<Shipping, Error> = app.write(|tx| ship::ship(tx, &NewShipping::default()));
        assert_eq!(code(result), "required");
    }
);

each_database!(
    fn two_thousand_parcels_are_printed_and_shipped_at_once(app: TestApp) {
        let ids = ready(&app, 2_000);
        commit(&app, &zto(&ids, FIRST));
        let wish = NewPrintJob {
            paper: huidan::domain::print::Paper::Waybill,
            template: String::new(),
            size: None,
            number_run: None,
            shipments: ids.clone(),
            station: String::new(),
            reprint: false,
        };
        let timed =
            |what: &str, start: std::time::Instant| eprintln!("2,000 {what} in {:?}", start.elapsed());
        let start = std::time::Instant::now();
        let job = app.write(|tx| print_jobs::create(tx, &wish)).expect("a job").id.expect("sheets");
        timed("queued", start);
        let start = std::time::Instant::now();
        app.write(|tx| print_jobs::document(tx, job)).expect("sheets wait");
        timed("handed out", start);
        let start = std::time::Instant::now();
        app.write(|tx| print_jobs::acknowledge(tx, job, 2_000)).expect("they are good");
        timed("acknowledged", start);
        let start = std::time::Instant::now();
        assert_eq!(ship(&app, &ids).done.len(), 2_000);
        timed("shipped", start);
        assert_eq!(all_write_backs(&app).len(), 2_000);
    }
);
