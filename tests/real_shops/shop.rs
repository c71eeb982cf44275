//! A shop server that others wrote, its buyers and its owner, as processes.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;

use serde::Deserialize;
use serde_json::Value as Json;

/// A server on loopback with a database of its own; it ends when dropped.
pub struct Shop {
    pub name: &'static str,
    /// Where its API is, and what opens it.
    pub door: Door,
    port: u16,
    child: Mutex<Child>,
}

#[derive(Deserialize)]
pub struct Door {
    pub address: String,
    pub credentials: Json,
}

/// What a buyer ordered.
#[derive(Debug, Deserialize)]
pub struct Bought {
    /// The order's place among all: the same in every shop.
    pub n: usize,
    /// Whom it shares a recipient with.
    pub group: Option<usize>,
    pub country: String,
    pub number: String,
    /// `paid`, `unpaid` or `cancelled`.
    pub fate: String,
}

/// An order as the shop's owner sees it.
#[derive(Debug, Deserialize)]
pub struct Shown {
    pub number: String,
    /// `unpaid`, `open`, `shipped` or `cancelled`.
    pub state: String,
    /// The waybill numbers it shows.
    pub numbers: Vec<String>,
    pub items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Item {
    pub sku: String,
    pub quantity: i64,
}

impl Shop {
    /// Starts it; `database` is the folder of PostgreSQL's socket.
    pub fn start(name: &'static str, database: &str) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
        let port = socket.expect("a free port").port();
        let mut child = node(name, port)
            .arg("serve")
            .env("SHOP_DATABASE", database)
            .stdout(Stdio::piped())
            .spawn()
            .expect("node starts");
        let mut line = String::new();
        let out = child.stdout.take().expect("its words are piped");
        BufReader::new(out).read_line(&mut line).expect("its words can be read");
        let door = serde_json::from_str(&line)
            .unwrap_or_else(|_| panic!("{name} did not start; its words stand above ({line:?})"));
        Self { name, door, port, child: Mutex::new(child) }
    }

    /// Lets buyers order: `count` orders from the `first` on.
    pub fn buy(&self, count: usize, first: usize) -> Vec<Bought> {
        self.ask(&["buy", &count.to_string(), &first.to_string()])
    }

    /// Calls off so many paid orders that have not left; answers their numbers.
    pub fn cancel(&self, count: usize) -> Vec<String> {
        let cancelled: Vec<Json> = self.ask(&["cancel", &count.to_string()]);
        cancelled.iter().map(|order| order["number"].as_str().expect("a number").to_owned()).collect()
    }

    pub fn show(&self) -> Vec<Shown> {
        self.ask(&["show"])
    }

    fn ask<T: for<'de> Deserialize<'de>>(&self, words: &[&str]) -> Vec<T> {
        let out = node(self.name, self.port).args(words).output().expect("node runs");
        let errors = String::from_utf8_lossy(&out.stderr);
        assert!(out.status.success(), "{} {words:?}: {errors}", self.name);
        let text = String::from_utf8(out.stdout).expect("UTF-8");
        text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect()
    }
}

fn node(shop: &str, port: u16) -> Command {
    let script: PathBuf = [env!("CARGO_MANIFEST_DIR"), "scripts/shops", shop, "shop.mjs"].iter().collect();
    let mut command = Command::new("node");
    command.arg(script).env("SHOP_PORT", port.to_string()).stderr(Stdio::inherit());
    // Nobody outside needs to hear that tests run.
    command.env("VENDURE_DISABLE_TELEMETRY", "true").env("MEDUSA_DISABLE_TELEMETRY", "true");
    command
}

impl Drop for Shop {
    fn drop(&mut self) {
        let mut child = self.child.lock().expect("no holder panics");
        // It ends what it has started, so it is asked first.
        let _ = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
        let _ = child.wait();
    }
}
