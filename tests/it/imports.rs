//! Long files: kept with their import, taken in by a job, each order counted once whatever is killed when.

use std::process::{Child, Command, Stdio};

use huidan::db::statement::sql;
use huidan::jobs::run::parts;
use huidan::jobs::{housekeeping, registry};
use serde_json::Value as Json;
use workers::{Lane, Options, Runner};

use crate::support::TestApp;
use crate::support::effects::{PATIENCE, until};

/// Batches enough that three workers die between them.
const ORDERS: usize = 6_500;

each_database!(
    fn a_long_import_goes_on_where_its_killed_worker_was_and_counts_each_order_once(app: TestApp) {
        let shop = app.file_shop("Files");
        let http = app.http().with_header("prefer", "respond-async");
        let place = format!("/api/v1/shops/{}/imports", shop.id);
        let job = http.upload(&place, "orders.csv", csv(ORDERS, "").as_bytes(), &[]).expect(202);
        assert_eq!(job["kind"], "import.file", "{job}");
        let import = format!("/api/v1/imports/{}", job["arguments"]["import"].as_str().expect("an id"));

        let data = tempfile::tempdir().expect("a data folder");
        let created = || app.http().get(&import).expect(200)["created"].as_i64().expect("a count");
        let mut caught = 0;
        for _ in 0..3 {
            let before = created();
            let mut worker = work(&app, data.path());
            until("a batch is taken in", || created() > before);
            worker.kill().expect("SIGKILL reaches it");
            worker.wait().expect("it has ended");
            caught += usize::from(app.http().get(&import).expect(200)["finished_at"].is_null());
            if created() == ORDERS as i64 {
                break;
            }
            // Nobody waits for the lease of the dead.
            app.write(|tx| {
                Ok(tx.execute(sql("UPDATE jobs SET lease_until_ms = 1 WHERE lease_until_ms IS NOT NULL"))?)
            })
            .expect("the lease ends");
        }
        assert!(caught > 0, "no worker was caught in the middle");
        let mut worker = work(&app, data.path());
        until("the import has ended", || !app.http().get(&import).expect(200)["finished_at"].is_null());
        let report = app.http().get(&import).expect(200);
        worker.kill().expect("SIGKILL reaches it");
        worker.wait().expect("it has ended");

        let counts = ["created", "updated", "unchanged", "rejected_count"].map(|name| report[name].as_i64());
        assert_eq!(counts, [Some(ORDERS as i64), Some(0), Some(0), Some(1)], "{report}");
        assert_eq!(report["rejected"].as_array().map(Vec::len), Some(1), "{report}");
        assert_eq!(count(&app, "orders"), ORDERS as i64);
        assert_eq!(count(&app, "import_files"), 0, "nobody keeps what is taken in");
    }
);

each_database!(
    fn a_long_file_is_answered_like_a_short_one_when_its_job_ends_soon(app: TestApp) {
        let shop = app.file_shop("Files");
        let lanes = vec![Lane { name: "import".to_owned(), at_once: 1 }];
        let options = Options { lanes, threads: 1, ..Options::default() };
        let runner = Runner::start(parts(app.app(), registry::kinds(app.app())), options).expect("threads");
        let place = format!("/api/v1/shops/{}/imports", shop.id);
        let long = csv(300, &"x".repeat(4_000));
        assert!(long.len() > 1 << 20);
        let http = app.http().with_header("idempotency-key", "upload");
        let report = http.upload(&place, "orders.csv", long.as_bytes(), &[]).expect(201);
        assert_eq!((&report["created"], &report["rejected_count"]), (&Json::from(300), &Json::from(1)));
        let again = http.upload(&place, "orders.csv", long.as_bytes(), &[]);
        assert_eq!(again.headers["idempotency-replayed"], "true");
        assert_eq!(again.expect(201)["id"], report["id"], "an impatient click is the same import");
        runner.stop(PATIENCE);
    }
);

each_database!(
    fn a_long_file_that_is_no_order_file_is_refused_before_it_is_kept(app: TestApp) {
        let shop = app.file_shop("Files");
        let http = app.http().with_header("prefer", "respond-async");
        let place = format!("/api/v1/shops/{}/imports", shop.id);
        let answer = http.upload(&place, "notes.csv", b"colour,mood\nblue,calm\n", &[]);
        assert_eq!(answer.problem(), "422 missing_columns");
        assert_eq!((count(&app, "imports"), count(&app, "import_files")), (0, 0));
    }
);

each_database!(
    fn the_file_of_an_import_that_never_ends_is_not_kept_for_ever(app: TestApp) {
        let shop = app.file_shop("Files");
        let http = app.http().with_header("prefer", "respond-async");
        let place = format!("/api/v1/shops/{}/imports", shop.id);
        http.upload(&place, "orders.csv", csv(1, "").as_bytes(), &[]).expect(202);
        assert_eq!(count(&app, "import_files"), 1);
        app.advance(chrono::Duration::days(6));
        housekeeping::once(app.app()).expect("the house is kept");
        assert_eq!(count(&app, "import_files"), 1);
        app.advance(chrono::Duration::days(2));
        housekeeping::once(app.app()).expect("the house is kept");
        assert_eq!(count(&app, "import_files"), 0);
    }
);

fn count(app: &TestApp, table: &str) -> i64 {
    let text = format!("SELECT COUNT(*) AS one FROM {table} WHERE seller_id = ?");
    app.read(|db| db.number(sql(text.clone()).bind(db.seller())))
}

/// A process that works on imports.
fn work(app: &TestApp, data: &std::path::Path) -> Child {
    Command::new(env!("CARGO_BIN_EXE_huidan"))
        .args(["work", "--queues", "import", "--data"])
        .arg(data)
        .env("DATABASE_URL", app.database_address())
        .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts")
}

/// One row that is refused, then orders of one recipient each; `padding` stands in a column nobody reads.
pub fn csv(orders: usize, padding: &str) -> String {
    let mut csv = String::from("订单号,收货人,手机号,详细地址,商品名称,数量,备用\nX-1,,,,龙井,1,\n");
    for n in 0..orders {
        csv.push_str(&format!("L-{n:05},客户{n},138{n:08},浙江省杭州市西湖区文三路{n}号,龙井,1,{padding}\n"));
    }
    csv
}
