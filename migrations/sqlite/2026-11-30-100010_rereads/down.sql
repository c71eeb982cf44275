ALTER TABLE shop_pulls DROP COLUMN reread_failed_at;
ALTER TABLE orders DROP COLUMN reread_at;
