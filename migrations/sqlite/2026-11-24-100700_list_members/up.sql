-- A list speaks of many shipments on one sheet: JSON list of their ids, in its order.
ALTER TABLE print_jobs ADD COLUMN members TEXT NOT NULL DEFAULT '[]';
