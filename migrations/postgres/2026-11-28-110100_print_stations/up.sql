-- Desks that print by themselves: a program beside the printers, let in by a manager.
CREATE TABLE stations (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- waiting, approved, refused, retired
    state TEXT NOT NULL,
    -- SHA-256 of the key the desk made for itself. The key stays there until it is let in.
    secret_hash TEXT NOT NULL,
    -- The token with that hash, from the approval on.
    token_id BIGINT,
    version TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    -- The running program that prints for this desk, and until when it is taken to be alive: milliseconds of
    -- the database's own clock, for the clocks of desks and servers differ.
    session TEXT NOT NULL,
    session_until_ms BIGINT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    seen_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, token_id) REFERENCES tokens (seller_id, id)
);
-- One living desk of a name; refused and retired ones stay as history.
CREATE UNIQUE INDEX stations_by_name ON stations (seller_id, name) WHERE state <> 'refused' AND state <> 'retired';
CREATE UNIQUE INDEX stations_by_secret ON stations (secret_hash);

-- What a desk says of its printers. Where they are is the desk's own business and only shown here.
CREATE TABLE printers (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    station_id BIGINT NOT NULL,
    name TEXT NOT NULL,
    -- raw, folder, ipp
    kind TEXT NOT NULL,
    address TEXT NOT NULL,
    -- JSON list of paper sizes.
    sizes TEXT NOT NULL,
    -- pdf, zpl, zpl_runs, tspl
    language TEXT NOT NULL,
    dpi BIGINT NOT NULL,
    -- first_on_top, first_at_bottom: how a finished stack lies.
    stacking TEXT NOT NULL,
    is_paused BOOLEAN NOT NULL,
    -- Not among the printers the desk named last.
    is_gone BOOLEAN NOT NULL,
    -- What is wrong with it in words; empty when nothing is known.
    problem TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, station_id, name),
    FOREIGN KEY (seller_id, station_id) REFERENCES stations (seller_id, id)
);

-- A handful of sheets taken by one running program. When its lease runs out before it has reported, what it took
-- is unknown.
CREATE TABLE sheet_claims (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    print_job_id BIGINT NOT NULL,
    station_id BIGINT NOT NULL,
    -- Made up by the program: asking again with it brings the same sheets, when an answer got lost.
    request TEXT NOT NULL,
    session TEXT NOT NULL,
    -- By the database's clock; NULL once nothing of it is open.
    lease_until_ms BIGINT,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, station_id, request),
    FOREIGN KEY (seller_id, print_job_id) REFERENCES print_jobs (seller_id, id),
    FOREIGN KEY (seller_id, station_id) REFERENCES stations (seller_id, id)
);
CREATE INDEX sheet_claims_by_lease ON sheet_claims (seller_id, lease_until_ms) WHERE lease_until_ms IS NOT NULL;

ALTER TABLE print_jobs ADD COLUMN printer_id BIGINT;
ALTER TABLE print_jobs ADD COLUMN is_paused BOOLEAN NOT NULL DEFAULT false;
-- Printed from the last sheet to the first, so that the first lies on top.
ALTER TABLE print_jobs ADD COLUMN is_reversed BOOLEAN NOT NULL DEFAULT false;
ALTER TABLE sheets ADD COLUMN claim_id BIGINT;
CREATE INDEX print_jobs_by_printer ON print_jobs (seller_id, printer_id) WHERE printer_id IS NOT NULL;
CREATE INDEX sheets_queued ON sheets (seller_id, print_job_id) WHERE state = 'queued';
CREATE INDEX sheets_unknown ON sheets (seller_id, print_job_id) WHERE state = 'unknown';
CREATE INDEX sheets_by_claim ON sheets (seller_id, claim_id) WHERE claim_id IS NOT NULL;
