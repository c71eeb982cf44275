DROP TABLE buyer_tags;
