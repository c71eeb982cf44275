-- Someone who is logged in on one browser.
CREATE TABLE sessions (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    -- SHA-256 of what the cookie holds; the cookie's text is kept nowhere.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    -- Of the last request, to within some minutes; long silence ends the session.
    seen_at TIMESTAMP NOT NULL,
    -- Sealed JSON of what the next page has to say; empty when it has been said.
    notice TEXT NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, user_id) REFERENCES users (seller_id, id)
);
CREATE INDEX sessions_by_user ON sessions (seller_id, user_id);
CREATE INDEX sessions_by_age ON sessions (seen_at);

-- Links that let a newcomer make the first user; all are gone once one was used.
CREATE TABLE setup_links (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    created_at TIMESTAMP NOT NULL
);
