//! The layers of `ARCHITECTURE.md`, held by reading the source: who may import whom, where SQL
//! may stand, how large a file may grow, and whether every code is explained.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use huidan::domain::reason::ReasonCode;
use huidan::domain::recipient::permission::Objection;
use huidan::domain::recipient::why::Why;

/// What each layer may import, besides itself.
///
/// An edge goes down only. `operations` may use `papers` and `connectors` because both are pure
/// below their surface: the values a sheet is made of, and the shapes orders come in. Neither
/// opens a connection inside a transaction; what goes out to the network is started by `jobs`.
/// `app` stands low although it composes, because every edge is handed one.
const LAYERS: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("db", &["domain", "traces"]),
    // Ids of spans and their way out; it knows nothing of ours.
    ("traces", &[]),
    ("papers", &["domain"]),
    ("connectors", &["domain", "traces"]),
    ("operations", &["domain", "db", "papers", "connectors"]),
    ("app", &["domain", "db"]),
    ("jobs", &["domain", "db", "papers", "connectors", "operations", "app", "traces"]),
    ("http", &["domain", "db", "papers", "connectors", "operations", "app", "jobs", "traces"]),
    // Pages speak the words of the API: its filters, its pages of lists, its way down to what waits.
    ("web", &["domain", "db", "papers", "connectors", "operations", "app", "jobs", "http"]),
    // A desk's program: it knows printers and the server's address, and neither database nor seller.
    ("agent", &["domain", "papers"]),
    ("settings", &["domain", "db"]),
    ("log", &["settings", "traces"]),
    // The simulated shops are one more edge: they sell through the same jobs as real ones.
    ("demo", &["domain", "db", "connectors", "operations", "app", "jobs"]),
    (
        "cli",
        &[
            "domain",
            "db",
            "papers",
            "connectors",
            "operations",
            "app",
            "jobs",
            "http",
            "web",
            "settings",
            "log",
            "demo",
            "agent",
        ],
    ),
];

/// Bytes of a file before it holds a second topic: about three screens.
const LARGEST_FILE: usize = 24_000;

/// Lists of facts, as long as the facts are many.
const LONG_BY_NATURE: &[&str] = &["src/domain/waybill/formats.rs"];

/// A source file without its comments, and without its tests where those stand at its end.
struct Source {
    /// From the root, with slashes: `src/domain/order.rs`.
    path: String,
    layer: String,
    bytes: usize,
    code: String,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&root.join("src"), &mut files);
    assert!(files.len() > 10, "the source is there");
    files
        .into_iter()
        .map(|file| {
            let text = std::fs::read_to_string(&file).expect("a source file is text");
            let path = file.strip_prefix(root).expect("below the root").to_string_lossy().replace('\\', "/");
            let layer = path.trim_start_matches("src/").trim_end_matches(".rs");
            let layer = layer.split('/').next().unwrap_or_default().to_owned();
            let code = match is_test_file(&path) {
                true => String::new(),
                false => without_comments(before_tests(&text)),
            };
            Source { path, layer, bytes: text.len(), code }
        })
        .collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of the source") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn is_test_file(path: &str) -> bool {
    path.ends_with("tests.rs") || path.ends_with("_test.rs") || path.contains("/tests/")
}

/// What stands before the module of tests at the end of a file.
fn before_tests(text: &str) -> &str {
    let is_start = |(at, _): &(usize, &str)| {
        let attributes = text[*at..].trim_start().lines().take_while(|line| line.starts_with("#["));
        text[*at..].trim_start().lines().nth(attributes.count()).is_some_and(|line| line.starts_with("mod "))
    };
    text.match_indices("\n#[cfg(test)]\n").find(is_start).map_or(text, |(at, _)| &text[..at])
}

/// Whole-line comments are dropped; that is where this project writes them.
fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// Fails with every finding at once.
#[track_caller]
fn none_of(findings: Vec<String>, advice: &str) {
    assert!(findings.is_empty(), "{advice}\n  {}\n", findings.join("\n  "));
}

#[test]
fn layers_import_downward_only() {
    let allowed: BTreeMap<_, _> = LAYERS.iter().copied().collect();
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| !matches!(source.layer.as_str(), "lib" | "main")) {
        let Some(below) = allowed.get(source.layer.as_str()) else {
            findings.push(format!("{} is in no known layer; add it to LAYERS", source.path));
            continue;
        };
        for other in imports(&source.code) {
            if other != source.layer && !below.contains(&other.as_str()) {
                findings.push(format!("{} imports crate::{other}", source.path));
            }
        }
    }
    none_of(findings, "Some layers reach where they may not:");
}

/// The top-level modules that a file names: `crate::db::…`, `use crate::{db, domain::…}`.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_heads(group)),
            None => found.extend(Some(head(rest))),
        }
    }
    found.remove("");
    found
}

fn head(path: &str) -> String {
    path.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect()
}

/// The first words of a group's members: `db, domain::{a, b}}` names `db` and `domain`.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut heads, mut start) = (0, Vec::new(), 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                heads.push(head(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    heads
}

#[test]
fn groups_and_paths_are_read_as_imports() {
    let code = "use crate::{db, http::{a, b}};\nlet x = crate::web::y();";
    assert_eq!(imports(code).into_iter().collect::<Vec<_>>(), ["db", "http", "web"]);
}

#[test]
fn sql_stands_in_db_only() {
    let words =
        ["\"SELECT ", "\"INSERT INTO ", "\"UPDATE ", "\"DELETE FROM ", "\"WITH ", "sql(\"", "sql_query("];
    let mut findings = Vec::new();
    for source in sources().iter().filter(|source| source.layer != "db") {
        for (number, line) in source.code.lines().enumerate() {
            if words.iter().any(|word| line.contains(word)) {
                findings.push(format!("{}, code line {}: {}", source.path, number + 1, line.trim()));
            }
        }
    }
    none_of(findings, "SQL belongs into src/db, one file per noun:");
}

#[test]
fn failures_are_handled_or_explained() {
    let mut findings = Vec::new();
    for source in sources() {
        for word in [".unwrap()", "todo!(", "unimplemented!(", "#[ignore"] {
            let count = source.code.matches(word).count();
            if count > 0 {
                findings.push(format!("{}: {count} × {word}", source.path));
            }
        }
    }
    none_of(findings, "Outside tests write `?`, or `expect(\"why it cannot fail\")`:");
}

#[test]
fn files_hold_one_topic() {
    let findings = sources()
        .iter()
        .filter(|source| source.bytes > LARGEST_FILE && !LONG_BY_NATURE.contains(&source.path.as_str()))
        .map(|source| format!("{}: {} bytes", source.path, source.bytes))
        .collect();
    none_of(findings, "These files hold more than one topic; give the second one a file:");
}

#[test]
fn every_error_code_has_a_paragraph() {
    let page = docs_errors();
    let explained: BTreeSet<&str> = explained_codes(&page).collect();
    let mut used = BTreeMap::new();
    for source in sources() {
        for code in codes(&source.code) {
            used.entry(code).or_insert(source.path.clone());
        }
    }
    for code in ReasonCode::ALL {
        used.entry(code.as_str().to_owned()).or_insert("src/domain/reason.rs".to_owned());
    }
    for objection in Objection::ALL {
        used.entry(objection.code().to_owned()).or_insert("src/domain/recipient/permission.rs".to_owned());
    }
    for why in Why::ALL {
        used.entry(why.code().to_owned()).or_insert("src/domain/recipient/why.rs".to_owned());
    }
    assert!(used.len() > 20, "the codes were found");
    let findings = used
        .iter()
        .filter(|(code, _)| !explained.contains(code.as_str()))
        .map(|(code, path)| format!("{code} ({path})"))
        .collect();
    none_of(findings, "docs/errors.md has no `### CODE` for:");
}

#[test]
fn every_paragraph_on_errors_is_of_a_code_in_use() {
    let source: String = sources().into_iter().map(|source| source.code).collect();
    let page = docs_errors();
    let findings = explained_codes(&page)
        .filter(|code| !source.contains(&format!("\"{code}\"")))
        .map(str::to_owned)
        .collect();
    none_of(findings, "docs/errors.md explains codes that nothing answers any more:");
}

/// The codes a page's headings name: `### number_taken, number_void` explains two that belong together.
fn explained_codes(page: &str) -> impl Iterator<Item = &str> {
    page.lines()
        .filter_map(|line| line.strip_prefix("### "))
        .flat_map(|codes| codes.split(','))
        .map(str::trim)
}

fn docs_errors() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md"))
        .expect("docs/errors.md")
}

/// The codes that a file answers with.
///
/// Read where they are made: the argument of a constructor (`Error::conflict("code", …)`), a
/// field `code: "…"`, and the words of a `fn code`.
fn codes(code: &str) -> BTreeSet<String> {
    const MAKERS: &[(&str, usize)] = &[
        ("Error::conflict(", 0),
        ("Error::unprocessable(", 0),
        ("Error::refusal(", 1),
        ("Error::invalid(", 1),
        ("FieldError::new(", 1),
        ("Refusal::new(", 0),
        ("Why::new(", 0),
        ("Failure::edge(", 1),
        (".refuse(", 1),
        (" reject(", 0),
        ("code: ", 0),
    ];
    let mut found = BTreeSet::new();
    for (maker, position) in MAKERS {
        for rest in code.split(maker).skip(1) {
            found.extend(arguments(rest).get(*position).and_then(|argument| literal(argument)));
        }
    }
    for body in code.split("fn code(").skip(1) {
        let body = body.split("\n    }").next().unwrap_or_default();
        let arms = body.split("=>").skip(1);
        found.extend(arms.filter_map(|arm| literal(arm.trim_start_matches(['{', ' ', '\n']))));
    }
    for choice in code.split("let code = ").skip(1) {
        let choice = choice.split(';').next().unwrap_or_default();
        found.extend(choice.match_indices('"').filter_map(|(at, _)| literal(&choice[at..])));
    }
    found
}

/// The arguments of a call, given what follows its opening bracket.
fn arguments(rest: &str) -> Vec<&str> {
    let (mut depth, mut start, mut quoted, mut escaped) = (0_u32, 0, false, false);
    let mut found = Vec::new();
    for (at, c) in rest.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth == 0 => {
                found.push(rest[start..at].trim());
                break;
            }
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                found.push(rest[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    found
}

/// A code at the beginning of a text: a quoted word in snake case.
fn literal(text: &str) -> Option<String> {
    let (word, _) = text.strip_prefix('"')?.split_once('"')?;
    let is_code =
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    is_code.then(|| word.to_owned())
}

#[test]
fn codes_are_found_where_they_are_made() {
    let code = r#"
        return Err(Error::conflict(
            "name_taken",
            format!("{} (again, {:?})", a, "x, y"), "Choose."));
        Error::invalid(format!("lines[{at}].sku"), "required", detail);
        Problem { code: "not_found", status };
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => "number_empty",
        }
    }
    "#;
    let found: Vec<_> = codes(code).into_iter().collect();
    assert_eq!(found, ["name_taken", "not_found", "number_empty", "required"]);
}

/// The API document knows a schema by the name of its type, and of two with one name shows only one.
#[test]
fn schemas_have_names_of_their_own() {
    let mut owners: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in sources() {
        let mut derived = false;
        let mut given = None;
        for line in file.code.lines().map(str::trim) {
            if line.starts_with("#[derive(") {
                derived = line.contains("ToSchema");
                given = None;
            } else if let Some(name) = line.strip_prefix("#[schema(as = ") {
                given = Some(name.trim_end_matches(")]").to_owned());
            }
            let Some(rest) = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "))
            else {
                continue;
            };
            let name: String = rest.chars().take_while(|c| c.is_alphanumeric()).collect();
            // `text_enum!` writes the noun behind the name.
            if derived || rest[name.len()..].starts_with("(\"") {
                owners.entry(given.take().unwrap_or(name)).or_default().push(file.path.clone());
            }
            derived = false;
        }
    }
    owners.retain(|_, files| files.len() > 1);
    assert!(owners.is_empty(), "write #[schema(as = AnotherName)] above one of them: {owners:#?}");
}
