//! A page of the workbench as a browser asks for it, its counts left for later, beside the same list as a program does: both over HTTP, from one
//! server, with a year of work stored.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Instant;

use anyhow::{Context, ensure};
use diesel::connection::SimpleConnection;

use huidan::domain::actor::Role;
use huidan::operations::users::{self, NewUser};
use huidan::operations::{sessions, tokens};

use crate::pages_sql;
use crate::report::{Bound, Report, best, size};
use crate::serve::Server;
use crate::world::{Database, KEY, World};

const ORDERS: usize = 100_000;
const ROUNDS: usize = 30;

/// What a page may carry, as it travels.
const PAGE_MAX: f64 = 150_000.0;

/// Measures.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let orders = size("BENCH_STORED_ORDERS", ORDERS)?;
    let database = Database::new("workbench", None)?;
    let world = World::at(&database.url)?;
    let mut conn = database.connect()?;
    pages_sql::fill(world.actor.seller.0, world.shop.id.0, orders)
        .split(";\n")
        .try_for_each(|text| conn.batch_execute(text))?;
    let new = NewUser::parse("bench@example.com", Role::Owner, "a long password")?;
    let (cookie, token) = world.app.write(&world.actor, |tx| {
        let user = users::create(tx, &new)?;
        Ok((sessions::begin(tx, user)?, tokens::issue(tx, "bench", Role::Owner)?.token))
    })?;
    let (server, address) = Server::on(&[("DATABASE_URL", &database.url), ("HUIDAN_SECRET_KEY", KEY)], &[])?;
    let page = |path: &str| get(&address, path, &format!("Cookie: huidan={cookie}; lang=en; zone=480"));
    let list = |path: &str| get(&address, path, &format!("Authorization: Bearer {token}"));
    let (mut ours, mut later, mut beside, mut bytes) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for _ in 0..size("BENCH_ROUNDS", ROUNDS)? {
        let (spent, length) = page("/workbench?state=ready")?;
        ours.push(spent);
        bytes = length;
        later.push(page("/workbench/counts?state=ready")?.0);
        beside.push(list("/api/v1/shipments?state=ready&limit=50")?.0);
    }
    drop(server);
    let (ours, beside) = (best(&ours), best(&beside));
    report.hold(
        "workbench page, of the API's list",
        ours / beside,
        Bound::AtMost(2.0),
        &format!("{ours:.1} ms beside {beside:.1} ms, {orders} orders"),
    );
    report.hold(
        "bytes of a workbench page as it travels",
        bytes as f64,
        Bound::AtMost(PAGE_MAX),
        "50 rows, gzip",
    );
    report.note("its counts follow", &format!("after {:.0} ms more", best(&later)));
    Ok(())
}

/// Milliseconds and bytes of an answer.
fn get(address: &str, path: &str, header: &str) -> anyhow::Result<(f64, usize)> {
    let mut stream = TcpStream::connect(address)?;
    let begun = Instant::now();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: gzip\r\n{header}\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).context("reading an answer")?;
    let spent = begun.elapsed().as_secs_f64() * 1_000.0;
    ensure!(
        answer.starts_with(b"HTTP/1.1 200"),
        "{path}: {}",
        String::from_utf8_lossy(&answer[..200.min(answer.len())])
    );
    Ok((spent, answer.len()))
}
