DELETE FROM sqlite_stat1 WHERE idx = 'rule_decisions_by_flag';
DROP INDEX rule_decisions_by_flag;
