-- The list narrowed by a rare flag: without an index it walked all shipments until a page was full.
-- Most orders have no flag and stay out.
CREATE INDEX orders_by_flag ON orders (seller_id, flag) WHERE flag <> '';
