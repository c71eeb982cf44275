-- Which form asked. A second click on it finds the job of the first one.
ALTER TABLE answers ADD COLUMN asked_by_form TEXT;
CREATE UNIQUE INDEX answers_asked_once ON answers (seller_id, asked_by_form) WHERE asked_by_form IS NOT NULL;
