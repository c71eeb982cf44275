ALTER TABLE shop_tokens DROP COLUMN refresher_token;
ALTER TABLE shop_tokens DROP COLUMN refresher_job_id;
