DROP TABLE sku_patterns;
DROP TABLE sku_codes;
DROP TABLE sku_parts;
DROP TABLE skus;
