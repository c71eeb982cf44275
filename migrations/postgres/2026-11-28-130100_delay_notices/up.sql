-- A delay that was announced: why an order leaves later, and when instead. The newest one that was not taken back counts.
CREATE TABLE delay_notices (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- Those that were announced together are taken back together.
    batch_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    -- In the seller's own words, without personal data.
    note TEXT NOT NULL,
    due_at TIMESTAMP NOT NULL,
    -- What had been due, and what the platform had promised, when it was announced.
    was_due_at TIMESTAMP NOT NULL,
    promised_then TIMESTAMP,
    given_by TEXT NOT NULL,
    given_at TIMESTAMP NOT NULL,
    undone_by TEXT,
    undone_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX delay_notices_by_order ON delay_notices (seller_id, order_id, id) WHERE undone_at IS NULL;
CREATE INDEX delay_notices_by_batch ON delay_notices (seller_id, batch_id, order_id);
