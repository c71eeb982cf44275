-- What kind of thing a SKU is, where it lies, and what one piece is never sold below: rules ask for the first, parcels leave
-- from the second, audits look at the third.
ALTER TABLE skus ADD COLUMN category TEXT NOT NULL DEFAULT '';
-- Code of a warehouse; empty where it lies in the usual one.
ALTER TABLE skus ADD COLUMN warehouse TEXT NOT NULL DEFAULT '';
-- Minor units of the currency beside it, both or none.
ALTER TABLE skus ADD COLUMN floor_amount BIGINT;
ALTER TABLE skus ADD COLUMN floor_currency TEXT NOT NULL DEFAULT '';
