-- When the shop last said by a webhook that something changed; silence may mean that it has switched them off.
ALTER TABLE shop_pulls ADD COLUMN hinted_at TIMESTAMP;
