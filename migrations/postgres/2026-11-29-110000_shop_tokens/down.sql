ALTER TABLE shops DROP COLUMN is_linked;
DROP TABLE shop_tokens;
