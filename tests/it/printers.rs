//! Real protocols and their faults: a printer of CUPS, and one on port 9100 that stalls or is slow. Each sheet is on paper once
//! or is unknown, in order, and the codes on paper are those of the ledger.

use std::io::Read;
use std::net::SocketAddr;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use huidan::domain::id::{PrintJobId, PrinterId};
use huidan::domain::print::{Paper, SheetState};
use huidan::operations::print_jobs::{self, Decision, NewPrintJob};
use rxing::BarcodeFormat;
use rxing::helpers::detect_in_luma;

use crate::number_runs::{ready, run};
use crate::support::TestApp;
use crate::support::effects::until;
use crate::support::ipp_printer::IppPrinter;
use crate::support::station::{Agent, Behaviour, FakePrinter, alive, let_in};

const DESK: &str = "desk 1";

fn server(app: &TestApp) -> SocketAddr {
    app.pages_address().trim_start_matches("http://").parse().expect("an address")
}

/// A job of so many labels, sent to the desk's only printer.
fn sent(app: &TestApp, count: usize) -> PrintJobId {
    sent_as(app, Paper::Waybill, count)
}

fn sent_as(app: &TestApp, paper: Paper, count: usize) -> PrintJobId {
    let station = alive(app, DESK);
    let ids = ready(app, count);
    run(app, &ids);
    let wish = NewPrintJob {
        paper,
        template: String::new(),
        size: None,
        number_run: None,
        shipments: ids,
        station: String::new(),
        reprint: false,
    };
    let job = app.write(|tx| print_jobs::create(tx, &wish)).expect("a job").id.expect("sheets");
    let printer = station["printers"][0]["id"].as_str().expect("an id").parse().expect("an id");
    app.write(|tx| print_jobs::place(tx, job, Some(PrinterId(printer)))).expect("the paper is in it");
    job
}

fn positions(app: &TestApp, job: PrintJobId, state: SheetState) -> Vec<i64> {
    let job = app.read(|db| print_jobs::show(db, job));
    job.sheets.iter().filter(|sheet| sheet.state == state).map(|sheet| sheet.position).collect()
}

fn until_good(app: &TestApp, job: PrintJobId, count: usize) {
    until(&format!("{count} sheets are good"), || {
        positions(app, job, SheetState::Acknowledged).len() == count
    });
}

/// The numbers of the ledger, by position.
fn ledger(app: &TestApp, job: PrintJobId) -> Vec<String> {
    app.read(|db| print_jobs::show(db, job)).sheets.into_iter().map(|sheet| sheet.number).collect()
}

/// What a scanner reads on each paper.
fn scanned(paper: &[Vec<u8>]) -> Vec<String> {
    paper.iter().map(|zpl| code_on(zpl)).collect()
}

fn code_on(zpl: &[u8]) -> String {
    let text = std::str::from_utf8(zpl).expect("ZPL is text");
    let field = text.split("^GFA,").nth(1).and_then(|rest| rest.split("^FS").next()).expect("a picture");
    let parts: Vec<&str> = field.splitn(4, ',').collect();
    let bytes_per_row: usize = parts[2].parse().expect("a number");
    let packed = parts[3].strip_prefix(":Z64:").and_then(|data| data.split(':').next()).expect("packed");
    let packed = STANDARD.decode(packed).expect("base64");
    let mut bits = Vec::new();
    flate2::read::ZlibDecoder::new(&packed[..]).read_to_end(&mut bits).expect("whole");
    let luma: Vec<u8> = bits
        .iter()
        .flat_map(|byte| (0..8).map(move |bit| if byte & (0x80 >> bit) != 0 { 0 } else { 255 }))
        .collect();
    let (width, height) = (bytes_per_row * 8, bits.len() / bytes_per_row);
    let found = detect_in_luma(luma, width as u32, height as u32, Some(BarcodeFormat::CODE_128));
    found.expect("a code").getText().to_owned()
}

/// What a scanner reads on the first page of a PDF, once it is printed.
fn code_on_pdf(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("sheet.pdf"), pdf).expect("a file");
    let drawn = std::process::Command::new("pdftoppm")
        .args(["-r", "203.2", "-gray", "-singlefile", "sheet.pdf", "page"])
        .current_dir(folder.path())
        .status();
    assert!(drawn.expect("pdftoppm is installed (package poppler-utils)").success());
    let file = std::fs::read(folder.path().join("page.pgm")).expect("a page");
    // `P5`, width and height, 255, then a byte for each dot.
    let mut head = file.splitn(4, |byte| *byte == b'\n');
    let size = head.nth(1).and_then(|line| std::str::from_utf8(line).ok()).expect("a size");
    let (width, height) = size.split_once(' ').expect("two numbers");
    let luma = head.nth(1).expect("dots").to_vec();
    let (width, height) = (width.parse().expect("a number"), height.parse().expect("a number"));
    let found = detect_in_luma(luma, width, height, Some(BarcodeFormat::CODE_128));
    found.expect("a code").getText().to_owned()
}

/// What the page of stations says is wrong with the printer.
fn problem(app: &TestApp) -> String {
    let stations = app.http().get("/api/v1/stations").expect(200);
    stations["items"][0]["printers"][0]["problem"].as_str().unwrap_or_default().to_owned()
}

each_database!(
    fn a_real_ipp_printer_waits_for_paper_and_prints_each_sheet_once(app: TestApp) {
        let (desk, place) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a printer"));
        let printer = IppPrinter::start(place.path());
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        printer.behave("empty 2");
        let job = sent(&app, 5);
        until("the page says why", || problem(&app).contains("media-empty"));
        assert_eq!(positions(&app, job, SheetState::Acknowledged), [1, 2]);
        assert_eq!(printer.paper().len(), 2, "nothing overtakes");
        printer.behave("print");
        until_good(&app, job, 5);
        assert_eq!(scanned(&printer.paper()), ledger(&app, job), "in order, each once, with its own number");
        until("nothing is wrong any more", || problem(&app).is_empty());
    }
);

each_database!(
    fn a_jam_leaves_one_unknown_sheet_and_a_person_decides(app: TestApp) {
        let (desk, place) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a printer"));
        let printer = IppPrinter::start(place.path());
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        printer.behave("jam 1");
        let job = sent(&app, 4);
        until("the jam is told", || positions(&app, job, SheetState::Unknown) == [2]);
        printer.behave("print");
        until("what was behind it is back", || positions(&app, job, SheetState::Queued) == [3, 4]);
        assert_eq!(printer.paper().len(), 1, "nothing overtakes an unknown sheet");
        let nowhere = Decision { not_printed: vec![2], ..Decision::default() };
        app.write(|tx| print_jobs::decide(tx, job, &nowhere)).expect("somebody has looked");
        until_good(&app, job, 4);
        assert_eq!(scanned(&printer.paper()), ledger(&app, job));
    }
);

each_database!(
    fn a_printer_that_vanishes_in_the_middle_prints_nothing_twice(app: TestApp) {
        let (desk, place) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a printer"));
        let mut printer = IppPrinter::start(place.path());
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "&patience=2")]);
        let_in(&app, DESK);
        printer.behave("empty 1");
        let job = sent(&app, 3);
        until("it has the second sheet", || problem(&app).contains("media-empty"));
        printer.kill();
        until("the second sheet is unknown", || positions(&app, job, SheetState::Unknown) == [2]);
        assert_eq!(printer.paper().len(), 1);
        // Paper is refilled while it is off: what it had in hand comes out all the same, as after a power cut.
        printer.behave("print");
        until("its program finished", || printer.paper().len() == 2);
        printer.start_again();
        let out = Decision { printed: vec![2], ..Decision::default() };
        app.write(|tx| print_jobs::decide(tx, job, &out)).expect("somebody has looked");
        until_good(&app, job, 3);
        assert_eq!(scanned(&printer.paper()), ledger(&app, job));
    }
);

each_database!(
    fn a_raw_printer_that_takes_half_and_stalls_is_unknown_after_its_patience(app: TestApp) {
        let desk = tempfile::tempdir().expect("a machine");
        let printer = FakePrinter::start(Duration::from_millis(1));
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "&patience=1")]);
        let_in(&app, DESK);
        alive(&app, DESK);
        printer.behave(Behaviour::Stall(5_000));
        let job = sent(&app, 3);
        until("the first sheet is unknown", || positions(&app, job, SheetState::Unknown) == [1]);
        until("what was behind it is back", || positions(&app, job, SheetState::Queued) == [2, 3]);
        assert_eq!(printer.count(), 1, "half a label, and nothing behind it");
        printer.behave(Behaviour::Print(Duration::from_millis(1)));
        let nowhere = Decision { not_printed: vec![1], ..Decision::default() };
        app.write(|tx| print_jobs::decide(tx, job, &nowhere)).expect("half a label is none");
        until_good(&app, job, 3);
        assert_eq!(scanned(&printer.paper()[1..]), ledger(&app, job));
    }
);

each_database!(
    fn an_encrypted_printer_gets_whole_documents_and_one_nobody_vouches_for_gets_nothing(app: TestApp) {
        let (desk, place) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a printer"));
        let printer = IppPrinter::start(place.path());
        // Its own certificate is not known to the web; nothing is sent to whoever it may be.
        let spec = printer.encrypted("office", "sizes=a5");
        let agent = Agent::start(server(&app), desk.path(), DESK, &[spec]);
        let_in(&app, DESK);
        let job = sent_as(&app, Paper::DeliveryNote, 3);
        until("the page says why", || problem(&app).contains("certificate"));
        assert_eq!(positions(&app, job, SheetState::Queued), [1, 2, 3], "nothing was taken");
        assert_eq!(printer.paper().len(), 0);
        agent.ask_to_end();
        agent.ended();

        let known = format!("sizes=a5&certificate={}", printer.certificate().display());
        let spec = printer.encrypted("office", &known);
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[spec]);
        until_good(&app, job, 3);
        let codes: Vec<String> = printer.paper().iter().map(|pdf| code_on_pdf(pdf)).collect();
        assert_eq!(codes, ledger(&app, job), "in order, each once, with its own number");
        let stations = app.http().get("/api/v1/stations").expect(200).to_string();
        assert!(stations.contains("ipps://localhost"), "its address is shown");
    }
);

each_database!(
    fn a_desk_killed_with_a_sheet_at_an_ipp_printer_learns_from_it_and_goes_on_by_itself(app: TestApp) {
        let (desk, place) =
            (tempfile::tempdir().expect("a machine"), tempfile::tempdir().expect("a printer"));
        let printer = IppPrinter::start(place.path());
        let start = || Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "")]);
        let agent = start();
        let_in(&app, DESK);
        printer.behave("empty 2");
        let job = sent(&app, 6);
        until("its third sheet waits for paper", || problem(&app).contains("media-empty"));
        agent.kill();
        printer.behave("print");
        until("what it had came out", || printer.paper().len() == 3);

        // Nobody decides anything: the printer knows the third sheet, and the desk wrote down that no other was begun.
        let _agent = start();
        until_good(&app, job, 6);
        assert_eq!(scanned(&printer.paper()), ledger(&app, job), "in order, each once, with its own number");
    }
);

each_database!(
    fn a_printer_slower_than_the_lease_loses_nothing(app: TestApp) {
        let desk = tempfile::tempdir().expect("a machine");
        // The desk's lease is two seconds.
        let printer = FakePrinter::start(Duration::from_millis(2_600));
        let _agent = Agent::start(server(&app), desk.path(), DESK, &[printer.spec("zebra", "")]);
        let_in(&app, DESK);
        let job = sent(&app, 3);
        let mut doubted = false;
        until("all are good", || {
            doubted |= !positions(&app, job, SheetState::Unknown).is_empty();
            positions(&app, job, SheetState::Acknowledged).len() == 3
        });
        assert!(!doubted, "slow is not silent");
        assert_eq!(scanned(&printer.paper()), ledger(&app, job));
    }
);
