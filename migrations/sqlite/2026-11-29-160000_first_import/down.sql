ALTER TABLE shop_pulls DROP COLUMN history_read;
ALTER TABLE shop_pulls DROP COLUMN history_place;
ALTER TABLE shop_pulls DROP COLUMN history_began_at;
