-- Who has which shipment ticked just now, so that two people see each other. Old rows say nothing and go.
CREATE TABLE ticks (
    seller_id BIGINT NOT NULL,
    shipment_id BIGINT NOT NULL,
    user_id BIGINT NOT NULL,
    at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, shipment_id, user_id)
);
CREATE INDEX ticks_by_user ON ticks (seller_id, user_id);
