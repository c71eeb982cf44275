#!/bin/sh
# Runs once, while the volume of PostgreSQL is new: the program gets a role that owns its own database and may do nothing
# else. The administrator's password stays with PostgreSQL.
set -eu

psql --quiet --set ON_ERROR_STOP=1 --set password="$DATABASE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE huidan LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS PASSWORD :'password';
CREATE DATABASE huidan OWNER huidan;
REVOKE ALL ON DATABASE huidan FROM PUBLIC;
\connect huidan
ALTER SCHEMA public OWNER TO huidan;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
SQL
