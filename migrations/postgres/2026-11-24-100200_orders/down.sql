DROP TABLE remark_reads;
DROP TABLE holds;
DROP TABLE order_lines;
DROP TABLE order_versions;
DROP TABLE orders;
DROP TABLE recipients;
