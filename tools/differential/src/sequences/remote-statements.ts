import fc from 'fast-check';

/** A statement for the far end, and the columns that its rows have, as a column definition list without parentheses. */
export interface RemoteStatement {
  readonly sql: string;
  readonly columns: string;
}

/** Statements that return rows. Nothing in them depends on a clock, a process number or what another session does. */
const rowSets: readonly RemoteStatement[] = [
  { sql: 'select 1', columns: 'a int' },
  { sql: 'select null::int', columns: 'a int' },
  { sql: "select g, 'x' || g from generate_series(1, 3) g", columns: 'a int, b text' },
  { sql: 'select f1, f2, f3 from foo where f1 > 6 order by f1', columns: 'a int, b text, c text[]' },
  { sql: 'select i from rw order by i', columns: 'a int' },
  { sql: 'select 1 where false', columns: 'a int' },
  // Enough rows for another wire format once the statement is known.
  {
    sql: "select g, g * 0.1::float8, date '2024-02-28' + g, g % 3 = 0, md5(g::text)::uuid from generate_series(1, 70) g",
    columns: 'a int, b float8, c date, d bool, e uuid',
  },
  {
    sql: "select interval '1 mon -2 days 03:04:05.6' * g, timestamptz '2024-03-31 00:00Z' + g * interval '1 hour', g / 7::numeric from generate_series(1, 70) g",
    columns: 'a interval, b timestamptz, c numeric',
  },
  { sql: "select date '2024-02-01', interval '1 day -2 hours'", columns: 'a date, b interval' },
  { sql: "select '\\xc3a9'::bytea, '{1,null}'::int[], '{\"ü\": 1}'::jsonb", columns: 'a bytea, b int[], c jsonb' },
  { sql: 'select c, p, at from painted order by id', columns: 'a colour, b percent, c point3' },
  { sql: "select current_setting('datestyle'), current_setting('a.b', true)", columns: 'a text, b text' },
  { sql: 'select 1; select 2', columns: 'a int' },
  { sql: "set a.b = 'x'; select 7", columns: 'a int' },
  { sql: 'select 1; select 1/0', columns: 'a int' },
  { sql: 'select 10 / (3 - g) from generate_series(1, 5) g', columns: 'a int' },
  { sql: "select 'abc'", columns: 'a text' },
  { sql: 'insert into rw values (5) returning i', columns: 'a int' },
  { sql: 'select noisy(3)', columns: 'a int' },
  { sql: 'fetch 2 from c', columns: 'a int' },
  { sql: 'show intervalstyle', columns: 'a text' },
  { sql: 'select pg_terminate_backend(pg_backend_pid())', columns: 'a bool' },
];

/** Statements that return a command tag. */
const commands: readonly string[] = [
  'set a.b = 1',
  'insert into rw values (1)',
  'insert into rw select generate_series(1, 3)',
  'update rw set i = i + 1',
  'delete from rw',
  'begin',
  'commit',
  'rollback',
  'savepoint s',
  'rollback to s',
  'declare c scroll cursor for select generate_series(1, 5)',
  'declare h cursor with hold for select generate_series(1, 3)',
  'close c',
  'set datestyle = German',
  "set intervalstyle = 'iso_8601'",
  'set extra_float_digits = 0',
  'reset all',
  'do $$ begin raise notice $n$said$n$; end $$',
  'call plain_procedure()',
  "begin; insert into rw values (8); savepoint s; select 1; commit; do 'begin end'",
  'set transaction read only',
];

/** Statements that fail, or are none. */
const failures: readonly string[] = [
  'select 1/0',
  'select nope',
  'selec',
  'select two_lines()',
  'insert into foo (f1) values (1)',
  "do $$ begin raise exception 'ü %', 1 using errcode = 'XY123', detail = 'd', hint = 'h'; end $$",
  '',
  ' -- nothing',
  ';',
  'select 1; selec',
];

const anyCommand: fc.Arbitrary<RemoteStatement> = fc
  .constantFrom(...commands)
  .map((sql) => ({ sql, columns: 'status text' }));

const anyFailure: fc.Arbitrary<RemoteStatement> = fc
  .constantFrom(...failures)
  .map((sql) => ({ sql, columns: 'a int' }));

/** Statements for the far end that return rows. */
export const rowStatement: fc.Arbitrary<RemoteStatement> = fc.constantFrom(...rowSets);

/** Statements for the far end, of any kind. */
export const anyStatement: fc.Arbitrary<RemoteStatement> = fc.oneof(
  { arbitrary: rowStatement, weight: 4 },
  { arbitrary: anyCommand, weight: 4 },
  { arbitrary: anyFailure, weight: 2 },
);

/** Statements to send and leave running: none that ends its connection, for then reading is a race with the end. */
export const sentStatement: fc.Arbitrary<RemoteStatement> = anyStatement.filter(
  ({ sql }) => !sql.includes('pg_terminate_backend'),
);

/** Statements for the far end that return no rows, for the most part. */
export const commandStatement: fc.Arbitrary<RemoteStatement> = fc.oneof(
  { arbitrary: anyCommand, weight: 6 },
  { arbitrary: anyFailure, weight: 2 },
  { arbitrary: rowStatement, weight: 1 },
);

/** A column list: mostly the right one. */
export function columnList({ columns }: RemoteStatement): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constant(columns), weight: 8 },
    { arbitrary: fc.constantFrom('a int', 'a int, b text', 'a text', 'a varchar(2)', 'a posint', 'a name'), weight: 1 },
  );
}
