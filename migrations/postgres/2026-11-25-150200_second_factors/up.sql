-- A user's second factor at log-in: codes of a phone that change every thirty seconds.
CREATE TABLE second_factors (
    seller_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    -- The shared secret, sealed.
    secret TEXT NOT NULL,
    -- Not asked for before the user has shown a first code.
    confirmed_at TIMESTAMP,
    -- The step of the last code that was taken: none is taken twice.
    last_step BIGINT NOT NULL,
    -- JSON list of the hashes of codes that still open once each, for a lost phone.
    recovery TEXT NOT NULL,
    PRIMARY KEY (seller_id, user_id),
    FOREIGN KEY (seller_id, user_id) REFERENCES users (seller_id, id)
);
