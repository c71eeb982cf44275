-- What the seller sells, by the seller's own codes. Shops may call the same thing differently.
CREATE TABLE skus (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    -- Of one piece; NULL when nobody has weighed it. A bundle without a weight weighs what its parts do.
    weight_g BIGINT,
    -- All three or none.
    length_mm BIGINT,
    width_mm BIGINT,
    height_mm BIGINT,
    -- Letters and digits in lower case alone, to propose what was only written differently.
    code_key TEXT NOT NULL,
    title_key TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code)
);
CREATE INDEX skus_by_code_key ON skus (seller_id, code_key);
CREATE INDEX skus_by_title_key ON skus (seller_id, title_key);

-- What a bundle consists of. That none contains itself, also further down, is seen to when it is written.
CREATE TABLE sku_parts (
    seller_id BIGINT NOT NULL,
    sku_id BIGINT NOT NULL,
    part_id BIGINT NOT NULL CHECK (part_id <> sku_id),
    quantity BIGINT NOT NULL CHECK (quantity > 0),
    PRIMARY KEY (seller_id, sku_id, part_id),
    FOREIGN KEY (seller_id, sku_id) REFERENCES skus (seller_id, id),
    FOREIGN KEY (seller_id, part_id) REFERENCES skus (seller_id, id)
);
CREATE INDEX sku_parts_by_part ON sku_parts (seller_id, part_id);

-- Which SKU a shop's line means: by the shop's code, or, where the shop has none, by title and variant.
CREATE TABLE sku_codes (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- 0 for all shops; a shop's own row comes first.
    shop_id BIGINT NOT NULL,
    code TEXT NOT NULL,
    -- Empty beside a code.
    title TEXT NOT NULL,
    variant TEXT NOT NULL,
    sku_id BIGINT NOT NULL,
    mapped_by TEXT NOT NULL,
    mapped_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code, title, variant, shop_id),
    FOREIGN KEY (seller_id, sku_id) REFERENCES skus (seller_id, id)
);
CREATE INDEX sku_codes_by_sku ON sku_codes (seller_id, sku_id);

-- Titles that probably mean a SKU: proposed, and mapped only when a person says so.
CREATE TABLE sku_patterns (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- Words in their order; * stands for anything between them.
    pattern TEXT NOT NULL,
    sku_id BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, pattern),
    FOREIGN KEY (seller_id, sku_id) REFERENCES skus (seller_id, id)
);
CREATE INDEX sku_patterns_by_sku ON sku_patterns (seller_id, sku_id);
