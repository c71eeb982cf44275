CREATE TABLE shipments (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- Derived from the axes below and from the reasons; kept for lists and counts.
    state TEXT NOT NULL,
    -- JSON list of {code, order}; empty when it may leave.
    reasons TEXT NOT NULL,
    -- Scope and identity; NULL when it stands alone (masked, split, taken apart by hand).
    merge_key TEXT,
    -- Takes further orders of the same key.
    is_open BOOLEAN NOT NULL,
    recipient_id BIGINT,
    country TEXT NOT NULL,
    region_code TEXT COLLATE "C" NOT NULL,
    -- Earliest of its orders; year 9999 when nothing promises a day yet.
    due_at TIMESTAMP NOT NULL,
    paid_at TIMESTAMP,
    order_count BIGINT NOT NULL,
    piece_count BIGINT NOT NULL,
    has_message BOOLEAN NOT NULL,
    has_memo BOOLEAN NOT NULL,
    -- JSON list of tags.
    tags TEXT NOT NULL,
    carrier TEXT NOT NULL,
    -- The live number, empty without one.
    waybill TEXT NOT NULL,
    number_run_id BIGINT,
    run_position BIGINT,
    -- none, queued, printed, stale
    print TEXT NOT NULL,
    shipped_at TIMESTAMP,
    cancelled_at TIMESTAMP,
    -- When time alone may change the reasons.
    recheck_at TIMESTAMP,
    -- Counts every change; what was read with an older one is stale.
    version BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, recipient_id) REFERENCES recipients (seller_id, id)
);
-- Two workers that take in two orders of one recipient at the same moment end in one shipment.
CREATE UNIQUE INDEX one_open_shipment ON shipments (seller_id, merge_key) WHERE is_open AND merge_key IS NOT NULL;
CREATE INDEX shipments_by_due ON shipments (seller_id, due_at, id);
CREATE INDEX shipments_by_state ON shipments (seller_id, state, due_at, id);
CREATE INDEX shipments_by_region ON shipments (seller_id, state, region_code, due_at, id);
CREATE INDEX shipments_by_recipient ON shipments (seller_id, recipient_id);
CREATE INDEX shipments_by_run ON shipments (seller_id, number_run_id, run_position);
CREATE INDEX shipments_to_recheck ON shipments (seller_id, recheck_at) WHERE recheck_at IS NOT NULL;

-- Which orders are, or were, in a shipment.
CREATE TABLE shipment_orders (
    seller_id BIGINT NOT NULL,
    shipment_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    joined_at TIMESTAMP NOT NULL,
    joined_why TEXT NOT NULL,
    left_at TIMESTAMP,
    left_why TEXT,
    PRIMARY KEY (seller_id, shipment_id, order_id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX shipment_orders_by_order ON shipment_orders (seller_id, order_id);

-- How many pieces of which line leave in it.
CREATE TABLE shipment_lines (
    seller_id BIGINT NOT NULL,
    shipment_id BIGINT NOT NULL,
    line_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (seller_id, shipment_id, line_id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id),
    FOREIGN KEY (seller_id, line_id) REFERENCES order_lines (seller_id, id)
);
CREATE INDEX shipment_lines_by_line ON shipment_lines (seller_id, line_id);

-- Orders a person took apart or put together: intake leaves them as they are.
CREATE TABLE merge_decisions (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- alone
    decision TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

-- Near matches, for exactly two recipients; a decision is remembered.
CREATE TABLE suggestions (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- The smaller id first.
    recipient_a BIGINT NOT NULL,
    recipient_b BIGINT NOT NULL,
    why TEXT NOT NULL,
    -- open, accepted, declined
    state TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, recipient_a, recipient_b)
);
CREATE INDEX suggestions_by_state ON suggestions (seller_id, state, id);

CREATE TABLE saved_filters (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    query TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);
