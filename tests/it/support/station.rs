//! A print station played for real: the program as a process of its own, a printer that listens as one does on
//! port 9100, and a network between station and server that can be cut.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use huidan::domain::error::Error;
use huidan::domain::id::PrintJobId;
use huidan::operations::print_jobs;
use huidan::papers::font::Fonts;
use huidan::papers::raster::Head;
use huidan::papers::thermal::Language;
use huidan::papers::{self, Options, Output};
use serde_json::{Value as Json, json};

use super::TestApp;
use super::effects::until;

/// The program at a desk; it is killed when dropped.
pub struct Agent {
    child: Child,
}

impl Agent {
    /// At the desk `name`, printing on `printers`; its folder is the desk's machine.
    pub fn start(server: SocketAddr, folder: &Path, name: &str, printers: &[String]) -> Self {
        Self::start_with(server, folder, name, printers, &["--lease", "2", "--window", "10"])
    }

    pub fn start_with(
        server: SocketAddr,
        folder: &Path,
        name: &str,
        printers: &[String],
        flags: &[&str],
    ) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
        command
            .args(["work", "--station", name, "--server", &format!("http://{server}"), "--data"])
            .arg(folder)
            .args(flags)
            .env_remove("DATABASE_URL")
            .env_remove("REDIS_URL")
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        for printer in printers {
            command.args(["--printer", printer]);
        }
        let child = command.spawn().expect("the program starts");
        Self { child }
    }

    /// Ends it like a power cut.
    pub fn kill(mut self) {
        self.child.kill().expect("SIGKILL reaches it");
        self.child.wait().expect("it has ended");
    }

    /// Asks it to end, as a service manager does.
    pub fn ask_to_end(&self) {
        let asked = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(asked.expect("a signal can be sent").success());
    }

    /// Waits until it ends by itself; whether well, and what it said.
    pub fn ended(mut self) -> (bool, String) {
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().expect("its words are piped");
        stderr.read_to_string(&mut said).expect("its words are text");
        (self.child.wait().expect("it has ended").success(), said)
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("its state is known").is_none()
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a printer does with the sheet that comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// Takes it all, waits so long, and hangs up in order.
    Print(Duration),
    /// Takes so many bytes, and breaks the connection.
    Break(usize),
    /// Takes so many bytes, and neither reads on nor hangs up before the other side does.
    Stall(usize),
}

/// A printer on this machine; it listens until it is dropped.
pub struct FakePrinter {
    place: SocketAddr,
    paper: Arc<Mutex<Vec<Vec<u8>>>>,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl FakePrinter {
    /// A printer that takes so long for a sheet.
    pub fn start(pace: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let place = listener.local_addr().expect("a place");
        let paper = Arc::new(Mutex::new(Vec::new()));
        let behaviour = Arc::new(Mutex::new(Behaviour::Print(pace)));
        let (sheets, how) = (paper.clone(), behaviour.clone());
        std::thread::spawn(move || {
            // One after the other, as paper runs; whoever drops the printer leaves the thread to the process.
            for stream in listener.incoming().flatten() {
                let how = *how.lock().expect("no holder panics");
                take(stream, how, &sheets);
            }
        });
        Self { place, paper, behaviour }
    }

    pub fn behave(&self, behaviour: Behaviour) {
        *self.behaviour.lock().expect("no holder panics") = behaviour;
    }

    /// How a station names it.
    pub fn spec(&self, name: &str, options: &str) -> String {
        format!("{name}=raw://{}?sizes=100x150,76x130&language=zpl&patience=20{options}", self.place)
    }

    pub fn count(&self) -> usize {
        self.paper.lock().expect("no holder panics").len()
    }

    /// What lies in its tray, in the order in which it came.
    pub fn paper(&self) -> Vec<Vec<u8>> {
        self.paper.lock().expect("no holder panics").clone()
    }
}

fn take(mut stream: TcpStream, how: Behaviour, paper: &Mutex<Vec<Vec<u8>>>) {
    match how {
        Behaviour::Print(pace) => {
            let mut sheet = Vec::new();
            // Bytes that came are on paper, however the connection ended; a probe brings none.
            let _ = stream.read_to_end(&mut sheet);
            if !sheet.is_empty() {
                std::thread::sleep(pace);
                paper.lock().expect("no holder panics").push(sheet);
            }
        }
        Behaviour::Break(bytes) => {
            let mut some = vec![0; bytes];
            let _ = stream.read_exact(&mut some);
        }
        Behaviour::Stall(bytes) => {
            let mut some = vec![0; bytes];
            // A probe brings no bytes.
            if stream.read_exact(&mut some).is_err() {
                return;
            }
            paper.lock().expect("no holder panics").push(some);
            // Its buffer is full; a write to the other side tells when that has gone.
            while stream.write_all(b"\0").is_ok() {
                std::thread::sleep(Duration::from_millis(50));
            }
        }
    }
}

/// Which sheet each paper is: labels are drawn alike each time, so their bytes tell.
pub struct Known(HashMap<Vec<u8>, i64>);

impl Known {
    /// The sheets of a job as `desk` prints them now, for the first time.
    pub fn of(app: &TestApp, job: PrintJobId, desk: &str) -> Self {
        let mut document = None;
        let undone: Result<(), Error> = app.write(|tx| {
            document = Some(print_jobs::document(tx, job)?);
            Err(Error::conflict("undo", "only looked at", ""))
        });
        undone.expect_err("nothing is handed out");
        let fonts = Fonts::embedded();
        let output = Output::Thermal(Language::Zpl, Head::Dpi203);
        let options = Options { output, ..Options::new(&fonts) };
        let papers::Paper::Waybills { size, sheets } = document.expect("sheets wait").paper else {
            panic!("labels")
        };
        let known = sheets.into_iter().map(|mut sheet| {
            let position = i64::from(sheet.stamp.position);
            let (when, _) = sheet.stamp.printed_note.rsplit_once(' ').expect("when and by whom");
            sheet.stamp.printed_note = format!("{when} {desk}");
            let paper = papers::Paper::Waybills { size, sheets: vec![sheet] };
            (papers::render(&paper, &options).expect("a label").file, position)
        });
        Self(known.collect())
    }

    /// The positions of papers; 0 for one that is no first print of the job.
    pub fn positions(&self, paper: &[Vec<u8>]) -> Vec<i64> {
        paper.iter().map(|sheet| self.0.get(sheet).copied().unwrap_or(0)).collect()
    }
}

/// Lets the desk in as a manager does, once it has knocked.
pub fn let_in(app: &TestApp, name: &str) {
    let http = app.http();
    let mut id = String::new();
    until("the desk has knocked", || {
        let stations = http.get("/api/v1/stations").expect(200);
        let found = stations["items"].as_array().expect("stations").iter().find(|one| one["name"] == name);
        id = found.and_then(|one| one["id"].as_str()).unwrap_or_default().to_owned();
        !id.is_empty()
    });
    http.post(&format!("/api/v1/stations/{id}/approve"), json!({})).expect(200);
}

/// The station of this name, once it is alive.
pub fn alive(app: &TestApp, name: &str) -> Json {
    let http = app.http();
    let mut station = Json::Null;
    until("the desk is alive", || {
        let stations = http.get("/api/v1/stations").expect(200);
        let found = stations["items"].as_array().expect("stations").iter().find(|one| one["name"] == name);
        station = found.cloned().unwrap_or_default();
        station["is_alive"] == true && station["printers"].as_array().is_some_and(|all| !all.is_empty())
    });
    station
}

/// The network between stations and a server: it can be cut, and lead to another server.
pub struct Network {
    address: SocketAddr,
    leads_to: Arc<Mutex<Option<SocketAddr>>>,
    open: Arc<Mutex<Vec<TcpStream>>>,
}

impl Network {
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a place");
        let leads_to = Arc::new(Mutex::new(Some(server)));
        let open = Arc::new(Mutex::new(Vec::new()));
        let (to, kept) = (leads_to.clone(), open.clone());
        std::thread::spawn(move || {
            for here in listener.incoming().flatten() {
                let Some(there) = *to.lock().expect("no holder panics") else { continue };
                let Ok(there) = TcpStream::connect(there) else { continue };
                let both = [&here, &there].map(|end| end.try_clone().expect("an end"));
                kept.lock().expect("no holder panics").extend(both);
                let (a, b) = (here.try_clone().expect("an end"), there.try_clone().expect("an end"));
                std::thread::spawn(move || pass(here, there));
                std::thread::spawn(move || pass(b, a));
            }
        });
        Self { address, leads_to, open }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection; new ones come to nothing until [`Network::lead_to`].
    pub fn cut(&self) {
        *self.leads_to.lock().expect("no holder panics") = None;
        for stream in self.open.lock().expect("no holder panics").drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }

    pub fn lead_to(&self, server: SocketAddr) {
        *self.leads_to.lock().expect("no holder panics") = Some(server);
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream) {
    let mut bytes = [0; 8_192];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
