DROP TABLE idempotency_keys;
DROP TABLE events;
DROP TABLE tokens;
DROP TABLE users;
DROP TABLE sellers;
DROP TABLE ids;
