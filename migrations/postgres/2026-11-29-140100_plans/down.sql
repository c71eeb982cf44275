ALTER TABLE shipments DROP COLUMN plan;
ALTER TABLE shipments DROP COLUMN plan_cost;
ALTER TABLE shipments DROP COLUMN plan_warehouse;
ALTER TABLE shipments DROP COLUMN plan_service;
ALTER TABLE shipments DROP COLUMN plan_carrier;
DROP TABLE plan_wishes;
DROP TABLE warehouses;
