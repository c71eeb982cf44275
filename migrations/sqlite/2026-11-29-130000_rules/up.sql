-- The rules of a seller, whole, in each of their versions: the newest one counts. A version is one row, so that whoever reads
-- rules while they are changed reads the old set or the new one.
CREATE TABLE rule_sets (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    version BIGINT NOT NULL CHECK (version > 0),
    -- Sealed JSON: rules may name buyers.
    text TEXT NOT NULL,
    -- Keyed hash of the text: tells a set that has been made ready already.
    hash TEXT NOT NULL,
    rule_count BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, version)
);

-- What rules decided on an order, winners and losers. An order no rule ever wanted anything of has no row.
CREATE TABLE rule_decisions (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- The version of the rules that decided so first; later ones decided the same.
    version BIGINT NOT NULL,
    -- JSON; reasons of holds and codes, no personal data.
    decision TEXT NOT NULL,
    -- What counts, for lists; empty without.
    carrier TEXT NOT NULL,
    service TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    flag TEXT NOT NULL,
    -- JSON, SKU codes and pieces; empty without gifts.
    gifts TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

-- What a person decided for one order, whatever rules say; it stays until the person takes it back.
CREATE TABLE rule_overrides (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    -- Key of the rule whose wish is taken back; empty for every rule.
    rule TEXT NOT NULL,
    -- What counts instead; empty for nothing.
    value TEXT NOT NULL,
    decided_by TEXT NOT NULL,
    decided_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, kind, rule),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

-- What another set of rules would change: counted batch by batch, so that a killed worker goes on where it was.
CREATE TABLE rule_dry_runs (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    -- Sealed JSON, as in rule_sets.
    text TEXT NOT NULL,
    -- The last order that was looked at; they are looked at by id.
    after_order BIGINT NOT NULL,
    total BIGINT NOT NULL,
    -- JSON, what was counted so far.
    tally TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    PRIMARY KEY (seller_id, id)
);

-- See the migration on planner statistics.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('rule_sets', 'sqlite_autoindex_rule_sets_1', '50 50 1'),
    ('rule_decisions', 'sqlite_autoindex_rule_decisions_1', '100000 100000 1'),
    ('rule_overrides', 'sqlite_autoindex_rule_overrides_1', '1000 1000 2 1 1'),
    ('rule_dry_runs', 'sqlite_autoindex_rule_dry_runs_1', '20 20 1')
;
ANALYZE sqlite_schema;
