//! Killed in the middle, between any two steps: nothing lost, nothing doubled, nothing half done.
//!
//! The real program is started as a process of its own and ended with SIGKILL at moments spread
//! over its work; then it is simply run again.

use std::process::{Command, Stdio};
use std::time::Duration;

use huidan::db::Db;
use huidan::db::statement::sql;

use crate::support::TestApp;

const ORDERS: usize = 1_500;

each_database!(
    fn an_import_that_is_killed_and_repeated_ends_as_if_nothing_had_happened(app: TestApp) {
        app.file_shop("Files");
        let folder = tempfile::tempdir().expect("a folder for the file");
        let file = folder.path().join("orders.csv");
        std::fs::write(&file, orders_csv()).expect("the file is written");
        let import = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_huidan"));
            command
                .args(["import", "--shop", "Files", "--seller", "first"])
                .arg(&file)
                .arg("--data")
                .arg(folder.path())
                .env("DATABASE_URL", app.database_address())
                .env("HUIDAN_SECRET_KEY", "k1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")
                .stdout(Stdio::null())
                .stderr(Stdio::null());
            command
        };
        let mut killed = 0;
        for delay_ms in [40, 120, 250, 400, 600, 900] {
            let mut child = import().spawn().expect("the program starts");
            std::thread::sleep(Duration::from_millis(delay_ms));
            killed += usize::from(child.try_wait().expect("its state is known").is_none());
            child.kill().expect("SIGKILL reaches it");
            child.wait().expect("it has ended");
            app.read(no_half_work);
        }
        assert!(killed > 0, "the program was never caught in the middle");
        assert!(import().status().expect("the program runs").success());
        app.read(no_half_work);
        let count = |text: &str| app.read(|db| db.number(sql(text).bind(db.seller())));
        assert_eq!(count("SELECT COUNT(*) AS one FROM orders WHERE seller_id = ?"), ORDERS as i64);
        assert_eq!(
            count("SELECT CAST(SUM(quantity) AS BIGINT) AS one FROM shipment_lines WHERE seller_id = ?"),
            2 * ORDERS as i64
        );
        assert_eq!(
            count("SELECT COUNT(*) AS one FROM shipments WHERE seller_id = ? AND order_count > 0"),
            (ORDERS / 3) as i64,
            "three orders of each recipient travel together"
        );
    }
);

/// What must hold at every moment that anyone can see.
fn no_half_work(db: &mut Db) -> diesel::QueryResult<()> {
    for (what, text) in [
        (
            "an order without a place",
            "SELECT COUNT(*) AS one FROM orders o WHERE o.seller_id = ? AND NOT EXISTS (SELECT 1 FROM \
             shipment_orders so WHERE so.seller_id = o.seller_id AND so.order_id = o.id AND so.left_at IS NULL)",
        ),
        (
            "a line whose pieces are not all placed once",
            "SELECT COUNT(*) AS one FROM order_lines l WHERE l.seller_id = ? AND l.quantity <> (SELECT \
             CAST(COALESCE(SUM(sl.quantity), 0) AS BIGINT) FROM shipment_lines sl \
             WHERE sl.seller_id = l.seller_id AND sl.line_id = l.id)",
        ),
        (
            "an order without the event of its arrival",
            "SELECT COUNT(*) AS one FROM orders o WHERE o.seller_id = ? AND NOT EXISTS (SELECT 1 FROM events e \
             WHERE e.seller_id = o.seller_id AND e.subject_id = o.id AND e.kind = 'order.received')",
        ),
        (
            "a shipment whose count is not what is in it",
            "SELECT COUNT(*) AS one FROM shipments s WHERE s.seller_id = ? AND s.order_count <> (SELECT COUNT(*) \
             FROM shipment_orders so WHERE so.seller_id = s.seller_id AND so.shipment_id = s.id \
             AND so.left_at IS NULL)",
        ),
    ] {
        let seller = db.seller();
        assert_eq!(db.number(sql(text).bind(seller))?, 0, "{what}");
    }
    Ok(())
}

/// Three orders of each recipient, far apart in the file, two pieces each.
fn orders_csv() -> String {
    let mut csv = String::from(
        "订单编号,订单状态,订单创建时间,付款时间,收货人姓名,联系手机,省,市,区,详细地址,商家编码,商品名称,数量,单价\n",
    );
    for n in 0..ORDERS {
        let who = n % (ORDERS / 3);
        csv.push_str(&format!(
            "K{n:06},paid,2026-11-20 10:00:00,2026-11-20 10:02:00,客户{who},1380000{who:04},浙江省,杭州市,西湖区,\
             文三路{who}号3栋2单元1201室,TEA-250,龙井,2,64.95\n"
        ));
    }
    csv
}
