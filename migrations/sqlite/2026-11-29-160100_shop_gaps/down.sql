ALTER TABLE shop_pulls DROP COLUMN gaps;
ALTER TABLE shop_pulls DROP COLUMN gaps_checked_at;
