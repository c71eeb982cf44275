//! The large shape as processes: two servers, two workers, PostgreSQL, Redis; and what happens to them.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use huidan::db::migrate;
use huidan::db::pool::{Pool, Synchronous};
use tempfile::TempDir;

use crate::support::postgres::Postgres;
use crate::support::redis::Redis;

/// Everything, started.
pub struct Stack {
    programs: Vec<Program>,
    asked: AtomicUsize,
    database: String,
    redis: Mutex<Redis>,
    postgres: Mutex<Postgres>,
    _data: TempDir,
}

/// What may happen; one after the other, again and again.
const TROUBLE: &[Trouble] = &[
    Trouble::Kill(0),
    Trouble::EmptyRedis,
    Trouble::Kill(2),
    Trouble::KillRedis,
    Trouble::Kill(1),
    Trouble::KillPostgres,
    Trouble::Deploy(3),
    Trouble::EmptyRedis,
    Trouble::Deploy(0),
    Trouble::Outage,
    Trouble::Kill(3),
    Trouble::Deploy(1),
    Trouble::KillRedis,
];

#[derive(Debug, Clone, Copy)]
enum Trouble {
    /// A server (0, 1) or a worker (2, 3) gets SIGKILL.
    Kill(usize),
    /// One of them gets SIGTERM, and a new one takes its place.
    Deploy(usize),
    EmptyRedis,
    KillRedis,
    KillPostgres,
    /// PostgreSQL is killed and refuses connections: for two seconds, in the long form for thirty.
    Outage,
}

impl Stack {
    pub fn start() -> Self {
        let postgres = Postgres::start();
        let redis = Redis::start();
        let database = postgres.url();
        migrate::run(&Pool::open(&database, 1, Synchronous::Normal).expect("it answers")).expect("a schema");
        let data = tempfile::tempdir().expect("a data folder");
        let program = |n: usize| {
            let port = (n < 2).then(|| {
                let socket = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
                socket.expect("a free port").port()
            });
            let env = [("DATABASE_URL", database.clone()), ("REDIS_URL", redis.url())];
            let program = Program { port, env, data: data.path().to_owned(), child: Mutex::new(None) };
            program.start();
            program
        };
        let programs = (0..4).map(program).collect();
        Self {
            programs,
            asked: AtomicUsize::new(0),
            database,
            redis: Mutex::new(redis),
            postgres: Mutex::new(postgres),
            _data: data,
        }
    }

    pub fn database(&self) -> String {
        self.database.clone()
    }

    /// The two servers take turns, as behind a balancer.
    pub fn next_address(&self) -> String {
        let turn = self.asked.fetch_add(1, Ordering::Relaxed);
        let port = self.programs[turn % 2].port.expect("a server has a port");
        format!("127.0.0.1:{port}")
    }

    /// Makes trouble until the day is over, or once of each kind; answers what it did. Whoever dies is started again.
    pub fn make_trouble(&self, is_over: &AtomicBool, is_long: bool) -> Vec<String> {
        let mut log = Vec::new();
        let mut pauses = [900, 500, 1_300, 700, 1_700].into_iter().cycle();
        for trouble in TROUBLE.iter().cycle() {
            let pause = Duration::from_millis(pauses.next().expect("a cycle") * if is_long { 5 } else { 1 });
            let until = Instant::now() + pause;
            while Instant::now() < until && !is_over.load(Ordering::Relaxed) {
                self.programs.iter().for_each(Program::revive);
                std::thread::sleep(Duration::from_millis(100));
            }
            if is_over.load(Ordering::Relaxed) {
                break;
            }
            if is_long || log.len() < TROUBLE.len() {
                self.suffer(*trouble, is_long);
                log.push(format!("{trouble:?}"));
            }
        }
        log
    }

    fn suffer(&self, trouble: Trouble, is_long: bool) {
        let redis = || self.redis.lock().expect("no holder panics");
        match trouble {
            Trouble::Kill(n) => self.programs[n].kill(),
            Trouble::Deploy(n) => self.programs[n].ask_to_end(),
            Trouble::EmptyRedis => redis().empty(),
            Trouble::KillRedis => {
                redis().kill();
                std::thread::sleep(Duration::from_millis(800));
                redis().restart();
            }
            Trouble::KillPostgres | Trouble::Outage => {
                let mut postgres = self.postgres.lock().expect("no holder panics");
                postgres.kill();
                if let Trouble::Outage = trouble {
                    std::thread::sleep(Duration::from_secs(if is_long { 30 } else { 2 }));
                }
                postgres.restart();
            }
        }
    }
}

/// A process that is started again whenever it has ended.
struct Program {
    /// A server's; a worker has none.
    port: Option<u16>,
    env: [(&'static str, String); 2],
    data: std::path::PathBuf,
    child: Mutex<Option<Child>>,
}

impl Program {
    fn start(&self) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
        match self.port {
            Some(port) => {
                command.args(["serve", "--no-workers", "--listen"]).arg(format!("127.0.0.1:{port}"))
            }
            None => command.args(["work", "--threads", "4"]),
        };
        let child = command
            .arg("--data")
            .arg(&self.data)
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        *self.child() = Some(child);
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().expect("no holder panics")
    }

    /// Starts it again when it has ended.
    fn revive(&self) {
        let has_ended =
            self.child().as_mut().is_none_or(|child| child.try_wait().expect("its state is known").is_some());
        if has_ended {
            self.start();
        }
    }

    fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            // It may have ended by itself.
            let _ = child.kill();
            child.wait().expect("it is gone");
        }
    }

    /// As a deploy does: it may finish what is under way, and the next one starts when it is gone.
    fn ask_to_end(&self) {
        let id = self.child().as_ref().map(Child::id);
        let Some(id) = id else { return };
        Command::new("kill").args(["-TERM", &id.to_string()]).status().expect("kill runs");
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.kill();
    }
}
