-- How far a printer's paper lies off, in tenths of a millimetre: everything it prints is moved by that. What the desk says of
-- its printers does not touch it.
ALTER TABLE printers ADD COLUMN offset_x_tenths BIGINT NOT NULL DEFAULT 0;
ALTER TABLE printers ADD COLUMN offset_y_tenths BIGINT NOT NULL DEFAULT 0;
