DELETE FROM sqlite_stat1 WHERE idx = 'orders_by_flag';
DROP INDEX orders_by_flag;
