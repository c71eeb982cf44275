-- What is known of the tokens platforms give for a seller's consent. The tokens themselves stand with the shop's other keys,
-- sealed.
CREATE TABLE shop_tokens (
    seller_id BIGINT NOT NULL,
    shop_id BIGINT NOT NULL,
    -- Grows with every change of the shop's keys: what a call brings is kept only where nothing changed since it was asked for.
    version BIGINT NOT NULL,
    granted_at TIMESTAMP,
    -- When the shop stops to accept the token; NULL where the platform does not say.
    ends_at TIMESTAMP,
    -- Until when it can be refreshed: from then on a person has to consent anew.
    linked_until TIMESTAMP,
    -- When it is to be refreshed; NULL where it cannot be.
    refresh_at TIMESTAMP,
    -- When somebody is to be told that it ends; NULL once that was said.
    warn_at TIMESTAMP,
    -- A refresh is under way until then, by the database's clock.
    lease_until_ms BIGINT,
    -- Keyed hash of the word a person was sent to the platform with, whose session that was, and until when they may come back.
    state_hash TEXT NOT NULL,
    state_session_id BIGINT,
    state_until TIMESTAMP,
    PRIMARY KEY (seller_id, shop_id),
    FOREIGN KEY (seller_id, shop_id) REFERENCES shops (seller_id, id)
);
CREATE INDEX shop_tokens_to_warn ON shop_tokens (seller_id, warn_at) WHERE warn_at IS NOT NULL;
CREATE UNIQUE INDEX shop_tokens_by_state ON shop_tokens (seller_id, state_hash) WHERE state_hash <> '';

-- All keys that the platform needs are there, also those that come by consent.
ALTER TABLE shops ADD COLUMN is_linked BOOLEAN NOT NULL DEFAULT false;
