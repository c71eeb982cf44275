use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use ipp::model::StatusCode;
use ipp::parser::IppParser;
use ipp::reader::IppReader;

use super::*;
use crate::agent::spec::Target;

/// What the printer does with the next job.
#[derive(Clone, Copy, PartialEq)]
enum Way {
    Prints,
    IsBusy,
    /// Takes the job, and hangs up without an answer.
    LosesTheAnswer,
    Aborts,
    /// Answers only to a name and a password.
    WantsPassword,
}

#[derive(Default)]
struct Tray {
    /// Name and bytes of each job.
    jobs: Vec<(String, Vec<u8>)>,
    looks: usize,
}

/// A printer on this machine: its address, and what it got.
fn listening(way: Way) -> (String, Arc<Mutex<Tray>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = format!("ipp://{}/ipp/print", listener.local_addr().expect("a place"));
    let tray = Arc::new(Mutex::new(Tray::default()));
    let kept = tray.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, way, &kept);
        }
    });
    (address, tray)
}

fn answer(mut stream: TcpStream, way: Way, tray: &Mutex<Tray>) {
    let (knows_password, body) = read_body(&mut stream);
    if way == Way::WantsPassword && !knows_password {
        let refused = "HTTP/1.1 401 Unauthorized\r\nwww-authenticate: Basic realm=\"p\"\r\ncontent-length: 0\r\nconnection: close\r\n\r\n";
        return stream.write_all(refused.as_bytes()).expect("the client listens");
    }
    let parsed = IppParser::new(IppReader::new(Cursor::new(body))).parse().expect("a request");
    let operation = parsed.header().operation_or_status;
    let name = parsed.attributes().first_of(DelimiterTag::OperationAttributes);
    let name = name.and_then(|group| group.get("job-name")).map(|name| name.value().to_string());
    let mut reply =
        IppRequestResponse::new_response(IppVersion::v1_1(), StatusCode::SuccessfulOk, 1).expect("a reply");
    let mut tray = tray.lock().expect("no holder panics");
    let mut job = |attributes: &[(&str, IppValue)]| {
        for (name, value) in attributes {
            let attribute = IppAttribute::with_name(*name, value.clone()).expect("a name");
            reply.attributes_mut().add(DelimiterTag::JobAttributes, attribute);
        }
    };
    if operation == Operation::PrintJob as i16 {
        if way == Way::IsBusy {
            reply = IppRequestResponse::new_response(IppVersion::v1_1(), StatusCode::ServerErrorBusy, 1)
                .expect("a reply");
        } else {
            let mut document = Vec::new();
            let mut payload = parsed.into_payload();
            payload.read_to_end(&mut document).expect("a document");
            tray.jobs.push((name.expect("a named job"), document));
            if way == Way::LosesTheAnswer {
                return;
            }
            job(&[("job-id", IppValue::Integer(7))]);
        }
    } else if operation == Operation::GetJobs as i16 {
        if let Some((name, _)) = tray.jobs.first() {
            let name = IppValue::new_name_without_language(name.clone()).expect("a name");
            job(&[("job-id", IppValue::Integer(7)), ("job-name", name)]);
        }
    } else if operation == Operation::GetJobAttributes as i16 {
        tray.looks += 1;
        let state = match (way, tray.looks) {
            (Way::Aborts, _) => JobState::Aborted,
            (_, 1) => JobState::Processing,
            _ => JobState::Completed,
        };
        job(&[("job-state", IppValue::Enum(state as i32))]);
    }
    let reply = reply.to_bytes();
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/ipp\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        reply.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&reply)).expect("the client listens");
}

/// The body of an HTTP request, in one piece or in chunks.
fn read_body(stream: &mut TcpStream) -> (bool, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut line, mut length, mut is_chunked) = (String::new(), 0, false);
    let mut knows_password = false;
    while reader.read_line(&mut line).expect("a head") > 2 {
        // desk:pw
        knows_password |= line.trim_end().ends_with("Basic ZGVzazpwdw==");
        let header = line.to_ascii_lowercase();
        if let Some(number) = header.strip_prefix("content-length:") {
            length = number.trim().parse().expect("a number");
        }
        is_chunked |= header.starts_with("transfer-encoding: chunked");
        line.clear();
    }
    let mut body = Vec::new();
    loop {
        if is_chunked {
            line.clear();
            reader.read_line(&mut line).expect("a length");
            length = usize::from_str_radix(line.trim(), 16).expect("a length");
        }
        let start = body.len();
        body.resize(start + length, 0);
        reader.read_exact(&mut body[start..]).expect("a piece");
        if !is_chunked || length == 0 {
            return (knows_password, body);
        }
        line.clear();
        reader.read_line(&mut line).expect("the end of a piece");
    }
}

fn place(address: &str) -> IppPlace {
    let spec = PrinterSpec::parse(&format!("p={address}")).expect("a printer");
    match spec.target {
        Target::Ipp(place) => place,
        _ => panic!("{address} is no printer of IPP"),
    }
}

fn printed(address: &str, patience_s: u64) -> Outcome {
    let spec = PrinterSpec::parse(&format!("p={address}?patience={patience_s}")).expect("a printer");
    print(&place(address), "huidan-251120-7-1-99", b"%PDF-1.7 sheet", &spec, &|| false, &|_| {})
}

#[test]
fn a_printer_says_itself_what_became_of_a_sheet() {
    let (address, tray) = listening(Way::Prints);
    assert_eq!(printed(&address, 20), Outcome::Printed);
    let got = tray.lock().expect("no holder panics");
    assert_eq!(got.jobs, [("huidan-251120-7-1-99".to_owned(), b"%PDF-1.7 sheet".to_vec())]);
    assert_eq!(got.looks, 2, "it was waited for");
    drop(got);
    assert_eq!(probe(&place(&address)), Ok(()));

    let (address, tray) = listening(Way::IsBusy);
    assert!(matches!(printed(&address, 20), Outcome::NothingTaken(why) if why.contains("usy")));
    assert_eq!(tray.lock().expect("no holder panics").jobs.len(), 0);

    let (address, _) = listening(Way::Aborts);
    assert!(matches!(printed(&address, 20), Outcome::Unknown(_)));

    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("a place");
    assert!(matches!(printed(&format!("ipp://{free}/x"), 2), Outcome::NothingTaken(_)));
}

#[test]
fn of_what_a_printer_says_of_itself_only_what_keeps_paper_counts() {
    for (keyword, expected) in [
        ("none", None),
        ("media-empty-warning", Some("media-empty")),
        ("media-jam-error", Some("media-jam")),
        ("cover-open", Some("cover-open")),
        ("toner-low-warning", None),
        ("fuser-over-temp-error", Some("fuser-over-temp")),
    ] {
        assert_eq!(reason(keyword).as_deref(), expected, "{keyword}");
    }
}

#[test]
fn a_lost_answer_is_asked_about_and_the_sheet_is_sent_once() {
    let (address, tray) = listening(Way::LosesTheAnswer);
    assert_eq!(printed(&address, 5), Outcome::Printed, "the printer has it under its name");
    assert_eq!(tray.lock().expect("no holder panics").jobs.len(), 1);
}

#[test]
fn a_password_goes_to_the_printer_and_its_lack_is_told() {
    let (address, tray) = listening(Way::WantsPassword);
    assert!(matches!(printed(&address, 5), Outcome::NothingTaken(why) if why.contains("login=FILE")));
    assert_eq!(tray.lock().expect("no holder panics").jobs.len(), 0);

    let folder = tempfile::tempdir().expect("a desk");
    let file = folder.path().join("office");
    std::fs::write(&file, "desk:pw\n").expect("a file");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, mode).expect("a mode");
    let place = IppPlace { login: Some(file.clone()), ..place(&address) };
    let spec = PrinterSpec::parse(&format!("p={address}?patience=5")).expect("a printer");
    let printed = |place: &IppPlace| print(place, "huidan-251120-7-1-99", b"%PDF", &spec, &|| false, &|_| {});
    assert_eq!(printed(&place), Outcome::Printed);
    std::fs::write(&file, "desk:old\n").expect("a file");
    assert!(
        matches!(printed(&place), Outcome::NothingTaken(why) if why.contains("does not take") && !why.contains("old"))
    );
}
