//! A Redis of a test's own, to be emptied, killed and started again.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// A server on loopback that keeps nothing on disk; it ends with the test.
pub struct Redis {
    port: u16,
    folder: TempDir,
    child: Option<Child>,
}

impl Redis {
    /// Starts one.
    pub fn start() -> Self {
        // A port that was free a moment ago; whoever takes it in between fails this test, not another.
        let port =
            TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut redis = Self { port, folder, child: None };
        redis.restart();
        redis
    }

    /// The address as the setting `REDIS_URL` takes it.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// Starts it again, empty, at the same address.
    pub fn restart(&mut self) {
        self.kill();
        let port = self.port.to_string();
        let child = Command::new("redis-server")
            .args(["--port", &port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is installed; run `make test`, or scripts/install-tools.sh");
        self.child = Some(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(begun.elapsed() < Duration::from_secs(20), "Redis listens");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Ends it without a chance to say goodbye.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it is gone");
        }
    }

    /// Throws everything in it away.
    pub fn empty(&self) {
        self.command("FLUSHALL");
    }

    /// Leaves it no memory, so that it answers and takes nothing more.
    pub fn fill(&self) {
        self.command("CONFIG SET maxmemory 1");
    }

    /// Has it hang: it takes calls and answers none.
    pub fn hang(&self) {
        self.signal("STOP");
    }

    /// Has it go on after [`Self::hang`].
    pub fn wake(&self) {
        self.signal("CONT");
    }

    fn command(&self, line: &str) {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).expect("Redis listens");
        socket.write_all(format!("{line}\r\n").as_bytes()).expect("a command");
        let mut answer = [0; 5];
        socket.read_exact(&mut answer).expect("an answer");
        assert_eq!(&answer, b"+OK\r\n", "{line}");
    }

    fn signal(&self, name: &str) {
        let child = self.child.as_ref().expect("it runs");
        let sent = Command::new("kill").args([format!("-{name}"), child.id().to_string()]).status();
        assert!(sent.expect("kill runs").success());
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
