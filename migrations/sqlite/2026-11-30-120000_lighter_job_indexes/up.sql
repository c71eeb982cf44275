-- Each job is written three times in its life, and every write goes to every index. Most jobs have no key and need no
-- place in the index of keys; ended jobs are asked for by their seller, so that one index serves for their key, too.
-- SQLite changes no constraint of a table; the tables are made anew.
CREATE TABLE new_jobs (
    id BIGINT NOT NULL PRIMARY KEY,
    seller_id BIGINT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    turn BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'running', 'waiting')),
    due_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    crashes BIGINT NOT NULL,
    max_crashes BIGINT NOT NULL,
    token BIGINT,
    lease_until_ms BIGINT,
    is_cancelled BOOLEAN NOT NULL,
    unique_key TEXT,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL,
    error TEXT,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    CHECK ((state IN ('leased', 'running')) = (token IS NOT NULL AND lease_until_ms IS NOT NULL))
);
INSERT INTO new_jobs SELECT * FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_ready ON jobs (lane, turn, priority, id) WHERE state = 'ready';
CREATE INDEX jobs_waiting ON jobs (due_ms, id) WHERE state = 'waiting';
CREATE INDEX jobs_held ON jobs (lease_until_ms) WHERE lease_until_ms IS NOT NULL;
CREATE INDEX jobs_by_seller ON jobs (seller_id, id);
CREATE UNIQUE INDEX jobs_unique_key ON jobs (seller_id, kind, unique_key) WHERE unique_key IS NOT NULL;

CREATE TABLE new_finished_jobs (
    id BIGINT NOT NULL,
    seller_id BIGINT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    turn BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('done', 'dead', 'cancelled')),
    due_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    crashes BIGINT NOT NULL,
    max_crashes BIGINT NOT NULL,
    unique_key TEXT,
    actor TEXT NOT NULL,
    payload TEXT NOT NULL,
    error TEXT,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    finished_ms BIGINT NOT NULL,
    result TEXT,
    PRIMARY KEY (seller_id, id)
);
INSERT INTO new_finished_jobs SELECT * FROM finished_jobs;
DROP TABLE finished_jobs;
ALTER TABLE new_finished_jobs RENAME TO finished_jobs;
CREATE INDEX finished_jobs_by_age ON finished_jobs (finished_ms);
