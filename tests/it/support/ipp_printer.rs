//! A printer of the Internet Printing Protocol: `ippeveprinter` of CUPS, whose paper runs out and jams on demand.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use super::effects::until;

/// What the printer runs for each job: it puts a copy into the tray, unless the file `behaviour` says at how many papers it
/// runs out (`empty 2`) or jams (`jam 2`).
const PRINTS: &str = r#"#!/bin/sh
folder=$(dirname "$0")
said=''
while :; do
    read -r what at rest <"$folder/behaviour"
    count=$(ls "$folder/tray" | wc -l)
    [ "$what" != print ] && [ "$count" -ge "$at" ] || break
    if [ "$what" = jam ]; then
        echo 'STATE: +media-jam-error' >&2
        exit 1
    fi
    [ -n "$said" ] || echo 'STATE: +media-empty-error' >&2
    said=yes
    sleep 0.1
done
[ -z "$said" ] || echo 'STATE: -media-empty-error' >&2
cp "$1" "$folder/part" && mv "$folder/part" "$folder/tray/$(printf '%04d' "$count")"
"#;

/// A printer on this machine; it is killed when dropped.
pub struct IppPrinter {
    child: Child,
    port: u16,
    folder: PathBuf,
}

impl IppPrinter {
    /// A printer that keeps its paper in this folder.
    pub fn start(folder: &Path) -> Self {
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).expect("a free port").port();
        std::fs::create_dir_all(folder.join("tray")).expect("a tray");
        std::fs::create_dir_all(folder.join("spool")).expect("a spool");
        std::fs::create_dir_all(folder.join("keys")).expect("a place for its key");
        std::fs::write(folder.join("prints"), PRINTS).expect("a program");
        Command::new("chmod").arg("+x").arg(folder.join("prints")).status().expect("it may run");
        behave(folder, "print");
        let mut printer = Self { child: run(folder, port), port, folder: folder.to_owned() };
        printer.wait();
        printer
    }

    /// The same printer, switched on again at its old address.
    pub fn start_again(&mut self) {
        self.child = run(&self.folder, self.port);
        self.wait();
    }

    fn wait(&mut self) {
        let port = self.port;
        until("the printer listens", || std::net::TcpStream::connect(("localhost", port)).is_ok());
    }

    /// As the script reads it: `print`, `empty 2`, `jam 2`.
    pub fn behave(&self, behaviour: &str) {
        behave(&self.folder, behaviour);
    }

    /// Switched off at the wall.
    pub fn kill(&mut self) {
        self.child.kill().expect("SIGKILL reaches it");
        self.child.wait().expect("it has ended");
    }

    /// How a station names it.
    pub fn spec(&self, name: &str, options: &str) -> String {
        format!("{name}=ipp://localhost:{}/ipp/print?language=zpl&sizes=100x150{options}", self.port)
    }

    /// The same over an encrypted connection, for whole documents.
    pub fn encrypted(&self, name: &str, options: &str) -> String {
        format!("{name}=ipps://localhost:{}/ipp/print?{options}", self.port)
    }

    /// Where the printer keeps its certificate; it makes one when it is first asked for an encrypted connection.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("keys").join("localhost.crt")
    }

    /// What lies in its tray, in the order in which it came.
    pub fn paper(&self) -> Vec<Vec<u8>> {
        let tray = std::fs::read_dir(self.folder.join("tray")).expect("a tray");
        let mut files: Vec<PathBuf> = tray.map(|file| file.expect("a paper").path()).collect();
        files.sort();
        files.iter().map(|file| std::fs::read(file).expect("a paper")).collect()
    }
}

fn behave(folder: &Path, behaviour: &str) {
    let draft = folder.join("behaviour.part");
    std::fs::write(&draft, format!("{behaviour} 0\n")).expect("a wish");
    std::fs::rename(draft, folder.join("behaviour")).expect("a wish");
}

fn run(folder: &Path, port: u16) -> Child {
    let bus = std::env::var("TEST_BUS").expect("run the tests in scripts/with-services.sh");
    let beside = Path::new("/usr/sbin/ippeveprinter");
    let program = if beside.exists() { beside } else { Path::new("ippeveprinter") };
    Command::new(program)
        .env("DBUS_SYSTEM_BUS_ADDRESS", bus)
        .args(["-n", "localhost", "-p", &port.to_string(), "-f", "application/pdf,application/vnd.zebra-zpl"])
        .arg("-d")
        .arg(folder.join("spool"))
        .arg("-K")
        .arg(folder.join("keys"))
        .arg("-c")
        .arg(folder.join("prints"))
        .arg(format!("huidan test {port}"))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("ippeveprinter starts; scripts/install-tools.sh installs it")
}

impl Drop for IppPrinter {
    fn drop(&mut self) {
        // Its program waits for paper no longer than its printer lives.
        self.behave("print");
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
