-- How far a shop that is asked for its orders has been read. Written with what was read, or with why it was not.
CREATE TABLE shop_pulls (
    seller_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    -- When the last sweep of changes that came to its end began: the next one starts a little before.
    changed_since TIMESTAMP,
    -- The same of sweeps over everything that may still change unsaid.
    placed_swept_at TIMESTAMP,
    -- When a pull last came to its end.
    pulled_at TIMESTAMP,
    -- How many pulls in a row came to nothing, and why the last one did.
    failures BIGINT NOT NULL,
    error TEXT NOT NULL,
    PRIMARY KEY (seller_id, shop_id),
    FOREIGN KEY (seller_id, shop_id) REFERENCES shops (seller_id, id)
);
