#!/bin/sh
# Makes or updates Temporal's two databases. Changes nothing where they are up to date.
# Reads SQL_PLUGIN, SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and, where the schema is elsewhere, SCHEMA_DIR.
set -eu

schemas=${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}

prepare() { # DATABASE FOLDER
  temporal-sql-tool --db "$1" create
  temporal-sql-tool --db "$1" setup-schema -v 0.0
  temporal-sql-tool --db "$1" update-schema -d "$schemas/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
