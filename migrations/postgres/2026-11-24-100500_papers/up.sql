CREATE TABLE print_jobs (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    paper TEXT NOT NULL,
    template TEXT NOT NULL,
    size TEXT NOT NULL,
    -- What the packer reads on the sheets to pair them: date and number of the job.
    serial TEXT NOT NULL,
    number_run_id BIGINT,
    station TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id)
);

-- One numbered paper each; what became of it is never guessed.
CREATE TABLE sheets (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    print_job_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    -- NULL on lists, which speak of many shipments.
    shipment_id BIGINT,
    waybill TEXT NOT NULL,
    -- queued, sent, acknowledged, unknown, spoiled
    state TEXT NOT NULL,
    -- 1 for the first print of this number on this paper, 2 for the first reprint, …
    copy BIGINT NOT NULL,
    -- SHA-256 of the values it was made from; a sheet of other values is stale.
    data_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, print_job_id, position),
    FOREIGN KEY (seller_id, print_job_id) REFERENCES print_jobs (seller_id, id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id)
);
CREATE INDEX sheets_by_shipment ON sheets (seller_id, shipment_id);
