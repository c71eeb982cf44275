-- What a carrier's driver took at once: all parcels of the carrier that had left and were in no hand-over yet.
CREATE TABLE hand_overs (
    seller_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    carrier TEXT NOT NULL,
    -- Only what had left by then was taken in.
    until_at TIMESTAMP NOT NULL,
    parcel_count BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL,
    undone_by TEXT,
    undone_at TIMESTAMP,
    PRIMARY KEY (seller_id, id)
);
CREATE INDEX hand_overs_by_carrier ON hand_overs (seller_id, carrier, id) WHERE undone_at IS NULL;

-- The one hand-over a parcel is in, if any.
ALTER TABLE shipments ADD COLUMN hand_over_id BIGINT;
CREATE INDEX shipments_to_hand_over ON shipments (seller_id, carrier, shipped_at) WHERE shipped_at IS NOT NULL AND hand_over_id IS NULL;
CREATE INDEX shipments_by_hand_over ON shipments (seller_id, hand_over_id, shipped_at, id) WHERE hand_over_id IS NOT NULL;
