ALTER TABLE printers DROP COLUMN offset_y_tenths;
ALTER TABLE printers DROP COLUMN offset_x_tenths;
