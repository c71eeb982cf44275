-- What staff write on an order for each other. Rows are only added.
CREATE TABLE order_notes (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- Sealed: notes name people and addresses.
    sealed TEXT NOT NULL,
    written_by TEXT NOT NULL,
    written_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);
CREATE INDEX order_notes_by_order ON order_notes (seller_id, order_id, id);
