-- Recipients are kept once per distinct content and never change; an order moves to another one.
CREATE TABLE recipients (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    -- Keyed hash of everything in it.
    content_hash TEXT NOT NULL,
    -- Sealed JSON of the whole recipient.
    sealed TEXT NOT NULL,
    masked_name TEXT NOT NULL,
    masked_phone TEXT NOT NULL,
    masked_detail TEXT NOT NULL,
    country TEXT NOT NULL,
    region_code TEXT NOT NULL,
    region TEXT NOT NULL,
    -- Keyed hashes of the normalised parts; empty when a part is missing or masked.
    name_key TEXT NOT NULL,
    phone_key TEXT NOT NULL,
    last4_key TEXT NOT NULL,
    address_key TEXT NOT NULL,
    -- Keyed hash of all three, or of the platform's own key; empty when nothing identifies it.
    identity_key TEXT NOT NULL,
    -- JSON list of the fields that are missing.
    missing TEXT NOT NULL,
    is_masked BOOLEAN NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, content_hash)
);
CREATE INDEX recipients_by_name ON recipients (seller_id, name_key);
CREATE INDEX recipients_by_phone ON recipients (seller_id, phone_key);
CREATE INDEX recipients_by_last4 ON recipients (seller_id, last4_key);
CREATE INDEX recipients_by_address ON recipients (seller_id, address_key);

-- What the platform says. Our own work on an order is never written here.
CREATE TABLE orders (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    -- Collated by bytes, so that an index serves the search for a beginning.
    number TEXT COLLATE "C" NOT NULL,
    -- The telling that counts, for the head and for the lines: platform time, rank, hash.
    head_at TIMESTAMP,
    head_rank BIGINT NOT NULL,
    head_hash TEXT NOT NULL,
    lines_at TIMESTAMP,
    lines_rank BIGINT NOT NULL,
    lines_hash TEXT NOT NULL,
    state TEXT NOT NULL,
    kind TEXT NOT NULL,
    ordered_at TIMESTAMP,
    paid_at TIMESTAMP,
    ship_by TIMESTAMP,
    ship_from TIMESTAMP,
    buyer_nick TEXT COLLATE "C" NOT NULL,
    buyer_message TEXT NOT NULL,
    seller_memo TEXT NOT NULL,
    flag TEXT NOT NULL,
    currency TEXT NOT NULL,
    total_amount BIGINT NOT NULL,
    shipping_amount BIGINT NOT NULL,
    recipient_id BIGINT,
    received_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, shop_id, number),
    FOREIGN KEY (seller_id, shop_id) REFERENCES shops (seller_id, id),
    FOREIGN KEY (seller_id, recipient_id) REFERENCES recipients (seller_id, id)
);
CREATE INDEX orders_by_number ON orders (seller_id, number);
CREATE INDEX orders_by_nick ON orders (seller_id, buyer_nick);
CREATE INDEX orders_by_recipient ON orders (seller_id, recipient_id);

-- Every distinct telling of an order, sealed, as it was understood.
CREATE TABLE order_versions (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    hash TEXT NOT NULL,
    told_at TIMESTAMP NOT NULL,
    sealed TEXT NOT NULL,
    received_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, hash),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

CREATE TABLE order_lines (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    number TEXT NOT NULL,
    position BIGINT NOT NULL,
    sku TEXT NOT NULL,
    title TEXT NOT NULL,
    variant TEXT NOT NULL,
    quantity BIGINT NOT NULL,
    currency TEXT NOT NULL,
    price_amount BIGINT NOT NULL,
    refund TEXT NOT NULL,
    requires_shipping BOOLEAN NOT NULL,
    -- The platform's newest telling no longer has this line.
    is_gone BOOLEAN NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, order_id, number),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX order_lines_by_sku ON order_lines (seller_id, sku);

-- A person's reason to wait.
CREATE TABLE holds (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    reason TEXT NOT NULL,
    until_at TIMESTAMP,
    held_by TEXT NOT NULL,
    held_at TIMESTAMP NOT NULL,
    released_by TEXT,
    released_at TIMESTAMP,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX holds_by_order ON holds (seller_id, order_id);

-- Someone has read these remarks, as they were.
CREATE TABLE remark_reads (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    remark_hash TEXT NOT NULL,
    read_by TEXT NOT NULL,
    read_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, remark_hash),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
