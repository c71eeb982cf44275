//! The files for containers name flags, variables, ports and addresses: each of them is one that the program knows.
//!
//! No container is built here. What is read is text, line by line, as these files are written; and what they start is
//! started as processes, with the rights they give.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use huidan::db::statement::sql;
use huidan::domain::actor::Role;
use serde_json::json;

use crate::support::effects::until;
use crate::support::http::Http;
use crate::support::postgres::Postgres;
use crate::support::{TestApp, order};

fn file(name: &str) -> String {
    let path = format!("{}/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The texts in quotes of a list such as `["serve", "--no-workers"]`.
fn words(line: &str) -> Vec<String> {
    line.split('"').skip(1).step_by(2).map(str::to_owned).collect()
}

/// Names of variables in a text: capitals, digits and `_`, at least one `_` in them.
fn variables(text: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.split(|c: char| !is_part(c))
        .filter(|word| word.contains('_') && word.starts_with(|c: char| c.is_ascii_uppercase()))
        .map(str::to_owned)
        .collect()
}

/// Whether the program takes these arguments: asked for help after them, it complains about unknown ones first.
fn is_understood(arguments: &[String]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
    command.args(arguments).arg("--help").stdout(Stdio::null()).stderr(Stdio::null());
    command.status().expect("it runs").success()
}

/// The variables the program reads, by its own account.
fn known_variables() -> BTreeSet<String> {
    huidan::settings::TABLE.iter().map(|setting| setting.variable.to_owned()).collect()
}

fn is_ours(name: &str) -> bool {
    name.starts_with("HUIDAN_") || name == "DATABASE_URL" || name == "REDIS_URL"
}

/// The part of the compose file about a service, or about what services share.
fn part<'a>(compose: &'a str, head: &str) -> &'a str {
    let from = compose.find(head).unwrap_or_else(|| panic!("{head} is in docker-compose.yml"));
    let rest = &compose[from + head.len()..];
    let indent = head.trim_start_matches('\n').len() - head.trim_start().len();
    let ends = rest.match_indices('\n').find(|(at, _)| {
        let line = &rest[at + 1..];
        let depth = line.len() - line.trim_start_matches(' ').len();
        depth <= indent && line.starts_with(|c: char| c != '\n') && !line.trim_start().starts_with('#')
    });
    &rest[..ends.map_or(rest.len(), |(at, _)| at)]
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    assert!(!is_understood(&["serve".to_owned(), "--no-worker".to_owned()]), "unknown flags are noticed");
    let compose = file("docker-compose.yml");
    for service in ["\n  web:", "\n  worker:"] {
        let text = part(&compose, service);
        let command = text.lines().find(|line| line.trim_start().starts_with("command:")).expect("a command");
        assert!(is_understood(&words(command)), "{service} {command}");
    }
    let image = file("Dockerfile");
    let last = image.lines().rfind(|line| line.starts_with("CMD ")).expect("a command");
    assert!(is_understood(&words(last)), "{last}");
    let entry = image.lines().find(|line| line.starts_with("ENTRYPOINT ")).expect("an entry");
    assert_eq!(words(entry), ["huidan"]);
    assert!(image.contains("--bin huidan && cp target/release/huidan /huidan"), "it is what is built");
}

#[test]
fn every_variable_is_one_that_the_program_or_its_neighbours_read() {
    let (compose, example) = (file("docker-compose.yml"), file(".env.example"));
    let known = known_variables();
    assert!(known.contains("HUIDAN_SECRET_KEY") && known.contains("HUIDAN_LISTEN"), "{known:?}");
    for name in variables(&compose).union(&variables(&file("Dockerfile"))) {
        assert!(!is_ours(name) || known.contains(name), "{name} is no setting of the program");
    }
    for (name, _) in compose.match_indices("${").map(|(at, _)| {
        let rest = &compose[at + 2..];
        rest.split_once(':').expect("a variable that must be set")
    }) {
        let line = example.lines().find(|line| line.starts_with(&format!("{name}=")));
        assert_eq!(line, Some(format!("{name}=").as_str()), ".env.example names it, and leaves it empty");
        assert!(compose.contains(&format!("${{{name}:?")), "nothing starts without {name}");
    }
    for name in variables(&example) {
        assert!(compose.contains(&format!("${{{name}:?")), "{name} of .env.example is used");
    }
}

#[test]
fn ports_and_health_checks_are_those_the_program_answers_at() {
    let (compose, image) = (file("docker-compose.yml"), file("Dockerfile"));
    let listen = image.split("HUIDAN_LISTEN=").nth(1).and_then(|rest| rest.split_whitespace().next());
    let port = listen.and_then(|listen| listen.rsplit(':').next()).expect("a port");
    assert!(image.contains(&format!("EXPOSE {port}\n")));
    assert!(image.contains(&format!("/dev/tcp/127.0.0.1/{port} ")), "the check asks where it listens");
    let web = part(&compose, "\n  web:");
    assert!(web.contains(&format!("0.0.0.0:{port}\"")) && web.contains(&format!(":{port}\"]")), "{web}");
    let asked = image.split("GET ").nth(1).and_then(|rest| rest.split(' ').next()).expect("a path");
    for app in [TestApp::sqlite(), TestApp::postgres()] {
        assert_eq!(app.http_stranger().get(asked).status, 200, "{asked}");
    }
}

#[test]
fn containers_are_given_no_more_than_they_need() {
    let compose = file("docker-compose.yml");
    let shared = part(&compose, "\nx-huidan: &huidan");
    for right in ["read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "mem_limit:"] {
        assert!(shared.contains(right), "{right}");
    }
    let grace = shared.split("stop_grace_period: ").nth(1).and_then(|rest| rest.split('s').next());
    let grace: u64 = grace.and_then(|seconds| seconds.parse().ok()).expect("seconds");
    assert!(grace > 20, "handlers have 20 s to end before the process is killed");
    assert!(file("Dockerfile").contains("\nUSER huidan\n"));
}

/// A process that ends with the test.
struct Started {
    child: Child,
    log: Arc<Mutex<Vec<String>>>,
}

impl Started {
    fn new(command: &mut Command) -> Self {
        let mut child =
            command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the program starts");
        let log: Arc<Mutex<Vec<String>>> = Arc::default();
        let (lines, kept) = (BufReader::new(child.stderr.take().expect("a log")).lines(), log.clone());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                kept.lock().expect("no holder panics").push(line);
            }
        });
        Self { child, log }
    }

    /// What follows these words in a line of its log, if it has said them.
    fn said(&self, words: &str) -> Option<String> {
        let log = self.log.lock().expect("no holder panics");
        log.iter().find_map(|line| Some(line.split_once(words)?.1.to_owned()))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Redis as the compose file starts it, on a port of its own.
fn redis(compose: &str, password: &str) -> (Started, u16) {
    let command = part(compose, "\n  redis:").lines().find(|line| line.trim_start().starts_with("command:"));
    let list = command.and_then(|line| line.split_once(": ")).expect("a command").1;
    let words: Vec<String> = serde_json::from_str(list).expect("a list of texts");
    let port =
        TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr()).expect("a port").port();
    // Compose reads `$$` as one sign.
    let script = format!("{} --port {port} --bind 127.0.0.1", words[2].replace("$$", "$"));
    let started =
        Started::new(Command::new(&words[0]).args([&words[1], &script]).env("REDIS_PASSWORD", password));
    until("Redis listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    (started, port)
}

#[test]
fn four_processes_start_at_once_on_an_empty_database_with_the_rights_they_are_given() {
    let compose = file("docker-compose.yml");
    assert!(compose.contains("./deploy/postgres-role.sh:/docker-entrypoint-initdb.d/"), "it is run");
    let postgres = Postgres::start();
    let made = Command::new("sh")
        .arg(format!("{}/deploy/postgres-role.sh", env!("CARGO_MANIFEST_DIR")))
        .env("PGHOST", postgres.folder())
        .env("POSTGRES_USER", "postgres")
        .env("DATABASE_PASSWORD", "it's \"quoted\"; \\ and all")
        .status();
    assert!(made.expect("psql is there").success(), "the role is made");
    let database =
        postgres.url().replace("postgres://postgres@", "postgres://huidan@").replace("/postgres", "/huidan");
    assert!(database.ends_with("/huidan"), "{database}");
    let (redis, port) = redis(&compose, "secret");
    let start = |service: &str| {
        let text = part(&compose, service);
        let command = text.lines().find(|line| line.trim_start().starts_with("command:")).expect("a command");
        let arguments = words(command).into_iter().map(|word| word.replace("0.0.0.0:7800", "127.0.0.1:0"));
        let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
        command
            .args(arguments)
            .env("DATABASE_URL", &database)
            .env("REDIS_URL", format!("redis://huidan:secret@127.0.0.1:{port}/0"))
            .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
            .env("HUIDAN_LOG_FORMAT", "json");
        Started::new(&mut command)
    };
    let mut processes: Vec<Started> =
        ["\n  web:", "\n  worker:", "\n  web:", "\n  worker:"].iter().map(|service| start(service)).collect();
    let addresses = [0, 2].map(|web| {
        until("it serves", || processes[web].said("serves http://").is_some());
        let said = processes[web].said("serves http://").unwrap_or_default();
        said.split(|c: char| c != '.' && c != ':' && !c.is_ascii_digit())
            .next()
            .unwrap_or_default()
            .to_owned()
    });
    until("the workers are there", || {
        [1, 3].iter().all(|worker| processes[*worker].said("works on jobs").is_some())
    });
    let migrated = processes.iter().filter(|process| process.said("Brought the schema up to date").is_some());
    assert_eq!(migrated.count(), 1, "one of them makes the schema, and the others wait for it");

    let app = TestApp::elsewhere(&database);
    let rights = "SELECT COUNT(*) AS one FROM pg_roles WHERE rolname = current_user \
                  AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolreplication OR rolbypassrls)";
    assert_eq!(
        app.read(|db| db.number(sql(rights))),
        0,
        "the program owns its database, and may do nothing else"
    );
    let [one, other] = addresses.map(|address| {
        let http = Http::new(address.parse().expect("an address"), Some(app.token(Role::Owner)));
        assert_eq!(http.get("/readyz").status, 200);
        http
    });
    let shop = app.shop("Tea House");
    app.push(&shop, &[order("1")]);
    let wish = json!({ "shipments": ["1"] });
    let job = one.with_header("prefer", "respond-async").post("/api/v1/shipments/ship", wish).expect(202);
    let job = format!("/api/v1/jobs/{}", job["id"].as_str().expect("an id"));
    until("a worker has done it", || other.get(&job).expect(200)["state"] == "done");

    for process in &processes {
        let id = process.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    }
    for process in &mut processes {
        assert!(process.child.wait().expect("it ends").success(), "asked to end, it ends well");
        let log = process.log.lock().expect("no holder panics").join("\n");
        for trouble in ["NOPERM", "permission denied", "\"WARN\"", "\"ERROR\"", "secret@"] {
            assert!(!log.contains(trouble), "{trouble} in {log}");
        }
    }
    assert!(redis.said("aborted").is_none());
}
