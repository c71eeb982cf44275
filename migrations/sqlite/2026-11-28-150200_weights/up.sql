-- What the scale said of a parcel, by whom it was put there, and when; the last weighing counts, each is an event.
ALTER TABLE shipments ADD COLUMN weighed_g BIGINT;
ALTER TABLE shipments ADD COLUMN weighed_by TEXT NOT NULL DEFAULT '';
ALTER TABLE shipments ADD COLUMN weighed_at TIMESTAMP;
