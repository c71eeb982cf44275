-- How far the first reading of a shop's history has come, so that one that is cut off goes on where it was: when it began,
-- where the next page starts in the platform's words, how many orders were read.
ALTER TABLE shop_pulls ADD COLUMN history_began_at TIMESTAMP;
ALTER TABLE shop_pulls ADD COLUMN history_place TEXT NOT NULL DEFAULT '';
ALTER TABLE shop_pulls ADD COLUMN history_read BIGINT NOT NULL DEFAULT 0;
