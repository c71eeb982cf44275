//! A PostgreSQL of a test's own, to be killed and started again.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server on a socket in a folder of its own; it ends with the test. It does not wait for the disk: what is
/// committed survives the end of the server, not of the machine.
pub struct Postgres {
    folder: TempDir,
    child: Option<Child>,
}

impl Postgres {
    /// Makes and starts one.
    pub fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("pg-").tempdir().expect("a temporary folder");
        let open = std::fs::Permissions::from_mode(0o777);
        std::fs::set_permissions(folder.path(), open).expect("the folder is ours");
        let made = as_user("initdb")
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .status();
        assert!(made.expect("initdb runs").success(), "initdb makes a cluster");
        let mut postgres = Self { folder, child: None };
        postgres.restart();
        postgres
    }

    /// The address as the setting `DATABASE_URL` takes it.
    pub fn url(&self) -> String {
        let socket = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/postgres")
    }

    /// The folder of its socket, as other clients take it for a host.
    pub fn folder(&self) -> String {
        self.folder.path().display().to_string()
    }

    /// Starts it again on what it had committed.
    pub fn restart(&mut self) {
        self.kill();
        let begun = Instant::now();
        // The last servants of a killed server may still hold its memory; then it refuses to start.
        while !self.has_started() {
            assert!(begun.elapsed() < Duration::from_secs(60), "PostgreSQL starts");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn has_started(&mut self) -> bool {
        let folder = self.folder.path();
        let child = as_user("postgres")
            .arg("-D")
            .arg(folder.join("data"))
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"])
            .arg("-c")
            .arg(format!("unix_socket_directories={}", folder.display()))
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("postgres starts");
        let child = self.child.insert(child);
        loop {
            let answers = as_user("pg_isready").arg("-qh").arg(folder).status().expect("pg_isready runs");
            if answers.success() {
                return true;
            }
            if child.try_wait().expect("its state is known").is_some() {
                return false;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends it without a chance to say goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().expect("it is gone");
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One of PostgreSQL's programs, as a user it agrees to run as.
fn as_user(program: &str) -> Command {
    let program = bin().join(program);
    // It refuses to run as root, who owns its own /proc/self.
    let is_root =
        std::fs::metadata("/proc/self").is_ok_and(|own| std::os::unix::fs::MetadataExt::uid(&own) == 0);
    if !is_root {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command
        .args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "KILL"])
        .arg(program);
    command
}

fn bin() -> PathBuf {
    let mut found: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path().join("bin")))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| Path::new("/usr/bin").to_owned())
}
