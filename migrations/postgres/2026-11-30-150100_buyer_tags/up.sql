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
