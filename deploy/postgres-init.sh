#!/bin/sh
# One database and one user for the service, one for the Inngest server.
set -eu
for name in testwright inngest; do
  psql -v ON_ERROR_STOP=1 -U postgres -v name="$name" -v password="$POSTGRES_PASSWORD" <<'SQL'
CREATE USER :"name" PASSWORD :'password';
CREATE DATABASE :"name" OWNER :"name";
SQL
done
