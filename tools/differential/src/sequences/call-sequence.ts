import fc from 'fast-check';
import { asynchronous, connectCall, cursorRun, death, type RowCall, rowCall, type Steps, valueCall } from './calls.ts';
import { localCatalogCall } from './local-catalog-calls.ts';
import { literal } from './sql-text.ts';

/*
 * Sequences of calls over several connections with local SQL around them. Both sides must agree at every step, so what
 * they may differ in by a flag is left out by construction, and so is what a clock decides:
 *   Q1 no COPY, which the C extension waits for without end.
 *   Q9 no local cancel or statement_timeout, whose moment no two runs share.
 *   Q11, Q37, D1, D2 no connect_timeout, local files, requirepeer, client_encoding in connection strings.
 *   Q25 no client_encoding of the far end but the one that dblink sets.
 *   D3 to D8 no far end that is no PostgreSQL.
 *   D9 no question about the version of the extension.
 *   Q35 no cancel request before the remote has begun: asleep() waits for it.
 *   dblink_is_busy and dblink_get_notify only after settled(), which waits until nothing more will arrive.
 *   Statements that wait for a lock of the same sequence give up by the remote's lock_timeout.
 */

/** Ways to use a call that returns rows. */
const rowUse: fc.Arbitrary<(row: RowCall) => Steps> = fc.oneof(
  { arbitrary: fc.constant((row: RowCall) => [`select * from ${from(row)}`]), weight: 8 },
  {
    arbitrary: fc.constantFrom<(row: RowCall) => Steps>(
      (row) => [`select count(*) from ${from(row)}`],
      (row) => [`select * from ${from(row)} limit 1`],
      (row) => [`select * from ${from(row)}`, `select * from ${from(row)}`],
      (row) => [`select ${row.call}`],
      (row) => [`select * from rows from (${row.call} as (${row.columns})) with ordinality`],
      (row) => [`select 1 from ${from(row)} union all select 2 from ${from(row)}`],
      (row) => [`create temp table kept as select * from ${from(row)}`, 'select count(*) from kept'],
      (row) => [`prepare p as select * from ${from(row)}`, 'execute p', 'execute p', 'deallocate p'],
      (row) => [`declare k cursor for select * from ${from(row)}`, 'fetch 1 from k', 'fetch 1 from k'],
      (row) => [`explain (costs off) select * from ${from(row)}`],
      (row) => [handled(`perform * from ${from(row)}`)],
      (row) => [
        `create or replace function pg_temp.f() returns bigint stable language sql as ${literal(`select count(*) from ${from(row)}`)}`,
        'select pg_temp.f(), pg_temp.f()',
      ],
      (row) => [
        `create or replace function pg_temp.g() returns setof record language plpgsql as ${literal(`begin return query select * from ${from(row)}; end`)}`,
        `select * from pg_temp.g() t(${row.columns})`,
      ],
    ),
    weight: 4,
  },
);

/** Ways to use a call that returns a value. */
const valueUse: fc.Arbitrary<(call: string) => Steps> = fc.oneof(
  { arbitrary: fc.constant((call: string) => [`select ${call}`]), weight: 10 },
  {
    arbitrary: fc.constantFrom<(call: string) => Steps>(
      (call) => [`select ${call}, ${call}`],
      (call) => [`select g, ${call} from generate_series(1, 2) g`],
      (call) => [`do ${literal(`begin perform ${call}; end`)}`],
      (call) => [handled(`perform ${call}`)],
      (call) => [handled(`perform ${call}; perform 1/0`)],
      (call) => [
        'create temp table fired (i int)',
        `create function pg_temp.fire() returns trigger language plpgsql as ${literal(`begin perform ${call}; return new; end`)}`,
        'create trigger t before insert on fired for each row execute function pg_temp.fire()',
        'insert into fired values (1)',
        'select count(*) from fired',
      ],
      (call) => [`prepare p as select ${call}`, 'execute p', 'execute p', 'deallocate p'],
    ),
    weight: 3,
  },
);

const transactionStep: fc.Arbitrary<Steps> = fc
  .constantFrom(
    'begin',
    'begin',
    'begin read only',
    'commit',
    'rollback',
    'savepoint s',
    'rollback to s',
    'release s',
    'select 1/0',
    'set role dbu',
    'reset role',
    "set datestyle = 'SQL, DMY'",
    "set intervalstyle = 'sql_standard'",
    'set extra_float_digits = 0',
    'discard all',
  )
  .map((sql) => [sql]);

const steps: fc.Arbitrary<Steps> = fc.oneof(
  { arbitrary: fc.tuple(rowCall, rowUse).map(([row, use]) => use(row)), weight: 50 },
  { arbitrary: fc.tuple(valueCall, valueUse).map(([call, use]) => use(call)), weight: 50 },
  { arbitrary: connectCall.map((call) => [`select ${call}`]), weight: 10 },
  { arbitrary: transactionStep, weight: 20 },
  { arbitrary: asynchronous, weight: 15 },
  { arbitrary: cursorRun, weight: 5 },
  { arbitrary: localCatalogCall, weight: 5 },
  { arbitrary: death, weight: 1 },
);

/** A sequence of steps; mostly it begins with the connections that it uses. */
export const callSequence: fc.Arbitrary<readonly string[]> = fc
  .tuple(
    fc.subarray(
      ["select dblink_connect('a', cp())", "select dblink_connect('b', cp())", 'select dblink_connect(cp())'],
      { minLength: 1 },
    ),
    fc.array(steps, { minLength: 1, maxLength: 8, size: 'max' }),
  )
  .map(([connects, rest]) => [...connects, ...rest.flat()]);

function from({ call, columns }: RowCall): string {
  return `${call} t(${columns})`;
}

/** A block that catches what the statement raises, and tells every field of it. */
function handled(statement: string): string {
  const body = `declare a text; b text; c text; d text; e text;
begin ${statement}; exception when others then
  get stacked diagnostics a = returned_sqlstate, b = message_text, c = pg_exception_detail, d = pg_exception_hint,
    e = pg_exception_context;
  raise notice '% | % | % | % | %', a, b, c, d, e;
end`;
  return `do ${literal(body)}`;
}
