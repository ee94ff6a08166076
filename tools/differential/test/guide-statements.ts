/** A statement and the line that it must give, as outcome-text.ts writes it. */
export type Statement = readonly [sql: string, gives: string];

/** Where the two servers of the guide are, in place of the names that the guide leaves to its reader. */
export interface GuideHosts {
  /** Of the database that the guide queries: host, port, dbname, user, password and sslmode=require. */
  readonly remote: string;
  readonly production: string;
  readonly orders: string;
  /** Trusted, without TLS or password: what the manual writes as dbname=postgres. */
  readonly postgres: string;
  readonly port: number;
}

/** A guide to dblink, section by section: connecting, querying, closing, practical examples, advanced functions. */
export function guideStatements({ remote, production, orders }: GuideHosts): readonly Statement[] {
  const tables = `SELECT table_name FROM information_schema.tables WHERE table_schema = ''public''`;
  return [
    ['CREATE EXTENSION IF NOT EXISTS dblink', '<CREATE EXTENSION>'],
    [`SELECT dblink_connect('my_remote_db', '${remote}')`, '[OK]'],
    [`SELECT dblink_connect('${remote}')`, '[OK]'],
    [
      `SELECT * FROM dblink('my_remote_db', '${tables}') AS remote_tables(table_name TEXT) ORDER BY 1`,
      '[remote_table ; todos ; user_profiles ; users]',
    ],
    [
      `SELECT * FROM dblink('${remote}', '${tables}') AS remote_tables(table_name TEXT) ORDER BY 1`,
      '[remote_table ; todos ; user_profiles ; users]',
    ],
    [
      `SELECT rt.table_name FROM dblink('my_remote_db', '${tables}') AS rt(table_name TEXT)
       WHERE rt.table_name LIKE 'user%' ORDER BY 1`,
      '[user_profiles ; users]',
    ],
    [
      `SELECT * FROM dblink('my_remote_db', 'SELECT id, user_id, task, is_complete, inserted_at FROM todos')
       AS rows(id int, user_id TEXT, task TEXT, is_complete BOOLEAN, inserted_at text)`,
      '[1 | u-1 | write the report | f | 2024-11-01 10:00:00+00 ; 2 | u-2 | héberger | t | 2024-11-02 11:30:00+00]',
    ],
    ['SELECT * FROM dblink_get_connections()', '[{my_remote_db}]'],
    ["SELECT dblink_disconnect('my_remote_db')", '[OK]'],
    ['SELECT dblink_disconnect()', '[OK]'],
    [`SELECT dblink_connect('production_db', '${production}')`, '[OK]'],
    [`SELECT * FROM dblink('production_db', 'SELECT count(*) FROM orders') AS order_count(count int)`, '[3]'],
    ["SELECT dblink_disconnect('production_db')", '[OK]'],

    ['CREATE TABLE local_staging_table (col1 INTEGER, col2 TEXT)', '<CREATE TABLE>'],
    [`SELECT dblink_connect('remote_db', '${remote}')`, '[OK]'],
    [
      `INSERT INTO local_staging_table (col1, col2)
       SELECT remote_col1, remote_col2 FROM dblink('remote_db', 'SELECT col1, col2 FROM remote_table')
       AS rt(remote_col1 INTEGER, remote_col2 TEXT)`,
      '<INSERT 0 2>',
    ],
    ['SELECT * FROM local_staging_table ORDER BY col1', '[1 | one ; 2 | ∅]'],
    ['CREATE TABLE customers (customer_id INTEGER PRIMARY KEY, customer_name TEXT)', '<CREATE TABLE>'],
    ["INSERT INTO customers VALUES (1, 'Ada'), (2, 'Zoë'), (3, 'Idle')", '<INSERT 0 3>'],
    [`SELECT dblink_connect('orders_db', '${orders}')`, '[OK]'],
    [
      `SELECT l.customer_name, r.order_total FROM customers l
       JOIN dblink('orders_db', 'SELECT customer_id, sum(amount) AS order_total FROM orders GROUP BY customer_id')
       AS r(customer_id INTEGER, order_total NUMERIC) ON l.customer_id = r.customer_id ORDER BY 1`,
      '[Ada | 30.50 ; Zoë | 7.25]',
    ],
    [
      `SELECT * FROM dblink('orders_db', 'SELECT nothing', false) AS t(a int)`,
      'NOTICE 42703 column "nothing" does not exist CONTEXT: while executing query on dblink connection named "orders_db" + (0 rows)',
    ],
    [
      `SELECT dblink_error_message('orders_db')`,
      '[ERROR:  column "nothing" does not exist⏎LINE 1: SELECT nothing⏎               ^]',
    ],
    [`SELECT dblink_send_query('orders_db', 'SELECT count(*) FROM orders')`, '[1]'],
    [`SELECT * FROM dblink_get_result('orders_db') AS t(n int)`, '[3]'],
    [`SELECT * FROM dblink_get_result('orders_db') AS t(n int)`, '(0 rows)'],
    [`SELECT dblink_cancel_query('orders_db')`, '[OK]'],
    [`SELECT dblink_disconnect(name) FROM unnest(dblink_get_connections()) name`, '[OK ; OK]'],
  ];
}

/** The manual's examples (appendix F.11): connections, a foreign server, queries, commands, cursors, asynchronous. */
export function manualStatements({ postgres, port }: GuideHosts): readonly Statement[] {
  const foo = (from: number, to: number): string =>
    Array.from({ length: to - from }, (_, index) => {
      const n = from + index;
      return `${n} | ${'abcdefghijk'[n]} | {a${n},b${n},c${n}}`;
    }).join(' ; ');
  const regression = postgres.replace('dbname=postgres', 'dbname=contrib_regression');
  const plain = `${postgres} options=-csearch_path=`;
  return [
    [`SELECT dblink_connect('${plain}')`, '[OK]'],
    [`SELECT dblink_connect('myconn', '${plain}')`, '[OK]'],
    ['SELECT dblink_disconnect()', '[OK]'],
    ["SELECT dblink_disconnect('myconn')", '[OK]'],

    [
      `CREATE SERVER fdtest FOREIGN DATA WRAPPER dblink_fdw
       OPTIONS (hostaddr '127.0.0.1', port '${port}', dbname 'contrib_regression')`,
      '<CREATE SERVER>',
    ],
    ["CREATE USER regress_dblink_user WITH PASSWORD 'secret'", '<CREATE ROLE>'],
    [
      `CREATE USER MAPPING FOR regress_dblink_user SERVER fdtest
       OPTIONS (user 'regress_dblink_user', password 'secret')`,
      '<CREATE USER MAPPING>',
    ],
    ['GRANT USAGE ON FOREIGN SERVER fdtest TO regress_dblink_user', '<GRANT>'],
    ['SET SESSION AUTHORIZATION regress_dblink_user', '<SET>'],
    ["SELECT dblink_connect('myconn', 'fdtest')", '[OK]'],
    [`SELECT * FROM dblink('myconn', 'SELECT * FROM foo') AS t(a int, b text, c text[])`, `[${foo(0, 11)}]`],
    ['SET SESSION AUTHORIZATION postgres', '<SET>'],
    ['REVOKE USAGE ON FOREIGN SERVER fdtest FROM regress_dblink_user', '<REVOKE>'],
    ['DROP USER MAPPING FOR regress_dblink_user SERVER fdtest', '<DROP USER MAPPING>'],
    ['DROP USER regress_dblink_user', '<DROP ROLE>'],
    ['DROP SERVER fdtest', '<DROP SERVER>'],
    ["SELECT dblink_disconnect('myconn')", '[OK]'],

    [
      `SELECT count(*) > 10, bool_or(proname = 'byteacat') FROM dblink('${plain}',
       'select proname, prosrc from pg_proc') AS t1(proname name, prosrc text) WHERE proname LIKE 'bytea%'`,
      '[t | t]',
    ],
    [`SELECT dblink_connect('${plain}')`, '[OK]'],
    [
      `SELECT proname FROM dblink('select proname, prosrc from pg_proc') AS t1(proname name, prosrc text)
       WHERE proname LIKE 'byteacat%'`,
      '[byteacat]',
    ],
    [
      `CREATE VIEW myremote_pg_proc AS SELECT * FROM dblink('${plain}', 'select proname, prosrc from pg_proc')
       AS t1(proname name, prosrc text)`,
      '<CREATE VIEW>',
    ],
    [`SELECT * FROM myremote_pg_proc WHERE proname LIKE 'byteaeq'`, '[byteaeq | byteaeq]'],

    [`SELECT dblink_connect('${regression}')`, '[OK]'],
    [`SELECT dblink_exec('insert into foo values(21,''z'',''{"a0","b0","c0"}'');')`, '[INSERT 0 1]'],
    [
      `SELECT dblink_exec('insert into foo values(0,''a'',''{"a0","b0","c0"}'')', false)`,
      'NOTICE 23505 duplicate key value violates unique constraint "foo_pkey" DETAIL: Key (f1, f2)=(0, a) already exists. CONTEXT: while executing command on unnamed dblink connection + [ERROR]',
    ],
    [`SELECT dblink_exec('delete from foo where f1 = 21')`, '[DELETE 1]'],
    [`SELECT dblink_open('foo', 'select proname, prosrc from pg_proc')`, '[OK]'],
    [`SELECT dblink_close('foo')`, '[OK]'],
    [
      `SELECT dblink_open('foo', 'select proname, prosrc from pg_proc where proname like ''byteac%'' order by 1')`,
      '[OK]',
    ],
    [`SELECT funcname FROM dblink_fetch('foo', 2) AS (funcname name, source text)`, '[byteacat ; byteacmp]'],
    [`SELECT funcname FROM dblink_fetch('foo', 5) AS (funcname name, source text)`, '(0 rows)'],
    [`SELECT dblink_close('foo')`, '[OK]'],
    ['SELECT dblink_disconnect()', '[OK]'],

    [`SELECT dblink_connect('dtest1', '${regression}')`, '[OK]'],
    [`SELECT * FROM dblink_send_query('dtest1', 'select * from foo where f1 < 3') AS t1`, '[1]'],
    [`SELECT * FROM dblink_get_result('dtest1') AS t1(f1 int, f2 text, f3 text[])`, `[${foo(0, 3)}]`],
    [`SELECT * FROM dblink_get_result('dtest1') AS t1(f1 int, f2 text, f3 text[])`, '(0 rows)'],
    [
      `SELECT * FROM dblink_send_query('dtest1', 'select * from foo where f1 < 3; select * from foo where f1 > 6') AS t1`,
      '[1]',
    ],
    [`SELECT * FROM dblink_get_result('dtest1') AS t1(f1 int, f2 text, f3 text[])`, `[${foo(0, 3)}]`],
    [`SELECT * FROM dblink_get_result('dtest1') AS t1(f1 int, f2 text, f3 text[])`, `[${foo(7, 11)}]`],
    [`SELECT * FROM dblink_get_result('dtest1') AS t1(f1 int, f2 text, f3 text[])`, '(0 rows)'],
    ["SELECT dblink_is_busy('dtest1')", '[0]'],
    ['SELECT dblink_get_connections()', '[{dtest1}]'],
    ["SELECT dblink_error_message('dtest1')", '[OK]'],
    ["SELECT dblink_cancel_query('dtest1')", '[OK]'],
    ["SELECT dblink_exec('dtest1', 'LISTEN virtual')", '[LISTEN]'],
    ["SELECT * FROM dblink_get_notify('dtest1')", '(0 rows)'],
    ["SELECT dblink_exec('dtest1', 'NOTIFY virtual')", '[NOTIFY]'],
    ["SELECT notify_name, be_pid > 0, extra FROM dblink_get_notify('dtest1')", '[virtual | t | ]'],
    ["SELECT dblink_disconnect('dtest1')", '[OK]'],

    [`CREATE TABLE foobar (f1 int, f2 int, f3 int, PRIMARY KEY (f1, f2, f3))`, '<CREATE TABLE>'],
    ["SELECT * FROM dblink_get_pkey('foobar')", '[1 | f1 ; 2 | f2 ; 3 | f3]'],
    [`CREATE TABLE foo (f1 int, f2 text, f3 text, PRIMARY KEY (f1, f2))`, '<CREATE TABLE>'],
    [`INSERT INTO foo VALUES (1, 'a', 'b''')`, '<INSERT 0 1>'],
    [
      `SELECT dblink_build_sql_insert('foo', '1 2', 2, '{"1", "a"}', '{"1", "b''a"}')`,
      `[INSERT INTO foo(f1,f2,f3) VALUES('1','b''a','b''')]`,
    ],
    [
      `SELECT dblink_build_sql_delete('"MyFoo"', '1 2', 2, '{"1", "b"}')`,
      'ERROR 42P01 relation "MyFoo" does not exist',
    ],
    [`CREATE TABLE "MyFoo" (f1 int, f2 text, PRIMARY KEY (f1, f2))`, '<CREATE TABLE>'],
    [
      `SELECT dblink_build_sql_delete('"MyFoo"', '1 2', 2, '{"1", "b"}')`,
      `[DELETE FROM "MyFoo" WHERE f1 = '1' AND f2 = 'b']`,
    ],
    [
      `SELECT dblink_build_sql_update('foo', '1 2', 2, '{"1", "a"}', '{"1", "b"}')`,
      `[UPDATE foo SET f1 = '1', f2 = 'b', f3 = 'b''' WHERE f1 = '1' AND f2 = 'b']`,
    ],
  ];
}
