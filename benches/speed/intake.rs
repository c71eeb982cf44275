//! Orders in: rows per second beside a bare `COPY` of the same final rows.

use std::time::Duration;

use diesel::connection::SimpleConnection;

use huidan::operations::intake::{BATCH, take_in};

use crate::copy;
use crate::orders::snapshots;
use crate::report::{Bound, Report, median, size, timed};
use crate::world::{Database, World, postgres_version};

/// Orders of one round.
const ORDERS: usize = 10_000;
const ROUNDS: usize = 5;

/// Takes orders in by full batches; answers how long the intake itself took.
pub fn take_all(world: &World, orders: usize) -> anyhow::Result<Duration> {
    let mut spent = Duration::ZERO;
    for from in (0..orders).step_by(BATCH) {
        let batch = snapshots(from, BATCH.min(orders - from));
        let (time, taken) = timed(|| world.app.write(&world.actor, |tx| take_in(tx, &world.shop, &batch)));
        spent += time;
        anyhow::ensure!(taken?.len() == batch.len(), "an outcome for every order");
    }
    Ok(spent)
}

/// Each round takes the same orders into one fresh database and copies what came of them into
/// another, so both sides meet the same state of the machine and of the tables.
pub fn on_postgres(report: &mut Report) -> anyhow::Result<()> {
    let (orders, rounds) = (size("BENCH_INTAKE_ORDERS", ORDERS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let template = Database::new("template", None)?;
    drop(World::at(&template.url)?);
    report.note("server", &postgres_version(&template)?);
    let (mut ours, mut bare, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut per_order = 0.0;
    for _ in 0..rounds {
        let taken = Database::new("taken", Some(&template))?;
        let time = take_all(&World::at(&taken.url)?, orders)?;
        let tables = copy::out(&taken)?;
        let rows: usize = tables.iter().map(|table| table.rows).sum();

        let copied = Database::new("copied", Some(&template))?;
        let mut conn = copied.connect()?;
        conn.batch_execute("TRUNCATE events")?;
        let (copy_time, copied_rows) = timed(|| copy::into(&mut conn, &tables));
        anyhow::ensure!(copied_rows? == rows, "every row was copied");

        let pace = |time: Duration| rows as f64 / time.as_secs_f64();
        per_order = rows as f64 / orders as f64;
        ours.push(pace(time));
        bare.push(pace(copy_time));
        ratios.push(pace(time) / pace(copy_time));
    }
    let beside = format!(
        "{:.0} rows/s ({:.0} orders/s) beside {:.0} rows/s of COPY, medians of {rounds} rounds of {orders} orders",
        median(ours.clone()),
        median(ours) / per_order,
        median(bare),
    );
    report.hold("intake, of a bare COPY", median(ratios), Bound::AtLeast(0.25), &beside);
    Ok(())
}

/// No limit is asserted: SQLite has no bulk way in that could serve as one.
pub fn on_sqlite(report: &mut Report) -> anyhow::Result<()> {
    let (orders, rounds) = (size("BENCH_INTAKE_ORDERS", ORDERS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let mut paces = Vec::new();
    for _ in 0..rounds {
        let folder = tempfile::tempdir()?;
        let world = World::at(&format!("sqlite://{}", folder.path().join("bench.db").display()))?;
        paces.push(orders as f64 / take_all(&world, orders)?.as_secs_f64());
    }
    report.note(
        "intake on SQLite",
        &format!("{:.0} orders/s, median of {rounds} rounds of {orders}", median(paces)),
    );
    Ok(())
}
