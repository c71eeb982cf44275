DROP TABLE shop_pulls;
