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

-- One query over many sources: open connections, foreign servers, connection strings. The caller's column list begins
-- with the source's name.

CREATE FUNCTION dblink_gather(sources text[], sql text, max_parallel int DEFAULT 16, fail_on_error boolean DEFAULT false)
  RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_gather';
COMMENT ON FUNCTION dblink_gather(text[], text, int, boolean) IS 'rows of a query over many sources at a time, each with its source';

CREATE FUNCTION dblink_gather_errors(
    OUT source text, OUT sqlstate text, OUT message text, OUT detail text, OUT hint text, OUT context text)
  RETURNS SETOF record
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_gather_errors';
COMMENT ON FUNCTION dblink_gather_errors() IS 'sources that failed in the last dblink_gather of the session';

-- Rows of a type that is there already, in place of a column list: dblink_as('c', 'select …', NULL::mytype)

CREATE FUNCTION dblink_as(sql text, rowtype anyelement) RETURNS SETOF anyelement
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_as';
COMMENT ON FUNCTION dblink_as(text, anyelement) IS 'rows of a remote query as rows of a type';

CREATE FUNCTION dblink_as(connname text, sql text, rowtype anyelement) RETURNS SETOF anyelement
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_as';
COMMENT ON FUNCTION dblink_as(text, text, anyelement) IS 'rows of a remote query as rows of a type';

CREATE FUNCTION dblink_as(connname text, sql text, rowtype anyelement, VARIADIC params "any") RETURNS SETOF anyelement
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_as';
COMMENT ON FUNCTION dblink_as(text, text, anyelement, VARIADIC "any") IS 'rows of a remote query with parameters as rows of a type';

-- What columns a remote query has, without running it, and a local view with these columns

CREATE FUNCTION dblink_describe(sql text, OUT "position" int, OUT colname text, OUT coltype text) RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_describe';
COMMENT ON FUNCTION dblink_describe(text) IS 'names and types of the columns of a remote query';

CREATE FUNCTION dblink_describe(connname text, sql text, OUT "position" int, OUT colname text, OUT coltype text)
  RETURNS SETOF record
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_describe';
COMMENT ON FUNCTION dblink_describe(text, text) IS 'names and types of the columns of a remote query';

CREATE FUNCTION dblink_create_view(viewname text, sql text) RETURNS text
  LANGUAGE C STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'dblink_create_view';
COMMENT ON FUNCTION dblink_create_view(text, text) IS 'create a local view over a remote query';

CREATE FUNCTION dblink_create_view(viewname text, connname text, sql text) RETURNS text
  LANGUAGE C STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'dblink_create_view';
COMMENT ON FUNCTION dblink_create_view(text, text, text) IS 'create a local view over a remote query';

-- Connections: what there is, and making them again. dblink_connect's rules hold for whoever calls.

CREATE FUNCTION dblink_connections(
    OUT connname text, OUT host text, OUT port int, OUT dbname text, OUT username text, OUT server_version text,
    OUT state text, OUT transaction_status text, OUT open_cursors int, OUT age interval,
    OUT last_sqlstate text, OUT last_error text)
  RETURNS SETOF record
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connections';
COMMENT ON FUNCTION dblink_connections() IS 'connections of the session, the unnamed one included';

CREATE FUNCTION dblink_reconnect() RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_reconnect';
COMMENT ON FUNCTION dblink_reconnect() IS 'make the unnamed connection again';

CREATE FUNCTION dblink_reconnect(connname text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_reconnect';
COMMENT ON FUNCTION dblink_reconnect(text) IS 'make a connection again';

CREATE FUNCTION dblink_connect_if_not_exists(connstr text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect_if_not_exists';
COMMENT ON FUNCTION dblink_connect_if_not_exists(text) IS 'open the unnamed connection unless it is there';

CREATE FUNCTION dblink_connect_if_not_exists(connname text, connstr text) RETURNS text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_connect_if_not_exists';
COMMENT ON FUNCTION dblink_connect_if_not_exists(text, text) IS 'open a connection unless it is there';

-- What connections cost, and what remote statements will

CREATE FUNCTION dblink_ledger(
    OUT connname text, OUT kind text, OUT statements bigint, OUT errors bigint, OUT rows bigint,
    OUT bytes_received bigint, OUT bytes_sent bigint, OUT round_trips bigint, OUT milliseconds float8)
  RETURNS SETOF record
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_ledger';
COMMENT ON FUNCTION dblink_ledger() IS 'what each connection has moved since the last reset, temporary ones together';

CREATE FUNCTION dblink_ledger_reset() RETURNS void
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_ledger_reset';
COMMENT ON FUNCTION dblink_ledger_reset() IS 'let dblink_ledger count from zero again';

CREATE FUNCTION dblink_explain(sql text) RETURNS SETOF text
  LANGUAGE C STRICT PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_explain';
COMMENT ON FUNCTION dblink_explain(text) IS 'plan of a remote statement on the unnamed connection';

-- Not strict, since a NULL connection is the unnamed one
CREATE FUNCTION dblink_explain(connname text, sql text, options text DEFAULT '', allow_writes boolean DEFAULT false)
  RETURNS SETOF text
  LANGUAGE C PARALLEL RESTRICTED AS 'MODULE_PATHNAME', 'dblink_explain';
COMMENT ON FUNCTION dblink_explain(text, text, text, boolean) IS 'plan of a remote statement';
