-- What was scanned into a parcel so far, and when the last piece was in. One row a parcel; it starts anew when its
-- contents change.
CREATE TABLE packings (
    seller_id BIGINT NOT NULL,
    shipment_id BIGINT NOT NULL,
    -- JSON: pieces by item.
    scanned TEXT NOT NULL,
    -- Counts every scan that was taken, so that one that arrives twice counts once.
    scan_count BIGINT NOT NULL,
    -- Hash of what belongs inside, as it was at the first scan.
    contents_hash TEXT NOT NULL,
    packed_by TEXT NOT NULL,
    -- NULL until everything is in.
    packed_at TIMESTAMP,
    changed_at TIMESTAMP NOT NULL,
    PRIMARY KEY (seller_id, shipment_id),
    FOREIGN KEY (seller_id, shipment_id) REFERENCES shipments (seller_id, id)
);
