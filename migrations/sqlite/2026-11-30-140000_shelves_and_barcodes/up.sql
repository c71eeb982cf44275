-- Where a SKU lies and what a scanner reads on it, for pick lists and packing tables. Empty when nobody has said so.
ALTER TABLE skus ADD COLUMN shelf TEXT NOT NULL DEFAULT '';
ALTER TABLE skus ADD COLUMN barcode TEXT NOT NULL DEFAULT '';
-- What is scanned means one thing.
CREATE UNIQUE INDEX skus_by_barcode ON skus (seller_id, barcode) WHERE barcode <> '';
