DROP INDEX answers_asked_once;
ALTER TABLE answers DROP COLUMN asked_by_form;
