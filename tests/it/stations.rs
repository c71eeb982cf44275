//! Print stations: each sheet reaches paper once or is unknown, in order, whatever dies in between.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use huidan::domain::actor::Role;
use huidan::domain::id::{PrintJobId, PrinterId, ShipmentId};
use huidan::domain::print::{Paper, SheetState};
use huidan::jobs::housekeeping;
use huidan::operations::print_jobs::{self, Decision, NewPrintJob};
use serde_json::{Value as Json, json};

use crate::number_runs::{look, ready, run};
use crate::support::TestApp;
use crate::support::effects::until;
use crate::support::http::Server;
use crate::support::station::{Agent, Behaviour, FakePrinter, Known, Network, alive, let_in};

const DESK: &str = "desk 1";
const FAST: Duration = Duration::from_millis(1);
const SLOW: Duration = Duration::from_millis(60);

fn labels(app: &TestApp, shipments: &[ShipmentId], station: &str) -> PrintJobId {
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

/// The positions of a job's sheets in a state.
fn positions(app: &TestApp, job: PrintJobId, state: SheetState) -> Vec<i64> {
    let job = app.read(|db| print_jobs::show(db, job));
    job.sheets.iter().filter(|sheet| sheet.state == state).map(|sheet| sheet.position).collect()
}

fn good(app: &TestApp, job: PrintJobId) -> Vec<i64> {
    positions(app, job, SheetState::Acknowledged)
}

fn until_good(app: &TestApp, job: PrintJobId, count: usize) {
    until(&format!("{count} sheets are good"), || good(app, job).len() == count);
}

/// Where this app's server is.
fn server(app: &TestApp) -> SocketAddr {
    app.pages_address().trim_start_matches("http://").parse().expect("an address")
}

/// A job with numbered labels that goes nowhere yet, and its sheets as this desk prints them.
fn job_of(app: &TestApp, count: usize) -> (Vec<ShipmentId>, PrintJobId, Known) {
    let ids = ready(app, count);
    run(app, &ids);
    let job = labels(app, &ids, "");
    let known = Known::of(app, job, DESK);
    (ids, job, known)
}

/// Sends what waits of a job to a printer of the desk.
fn send(app: &TestApp, job: PrintJobId, station: &Json, printer: usize) {
    let id = station["printers"][printer]["id"].as_str().expect("an id").parse().expect("an id");
    app.write(|tx| print_jobs::place(tx, job, Some(PrinterId(id)))).expect("the paper is in it");
}

fn in_order(count: i64) -> Vec<i64> {
    (1..=count).collect()
}

each_database!(
    fn a_desk_that_was_let_in_prints_a_run_in_its_order(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(FAST);
        let _agent = Agent::start(server(&app), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        let station = alive(&app, DESK);
        assert_eq!(
            station["printers"][0]["address"],
            printer.spec("x", "")[8..].split('?').next().expect("a place")
        );

        let (ids, job, known) = job_of(&app, 25);
        assert_eq!(printer.count(), 0, "a job that names no station waits for a browser");
        send(&app, job, &station, 0);
        until_good(&app, job, 25);
        assert_eq!(known.positions(&printer.paper()), in_order(25));
        assert_eq!(look(&app, &ids)[24], "printed 025");
        let shown = app.http().get(&format!("/api/v1/print-jobs/{job}")).expect(200);
        assert_eq!(
            (&shown["progress"]["acknowledged"], &shown["progress"]["queued"]),
            (&json!(25), &json!(0))
        );

        let told = app.http().get(&format!("/api/v1/print-jobs/{job}/events")).text();
        assert!(told.starts_with("event: job\n") && told.contains("\"acknowledged\":25"), "{told}");
        assert_eq!(told.matches("event: job").count(), 1, "a job that is done is told once");

        // A job that names the desk goes to its printer by itself.
        let again = NewPrintJob {
            paper: Paper::Waybill,
            template: String::new(),
            size: None,
            number_run: None,
            shipments: ids[..2].to_vec(),
            station: DESK.to_owned(),
            reprint: true,
        };
        let again = app.write(|tx| print_jobs::create(tx, &again)).expect("a job").id.expect("sheets");
        until_good(&app, again, 2);
        assert_eq!(known.positions(&printer.paper()[25..]), [0, 0], "copies look different");
    }
);

each_database!(
    fn a_station_killed_in_the_middle_leaves_unknown_sheets_and_prints_none_twice(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(SLOW);
        let start = || Agent::start(server(&app), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let agent = start();
        let_in(&app, DESK);
        let (_, job, known) = job_of(&app, 30);
        send(&app, job, &alive(&app, DESK), 0);
        until("some sheets are out", || printer.count() >= 6);
        agent.kill();

        // Whoever looks is told as soon as its lease has run out, also where no other desk asks and no round is made.
        let killed = std::time::Instant::now();
        until("its lease has run out", || {
            let shown = app.http().get(&format!("/api/v1/print-jobs/{job}")).expect(200);
            shown["progress"]["sent"] == json!(0)
        });
        assert!(killed.elapsed() < Duration::from_secs(20), "{:?}", killed.elapsed());
        let on_paper = known.positions(&printer.paper());
        let (told, unknown) = (good(&app, job), positions(&app, job, SheetState::Unknown));
        assert_eq!(on_paper, in_order(on_paper.len() as i64), "in order, each once");
        assert!(unknown.len() <= 10, "at most what it had in hand: {unknown:?}");
        let settled: BTreeSet<i64> = told.iter().chain(&unknown).copied().collect();
        assert!(on_paper.iter().all(|position| settled.contains(position)), "{on_paper:?} {settled:?}");
        assert!(told.iter().all(|position| on_paper.contains(position)), "nothing good without paper");

        // Started again, it says what it had not begun, and prints nothing behind the sheet it had in the works until
        // somebody has looked.
        let _agent = start();
        let doubt = || positions(&app, job, SheetState::Unknown);
        until("it has said what it knows", || doubt().len() <= 1);
        if let [position] = doubt()[..] {
            assert_eq!(position, told.len() as i64 + 1, "the sheet it was at");
            assert_eq!(printer.count(), on_paper.len(), "nothing overtakes");
            let (printed, not_printed) = if on_paper.contains(&position) {
                (vec![position], vec![])
            } else {
                (vec![], vec![position])
            };
            let decision = Decision { printed, not_printed };
            app.write(|tx| print_jobs::decide(tx, job, &decision)).expect("somebody has looked");
        }
        until_good(&app, job, 30);
        assert_eq!(known.positions(&printer.paper()), in_order(30), "each sheet once, in order");
        assert_eq!(
            alive(&app, DESK)["printers"].as_array().map(Vec::len),
            Some(1),
            "the same desk and printer"
        );
    }
);

each_database!(
    fn a_desk_without_its_journal_leaves_the_handful_to_a_person(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(SLOW);
        let start = || Agent::start(server(&app), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let agent = start();
        let_in(&app, DESK);
        let (_, job, known) = job_of(&app, 20);
        send(&app, job, &alive(&app, DESK), 0);
        until("some sheets are out", || printer.count() >= 5);
        agent.kill();
        let desk = std::fs::read_dir(folder.path().join("stations")).expect("desks").next();
        let desk = desk.expect("one").expect("one").path();
        for file in std::fs::read_dir(desk).expect("a desk").map(|file| file.expect("a file").path()) {
            if file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("journal")) {
                std::fs::remove_file(file).expect("it is lost");
            }
        }
        let before = printer.count();
        let _agent = start();
        until("what it had is in doubt", || positions(&app, job, SheetState::Sent).is_empty());
        let unknown = positions(&app, job, SheetState::Unknown);
        let on_paper = known.positions(&printer.paper());
        assert_eq!(printer.count(), before, "nothing is printed by itself");
        let (printed, not_printed) = unknown.iter().partition(|position| on_paper.contains(position));
        let decision = Decision { printed, not_printed };
        app.write(|tx| print_jobs::decide(tx, job, &decision)).expect("somebody looked");
        until_good(&app, job, 20);
        assert_eq!(known.positions(&printer.paper()), in_order(20), "each sheet once, in order");
    }
);

each_database!(
    fn a_station_that_is_asked_to_end_gives_back_what_it_has_not_printed(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(SLOW);
        let agent = Agent::start(server(&app), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        let (_, job, known) = job_of(&app, 30);
        send(&app, job, &alive(&app, DESK), 0);
        until("some sheets are out", || printer.count() >= 5);
        agent.ask_to_end();
        let (went_well, said) = agent.ended();
        assert!(went_well && said.contains("nothing is left in its hands"), "{said}");
        let on_paper = printer.count();
        assert!(on_paper < 30);
        assert_eq!(good(&app, job), in_order(on_paper as i64));
        assert_eq!(positions(&app, job, SheetState::Queued).len(), 30 - on_paper);
        assert_eq!(known.positions(&printer.paper()), in_order(on_paper as i64));
    }
);

each_database!(
    fn a_printer_that_breaks_off_leaves_one_unknown_sheet_and_nothing_overtakes_it(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(FAST);
        printer.behave(Behaviour::Break(3_000));
        let _agent = Agent::start(server(&app), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        let (ids, job, known) = job_of(&app, 12);
        send(&app, job, &alive(&app, DESK), 0);
        until("one sheet is unknown", || positions(&app, job, SheetState::Unknown) == [1]);
        printer.behave(Behaviour::Print(FAST));
        until("the others are back", || positions(&app, job, SheetState::Queued).len() == 11);
        let shown = app.read(|db| print_jobs::show(db, job));
        assert!(shown.sheets[0].reason.contains("broke"), "{}", shown.sheets[0].reason);
        assert_eq!(printer.count(), 0, "nothing goes on behind it");
        assert_eq!(look(&app, &ids)[0], "numbered 001");

        let decision = Decision { not_printed: vec![1], ..Decision::default() };
        app.write(|tx| print_jobs::decide(tx, job, &decision)).expect("somebody has looked");
        until_good(&app, job, 12);
        assert_eq!(known.positions(&printer.paper()), in_order(12));
    }
);

each_database!(
    fn a_server_that_restarts_and_a_network_that_is_cut_cost_no_sheet(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(Duration::from_millis(25));
        let first = Server::start(app.app().clone());
        let network = Network::to(first.address());
        let flags = ["--lease", "30", "--window", "10"];
        let printers = [printer.spec("zebra", "")];
        let mut agent = Agent::start_with(network.address(), folder.path(), DESK, &printers, &flags);
        let_in(&app, DESK);
        let (_, job, known) = job_of(&app, 40);
        send(&app, job, &alive(&app, DESK), 0);
        until("it prints", || printer.count() >= 3);
        network.cut();
        drop(first);
        // What it has in hand goes on; then it waits.
        until("it has nothing more", || {
            let count = printer.count();
            std::thread::sleep(Duration::from_millis(400));
            printer.count() == count
        });
        assert!(printer.count() < 40 && agent.is_running());
        let second = Server::start(app.app().clone());
        network.lead_to(second.address());
        until("it goes on", || printer.count() >= 25);
        network.cut();
        std::thread::sleep(Duration::from_millis(700));
        network.lead_to(second.address());
        until_good(&app, job, 40);
        assert_eq!(known.positions(&printer.paper()), in_order(40));
        drop(agent);
    }
);

each_database!(
    fn a_server_that_is_killed_again_and_again_costs_no_sheet_and_doubles_none(app: TestApp) {
        let (folder, data) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a server"));
        let tray = folder.path().join("tray");
        std::fs::create_dir(&tray).expect("a folder");
        let start = || crate::support::served::spawn(&app.database_address(), data.path());
        let (mut served, address) = start();
        let network = Network::to(address.parse().expect("an address"));
        let printers = [format!("out=folder://{}?sizes=100x150&language=zpl", tray.display())];
        let flags = ["--lease", "120", "--window", "10"];
        let _agent = Agent::start_with(network.address(), folder.path(), DESK, &printers, &flags);
        let_in(&app, DESK);
        let (_, job, _) = job_of(&app, 60);
        send(&app, job, &alive(&app, DESK), 0);
        let printed = || std::fs::read_dir(&tray).expect("a folder").count();
        for goal in [3, 14, 26, 41, 52] {
            until("it prints", || printed() >= goal);
            served.kill().expect("SIGKILL reaches it");
            served.wait().expect("it has ended");
            let (next, address) = start();
            served = next;
            network.lead_to(address.parse().expect("an address"));
        }
        until_good(&app, job, 60);
        served.kill().expect("SIGKILL reaches it");
        served.wait().expect("it has ended");
        // huidan-SERIAL-POSITION-CLAIM.zpl, with a serial of two parts.
        let mut files: Vec<i64> = std::fs::read_dir(&tray)
            .expect("a folder")
            .map(|file| {
                file.expect("a file")
                    .file_name()
                    .to_string_lossy()
                    .split('-')
                    .nth(3)
                    .expect("a position")
                    .parse()
            })
            .collect::<Result<_, _>>()
            .expect("positions");
        files.sort_unstable();
        assert_eq!(files, in_order(60));
    }
);

each_database!(
    fn a_network_that_is_away_longer_than_the_lease_brings_the_truth_late(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(Duration::from_millis(30));
        let network = Network::to(server(&app));
        let _agent = Agent::start(network.address(), folder.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        let (_, job, known) = job_of(&app, 20);
        send(&app, job, &alive(&app, DESK), 0);
        until("it prints", || printer.count() >= 4);
        network.cut();
        until("the server has given it up", || {
            housekeeping::keep(app.app()).expect("the house is kept");
            !positions(&app, job, SheetState::Unknown).is_empty()
        });
        network.lead_to(server(&app));
        until_good(&app, job, 20);
        assert_eq!(known.positions(&printer.paper()), in_order(20), "told late, printed once");
    }
);

each_database!(
    fn two_programs_never_print_for_one_desk(app: TestApp) {
        let (here, there) = (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("another"));
        let printers = [FakePrinter::start(FAST).spec("zebra", "")];
        let start = |folder: &std::path::Path| {
            Agent::start_with(server(&app), folder, DESK, &printers, &["--lease", "60"])
        };
        let first = start(here.path());
        let_in(&app, DESK);
        alive(&app, DESK);

        let (went_well, said) = start(here.path()).ended();
        assert!(!went_well && said.contains("on this machine"), "{said}");
        let (went_well, said) = start(there.path()).ended();
        assert!(!went_well && said.contains("with another key"), "{said}");
        // Somebody copies the desk's folder to another machine.
        let desk = std::fs::read_dir(here.path().join("stations"))
            .expect("desks")
            .next()
            .expect("one")
            .expect("one");
        let copy = there.path().join("stations").join(desk.file_name());
        std::fs::create_dir_all(&copy).expect("a folder");
        std::fs::copy(desk.path().join("key"), copy.join("key")).expect("the key is copied");
        let (went_well, said) = start(there.path()).ended();
        assert!(!went_well && said.contains("Another program prints"), "{said}");

        // Killed, the desk is free at once for the machine whose run has ended, and in use for others.
        first.kill();
        let (went_well, _) = start(there.path()).ended();
        assert!(!went_well, "its lease has not run out");
        let mut again = start(here.path());
        until("it has taken over", || app.read(huidan::db::stations::living)[0].session_left_ms > 0);
        assert!(again.is_running());
    }
);

each_database!(
    fn a_desk_that_was_not_let_in_or_is_retired_gets_nothing(app: TestApp) {
        let folder = tempfile::tempdir().expect("a machine");
        let printers = [FakePrinter::start(FAST).spec("zebra", "")];
        let start = || Agent::start(server(&app), folder.path(), DESK, &printers);
        let decide = |name: &str, act: &str| {
            let stations = app.http().get("/api/v1/stations").expect(200);
            let station =
                stations["items"].as_array().expect("stations").iter().find(|one| one["name"] == name);
            let id = station.expect("it knocked")["id"].as_str().expect("an id").to_owned();
            app.http().post(&format!("/api/v1/stations/{id}/{act}"), json!({})).status
        };
        let agent = start();
        until("it has knocked", || !app.read(huidan::db::stations::living).is_empty());
        assert_eq!(app.http_as(Role::Shipper).post("/api/v1/stations/1/approve", json!({})).status, 403);
        assert_eq!(decide(DESK, "refuse"), 200);
        let (went_well, said) = agent.ended();
        assert!(!went_well && said.contains("refused"), "{said}");

        // It knocks with another key, is let in, and retired.
        let agent = start();
        let_in(&app, DESK);
        alive(&app, DESK);
        assert_eq!(decide(DESK, "refuse"), 200);
        let (went_well, said) = agent.ended();
        assert!(!went_well && said.contains("revoked"), "{said}");
    }
);

#[test]
fn a_desk_without_a_printer_is_told_how_to_name_one() {
    let folder = tempfile::tempdir().expect("a machine");
    let nowhere = "127.0.0.1:1".parse().expect("an address");
    let (went_well, said) = Agent::start(nowhere, folder.path(), DESK, &[]).ended();
    assert!(!went_well && said.contains("--printer NAME=raw://"), "{said}");
    let (went_well, said) = Agent::start(nowhere, folder.path(), DESK, &["zebra=usb://1".to_owned()]).ended();
    assert!(!went_well && said.contains("no kind of printer"), "{said}");
}

each_database!(
    fn a_forged_key_and_a_plain_token_take_no_sheets(app: TestApp) {
        let wish = json!({ "session": "s", "printer": "1", "request": "r", "sheets": 5, "lease_s": 60 });
        let forged = app.http_stranger().with_header("authorization", "Bearer hd_forged");
        assert_eq!(forged.post("/api/v1/stations/me/claims", wish.clone()).problem(), "401 unauthorised");
        let plain = app.http_as(Role::Station);
        assert_eq!(plain.post("/api/v1/stations/me/claims", wish.clone()).problem(), "409 not_a_station");
        assert_eq!(app.http_as(Role::Viewer).post("/api/v1/stations/me/claims", wish).status, 403);
        assert_eq!(plain.get("/api/v1/stations/me/doubts").problem(), "409 not_a_station");
        assert_eq!(plain.get("/api/v1/stations").status, 403, "a station sees no other");
    }
);

each_database!(
    fn a_long_job_moves_paper_at_once_and_only_a_handful_is_out_at_a_time(app: TestApp) {
        const SHEETS: usize = 200;
        let folder = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(FAST);
        let flags = ["--lease", "30", "--window", "20"];
        let printers = [printer.spec("zebra", "")];
        let _agent = Agent::start_with(server(&app), folder.path(), DESK, &printers, &flags);
        let_in(&app, DESK);
        let station = alive(&app, DESK);
        let ids = ready(&app, SHEETS);
        run(&app, &ids);
        let job = labels(&app, &ids, "");
        let begun = std::time::Instant::now();
        send(&app, job, &station, 0);
        until("paper moves", || printer.count() > 0);
        let first = begun.elapsed();
        let mut most = 0;
        until("all is printed", || {
            let progress = app.read(|db| print_jobs::show(db, job)).progress.expect("a job's own page");
            most = most.max(progress.sent);
            progress.acknowledged == SHEETS as i64
        });
        println!("first paper after {first:?}, {SHEETS} sheets after {:?}", begun.elapsed());
        assert!(first < Duration::from_secs(5), "{first:?}, in a debug build on a busy machine");
        assert!(most <= 20, "{most} sheets were out at once");
        assert_eq!(printer.count(), SHEETS);
    }
);
