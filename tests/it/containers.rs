//! The files for containers name flags, variables, ports and addresses: each of them is one that the program knows.
//!
//! No container is built here. What is read is text, line by line, as these files are written.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use crate::support::TestApp;

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
