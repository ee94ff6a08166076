import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';
import { TYPES } from './support/type-corners.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster({ settings: { log_statement: 'all', log_min_messages: 'log' } });
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE EXTENSION dblink');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

beforeEach(async () => {
  await pg.exec(`
    DO $$ BEGIN PERFORM dblink_disconnect('n'); EXCEPTION WHEN OTHERS THEN NULL; END $$;
    SELECT dblink_connect('n', '${cluster.conninfo()}')`);
});

/** How often the remote server has run the statement in either protocol. */
async function runsOf(marker: string): Promise<{ simple: number; extended: number }> {
  const lines = (await cluster.log()).split('\n').filter((line) => line.includes(marker));
  return {
    simple: lines.filter((line) => line.includes('statement: ')).length,
    extended: lines.filter((line) => line.includes('execute <unnamed>: ')).length,
  };
}

it.each(TYPES)('%s is the same value however it came', async (type, expression) => {
  const table = `wire_${type.replace(/\W/g, '_')}`;
  await cluster.psql(`drop table if exists ${table}`);
  await cluster.psql(
    `create table ${table} as select g, case when g % 7 <> 0 then (${expression})::${type} end as v from generate_series(1, 100) g`,
  );
  const columns = `AS t(g int, v ${type})`;
  const read = (call: string): Promise<unknown[][]> =>
    rowsOf(pg, `SELECT g, v::text, pg_typeof(v)::text FROM ${call} ${columns} ORDER BY g`);
  const select = `select g, v from ${table}`;
  const first = await read(`dblink('n', '${select}')`);
  const again = await read(`dblink('n', '${select}')`);
  expect(await runsOf(table)).toMatchObject({ extended: 2 });
  // An asynchronous result always comes as text: its column list is not known when the statement is sent.
  await pg.exec(`SELECT dblink_send_query('n', '${select}')`);
  const asText = await read("dblink_get_result('n')");
  expect(first).toEqual(asText);
  expect(again).toEqual(asText);
  const truth = await cluster.psql(`set timezone = 'UTC'; select v::text from ${table} order by g`);
  expect(asText.map(([, value]) => [value])).toEqual(truth.at(-1)?.rows);
});

describe('a statement that was not seen before', () => {
  const count = (select: string, columns: string): Promise<unknown[][]> =>
    rowsOf(pg, `SELECT count(*)::int FROM dblink('n', '${select.replaceAll("'", "''")}') AS t(${columns})`);
  const series = (marker: string, rows = 100): string => `select g, '${marker}' from generate_series(1, ${rows}) g`;

  it('is described first, in a transaction too', async () => {
    await pg.exec("SELECT dblink_exec('n', 'begin')");
    for (let run = 0; run < 2; run++) expect(await count(series('in block'), 'a int, b text')).toEqual([[100]]);
    await pg.exec("SELECT dblink_exec('n', 'commit')");
    expect(await runsOf('in block')).toEqual({ simple: 0, extended: 2 });
  });

  it('is sent simply where binary cannot gain', async () => {
    await count(series('other types'), 'a bigint, b text');
    expect(await runsOf('other types')).toEqual({ simple: 0, extended: 1 });
    await count("select 'only text' from generate_series(1, 100) g", 'b text');
    await count("select '{}'::jsonb, 'only jsonb' from generate_series(1, 100) g", 'a jsonb, b text');
    expect(await runsOf('only text')).toEqual({ simple: 1, extended: 0 });
    expect(await runsOf('only jsonb')).toEqual({ simple: 1, extended: 0 });
  });

  it('goes in binary again when it gave few rows that are long', async () => {
    const long = "select g, repeat('long', 200000) from generate_series(1, 2) g";
    const length = (): Promise<unknown[][]> =>
      rowsOf(pg, `SELECT sum(length(b))::int FROM dblink('n', '${long.replaceAll("'", "''")}') AS t(a int, b text)`);
    expect([await length(), await length()]).toEqual([[[1_600_000]], [[1_600_000]]]);
    expect(await runsOf("'long'")).toEqual({ simple: 0, extended: 2 });
  });

  it('is sent simply when one like it gave a few rows', async () => {
    for (const marker of ['few 1', 'few 2', 'few 3']) await count(series(marker, 5), 'a int, b text');
    expect(await runsOf('few 1')).toEqual({ simple: 0, extended: 1 });
    expect(await runsOf('few 2')).toEqual({ simple: 1, extended: 0 });
    expect(await runsOf('few 3')).toEqual({ simple: 1, extended: 0 });
    await count(series('many 1', 500), 'a int, b text');
    await count(series('many 2', 500), 'a int, b text');
    expect(await runsOf('many 1')).toEqual({ simple: 1, extended: 0 });
    expect(await runsOf('many 2')).toEqual({ simple: 0, extended: 1 });
  });

  it('that gives no columns runs once, as a simple query', async () => {
    await cluster.psql('create table noted(i int)');
    const sql = "SELECT * FROM dblink('n', 'insert into noted values (1)') AS t(a int)";
    await failureOf(pg, sql);
    expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select count(*) from noted') AS t(n int)")).toEqual([[1]]);
    expect(await runsOf('insert into noted')).toEqual({ simple: 1, extended: 0 });
  });

  it.each([
    ['in a name', 'select nothing_like_it from pg_class', '42703'],
    ['while it is planned', 'select 1/0', '22012'],
    ['while it runs', 'select 1/(g - 50) from generate_series(1, 100) g', '22012'],
  ])('that fails %s fails as a simple query does', async (_where, select, code) => {
    await pg.exec("SELECT dblink_exec('n', 'begin')");
    const sql = `SELECT * FROM dblink('n', '${select}') AS t(a int)`;
    expect(await failureOf(pg, sql)).toMatchObject({ code });
    expect(await failureOf(pg, sql)).toMatchObject({ code: '25P02' });
    await pg.exec("SELECT dblink_exec('n', 'rollback')");
    expect(await failureOf(pg, sql)).toMatchObject({ code });
  });
});

it('a table that changes between two runs is read as it is now', async () => {
  await cluster.psql('create table moving as select g as a, g as b from generate_series(1, 100) g');
  const sql = "SELECT sum(a), sum(b) FROM dblink('n', 'select * from moving') AS t(a int, b int)";
  for (let run = 0; run < 2; run++) expect(await rowsOf(pg, sql)).toEqual([[5050, 5050]]);
  await cluster.psql('alter table moving alter b type numeric(12, 2) using b');
  const failure = await failureOf(pg, sql);
  expect(failure).toMatchObject({ code: '22P02', message: 'invalid input syntax for type integer: "1.00"' });
  await cluster.psql('alter table moving alter b type bigint using b');
  for (let run = 0; run < 2; run++) expect(await rowsOf(pg, sql)).toEqual([[5050, 5050]]);
  await cluster.psql('alter table moving drop b');
  expect(await failureOf(pg, sql)).toMatchObject({ code: '42804' });
  await cluster.psql('alter table moving add b int default 1');
  expect(await rowsOf(pg, sql)).toEqual([[5050, 100]]);
  await cluster.psql('drop table moving');
  expect(await failureOf(pg, sql)).toMatchObject({ code: '42P01', message: 'relation "moving" does not exist' });
});

it('a column of another type now is spelled as the remote server spells it', async () => {
  await cluster.psql("create table spelled as select '2024-01-01 00:00:00+00'::text as a from generate_series(1, 100)");
  await pg.exec("SELECT dblink_exec('n', 'set timezone = ''Asia/Tokyo''; set datestyle = ''SQL, DMY''')");
  const sql = "SELECT min(a), max(a) FROM dblink('n', 'select a from spelled') AS t(a text)";
  for (let run = 0; run < 2; run++) {
    expect(await rowsOf(pg, sql)).toEqual([['2024-01-01 00:00:00+00', '2024-01-01 00:00:00+00']]);
  }
  await cluster.psql('alter table spelled alter a type timestamptz using a::timestamptz');
  const spelled = '01/01/2024 09:00:00 JST';
  for (let run = 0; run < 2; run++) expect(await rowsOf(pg, sql)).toEqual([[spelled, spelled]]);
  expect(await rowsOf(pg, "SELECT current_setting('TimeZone') = 'Asia/Tokyo'")).toEqual([[false]]);
  await cluster.psql('drop table spelled');
});

it.each([
  ['by a statement', '', "SELECT dblink_exec('n', 'set extra_float_digits = 0')"],
  [
    'behind our back',
    '',
    "SELECT dblink_exec('n', 'do $$ begin perform set_config(''extra_'' || ''float_digits'', ''0'', false); end $$')",
  ],
  ['in the connection string', " options=''-c extra_float_digits=0''", 'SELECT 1'],
])('floats come as text where they are rounded: set %s', async (_name, options, statement) => {
  await pg.exec(`SELECT dblink_disconnect('n'); SELECT dblink_connect('n', '${cluster.conninfo()}${options}')`);
  await pg.exec(statement);
  const sql =
    "SELECT DISTINCT a FROM dblink('n', 'select 0.1::float8 + 0.2 from generate_series(1, 100)') AS t(a float8)";
  for (let run = 0; run < 3; run++) expect(await rowsOf(pg, sql)).toEqual([[0.3]]);
  await pg.exec("SELECT dblink_exec('n', 'set extra_float_digits = 1')");
  for (let run = 0; run < 3; run++) expect(await rowsOf(pg, sql)).toEqual([[0.1 + 0.2]]);
});

it('an error of the commit reaches the caller however the rows came', async () => {
  await cluster.psql(`
    create table parent(i int primary key);
    create table child(i int references parent deferrable initially deferred, f float8)`);
  const good =
    "SELECT count(*) FROM dblink('n', 'insert into child select null, 0.5 from generate_series(1, 100) returning i, f') AS t(i int, f float8)";
  for (let run = 0; run < 2; run++) expect(await rowsOf(pg, good)).toEqual([[100]]);
  await cluster.psql('alter table child alter i set default 7');
  const bad = good.replace('null, 0.5', 'default_i(), 0.5');
  await cluster.psql('create function default_i() returns int language sql as $$ select null::int $$');
  for (let run = 0; run < 2; run++) expect(await rowsOf(pg, bad)).toEqual([[100]]);
  await cluster.psql('create or replace function default_i() returns int language sql as $$ select 7 $$');
  expect(await failureOf(pg, bad)).toMatchObject({
    code: '23503',
    message: 'insert or update on table "child" violates foreign key constraint "child_i_fkey"',
    where: 'while executing query on dblink connection named "n"',
  });
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select count(*) from child') AS t(n int)")).toEqual([[400]]);
});

it('dates come as text where the remote style may not say everything', async () => {
  await pg.exec("SELECT dblink_exec('n', 'set datestyle = ''Postgres, DMY''')");
  const sql = `SELECT count(DISTINCT a), min(a)::text FROM dblink('n', 'select date ''2024-02-01'' from generate_series(1, 100)')
    AS t(a date)`;
  for (let run = 0; run < 3; run++) expect(await rowsOf(pg, sql)).toEqual([[1, '2024-02-01']]);
});
