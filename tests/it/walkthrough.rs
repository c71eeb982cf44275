//! The pages that walk through a day do what they say: each line of them is run against a server.

use std::process::Command;

/// Pages whose blocks of shell are run, with what has to come out of them.
const PAGES: &[&str] = &["README.md", "README.zh-CN.md", "docs/walkthrough.md"];

#[test]
fn every_line_of_the_walks_does_what_the_page_says() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/scripts/walkthrough.sh");
    let output = Command::new(script)
        .args(PAGES)
        .env("HUIDAN", env!("CARGO_BIN_EXE_huidan"))
        .output()
        .expect("bash runs the script");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), PAGES.len(), "{said}");
}
