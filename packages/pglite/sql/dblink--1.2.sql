-- The functions of dblink 1.2. Signatures, strictness, volatility, parallel safety and grants are those of the C
-- extension; the bodies are in TypeScript, behind the same C symbols.
\echo Use "CREATE EXTENSION dblink" to load this file. \quit

-- Connections

CREATE FUNCTION dblink_connect(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect';

CREATE FUNCTION dblink_connect(text, text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect';

-- These run as their owner, a superuser, whom the password rule does not bind: only who is granted them may call them.
CREATE FUNCTION dblink_connect_u(text) RETURNS text
  LANGUAGE C STRICT SECURITY DEFINER PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect';

CREATE FUNCTION dblink_connect_u(text, text) RETURNS text
  LANGUAGE C STRICT SECURITY DEFINER PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect';

REVOKE ALL ON FUNCTION dblink_connect_u(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION dblink_connect_u(text, text) FROM PUBLIC;

CREATE FUNCTION dblink_disconnect() RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_disconnect';

CREATE FUNCTION dblink_disconnect(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_disconnect';

CREATE FUNCTION dblink_get_connections() RETURNS text[]
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_connections';

CREATE FUNCTION dblink_error_message(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_error_message';

-- Queries and commands

CREATE FUNCTION dblink(text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_record';

CREATE FUNCTION dblink(text, boolean) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_record';

CREATE FUNCTION dblink(text, text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_record';

CREATE FUNCTION dblink(text, text, boolean) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_record';

CREATE FUNCTION dblink_exec(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_exec';

CREATE FUNCTION dblink_exec(text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_exec';

CREATE FUNCTION dblink_exec(text, text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_exec';

CREATE FUNCTION dblink_exec(text, text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_exec';

-- Cursors

CREATE FUNCTION dblink_open(text, text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_open';

CREATE FUNCTION dblink_open(text, text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_open';

CREATE FUNCTION dblink_open(text, text, text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_open';

CREATE FUNCTION dblink_open(text, text, text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_open';

CREATE FUNCTION dblink_fetch(text, int) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_fetch';

CREATE FUNCTION dblink_fetch(text, int, boolean) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_fetch';

CREATE FUNCTION dblink_fetch(text, text, int) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_fetch';

CREATE FUNCTION dblink_fetch(text, text, int, boolean) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_fetch';

CREATE FUNCTION dblink_close(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_close';

CREATE FUNCTION dblink_close(text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_close';

CREATE FUNCTION dblink_close(text, text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_close';

CREATE FUNCTION dblink_close(text, text, boolean) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_close';

-- Asynchronous queries and notifications

CREATE FUNCTION dblink_send_query(text, text) RETURNS int
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_send_query';

CREATE FUNCTION dblink_is_busy(text) RETURNS int
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_is_busy';

CREATE FUNCTION dblink_get_result(text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_result';

CREATE FUNCTION dblink_get_result(text, boolean) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_result';

CREATE FUNCTION dblink_cancel_query(text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_cancel_query';

CREATE FUNCTION dblink_get_notify(OUT notify_name text, OUT be_pid int, OUT extra text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_notify';

CREATE FUNCTION dblink_get_notify(conname text, OUT notify_name text, OUT be_pid int, OUT extra text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_notify';

-- Local catalog

CREATE TYPE dblink_pkey_results AS (position int, colname text);

CREATE FUNCTION dblink_get_pkey(text) RETURNS SETOF dblink_pkey_results
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_get_pkey';

CREATE FUNCTION dblink_build_sql_insert(text, int2vector, int, text[], text[]) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_build_sql_insert';

CREATE FUNCTION dblink_build_sql_delete(text, int2vector, int, text[]) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_build_sql_delete';

CREATE FUNCTION dblink_build_sql_update(text, int2vector, int, text[], text[]) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_build_sql_update';

-- Older than current_query() and kept for whoever still calls it
CREATE FUNCTION dblink_current_query() RETURNS text
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_current_query';

-- Foreign servers as a source of connection strings

CREATE FUNCTION dblink_fdw_validator(options text[], catalog oid) RETURNS void
  LANGUAGE C STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'dblink_fdw_validator';

CREATE FOREIGN DATA WRAPPER dblink_fdw VALIDATOR dblink_fdw_validator;
