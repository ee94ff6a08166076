import fc from 'fast-check';
import {
  anyStatement,
  columnList,
  commandStatement,
  type RemoteStatement,
  rowStatement,
  sentStatement,
} from './remote-statements.ts';
import { literal } from './sql-text.ts';

/** SQL that calls one or more dblink functions: steps that stay together when a sequence shrinks. */
export type Steps = readonly string[];

/** A call of a function that returns rows, with the column list that it needs. */
export interface RowCall {
  readonly call: string;
  readonly columns: string;
}

const long = 'x'.repeat(70);

/** Connection names: few, so that a sequence meets its own connections, and some that are hard to write. */
const rareNames = ['ü n', '', long, `${long.slice(0, 63)}y`, 'nope'];
const name: fc.Arbitrary<string> = fc
  .oneof(
    { arbitrary: fc.constant('a'), weight: 12 },
    { arbitrary: fc.constant('b'), weight: 4 },
    { arbitrary: fc.constantFrom(...rareNames), weight: 1 },
  )
  .map(literal);

/** Where a connection leads. */
const conninfo: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.constant('cp()'), weight: 8 },
  {
    arbitrary: fc.constantFrom(
      "cp() || ' application_name=app options=''-c a.b=9'''",
      "lb('postgres', '')",
      "lb('pwu', 'password=pw')",
      "'srv2'",
      "'srv'",
      "'any1'",
      "'bogus'",
      "cp() || ' dbname=nosuch'",
      "''''",
    ),
    weight: 2,
  },
);

/** What dblink and dblink_exec may be given in front. */
const target: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: name, weight: 8 },
  { arbitrary: fc.constantFrom('cp()', "'srv2'", "lb('pwu', 'password=pw')"), weight: 2 },
);

const fail: fc.Arbitrary<string> = fc.constantFrom('', ', false', ', false', ', true');
const cursor: fc.Arbitrary<string> = fc.constantFrom("'c'", "'c'", "'d'", `'"C d"'`, "'no such'");

/** `name, ` for a named connection, nothing for the unnamed one. */
const front: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: name.map((text) => `${text}, `), weight: 4 },
  { arbitrary: fc.constant(''), weight: 1 },
);

function call(functionName: string, ...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> {
  return fc.tuple(...parts).map((texts) => `${functionName}(${texts.join('')})`);
}

function rowsOf(functionName: string, before: fc.Arbitrary<string>, statement: RemoteStatement): fc.Arbitrary<RowCall> {
  const text = call(functionName, before, fc.constant(literal(statement.sql)), fail);
  return fc.record({ call: text, columns: columnList(statement) });
}

const targetFront: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: target.map((text) => `${text}, `), weight: 5 },
  { arbitrary: fc.constant(''), weight: 1 },
);

const dblink: fc.Arbitrary<RowCall> = fc
  .oneof({ arbitrary: rowStatement, weight: 3 }, { arbitrary: anyStatement, weight: 1 })
  .chain((statement) => rowsOf('dblink', targetFront, statement));

const fetched: fc.Arbitrary<RowCall> = fc.record({
  call: call(
    'dblink_fetch',
    front,
    cursor.map((text) => `${text}, `),
    fc.constantFrom('1', '2', '100', '0', '-1'),
    fail,
  ),
  columns: fc.constantFrom('a int', 'a int', 'a int', 'a int, b text', 'a text'),
});

const gotResult: fc.Arbitrary<RowCall> = fc.record({
  call: call('dblink_get_result', name, fail),
  columns: fc.constantFrom('a int', 'a int', 'a text', 'a int, b text'),
});

/** Calls that return rows. */
export const rowCall: fc.Arbitrary<RowCall> = fc.oneof(
  { arbitrary: dblink, weight: 6 },
  { arbitrary: fetched, weight: 2 },
  { arbitrary: gotResult, weight: 2 },
);

/** A call of dblink_connect, mostly one that works. */
export const connectCall: fc.Arbitrary<string> = call('dblink_connect', front, conninfo);

const connectUntrusted: fc.Arbitrary<string> = call('dblink_connect_u', front, conninfo);

const sqlText: fc.Arbitrary<string> = commandStatement.map(({ sql }) => literal(sql));
const sentText: fc.Arbitrary<string> = sentStatement.map(({ sql }) => literal(sql));
const cursorSql: fc.Arbitrary<string> = fc
  .constantFrom(
    'select generate_series(1, 4)',
    'select f1 from foo order by f1',
    'select 1/(2-g) from generate_series(1, 3) g',
    'select nope',
    'select 1; select 2',
    'insert into rw values (1)',
  )
  .map(literal);

const open: fc.Arbitrary<string> = call(
  'dblink_open',
  front,
  fc.oneof(
    cursor,
    cursor.map((text) => text.replace(/'$/, " scroll'")),
  ),
  cursorSql.map((text) => `, ${text}`),
  fail,
);
const close: fc.Arbitrary<string> = call('dblink_close', front, cursor, fail);

/**
 * Calls that return a value. Not among them, because their answers depend on how far the remote has come:
 * dblink_is_busy, dblink_cancel_query and dblink_get_notify, which stand in {@link asynchronous}.
 */
export const valueCall: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: call('dblink_exec', targetFront, sqlText, fail), weight: 8 },
  { arbitrary: open, weight: 3 },
  { arbitrary: close, weight: 3 },
  {
    arbitrary: call(
      'dblink_send_query',
      name.map((text) => `${text}, `),
      sentText,
    ),
    weight: 3,
  },
  { arbitrary: connectCall, weight: 2 },
  { arbitrary: connectUntrusted, weight: 1 },
  { arbitrary: call('dblink_disconnect', fc.oneof(name, fc.constant(''))), weight: 2 },
  { arbitrary: call('dblink_error_message', name), weight: 2 },
  {
    arbitrary: fc.constant('(select array_agg(x order by x) from unnest(dblink_get_connections()) x)'),
    weight: 1,
  },
  { arbitrary: fc.constant('dblink_current_query()'), weight: 1 },
);

/** An asynchronous query from end to end, or a question that is only certain once the remote is done. */
export const asynchronous: fc.Arbitrary<Steps> = fc
  .tuple(name, sentStatement, fail)
  .chain(([conn, { sql, columns }, no]) => {
    const settled = `select settled(${conn})`;
    const result = `select * from dblink_get_result(${conn}${no}) t(${columns})`;
    const send = `select dblink_send_query(${conn}, ${literal(sql)})`;
    const sleep = `select case when dblink_send_query(${conn}, 'select 1 from pg_sleep(30)') = 1 then asleep(${conn}) end`;
    const cancel = `select dblink_cancel_query(${conn})`;
    const notifications = 'notify_name, be_pid > 0, extra from dblink_get_notify';
    return fc.constantFrom<Steps>(
      [send, result, result],
      [send, result, result, result],
      [send, settled, `select dblink_is_busy(${conn})`, `select dblink_error_message(${conn})`, result],
      [settled, cancel],
      [settled, sleep, cancel, result, `select dblink_error_message(${conn})`, result],
      [
        `select dblink_exec(${conn}, 'listen ch; notify ch, ''pay ü''; notify ch')`,
        settled,
        `select ${notifications}(${conn})`,
      ],
      ["select dblink_exec('listen ch')", "select dblink_exec('notify ch')", `select ${notifications}()`],
    );
  });

/** A cursor from end to end. */
export const cursorRun: fc.Arbitrary<Steps> = fc
  .tuple(front, fc.integer({ min: -2, max: 6 }))
  .map(([conn, count]) => [
    `select dblink_open(${conn}'e', 'select generate_series(1, 5)')`,
    `select * from dblink_fetch(${conn}'e', ${count}) t(a int)`,
    `select dblink_close(${conn}'e')`,
  ]);

/** The far end of a connection goes away. */
export const death: fc.Arbitrary<Steps> = name.map((conn) => [`select killc(${conn})`]);
