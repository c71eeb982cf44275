ALTER TABLE shop_pulls DROP COLUMN hinted_at;
