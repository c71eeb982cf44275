CREATE TABLE shops (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    platform TEXT NOT NULL,
    name TEXT NOT NULL,
    settings TEXT NOT NULL,
    -- Sealed JSON; empty without any.
    credentials TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    -- When an order last came in, and the newest platform time seen.
    last_intake_at TIMESTAMP,
    last_order_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, name)
);

-- Which column of a file means which field, remembered by the file's header.
CREATE TABLE import_mappings (
    seller_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    mapping TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, shop_id, fingerprint),
    FOREIGN KEY (seller_id, shop_id) REFERENCES shops (seller_id, id)
);

CREATE TABLE imports (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    unchanged BIGINT NOT NULL,
    rejected BIGINT NOT NULL,
    -- Sealed JSON of the refused rows: they may hold names and phones.
    rejections TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, shop_id) REFERENCES shops (seller_id, id)
);
