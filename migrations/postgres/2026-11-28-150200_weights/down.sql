ALTER TABLE shipments DROP COLUMN weighed_at;
ALTER TABLE shipments DROP COLUMN weighed_by;
ALTER TABLE shipments DROP COLUMN weighed_g;
