-- PostgreSQL counts for itself; intake has it do so after the first large batch.
SELECT 1;
