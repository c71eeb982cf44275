DROP TABLE order_audits;
