-- The list narrowed by a flag that rules gave; most orders have none and stay out.
CREATE INDEX rule_decisions_by_flag ON rule_decisions (seller_id, flag) WHERE flag <> '';
