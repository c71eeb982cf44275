CREATE TABLE number_runs (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    format TEXT NOT NULL,
    first_number TEXT NOT NULL,
    last_number TEXT NOT NULL,
    step BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    undone_by TEXT,
    undone_at TIMESTAMP,
    PRIMARY KEY (seller_id, id)
);

-- Every use of a number. Spoiled, replaced and returned ones stay, with the reason.
CREATE TABLE waybills (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    format TEXT NOT NULL,
    number TEXT COLLATE "C" NOT NULL,
    -- live, void (never to be used again), returned (may be used again)
    state TEXT NOT NULL,
    shipment_id BIGINT,
    number_run_id BIGINT,
    run_position BIGINT,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    ended_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id),
    FOREIGN KEY (seller_id, number_run_id) REFERENCES number_runs (seller_id, id)
);
-- One live number per carrier; ended ones stay as history.
CREATE UNIQUE INDEX one_live_number ON waybills (seller_id, carrier, number) WHERE state = 'live';
-- One live number per shipment.
CREATE UNIQUE INDEX one_number_per_shipment ON waybills (seller_id, shipment_id) WHERE state = 'live';
CREATE INDEX waybills_by_number ON waybills (seller_id, number);
CREATE INDEX waybills_by_run ON waybills (seller_id, number_run_id, run_position);
