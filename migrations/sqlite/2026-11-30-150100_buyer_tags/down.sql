DROP TABLE buyer_tags;
DELETE FROM sqlite_stat1 WHERE tbl = 'buyer_tags';
