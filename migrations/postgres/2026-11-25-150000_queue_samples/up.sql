-- How many shipments stood in each open state, every ten minutes: the picture of a day.
CREATE TABLE queue_samples (
    seller_id BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    blocked BIGINT NOT NULL,
    ready BIGINT NOT NULL,
    numbered BIGINT NOT NULL,
    printed BIGINT NOT NULL,
    PRIMARY KEY (seller_id, at)
);
-- Orders of a day by hour, and what left by hour.
CREATE INDEX orders_by_time ON orders (seller_id, ordered_at);
CREATE INDEX shipments_by_leaving ON shipments (seller_id, shipped_at) WHERE shipped_at IS NOT NULL;
-- How far back a shop's open orders reach is asked with each pull.
CREATE INDEX orders_open_by_shop ON orders (seller_id, shop_id, ordered_at)
    WHERE state <> 'shipped' AND state <> 'completed' AND state <> 'cancelled';
