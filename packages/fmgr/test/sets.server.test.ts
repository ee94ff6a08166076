import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Call, executeSql, type Format, SqlError } from '../src/index.ts';
import { dataRow, type FieldValue, joined } from './data-rows.ts';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;

/** What the next call of feed() stores, in pieces as they are put. */
let pieces: readonly Uint8Array[] = [];
let formats: readonly Format[] = [];

function feedRows(call: Call): void {
  call.prepareSet();
  const rows = call.openRows(call.resultDescriptor(), formats);
  for (const piece of pieces) rows.put(piece);
}

function give(rows: readonly (readonly FieldValue[])[], given: readonly Format[] = []): void {
  pieces = [joined(rows.map(dataRow))];
  formats = given;
}

beforeAll(async () => {
  engine = await openEngine({
    feed: { sql: 'feed() RETURNS SETOF record', body: feedRows },
    feed_pairs: { sql: 'feed_pairs(OUT a int, OUT b text) RETURNS SETOF record', body: feedRows },
    feed_scalar: { sql: 'feed_scalar() RETURNS SETOF int', body: feedRows },
    no_rows: {
      sql: 'no_rows() RETURNS SETOF record',
      body: (call) => call.prepareSet(),
    },
    status: {
      sql: 'status() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        call.openRows(call.ownDescriptor([{ name: 'status', typeOid: 25 }])).putText(['INSERT 0 1']);
      },
    },
    described: {
      sql: 'described() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const { attributes } = call.resultDescriptor();
        const rows = call.openRows(
          call.ownDescriptor([
            { name: 'n', typeOid: 25 },
            { name: 't', typeOid: 23 },
            { name: 'm', typeOid: 23 },
          ]),
        );
        for (const { name, typeOid, typmod } of attributes) rows.putText([name, String(typeOid), String(typmod)]);
      },
    },
    replaced: {
      sql: 'replaced() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const descriptor = call.resultDescriptor();
        const first = call.openRows(descriptor);
        first.putText(['1']);
        first.put(Uint8Array.of(0x44, 0));
        call.openRows(descriptor).putText(['2']);
      },
    },
    roomy: {
      sql: 'roomy(int, int) RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const rows = call.openRows(call.resultDescriptor(), [], call.int4(1));
        for (let row = 0; row < call.int4(0); row += 1) rows.putText([String(row)]);
      },
    },
    after_finish: {
      sql: 'after_finish() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const rows = call.openRows(call.resultDescriptor());
        rows.finish();
        rows.putText(['1']);
      },
    },
    failing: {
      sql: 'failing() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const rows = call.openRows(call.resultDescriptor());
        rows.putText(['1']);
        throw new SqlError({ sqlState: '08006', message: 'gone in the middle' });
      },
    },
    allowed: {
      sql: 'allowed(text) RETURNS boolean',
      body: (call) =>
        call.returnBool(executeSql(call.engine, 'SELECT count(*) FROM feed() t(a int)').rows[0]?.[0] === '1'),
    },
  });
  await engine.pg.exec(`
    CREATE TYPE pair AS (a int, b text);
    CREATE FUNCTION feed_typed() RETURNS SETOF pair AS '$libdir/hosted', 'feed' LANGUAGE C;
    CREATE TABLE holed (w int, x text, a int, y int, z int, b text, last int);
    ALTER TABLE holed DROP w, DROP x, DROP y, DROP z, DROP last;
    CREATE TABLE hollow (a int);
    ALTER TABLE hollow DROP a;
    CREATE FUNCTION feed_hollow() RETURNS SETOF hollow AS '$libdir/hosted', 'feed' LANGUAGE C;
    CREATE FUNCTION feed_holed() RETURNS SETOF holed AS '$libdir/hosted', 'feed' LANGUAGE C;
    CREATE FUNCTION feed_once(OUT a int, OUT b text) RETURNS record AS '$libdir/hosted', 'feed' LANGUAGE C;`);
});

afterEach(async () => {
  expect(await engine.value('SELECT 1 + 1')).toBe(2);
});

afterAll(() => engine.pg.close());

const rowsOf = async (sql: string): Promise<unknown[]> => (await engine.pg.query(sql)).rows;

test("rows take the types of the caller's column list", async () => {
  give([
    ['1', 'one', '1.005', '{1,NULL}'],
    [null, null, null, null],
  ]);
  expect(await rowsOf('SELECT * FROM feed() AS t(a int, b text, c numeric(10,2), d int[])')).toEqual([
    { a: 1, b: 'one', c: '1.01', d: [1, null] },
    { a: null, b: null, c: null, d: null },
  ]);
});

test('OUT parameters, composite types and dropped columns decide the row type too', async () => {
  give([['7', 'seven']]);
  expect(await rowsOf('SELECT * FROM feed_pairs()')).toEqual([{ a: 7, b: 'seven' }]);
  expect(await rowsOf('SELECT * FROM feed_typed()')).toEqual([{ a: 7, b: 'seven' }]);
  expect(await rowsOf('SELECT (feed_typed()).b')).toEqual([{ b: 'seven' }]);
});

test('a dropped column is NULL and has no field', async () => {
  give([
    ['7', 'seven'],
    [null, 'x'],
    ['8', null],
  ]);
  expect(await rowsOf('SELECT * FROM feed_holed()')).toEqual([
    { a: 7, b: 'seven' },
    { a: null, b: 'x' },
    { a: 8, b: null },
  ]);
  expect(await engine.values('SELECT to_json(h)::text FROM feed_holed() h')).toEqual([
    '{"a":7,"b":"seven"}',
    '{"a":null,"b":"x"}',
    '{"a":8,"b":null}',
  ]);
  expect(await engine.values('SELECT (feed_holed()).b')).toEqual(['seven', 'x', null]);
  expect(await engine.error('SELECT * FROM feed_hollow()')).toMatchObject({ code: '42804' });
  give([[], []]);
  expect(await engine.value('SELECT count(*)::int FROM feed_hollow()')).toBe(2);
});

test('every place for a set takes one', async () => {
  give([['1'], ['2']]);
  await engine.pg.exec(`
    CREATE VIEW fed AS SELECT a FROM feed() AS t(a int);
    CREATE MATERIALIZED VIEW stored AS SELECT a FROM feed() AS t(a int);`);
  const each = [
    'SELECT a FROM fed',
    'SELECT a FROM stored',
    'SELECT t.a FROM ROWS FROM (feed() AS (a int)) AS t',
    'SELECT a FROM feed() WITH ORDINALITY AS t(a, n)',
    'SELECT t.a FROM (VALUES (1)) v, LATERAL feed() AS t(a int)',
    'WITH w AS (SELECT * FROM feed() AS t(a int)) SELECT a FROM w',
  ];
  for (const sql of each.filter((text) => !text.includes('ORDINALITY'))) {
    expect(await engine.values(sql)).toEqual([1, 2]);
  }
  const ordinal = 'SELECT n FROM ROWS FROM (feed() AS (a int)) WITH ORDINALITY AS t(a, n)';
  expect((await engine.values(ordinal)).map(Number)).toEqual([1, 2]);
  await engine.pg.exec('BEGIN READ ONLY');
  expect(await engine.values('SELECT a FROM feed() AS t(a int)')).toEqual([1, 2]);
  await engine.pg.exec('COMMIT');
});

test('a cursor scrolls over a set', async () => {
  give([['1'], ['2'], ['3']]);
  await engine.pg.exec('BEGIN; DECLARE c SCROLL CURSOR FOR SELECT a FROM feed() AS t(a int)');
  expect(await engine.values('FETCH LAST FROM c')).toEqual([3]);
  expect(await engine.values('FETCH PRIOR FROM c')).toEqual([2]);
  await engine.pg.exec('COMMIT');
});

test('no rows are an empty set, opened or not', async () => {
  give([]);
  expect(await engine.values('SELECT a FROM feed() AS t(a int)')).toEqual([]);
  expect(await engine.values('SELECT a FROM no_rows() AS t(a int)')).toEqual([]);
});

test('a row type of our own is checked by the executor, in its words', async () => {
  expect(await engine.values('SELECT s FROM status() AS t(s text)')).toEqual(['INSERT 0 1']);
  expect(await engine.values('SELECT s FROM status() AS t(s varchar(3))')).toEqual(['INSERT 0 1']);
  expect(await engine.value('SELECT status()::text')).toBe('("INSERT 0 1")');
  expect(await engine.error('SELECT * FROM status() AS t(s int)')).toMatchObject({
    code: '42804',
    message: 'function return row and query-specified return row do not match',
    detail: 'Returned type text at ordinal position 1, but query expects integer.',
  });
  expect(await engine.error('SELECT * FROM status() AS t(s text, r text)')).toMatchObject({
    code: '42804',
    detail: 'Returned row contains 1 attribute, but query expects 2.',
  });
});

test('attributes have names, types and modifiers', async () => {
  expect(await rowsOf('SELECT * FROM described() AS t(n text, t int, m int)')).toEqual([
    { n: 'n', t: 25, m: -1 },
    { n: 't', t: 23, m: -1 },
    { n: 'm', t: 23, m: -1 },
  ]);
  const wide = 'SELECT * FROM described() AS t("ä b" varchar(5), c numeric(10,2), d bit(3))';
  expect(await engine.error(wide)).toMatchObject({ code: '42804' });
});

test('the callers that cannot take a set or a record say so', async () => {
  give([['1']]);
  expect(await engine.error('SELECT feed()')).toMatchObject({
    code: '0A000',
    message: 'function returning record called in context that cannot accept type record',
  });
  expect(await engine.error('SELECT * FROM feed_scalar()')).toMatchObject({
    code: 'XX000',
    message: 'return type must be a row type',
  });
  expect(await engine.error('SELECT feed_once()')).toMatchObject({
    code: '0A000',
    message: 'set-valued function called in context that cannot accept a set',
  });
  expect(await engine.error('SELECT * FROM feed()')).toMatchObject({ code: '42601' });
});

test('another number of fields than columns is refused', async () => {
  give([['1', '2']]);
  expect(await engine.error('SELECT * FROM feed() AS t(a int)')).toMatchObject({
    code: '42804',
    message: 'remote query result rowtype does not match the specified FROM clause rowtype',
  });
});

test('a set opened again replaces the one before, half rows included', async () => {
  expect(await engine.values('SELECT a FROM replaced() AS t(a int)')).toEqual([2]);
});

test('a set may be finished early, and then takes no more', async () => {
  expect(await engine.error('SELECT * FROM after_finish() AS t(a int)')).toMatchObject({
    message: 'rows put into a finished set',
  });
});

test('a set may be given more memory than work_mem before it spills', async () => {
  const plan = async (kilobytes: number): Promise<string> =>
    (
      await engine.values(
        `EXPLAIN (ANALYZE, BUFFERS, COSTS OFF, TIMING OFF, SUMMARY OFF) SELECT * FROM roomy(20000, ${kilobytes}) AS t(a int)`,
      )
    ).join('\n');
  expect(await plan(64)).toMatch(/temp read=\d+ written=\d+/);
  expect(await plan(65_536)).not.toMatch(/temp/);
});

test('an error after some rows is the whole answer', async () => {
  expect(await engine.error('SELECT * FROM failing() AS t(a int)')).toMatchObject({
    code: '08006',
    message: 'gone in the middle',
  });
});

test('a domain that calls back into the library while a row is converted', async () => {
  await engine.pg.exec(`
    CREATE FUNCTION host_check(v text) RETURNS boolean LANGUAGE plpgsql AS
      $$ BEGIN PERFORM 1 FROM status() AS t(s text); RETURN v <> 'bad'; END $$;
    CREATE DOMAIN checked AS text CHECK (host_check(VALUE));
    CREATE DOMAIN filled AS text NOT NULL;`);
  give([
    ['a', '1'],
    ['b', '2'],
  ]);
  expect(await engine.values('SELECT a || b FROM feed() AS t(a checked, b int)')).toEqual(['a1', 'b2']);
  give([
    ['a', '1'],
    ['bad', '2'],
  ]);
  expect(await engine.error('SELECT * FROM feed() AS t(a checked, b int)')).toMatchObject({
    code: '23514',
    message: 'value for domain checked violates check constraint "checked_check"',
  });
  give([[null]]);
  expect(await engine.error('SELECT * FROM feed() AS t(a filled)')).toMatchObject({
    code: '23502',
    message: 'domain filled does not allow null values',
  });
});

test('a body may run SQL that calls another body', async () => {
  give([['1']]);
  expect(await engine.value(`SELECT allowed('x')`)).toBe(true);
});

test('sets leave no memory behind', async () => {
  give(Array.from({ length: 100 }, (_, row) => [String(row), `row ${row}`]));
  const used = `SELECT sum(used_bytes)::float8 FROM pg_backend_memory_contexts`;
  const loop = `DO $$ BEGIN FOR i IN 1..300 LOOP PERFORM count(*) FROM feed() AS t(a int, b text); END LOOP; END $$`;
  await engine.pg.exec(loop);
  const before = Number(await engine.value(used));
  await engine.pg.exec(loop);
  expect(Number(await engine.value(used)) - before).toBeLessThan(100_000);
});
