-- One sequence gives every id of the installation, so an id of one kind is never an id of another.
CREATE TABLE ids (last BIGINT NOT NULL);
INSERT INTO ids (last) VALUES (0);

CREATE TABLE sellers (
    id BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    -- JSON of the seller's own settings; absent ones have their defaults.
    settings TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);

CREATE TABLE users (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    -- Argon2id in PHC form.
    password_hash TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    disabled_at TIMESTAMP,
    PRIMARY KEY (seller_id, id)
);

CREATE TABLE tokens (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    -- SHA-256 of the token; the token itself is shown once and kept nowhere.
    secret_hash TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP,
    PRIMARY KEY (seller_id, id)
);

-- Who did what to which thing, and when. Rows are only added.
CREATE TABLE events (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BIGINT NOT NULL,
    -- JSON without personal data.
    data TEXT NOT NULL,
    PRIMARY KEY (seller_id, id)
);
CREATE INDEX events_by_subject ON events (seller_id, subject_id, id);

-- The first answer to a repeated request.
CREATE TABLE idempotency_keys (
    seller_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    request_hash TEXT NOT NULL,
    -- 0 while the first request is still at work.
    status BIGINT NOT NULL,
    content_type TEXT NOT NULL,
    -- Sealed: answers may name people.
    body TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, key)
);
CREATE INDEX idempotency_keys_by_age ON idempotency_keys (created_at);
