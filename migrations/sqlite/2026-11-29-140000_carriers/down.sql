DROP TABLE region_rules;
DROP TABLE rates;
DROP TABLE price_tables;
DROP TABLE carrier_services;
DROP TABLE carrier_accounts;
