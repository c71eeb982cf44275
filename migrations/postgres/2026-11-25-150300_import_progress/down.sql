ALTER TABLE imports DROP COLUMN progressed_at;
