-- Contracts with carriers. What a number run, a plan and a price name is the carrier's code.
CREATE TABLE carrier_accounts (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    name TEXT NOT NULL,
    -- The account number, sealed; empty without one.
    account_number TEXT NOT NULL,
    is_on BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, carrier, name)
);

-- Ways a parcel can go: what a carrier offers, the seller's own fleet, pickup by the buyer.
CREATE TABLE carrier_services (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    -- What rules, shops and people name it by.
    code TEXT NOT NULL,
    name TEXT NOT NULL,
    -- carrier, own_fleet, self_pickup
    kind TEXT NOT NULL,
    carrier TEXT NOT NULL,
    account_id BIGINT,
    is_on BOOLEAN NOT NULL,
    -- Limits of one parcel; NULL without one.
    max_weight_g BIGINT,
    max_side_mm BIGINT,
    -- Length plus twice width and height.
    max_girth_mm BIGINT,
    takes_cod BOOLEAN NOT NULL,
    -- Minor units of the currency.
    max_cod BIGINT,
    max_value BIGINT,
    currency TEXT NOT NULL,
    -- Usual days from door to door.
    days BIGINT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    UNIQUE (seller_id, code),
    FOREIGN KEY (seller_id, account_id) REFERENCES carrier_accounts (seller_id, id)
);

-- A version of a service's prices. On a day the one that began last counts.
CREATE TABLE price_tables (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    service_id BIGINT NOT NULL,
    -- parcel: each parcel by its own weight; average: each by the average weight of the month
    kind TEXT NOT NULL,
    currency TEXT NOT NULL,
    -- ISO dates in the seller's time zone, so that they compare as texts; valid_until is the last day, empty without one.
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    -- Cubic centimetres that count as a kilogram; NULL when size does not matter.
    volumetric_divisor BIGINT,
    -- The average weight of kind average, in grams.
    average_g BIGINT,
    note TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    FOREIGN KEY (seller_id, service_id) REFERENCES carrier_services (seller_id, id)
);
CREATE INDEX price_tables_by_service ON price_tables (seller_id, service_id, valid_from);

CREATE TABLE rates (
    seller_id BIGINT NOT NULL,
    table_id BIGINT NOT NULL,
    -- Digits of GB/T 2260 that the region begins with; empty for everywhere. The longest counts.
    region TEXT NOT NULL,
    -- Up to so many grams the first price is asked. Several of one region are bands.
    first_g BIGINT NOT NULL CHECK (first_g > 0),
    first_price BIGINT NOT NULL CHECK (first_price >= 0),
    -- 0 when there is nothing beyond the first weight.
    step_g BIGINT NOT NULL CHECK (step_g >= 0),
    step_price BIGINT NOT NULL CHECK (step_price >= 0),
    surcharge BIGINT NOT NULL,
    PRIMARY KEY (seller_id, table_id, region, first_g),
    FOREIGN KEY (seller_id, table_id) REFERENCES price_tables (seller_id, id)
);

-- What carriers announce for regions: not served, dearer, slower.
CREATE TABLE region_rules (
    seller_id BIGINT NOT NULL REFERENCES sellers (id),
    id BIGINT NOT NULL,
    -- Empty for every carrier.
    carrier TEXT NOT NULL,
    -- Code of a service; empty for all of the carrier.
    service TEXT NOT NULL,
    -- Digits of GB/T 2260; empty for everywhere.
    region TEXT NOT NULL,
    -- closed, surcharge, slow
    effect TEXT NOT NULL,
    -- Of a surcharge, in minor units.
    amount BIGINT NOT NULL,
    -- Of a slow region, additional ones.
    days BIGINT NOT NULL,
    -- ISO dates in the seller's time zone; from the first to the last day, empty where it is open.
    valid_from TEXT NOT NULL,
    valid_until TEXT NOT NULL,
    note TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, id),
    -- The same notice taken in twice is one rule.
    UNIQUE (seller_id, carrier, service, region, effect, valid_from, valid_until)
);
CREATE INDEX region_rules_by_region ON region_rules (seller_id, region, valid_until);
