//! The program as a process of its own, for tests that kill it.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::TestApp;

/// The program as a process that can be killed; it comes back on another port.
pub struct Served {
    address: Mutex<String>,
    child: Mutex<Child>,
    database: String,
    data: PathBuf,
    lease_s: u32,
    kills: AtomicUsize,
}

impl Served {
    /// Starts it on the app's database; it ends when dropped.
    pub fn start(app: &TestApp, data: &Path) -> Self {
        Self::start_leasing(app, data, 30)
    }

    /// The same, with jobs that stay a killed process's own for so many seconds.
    pub fn start_leasing(app: &TestApp, data: &Path, lease_s: u32) -> Self {
        let database = app.database_address();
        let (child, address) = spawn_leasing(&database, data, lease_s);
        Self {
            address: Mutex::new(address),
            child: Mutex::new(child),
            database,
            data: data.to_owned(),
            lease_s,
            kills: AtomicUsize::new(0),
        }
    }

    /// Where it listens now.
    pub fn address(&self) -> String {
        self.address.lock().expect("one killer").clone()
    }

    /// How often it was killed.
    pub fn kills(&self) -> usize {
        self.kills.load(Ordering::Relaxed)
    }

    /// Ends it with SIGKILL and starts it again.
    pub fn kill_and_start(&self) {
        let mut child = self.child.lock().expect("one killer");
        child.kill().expect("SIGKILL reaches it");
        child.wait().expect("it has ended");
        self.kills.fetch_add(1, Ordering::Relaxed);
        let (next, address) = spawn_leasing(&self.database, &self.data, self.lease_s);
        *child = next;
        *self.address.lock().expect("one killer") = address;
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let mut child = self.child.lock().expect("one killer");
        let _ = child.kill();
        let _ = child.wait();
    }
}

/// The real program serving this database; its address once it has one.
pub fn spawn(database: &str, data: &Path) -> (Child, String) {
    spawn_leasing(database, data, 30)
}

fn spawn_leasing(database: &str, data: &Path, lease_s: u32) -> (Child, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_huidan"))
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("DATABASE_URL", database)
        .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .env("HUIDAN_JOB_LEASE_S", lease_s.to_string())
        .env("HUIDAN_LOG_FORMAT", "json")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    let mut log = BufReader::new(child.stderr.take().expect("its log is piped"));
    let mut line = String::new();
    let address = loop {
        line.clear();
        let read = log.read_line(&mut line).expect("its log can be read");
        assert!(read > 0, "the program ended before it served");
        if let Some((_, rest)) = line.split_once("huidan serves http://") {
            break rest
                .split(|c: char| !(c.is_ascii_digit() || c == '.' || c == ':'))
                .next()
                .expect("an address")
                .to_owned();
        }
    };
    // Whoever does not read the log stops the program when the pipe is full.
    std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
    (child, address)
}
