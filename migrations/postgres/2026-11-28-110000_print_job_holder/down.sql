ALTER TABLE print_jobs DROP COLUMN held_by;
