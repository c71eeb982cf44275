-- When a shop's own count of its orders was last held against ours, and the days on which it counted more, as JSON.
ALTER TABLE shop_pulls ADD COLUMN gaps_checked_at TIMESTAMP;
ALTER TABLE shop_pulls ADD COLUMN gaps TEXT NOT NULL DEFAULT '';
