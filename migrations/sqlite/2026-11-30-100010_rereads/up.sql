-- When an order was last asked for by its number, right before its label: what a pull told a while ago may not hold any more.
ALTER TABLE orders ADD COLUMN reread_at TIMESTAMP;
-- When that came to nothing: labels do not wait for this shop again for a minute.
ALTER TABLE shop_pulls ADD COLUMN reread_failed_at TIMESTAMP;
