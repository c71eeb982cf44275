-- Where in a trace the job was enqueued, as a W3C traceparent; empty without one.
ALTER TABLE jobs ADD COLUMN trace TEXT NOT NULL DEFAULT '';
