-- The job that refreshes a shop's token, with the word of its lease. Once that lease is not the job's any more, its process is
-- gone, and the right to refresh is free before its own time runs out. NULL for a refresher that is no job.
ALTER TABLE shop_tokens ADD COLUMN refresher_job_id BIGINT;
ALTER TABLE shop_tokens ADD COLUMN refresher_token BIGINT;
