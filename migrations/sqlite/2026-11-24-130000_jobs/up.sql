-- What runs later. A row is written in the transaction of the change it follows from, and leaves this
-- table in the transaction of its effect. Only live jobs are here, so the table stays small.
-- Workers serve all sellers and know a job by its id alone, so the key does not begin with the seller.
-- Times are milliseconds since 1970 by the database's clock: workers compare them, and clocks differ.
CREATE TABLE jobs (
    id BIGINT NOT NULL PRIMARY KEY,
    -- 0 for the house's own jobs.
    seller_id BIGINT NOT NULL,
    lane TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What takes turns in the lane: the seller, or one shop where shops have limits of their own.
    turn BIGINT NOT NULL,
    -- 0 is the most urgent; decides within a turn.
    priority BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'running', 'waiting')),
    due_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    -- Leases that ran out while a handler was at work.
    crashes BIGINT NOT NULL,
    max_crashes BIGINT NOT NULL,
    -- Random for each lease; whatever a worker writes must name it.
    token BIGINT,
    lease_until_ms BIGINT,
    -- Somebody asked to cancel it while it was held.
    is_cancelled BOOLEAN NOT NULL,
    -- One live job of this kind and key.
    unique_key TEXT,
    actor TEXT NOT NULL,
    -- JSON without personal data.
    payload TEXT NOT NULL,
    -- The last one.
    error TEXT,
    progress_done BIGINT NOT NULL,
    progress_total BIGINT NOT NULL,
    created_ms BIGINT NOT NULL,
    -- Nothing is held without an end.
    CHECK ((state IN ('leased', 'running')) = (token IS NOT NULL AND lease_until_ms IS NOT NULL)),
    UNIQUE (seller_id, kind, unique_key)
);
CREATE INDEX jobs_ready ON jobs (lane, turn, priority, id) WHERE state = 'ready';
CREATE INDEX jobs_waiting ON jobs (due_ms, id) WHERE state = 'waiting';
CREATE INDEX jobs_held ON jobs (lease_until_ms) WHERE lease_until_ms IS NOT NULL;
CREATE INDEX jobs_by_seller ON jobs (seller_id, id);

-- Jobs that have ended; dead and cancelled ones can be taken up again.
CREATE TABLE finished_jobs (
    id BIGINT NOT NULL PRIMARY KEY,
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
    -- JSON; what came of it.
    result TEXT
);
CREATE INDEX finished_jobs_by_seller ON finished_jobs (seller_id, id);
CREATE INDEX finished_jobs_by_age ON finished_jobs (finished_ms);

-- Every failed attempt, kept when the job is dead.
CREATE TABLE job_errors (
    job_id BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (job_id, at_ms, attempt)
);

-- The last slot of each periodic job that was enqueued: whoever raises it first enqueues.
CREATE TABLE job_slots (
    name TEXT NOT NULL PRIMARY KEY,
    slot BIGINT NOT NULL
);

-- Queues that a seller has paused for its own jobs.
CREATE TABLE paused_lanes (
    seller_id BIGINT NOT NULL,
    lane TEXT NOT NULL,
    PRIMARY KEY (seller_id, lane)
);
