-- A seller's own papers, as boxes. Jobs keep the version they were made with, so versions are only ever added.
CREATE TABLE templates (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    paper TEXT NOT NULL,
    size TEXT NOT NULL,
    -- The newest of template_versions.
    version BIGINT NOT NULL,
    -- Taken for jobs of this paper and size that name none.
    is_default BOOLEAN NOT NULL,
    is_retired BOOLEAN NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id)
);
CREATE UNIQUE INDEX templates_by_name ON templates (seller_id, name) WHERE NOT is_retired;
CREATE UNIQUE INDEX templates_default ON templates (seller_id, paper, size) WHERE is_default;

CREATE TABLE template_versions (
    seller_id BIGINT NOT NULL,
    template_id BIGINT NOT NULL,
    version BIGINT NOT NULL,
    -- JSON: offsets and boxes.
    body TEXT NOT NULL,
    made_by TEXT NOT NULL,
    made_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, template_id, version),
    FOREIGN KEY (seller_id, template_id) REFERENCES templates (seller_id, id)
);

ALTER TABLE print_jobs ADD COLUMN template_id BIGINT;
ALTER TABLE print_jobs ADD COLUMN template_version BIGINT;
