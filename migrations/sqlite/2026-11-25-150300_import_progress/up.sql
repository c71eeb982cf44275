-- When an import last got on: one without an end that has been silent was cut off.
ALTER TABLE imports ADD COLUMN progressed_at TIMESTAMP;
