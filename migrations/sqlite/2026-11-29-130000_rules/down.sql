DROP TABLE rule_dry_runs;
DROP TABLE rule_overrides;
DROP TABLE rule_decisions;
DROP TABLE rule_sets;
