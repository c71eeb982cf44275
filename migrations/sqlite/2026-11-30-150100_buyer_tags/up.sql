-- What a seller says of a buyer: regular, trouble, wholesale. The buyer is a keyed hash of platform and nick, because the nick is
-- a person's.
CREATE TABLE buyer_tags (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    buyer TEXT NOT NULL,
    tag TEXT NOT NULL,
    given_by TEXT NOT NULL,
    given_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, buyer, tag)
);

-- See the migration on planner statistics.
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('buyer_tags', 'sqlite_autoindex_buyer_tags_1', '10000 10000 2 1');
ANALYZE sqlite_schema;
