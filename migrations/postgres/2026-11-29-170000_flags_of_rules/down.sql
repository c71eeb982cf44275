DROP INDEX rule_decisions_by_flag;
