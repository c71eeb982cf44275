DROP INDEX orders_open_by_shop;
DROP INDEX shipments_by_leaving;
DROP INDEX orders_by_time;
DROP TABLE queue_samples;
