-- What a person decided in the customer or finance audit of an order, for the order as it was then. One row per audit: the
-- latest decision counts, the earlier ones stand in the events.
CREATE TABLE order_audits (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'finance')),
    state TEXT NOT NULL CHECK (state IN ('passed', 'rejected')),
    -- Hash of total, lines and remarks: the decision counts while they are the same.
    facts_hash TEXT NOT NULL,
    -- Sealed; empty without one.
    note TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, kind),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
