-- What dblink 1.3 adds to the functions of the C extension, which stay as they are. CREATE EXTENSION runs the script of
-- 1.2 and then this one, so nothing of 1.2 is written down twice.
\echo Use "ALTER EXTENSION dblink UPDATE TO '1.3'" to load this file. \quit

-- Statements with parameters: one statement, $1 … in it, their values behind it. A NULL connection is the unnamed one.
-- None of these is strict, since a parameter may be NULL.

CREATE FUNCTION dblink_params(connname text, sql text, VARIADIC params "any") RETURNS SETOF record
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_params';
COMMENT ON FUNCTION dblink_params(text, text, VARIADIC "any") IS 'rows of a remote query with parameters';

CREATE FUNCTION dblink_exec_params(connname text, sql text, VARIADIC params "any") RETURNS text
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_exec_params';
COMMENT ON FUNCTION dblink_exec_params(text, text, VARIADIC "any") IS 'execute a remote command with parameters';

CREATE FUNCTION dblink_send_query_params(connname text, sql text, VARIADIC params "any") RETURNS int
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_send_query_params';
COMMENT ON FUNCTION dblink_send_query_params(text, text, VARIADIC "any") IS 'send a remote query with parameters without waiting for its result';
