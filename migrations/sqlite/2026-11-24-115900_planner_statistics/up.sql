-- SQLite plans by statistics that only ANALYZE makes, and nobody runs ANALYZE on a new file. Without
-- any it takes the columns behind "seller_id" for guesses and reads all shipments of a seller for each
-- updated one: taking in 10,000 orders took 37 s instead of 4. So it is told at once what these tables
-- are like when they are large: one seller has most rows, and an id is one row. What an ANALYZE finds
-- later replaces this. The numbers are rows of the index, then rows for each value of its first
-- column, of its first two, and so on: https://www.sqlite.org/fileformat2.html#stat1tab
ANALYZE sqlite_schema;
DELETE FROM sqlite_stat1;
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES
    ('events', 'events_by_subject', '5000000 5000000 5 1'),
    ('events', 'sqlite_autoindex_events_1', '5000000 5000000 1'),
    ('holds', 'holds_by_order', '10000 10000 2'),
    ('holds', 'sqlite_autoindex_holds_1', '10000 10000 1'),
    ('merge_decisions', 'sqlite_autoindex_merge_decisions_1', '10000 10000 1'),
    ('number_runs', 'sqlite_autoindex_number_runs_1', '10000 10000 1'),
    ('order_lines', 'order_lines_by_sku', '2000000 2000000 1000'),
    ('order_lines', 'sqlite_autoindex_order_lines_1', '2000000 2000000 1'),
    ('order_lines', 'sqlite_autoindex_order_lines_2', '2000000 2000000 2 1'),
    ('order_versions', 'sqlite_autoindex_order_versions_1', '2000000 2000000 2 1'),
    ('orders', 'orders_by_nick', '1000000 1000000 2'),
    ('orders', 'orders_by_number', '1000000 1000000 1'),
    ('orders', 'orders_by_recipient', '1000000 1000000 1'),
    ('orders', 'sqlite_autoindex_orders_1', '1000000 1000000 1'),
    ('orders', 'sqlite_autoindex_orders_2', '1000000 1000000 100000 1'),
    ('print_jobs', 'sqlite_autoindex_print_jobs_1', '10000 10000 1'),
    ('recipients', 'recipients_by_address', '1000000 1000000 2'),
    ('recipients', 'recipients_by_last4', '1000000 1000000 100'),
    ('recipients', 'recipients_by_name', '1000000 1000000 20'),
    ('recipients', 'recipients_by_phone', '1000000 1000000 2'),
    ('recipients', 'sqlite_autoindex_recipients_1', '1000000 1000000 1'),
    ('recipients', 'sqlite_autoindex_recipients_2', '1000000 1000000 1'),
    ('remark_reads', 'sqlite_autoindex_remark_reads_1', '10000 10000 2 1'),
    ('sheets', 'sheets_by_shipment', '1000000 1000000 2'),
    ('sheets', 'sqlite_autoindex_sheets_1', '1000000 1000000 1'),
    ('sheets', 'sqlite_autoindex_sheets_2', '1000000 1000000 100 1'),
    ('shipment_lines', 'shipment_lines_by_line', '2000000 2000000 1'),
    ('shipment_lines', 'sqlite_autoindex_shipment_lines_1', '2000000 2000000 2 1'),
    ('shipment_orders', 'shipment_orders_by_order', '1000000 1000000 2'),
    ('shipment_orders', 'sqlite_autoindex_shipment_orders_1', '1000000 1000000 2 1'),
    ('shipments', 'one_open_shipment', '50000 50000 1'),
    ('shipments', 'shipments_by_due', '1000000 1000000 3 1'),
    ('shipments', 'shipments_by_recipient', '1000000 1000000 1'),
    ('shipments', 'shipments_by_region', '1000000 1000000 50000 2000 3 1'),
    ('shipments', 'shipments_by_run', '1000000 1000000 100 1'),
    ('shipments', 'shipments_by_state', '1000000 1000000 50000 3 1'),
    ('shipments', 'shipments_to_recheck', '20000 20000 1'),
    ('shipments', 'sqlite_autoindex_shipments_1', '1000000 1000000 1'),
    ('suggestions', 'sqlite_autoindex_suggestions_1', '100000 100000 1'),
    ('suggestions', 'sqlite_autoindex_suggestions_2', '100000 100000 2 1'),
    ('suggestions', 'suggestions_by_state', '100000 100000 50000 1'),
    ('waybills', 'one_live_number', '1000000 1000000 100000 1'),
    ('waybills', 'one_number_per_shipment', '1000000 1000000 1'),
    ('waybills', 'sqlite_autoindex_waybills_1', '1000000 1000000 1'),
    ('waybills', 'waybills_by_number', '1000000 1000000 1'),
    ('waybills', 'waybills_by_run', '1000000 1000000 100 1'),
    ('write_backs', 'sqlite_autoindex_write_backs_1', '1000000 1000000 1'),
    ('write_backs', 'sqlite_autoindex_write_backs_2', '1000000 1000000 2 2 1'),
    ('write_backs', 'write_backs_by_shop', '1000000 1000000 100000 50000 1'),
    ('write_backs', 'write_backs_by_state', '1000000 1000000 50000 1')
;
-- Makes the connection that migrates read them; others read them as they open.
ANALYZE sqlite_schema;
