DROP INDEX waybills_void;
DROP INDEX shipments_in_house;
