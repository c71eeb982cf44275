-- The print station that took sheets of a job: only it, or a manager, says what became of them. Empty while
-- none did; people at a desk share their jobs and hold none.
ALTER TABLE print_jobs ADD COLUMN held_by TEXT NOT NULL DEFAULT '';
