ALTER TABLE skus DROP COLUMN floor_currency;
ALTER TABLE skus DROP COLUMN floor_amount;
ALTER TABLE skus DROP COLUMN warehouse;
ALTER TABLE skus DROP COLUMN category;
