DROP TABLE waybills;
DROP TABLE number_runs;
