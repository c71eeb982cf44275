-- The evening check asks which numbered parcels are still in the house. Those that left, nearly all of them, are not looked at.
CREATE INDEX shipments_in_house ON shipments (seller_id, id) WHERE waybill <> '' AND shipped_at IS NULL;
-- Labels of ended numbers that may be on a parcel, the newest first.
CREATE INDEX waybills_void ON waybills (seller_id, ended_at) WHERE state = 'void';
