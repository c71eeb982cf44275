//! One sheet to one printer, and what is known of it afterwards.
//!
//! The worth of an answer differs. A connection that was refused took nothing, so the sheet can be printed
//! later without harm. A connection that broke, stalled or was never answered may have printed: all bytes are
//! "sent" as soon as the network has them. Only a printer that took everything and hung up in order, a file
//! that lies in its folder, or a job the printer calls completed counts as printed.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::{Duration, Instant};

use tracing::warn;

use super::spec::{Confirms, PrinterSpec, Target};

/// What became of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Printed,
    /// The printer has it; a person says whether it came out.
    HandedOver,
    /// Some of it left, and then this.
    Unknown(String),
    /// Nothing reached the printer, because of this.
    NothingTaken(String),
}

/// How long a printer may take to pick up.
const CONNECT: Duration = Duration::from_secs(5);

/// Prints one sheet. `name` is unique to the sheet and this attempt; it goes where a printer shows names. `keeps` is told
/// what a printer that is waited for says of itself.
pub fn print(
    printer: &PrinterSpec,
    name: &str,
    document: &[u8],
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Outcome {
    let outcome = match &printer.target {
        Target::Raw(place) => raw(place, document, printer.patience),
        Target::Folder(folder) => file(folder, name, &printer.language.to_string(), document),
        Target::Ipp(place) => super::ipp::print(place, name, document, printer, is_stopping, keeps),
    };
    worth(outcome, printer)
}

/// Whether the printer can be reached, without giving it anything.
///
/// # Errors
/// Why not.
pub fn probe(printer: &PrinterSpec) -> Result<(), String> {
    match &printer.target {
        Target::Raw(place) => connect(place).map(drop),
        Target::Folder(folder) if folder.is_dir() => Ok(()),
        Target::Folder(folder) => Err(format!("{} is no folder", folder.display())),
        Target::Ipp(place) => super::ipp::probe(place),
    }
}

/// Whether the desk has what it needs for this printer, without asking it anything.
///
/// # Errors
/// Which file of the desk cannot be used, and what to do.
pub fn check(printer: &PrinterSpec) -> Result<(), String> {
    match &printer.target {
        Target::Ipp(place) => super::ipp::Wire::open(place).map(drop),
        Target::Raw(_) | Target::Folder(_) => Ok(()),
    }
}

/// What the printer says became of a sheet that an earlier run had begun to send under this name; `None` when it says
/// nothing, as all but those of IPP.
pub fn became(
    printer: &PrinterSpec,
    name: &str,
    is_stopping: &dyn Fn() -> bool,
    keeps: &dyn Fn(&str),
) -> Option<Outcome> {
    let Target::Ipp(place) = &printer.target else { return None };
    let outcome = match super::ipp::became(place, name, printer.patience, is_stopping, keeps) {
        Ok(outcome) => outcome?,
        Err(why) => {
            warn!("Printer {:?} does not say what became of {name}: {why}", printer.name);
            return None;
        }
    };
    Some(worth(outcome, printer))
}

/// What an outcome counts for at this printer.
fn worth(outcome: Outcome, printer: &PrinterSpec) -> Outcome {
    match (outcome, printer.confirms) {
        (Outcome::Printed, Confirms::Person) => Outcome::HandedOver,
        (outcome, _) => outcome,
    }
}

fn connect(place: &str) -> Result<TcpStream, String> {
    let addresses = place.to_socket_addrs().map_err(|error| format!("{place}: {error}"))?;
    let mut why = format!("{place} has no address");
    for address in addresses {
        match TcpStream::connect_timeout(&address, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(error) => why = format!("{place}: {error}"),
        }
    }
    Err(why)
}

/// Writes everything, says that this was all, and waits for the printer to hang up.
fn raw(place: &str, document: &[u8], patience: Duration) -> Outcome {
    let mut stream = match connect(place) {
        Ok(stream) => stream,
        Err(why) => return Outcome::NothingTaken(why),
    };
    let begun = Instant::now();
    let left = || patience.saturating_sub(begun.elapsed()).max(Duration::from_millis(1));
    let sent = stream
        .set_write_timeout(Some(patience))
        .and_then(|()| stream.write_all(document))
        .and_then(|()| stream.shutdown(Shutdown::Write));
    if let Err(error) = sent {
        return Outcome::Unknown(format!("the connection broke while it was sent ({error})"));
    }
    let mut said = [0; 512];
    loop {
        if begun.elapsed() >= patience {
            return Outcome::Unknown(format!("the printer did not hang up within {} s", patience.as_secs()));
        }
        if let Err(error) = stream.set_read_timeout(Some(left())) {
            return Outcome::Unknown(error.to_string());
        }
        match stream.read(&mut said) {
            Ok(0) => return Outcome::Printed,
            // Some printers talk back; what they say is no matter as long as they hang up in order.
            Ok(_) => {}
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                ) => {}
            Err(error) => return Outcome::Unknown(format!("the printer broke the connection ({error})")),
        }
    }
}

/// A file that is there whole or not at all, never over another one.
fn file(folder: &Path, name: &str, ending: &str, document: &[u8]) -> Outcome {
    let draft = folder.join(format!(".{name}.part"));
    let whole = folder.join(format!("{name}.{ending}"));
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(document)?;
        file.sync_all()
    });
    if let Err(error) = written {
        return Outcome::NothingTaken(format!("{}: {error}", draft.display()));
    }
    // A hard link is refused where the name is taken; a rename would replace what is there.
    let placed = std::fs::hard_link(&draft, &whole);
    let tidied = std::fs::remove_file(&draft);
    match (placed, tidied) {
        (Ok(()), _) => Outcome::Printed,
        (Err(error), _) if error.kind() == ErrorKind::AlreadyExists => {
            Outcome::Unknown(format!("{} is there already", whole.display()))
        }
        (Err(error), _) => Outcome::NothingTaken(format!("{}: {error}", whole.display())),
    }
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    fn printer(place: &str, options: &str) -> PrinterSpec {
        PrinterSpec::parse(&format!("p=raw://{place}?{options}")).expect("a printer")
    }

    /// A printer that does this with its one connection; where it listens.
    fn listening(behave: impl FnOnce(TcpStream) + Send + 'static) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let place = listener.local_addr().expect("a place").to_string();
        std::thread::spawn(move || behave(listener.accept().expect("a sheet comes").0));
        place
    }

    fn read_all(stream: &mut TcpStream) {
        let mut all = Vec::new();
        stream.read_to_end(&mut all).expect("a whole sheet");
    }

    #[test]
    fn only_a_printer_that_took_all_and_hung_up_has_printed() {
        let sheet = vec![7; 300_000];
        let place = listening(|mut stream| read_all(&mut stream));
        assert_eq!(print(&printer(&place, ""), "a", &sheet, &|| false, &|_| {}), Outcome::Printed);
        let place = listening(|mut stream| read_all(&mut stream));
        assert_eq!(
            print(&printer(&place, "confirm=person"), "a", &sheet, &|| false, &|_| {}),
            Outcome::HandedOver
        );

        let place = listening(|mut stream| {
            let mut some = [0; 5_000];
            stream.read_exact(&mut some).expect("a beginning");
        });
        let broken = print(&printer(&place, ""), "a", &sheet, &|| false, &|_| {});
        assert!(matches!(&broken, Outcome::Unknown(why) if why.contains("broke")), "{broken:?}");

        let (hold, held) = std::sync::mpsc::channel::<()>();
        let place = listening(move |mut stream| {
            read_all(&mut stream);
            let _ = held.recv();
        });
        let silent = print(&printer(&place, "patience=1"), "a", &sheet, &|| false, &|_| {});
        assert!(matches!(&silent, Outcome::Unknown(why) if why.contains("hang up")), "{silent:?}");
        drop(hold);

        let free =
            TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("a place").to_string();
        assert!(matches!(
            print(&printer(&free, ""), "a", &sheet, &|| false, &|_| {}),
            Outcome::NothingTaken(_)
        ));
        assert!(probe(&printer(&free, "")).is_err());
    }

    #[test]
    fn a_file_never_replaces_another() {
        let folder = tempfile::tempdir().expect("a folder");
        let spec = format!("p=folder://{}", folder.path().display());
        let printer = PrinterSpec::parse(&spec).expect("a printer");
        assert_eq!(print(&printer, "251120-7-1", b"one", &|| false, &|_| {}), Outcome::Printed);
        assert!(matches!(print(&printer, "251120-7-1", b"two", &|| false, &|_| {}), Outcome::Unknown(_)));
        let files: Vec<_> = std::fs::read_dir(folder.path()).expect("a folder").collect();
        assert_eq!(files.len(), 1, "no drafts stay");
        assert_eq!(std::fs::read(folder.path().join("251120-7-1.pdf")).expect("the file"), b"one");
    }
}
