DROP TABLE imports;
DROP TABLE import_mappings;
DROP TABLE shops;
