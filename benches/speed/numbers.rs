//! A number run of a thousand beside the bare statements that write the same rows.

use diesel::connection::SimpleConnection;

use huidan::db::shipment_list::{ShipmentFilter, ShipmentSort};
use huidan::domain::id::ShipmentId;
use huidan::domain::shipment::ShipmentState;
use huidan::operations::number_runs::{self, NewRun};
use huidan::operations::shipments::list;

use crate::intake::take_all;
use crate::report::{Bound, Report, median, size, timed};
use crate::world::{Database, World};

const NUMBERS: usize = 1_000;
const ROUNDS: usize = 5;

/// What a run leaves behind, written without a question: run, numbers, shipments, events.
fn bare(seller: i64, round: usize, shipments: &[ShipmentId]) -> String {
    let ids: Vec<String> = shipments.iter().map(|id| id.0.to_string()).collect();
    let (ids, count) = (ids.join(","), ids.len());
    let number = |place: &str| format!("lpad(({round}00000 + {place})::text, 12, '9')");
    let (first, last, each) = (number("1"), number(&count.to_string()), number("n"));
    let given = format!("unnest(ARRAY[{ids}]::bigint[]) WITH ORDINALITY AS new(shipment_id, n)");
    format!(
        "BEGIN;
INSERT INTO number_runs (seller_id, id, carrier, format, first_number, last_number, step, created_by, created_at)
SELECT {seller}, nextval('ids'), 'zto', 'zto-12', {first}, {last}, 1, 'system', now();
INSERT INTO waybills (seller_id, id, carrier, format, number, state, shipment_id, number_run_id, run_position, reason,
    created_by, created_at)
SELECT {seller}, nextval('ids'), 'zto', 'zto-12', {each}, 'live', new.shipment_id,
    (SELECT max(id) FROM number_runs WHERE seller_id = {seller}), n, '', 'system', now() FROM {given};
UPDATE shipments SET carrier = 'zto', waybill = {each}, run_position = n, state = 'numbered', is_open = false,
    number_run_id = (SELECT max(id) FROM number_runs WHERE seller_id = {seller}), version = version + 1, updated_at = now()
FROM {given} WHERE seller_id = {seller} AND id = new.shipment_id;
INSERT INTO events (seller_id, id, at, actor, kind, subject_kind, subject_id, data)
SELECT {seller}, nextval('ids'), now(), 'system', 'shipment.numbered', 'shipment', new.shipment_id,
    '{{\"carrier\":\"zto\",\"number\":\"' || {each} || '\",\"number_run\":1234567,\"position\":' || n || '}}' FROM {given};
COMMIT"
    )
}

/// Measures, both sides in turns on fresh shipments of one record.
pub fn measure(report: &mut Report) -> anyhow::Result<()> {
    let (count, rounds) = (size("BENCH_NUMBERS", NUMBERS)?, size("BENCH_ROUNDS", ROUNDS)?);
    let database = Database::new("numbers", None)?;
    let world = World::at(&database.url)?;
    // Four orders make three shipments, and a first round warms both sides.
    take_all(&world, 2 * (rounds + 1) * count * 4 / 3 + count)?;
    let ready = ShipmentFilter { states: vec![ShipmentState::Ready], ..ShipmentFilter::default() };
    let needed = 2 * (rounds + 1) * count;
    let shipments =
        world.app.read(world.actor.seller, |db| list::ids(db, &ready, None, ShipmentSort::ShipBy, needed))?;
    anyhow::ensure!(shipments.len() == needed, "{} shipments of {needed} are ready", shipments.len());
    let mut conn = database.connect()?;
    conn.batch_execute("VACUUM ANALYZE")?;

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for (round, pair) in shipments.chunks(2 * count).enumerate() {
        let (numbered, written) = pair.split_at(count);
        let run = NewRun {
            carrier: "zto".to_owned(),
            format: "zto-12".to_owned(),
            first_number: format!("77300{round:02}00001"),
            step: 1,
            shipments: numbered.to_vec(),
            ranges: Vec::new(),
            skip_taken: false,
            confirm: false,
        };
        let (spent, answer) = timed(|| world.app.write(&world.actor, |tx| number_runs::commit(tx, &run)));
        anyhow::ensure!(answer?.assigned.len() == count, "every shipment got a number");
        let text = bare(world.actor.seller.0, round + 1, written);
        let (bare_spent, done) = timed(|| conn.batch_execute(&text));
        done?;
        if round > 0 {
            ours.push(spent.as_secs_f64() * 1_000.0);
            theirs.push(bare_spent.as_secs_f64() * 1_000.0);
        }
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(ours, bare)| ours / bare).collect());
    let beside =
        format!("{:.1} ms beside {:.1} ms, medians of {rounds} rounds", median(ours), median(theirs));
    report.hold(&format!("a run of {count} numbers, of the bare SQL"), ratio, Bound::AtMost(3.0), &beside);
    Ok(())
}
