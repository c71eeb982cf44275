DROP TABLE saved_filters;
DROP TABLE suggestions;
DROP TABLE merge_decisions;
DROP TABLE shipment_lines;
DROP TABLE shipment_orders;
DROP TABLE shipments;
