DROP INDEX shipments_by_hand_over;
DROP INDEX shipments_to_hand_over;
ALTER TABLE shipments DROP COLUMN hand_over_id;
DROP TABLE hand_overs;
