-- What one shop has to be told about one order of one parcel: at most once each.
CREATE TABLE write_backs (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shipment_id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    number TEXT NOT NULL,
    -- JSON list of {line, quantity}.
    lines TEXT NOT NULL,
    -- waiting, done, done_by_hand, refused, unsupported, unknown
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at TIMESTAMP,
    -- What the platform, or the person, said; the proof.
    reply TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    settled_by TEXT,
    settled_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, order_id, shipment_id, number),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id)
);
CREATE INDEX write_backs_by_state ON write_backs (seller_id, state, id);
CREATE INDEX write_backs_by_shop ON write_backs (seller_id, shop_id, state, id);
