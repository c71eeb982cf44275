-- What a shop is told of a note as its own memo: at most once for each note.
CREATE TABLE memos (
    seller_id BIGINT NOT NULL,
    note_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- A colour the order is to have there; empty leaves it as it is.
    flag TEXT NOT NULL,
    -- It takes the place of what stands there, instead of standing behind it.
    is_replacing BOOLEAN NOT NULL,
    -- waiting, done, done_by_hand, refused, unknown
    state TEXT NOT NULL,
    tries BIGINT NOT NULL,
    next_try_at TIMESTAMP,
    -- What the platform said; never the memo itself.
    reply TEXT NOT NULL,
    settled_by TEXT,
    settled_at TIMESTAMP,
    PRIMARY KEY (seller_id, note_id),
    FOREIGN KEY (seller_id, note_id) REFERENCES order_notes (seller_id, id)
);
CREATE INDEX memos_by_state ON memos (seller_id, state, next_try_at);
