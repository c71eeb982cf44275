-- The list narrowed by a flag that rules gave; most orders have none and stay out.
CREATE INDEX rule_decisions_by_flag ON rule_decisions (seller_id, flag) WHERE flag <> '';
INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('rule_decisions', 'rule_decisions_by_flag', '50000 50000 10000');
