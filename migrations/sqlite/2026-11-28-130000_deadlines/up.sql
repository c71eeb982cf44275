-- One clock per order that was paid: until when it has to leave, and how far it is. Derived from what the platform
-- promised or from the shop's rule; kept because boards, lists and alarms go by it.
CREATE TABLE deadlines (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    warn_at TIMESTAMP NOT NULL,
    -- The packing cut-off of the day for which it is.
    pack_by TIMESTAMP NOT NULL,
    -- notice, promise, activity, presale, same_day, payment
    source TEXT NOT NULL,
    -- Hash of the rule it was made by; another one is counted anew.
    rule TEXT NOT NULL,
    -- running, warn, overdue, shipped_in_time, shipped_late, ended
    stage TEXT NOT NULL,
    is_open BOOLEAN NOT NULL,
    -- The delay notice that counts; 0 without one. Each begins a round of alarms of its own.
    round BIGINT NOT NULL,
    -- When it rings next; NULL when it has rung for the last time.
    ring_at TIMESTAMP,
    -- When the order's last parcel left.
    left_at TIMESTAMP,
    PRIMARY KEY (seller_id, order_id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
-- The board and the lists; those that have left stay out, and they become the many. Whole in the index: with is_open
-- SQLite need not look at the rows.
CREATE INDEX deadlines_open ON deadlines (seller_id, due_at, shop_id, is_open) WHERE is_open;
CREATE INDEX deadlines_to_pack ON deadlines (seller_id, pack_by) WHERE is_open;
CREATE INDEX deadlines_to_ring ON deadlines (seller_id, ring_at) WHERE ring_at IS NOT NULL;
-- Those made by a rule the shop no longer has, and how each shop stands.
CREATE INDEX deadlines_by_shop ON deadlines (seller_id, shop_id, rule, due_at, warn_at, is_open) WHERE is_open;

-- An alarm that rang. One row each: whoever writes it tells of it, and nobody else.
CREATE TABLE deadline_alarms (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- warn, overdue, shipped_late
    stage TEXT NOT NULL,
    round BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, stage, round),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

-- Orders that are here already. Their rule is unknown, so the next round of housekeeping counts them anew.
INSERT INTO deadlines (seller_id, order_id, shop_id, due_at, warn_at, pack_by, source, rule, stage, is_open, round)
SELECT so.seller_id, so.order_id, MIN(so.shop_id), MIN(s.due_at), MIN(s.due_at), MIN(s.due_at), 'payment', '', 'running',
    true, 0
FROM shipments s
JOIN shipment_orders so ON so.seller_id = s.seller_id AND so.shipment_id = s.id AND so.left_at IS NULL
WHERE s.state IN ('blocked', 'ready', 'numbered', 'printed') AND s.due_at < '9999-01-01'
GROUP BY so.seller_id, so.order_id;
