-- Where parcels leave from.
CREATE TABLE warehouses (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    -- What rules, shops and people name it by.
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    -- Sealed JSON: who takes returns, where.
    return_address TEXT NOT NULL,
    -- On the clock of the seller's time zone, HH:MM; empty without one.
    order_cut_off TEXT NOT NULL,
    pickup_at TEXT NOT NULL,
    is_default BOOLEAN NOT NULL,
    is_on BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code)
);
CREATE UNIQUE INDEX one_default_warehouse ON warehouses (seller_id) WHERE is_default;

-- Which way an order should go, as somebody or a rule said. Kept by order, so that it stays when parcels are merged.
CREATE TABLE plan_wishes (
    seller_id BIGINT NOT NULL,
    order_id BIGINT NOT NULL,
    -- The parcel it was said of.
    shipment_id BIGINT NOT NULL,
    -- Each empty where nothing was said.
    carrier TEXT NOT NULL,
    service TEXT NOT NULL,
    warehouse TEXT NOT NULL,
    said_by TEXT NOT NULL,
    said_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, order_id, shipment_id),
    FOREIGN KEY (seller_id, order_id) REFERENCES orders (seller_id, id)
);

-- How a parcel is to go; derived, and kept as it was once it has a number.
ALTER TABLE shipments ADD COLUMN plan_carrier TEXT NOT NULL DEFAULT '';
ALTER TABLE shipments ADD COLUMN plan_service TEXT NOT NULL DEFAULT '';
ALTER TABLE shipments ADD COLUMN plan_warehouse TEXT NOT NULL DEFAULT '';
-- Minor units; NULL when no price is known.
ALTER TABLE shipments ADD COLUMN plan_cost BIGINT;
-- JSON: why, and how the cost comes about. Empty without a plan.
ALTER TABLE shipments ADD COLUMN plan TEXT NOT NULL DEFAULT '';
