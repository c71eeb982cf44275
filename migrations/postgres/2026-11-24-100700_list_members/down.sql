ALTER TABLE print_jobs DROP COLUMN members;
