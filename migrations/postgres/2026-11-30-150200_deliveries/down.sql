ALTER TABLE plan_wishes DROP COLUMN worker;
ALTER TABLE plan_wishes DROP COLUMN branch;
