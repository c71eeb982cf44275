DROP INDEX orders_by_flag;
