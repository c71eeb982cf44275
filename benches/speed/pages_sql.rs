//! A large record filled by set-based SQL, and the statement a careful hand would write for a page.

use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

/// Shops of the filled record beside the first.
pub const SHOPS: i64 = 5;

/// What of a value stands for whom: the ids of a kind begin here.
pub const RECIPIENTS: i64 = 100_000_000;
pub const ORDERS: i64 = 200_000_000;
pub const SHIPMENTS: i64 = 300_000_000;
const LINES: i64 = 400_000_000;
const WAYBILLS: i64 = 600_000_000;

/// Fills a record with `orders` orders of two lines, four fifths as many shipments: a year of
/// work, of which the last twentieth waits. No rule is checked row by row on the way in.
pub fn fill(seller: i64, shop: i64, orders: usize) -> String {
    let waits = orders - orders / 20;
    format!(
        "SET session_replication_role = replica;
INSERT INTO shops (seller_id, id, platform, name, settings, credentials, created_at)
SELECT {seller}, {shop} + n, 'push', 'Shop ' || n, '{{}}', '', now() FROM generate_series(1, {SHOPS}) n;
CREATE TEMP TABLE buyers AS SELECT i, lpad((i % 34 + 11)::text, 2, '0') || lpad((i % 17)::text, 2, '0') || '05' AS region,
    timestamp '2025-12-01' + i * interval '1 second' * (31536000.0 / {orders}) AS paid_at,
    CASE WHEN i <= {waits} THEN CASE WHEN i % 31 = 0 THEN 'cancelled' ELSE 'shipped' END
         WHEN i % 10 < 5 THEN 'ready' WHEN i % 10 < 7 THEN 'blocked' WHEN i % 10 < 9 THEN 'numbered' ELSE 'printed' END AS state
    FROM generate_series(1, {orders}) i WHERE i % 5 <> 0;
INSERT INTO recipients (seller_id, id, content_hash, sealed, masked_name, masked_phone, masked_detail, country,
    region_code, region, name_key, phone_key, last4_key, address_key, identity_key, missing, is_masked)
SELECT {seller}, {RECIPIENTS} + i, left(md5('c' || i), 22), repeat(md5('s' || i), 12), '陈**', '138****5678',
    '粤海街道科技园南区***', 'CN', region, '广东省 深圳市 南山区', left(md5('n' || i % 6000), 22), left(md5('p' || i), 22),
    left(md5('l' || i % 10000), 22), left(md5('a' || i), 22), left(md5('i' || i), 22), '[]', false FROM buyers;
INSERT INTO orders (seller_id, id, shop_id, number, head_at, head_rank, head_hash, lines_at, lines_rank, lines_hash,
    state, kind, ordered_at, paid_at, ship_by, ship_from, buyer_nick, buyer_message, seller_memo, flag, currency,
    total_amount, shipping_amount, recipient_id, received_at)
SELECT {seller}, {ORDERS} + i, {shop} + i % {SHOPS} + 1, '26' || lpad((i::bigint * 7919 % 1000000007)::text, 16, '0'),
    at, 1, left(md5('h' || i), 22), at, 0, left(md5('g' || i), 22),
    CASE WHEN i <= {waits} THEN 'shipped' ELSE 'awaiting_shipment' END, 'normal', at, at, NULL, NULL,
    'tb' || lpad((i::bigint * 104729 % 1000000007)::text, 10, '0'), CASE WHEN i % 9 = 0 THEN '请在周五之前送到，谢谢！' ELSE '' END,
    CASE WHEN i % 14 = 0 THEN '加送试饮装' ELSE '' END,
    CASE WHEN i % 40 = 1 THEN 'red' WHEN i % 100 = 2 THEN 'yellow' ELSE '' END, 'CNY', 12990, 0,
    {RECIPIENTS} + i - (i % 5 = 0)::int, at
FROM generate_series(1, {orders}) i, LATERAL (SELECT timestamp '2025-12-01' + i * interval '1 second' * (31536000.0 / {orders}) AS at) t;
INSERT INTO order_lines (seller_id, id, order_id, number, position, sku, title, variant, quantity, currency,
    price_amount, refund, requires_shipping, is_gone)
SELECT {seller}, {LINES} + i * 2 + l, {ORDERS} + i, i || '-' || l, l + 1,
    'SKU-' || (i::bigint * (l + 3) * 31 % 50) * (i::bigint * 17 % 40), '明前龙井 礼盒装 2026 新茶', '250g 铁罐', 1 + i % 3, 'CNY', 6495, 'none', true, false
FROM generate_series(1, {orders}) i, generate_series(0, 1) l;
INSERT INTO shipments (seller_id, id, state, reasons, merge_key, is_open, recipient_id, country, region_code, due_at,
    paid_at, order_count, piece_count, has_message, has_memo, tags, carrier, waybill, number_run_id, run_position, print,
    shipped_at, cancelled_at, recheck_at, version, created_at, updated_at)
SELECT {seller}, {SHIPMENTS} + i, state, CASE WHEN state = 'blocked' THEN '[{{\"code\":\"refund_open\",\"order\":' || {ORDERS} + i || '}}]' ELSE '[]' END,
    left(md5('m' || i), 22), state IN ('ready', 'blocked'), {RECIPIENTS} + i, 'CN', region, paid_at + interval '48 hours', paid_at,
    1 + (i % 5 = 4)::int, 2 * (1 + i % 3) * (1 + (i % 5 = 4)::int), i % 9 = 0, i % 14 = 0,
    CASE WHEN i % 50 = 3 THEN '[\"urgent\"]' WHEN i % 70 = 4 THEN '[\"gift\"]' ELSE '[]' END,
    CASE WHEN state IN ('ready', 'blocked') THEN '' WHEN i % 3 = 0 THEN 'sf' WHEN i % 3 = 1 THEN 'zto' ELSE 'yto' END,
    CASE WHEN state IN ('ready', 'blocked') THEN '' ELSE '7730' || lpad(i::text, 10, '0') END, NULL, NULL,
    CASE WHEN state IN ('printed', 'shipped') THEN CASE WHEN i % 997 = 0 THEN 'stale' ELSE 'printed' END ELSE 'none' END,
    CASE WHEN state = 'shipped' THEN paid_at + interval '30 hours' END, CASE WHEN state = 'cancelled' THEN paid_at END,
    NULL, 3, paid_at, paid_at FROM buyers;
INSERT INTO shipment_orders (seller_id, shipment_id, order_id, shop_id, joined_at, joined_why)
SELECT {seller}, {SHIPMENTS} + i - (i % 5 = 0)::int, {ORDERS} + i, {shop} + i % {SHOPS} + 1, now(), 'intake' FROM generate_series(1, {orders}) i;
INSERT INTO shipment_lines (seller_id, shipment_id, line_id, order_id, quantity)
SELECT {seller}, {SHIPMENTS} + i - (i % 5 = 0)::int, {LINES} + i * 2 + l, {ORDERS} + i, 1 + i % 3
FROM generate_series(1, {orders}) i, generate_series(0, 1) l;
INSERT INTO waybills (seller_id, id, carrier, format, number, state, shipment_id, reason, created_by, created_at)
SELECT {seller}, {WAYBILLS} + i, CASE WHEN i % 3 = 0 THEN 'sf' WHEN i % 3 = 1 THEN 'zto' ELSE 'yto' END, 'plain',
    '7730' || lpad(i::text, 10, '0'), 'live', {SHIPMENTS} + i, '', 'system', paid_at FROM buyers WHERE state NOT IN ('ready', 'blocked');
DROP TABLE buyers;
SET session_replication_role = DEFAULT;
VACUUM ANALYZE"
    )
}

diesel::table! {
    /// Only for its name: the rows below are read by column names.
    page (id) {
        id -> BigInt,
    }
}

/// What a page shows of a shipment, its orders and lines as JSON.
#[derive(diesel::QueryableByName)]
#[diesel(table_name = page)]
#[expect(dead_code, reason = "read for what reading them costs")]
pub struct PageRow {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub state: String,
    #[diesel(sql_type = Text)]
    pub reasons: String,
    #[diesel(sql_type = Timestamp)]
    pub due_at: chrono::NaiveDateTime,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub paid_at: Option<chrono::NaiveDateTime>,
    #[diesel(sql_type = BigInt)]
    pub piece_count: i64,
    #[diesel(sql_type = Bool)]
    pub merged: bool,
    #[diesel(sql_type = Text)]
    pub tags: String,
    #[diesel(sql_type = Text)]
    pub carrier: String,
    #[diesel(sql_type = Text)]
    pub waybill: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub number_run_id: Option<i64>,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub run_position: Option<i64>,
    #[diesel(sql_type = Text)]
    pub print: String,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub shipped_at: Option<chrono::NaiveDateTime>,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub cancelled_at: Option<chrono::NaiveDateTime>,
    #[diesel(sql_type = BigInt)]
    pub version: i64,
    #[diesel(sql_type = Nullable<Text>)]
    pub masked_name: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub masked_phone: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub masked_detail: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub region: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub orders: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    pub lines: Option<String>,
}

/// One page by one statement. `narrow` begins with ` AND `; `found` is a statement of ids or empty.
pub fn page(seller: i64, narrow: &str, found: &str, limit: usize) -> String {
    let (with, within) = match found.is_empty() {
        true => (String::new(), ""),
        false => {
            (format!("found AS MATERIALIZED ({found}), "), " AND s.id = ANY (ARRAY(SELECT id FROM found))")
        }
    };
    format!(
        "WITH {with}page AS (SELECT s.id, s.state, s.reasons, s.due_at, s.paid_at, s.piece_count, s.order_count > 1 AS merged,
    s.tags, s.carrier, s.waybill, s.number_run_id, s.run_position, s.print, s.shipped_at, s.cancelled_at, s.version, s.recipient_id
    FROM shipments s WHERE s.seller_id = {seller}{within}{narrow} ORDER BY s.due_at, s.id LIMIT {limit})
SELECT page.*, r.masked_name, r.masked_phone, r.masked_detail, r.region, o.orders, l.lines FROM page
LEFT JOIN recipients r ON r.seller_id = {seller} AND r.id = page.recipient_id
LEFT JOIN LATERAL (SELECT CAST(json_agg(json_build_array(o.id, o.number, o.shop_id, p.name, p.platform, o.buyer_nick,
    o.flag, o.buyer_message, o.seller_memo) ORDER BY so.joined_at, o.id) AS text) AS orders FROM shipment_orders so
    JOIN orders o ON o.seller_id = so.seller_id AND o.id = so.order_id JOIN shops p ON p.seller_id = o.seller_id AND p.id = o.shop_id
    WHERE so.seller_id = {seller} AND so.shipment_id = page.id AND so.left_at IS NULL) o ON true
LEFT JOIN LATERAL (SELECT CAST(json_agg(json_build_array(i.id, i.order_id, i.sku, i.title, i.variant, sl.quantity)
    ORDER BY i.order_id, i.position) AS text) AS lines FROM shipment_lines sl
    JOIN order_lines i ON i.seller_id = sl.seller_id AND i.id = sl.line_id
    WHERE sl.seller_id = {seller} AND sl.shipment_id = page.id) l ON true ORDER BY page.due_at, page.id"
    )
}
