DROP INDEX skus_by_barcode;
ALTER TABLE skus DROP COLUMN barcode;
ALTER TABLE skus DROP COLUMN shelf;
