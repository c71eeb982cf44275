-- How many jobs have failed lately is asked on every visit of the start page; those that ended well are many.
CREATE INDEX finished_jobs_dead ON finished_jobs (seller_id, finished_ms) WHERE state = 'dead';
