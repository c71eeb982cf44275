DROP TABLE import_files;
ALTER TABLE imports DROP COLUMN batches;
ALTER TABLE imports DROP COLUMN choice;
ALTER TABLE imports DROP COLUMN job_id;
