-- Each job is written three times in its life, and every write goes to every index. Most jobs have no key and need no
-- place in the index of keys; ended jobs are asked for by their seller, so that one index serves for their key, too.
ALTER TABLE jobs DROP CONSTRAINT jobs_seller_id_kind_unique_key_key;
CREATE UNIQUE INDEX jobs_unique_key ON jobs (seller_id, kind, unique_key) WHERE unique_key IS NOT NULL;

ALTER TABLE finished_jobs DROP CONSTRAINT finished_jobs_pkey;
ALTER TABLE finished_jobs ADD PRIMARY KEY (seller_id, id);
DROP INDEX finished_jobs_by_seller;
