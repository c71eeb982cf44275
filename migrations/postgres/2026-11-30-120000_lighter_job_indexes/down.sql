DROP INDEX jobs_unique_key;
ALTER TABLE jobs ADD UNIQUE (seller_id, kind, unique_key);

ALTER TABLE finished_jobs DROP CONSTRAINT finished_jobs_pkey;
ALTER TABLE finished_jobs ADD PRIMARY KEY (id);
CREATE INDEX finished_jobs_by_seller ON finished_jobs (seller_id, id);
