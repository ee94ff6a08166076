import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';
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

/** By which protocol the remote server has run the FETCHes from a cursor, in order. */
async function fetchesFrom(cursor: string): Promise<string> {
  const lines = (await cluster.log()).split('\n').filter((line) => new RegExp(`FETCH \\d+ FROM ${cursor}$`).test(line));
  const runs = lines.filter((line) => /(?:statement|execute <unnamed>): /.test(line));
  return runs.map((line) => (line.includes('execute <unnamed>: ') ? 'extended' : 'simple')).join(' ');
}

const open = (cursor: string, select: string): Promise<unknown> =>
  pg.exec(`SELECT dblink_open('n', '${cursor}', '${select.replaceAll("'", "''")}')`);

const fetch = (howMany: number, cursor: string, columns: string, what = '*'): Promise<unknown[][]> =>
  rowsOf(pg, `SELECT ${what} FROM dblink_fetch('n', '${cursor}', ${howMany}) AS t(${columns})`);

const exec = (sql: string): Promise<unknown> => pg.exec(`SELECT dblink_exec('n', '${sql.replaceAll("'", "''")}')`);

it.each(TYPES)('%s is the same value in every FETCH', async (type, expression) => {
  const table = `fetch_${type.replace(/\W/g, '_')}`;
  await cluster.psql(`drop table if exists ${table}`);
  await cluster.psql(
    `create table ${table} as select g, case when g % 7 <> 0 then (${expression})::${type} end as v from generate_series(1, 100) g`,
  );
  const truth = await cluster.psql(`set timezone = 'UTC'; select g, v::text from ${table} order by g`);
  for (const sizes of [
    [10, 90],
    [1000, 10],
  ]) {
    await open(table, `select g, v from ${table} order by g`);
    const rows: unknown[][] = [];
    for (const size of sizes) rows.push(...(await fetch(size, table, `g int, v ${type}`, 'g::text, v::text')));
    expect(rows).toEqual(truth.at(-1)?.rows);
    await pg.exec(`SELECT dblink_close('n', '${table}')`);
  }
  // The first one tells the types; floats need another look at how the server writes them.
  expect(await fetchesFrom(table)).toBe(`simple ${type.startsWith('float') ? 'simple' : 'extended'} extended simple`);
});

describe('nobody notices how a FETCH is sent', () => {
  const series = 'select g, g::text from generate_series(1, 5000) g';
  const sum = (howMany: number, cursor: string): Promise<unknown[][]> =>
    fetch(howMany, cursor, 'a int, b text', 'count(*)::int, sum(a)::int, max(length(b))');

  it('the cursor stands where it has to, to its end and beyond', async () => {
    await open('steps', series);
    expect(await sum(2000, 'steps')).toEqual([[2000, 2_001_000, 4]]);
    expect(await sum(64, 'steps')).toEqual([[64, 130_080, 4]]);
    expect(await sum(10_000, 'steps')).toEqual([[2936, 10_371_420, 4]]);
    expect(await sum(10_000, 'steps')).toEqual([[0, null, null]]);
    expect(await fetchesFrom('steps')).toBe('extended extended extended extended');
  });

  it('a cursor of another name, or one declared anew, is another one', async () => {
    await open('one', series);
    await open('two', 'select g::text, g::int8 from generate_series(1, 100) g');
    expect(await sum(100, 'one')).toEqual([[100, 5050, 3]]);
    expect(await fetch(100, 'two', 'a text, b int8', 'max(a), sum(b)::int')).toEqual([['99', 5050]]);
    expect(await sum(100, 'one')).toEqual([[100, 15_050, 3]]);
    await exec('close one; declare one cursor for select g::int8, g::text from generate_series(1, 100) g');
    expect(await sum(100, 'one')).toEqual([[100, 5050, 3]]);
    await exec('close one; declare one binary cursor for select g, g::text from generate_series(1, 1000) g');
    expect(await sum(1000, 'one')).toEqual([[1000, 500_500, 4]]);
    expect(await fetchesFrom('one')).toBe('simple simple simple extended');
  });

  it('quoted names are names; whatever hides more is sent simply', async () => {
    await open('"My; cursor"', series);
    expect(await sum(1000, '"My; cursor"')).toEqual([[1000, 500_500, 4]]);
    expect(await fetchesFrom('"My; cursor"')).toBe('extended');
    await open('more', series);
    expect(await sum(1000, 'more; fetch 64 from more')).toEqual([[64, 66_080, 4]]);
  });

  it.each(['T', 'f'])('an error of the server is what it was, fail %s', async (fail) => {
    const failing = `SELECT count(*)::int FROM dblink_fetch('n', 'late', 1000, '${fail}') AS t(a int, b text)`;
    await open('late', 'select 10 / (g - 500), g::text from generate_series(1, 1000) g');
    const fields = { code: '22012', message: 'division by zero', where: expect.stringContaining('cursor "late"') };
    if (fail === 'T') expect(await failureOf(pg, failing)).toMatchObject(fields);
    else {
      expect(await noticesOf(pg, failing)).toMatchObject([fields]);
      expect(await rowsOf(pg, failing)).toEqual([[0]]);
    }
    // The transaction that dblink_open began is over.
    expect(await failureOf(pg, failing.replace(", 'f'", ", 't'"))).toMatchObject({ code: '25P02' });
  });

  it.each([
    ['nowhere', '34000', 'cursor "nowhere" does not exist'],
    ['select', '42601', 'syntax error at or near "select"'],
  ])('no cursor is called %s', async (name, code, message) => {
    expect(await failureOf(pg, `SELECT * FROM dblink_fetch('n', '${name}', 1000) AS t(a int)`)).toMatchObject({
      code,
      message,
    });
  });

  it('a row too wide or too narrow for the column list is refused', async () => {
    await open('wide', series);
    for (const columns of ['a int', 'a int, b text, c int']) {
      expect(await failureOf(pg, `SELECT * FROM dblink_fetch('n', 'wide', 1000) AS t(${columns})`)).toMatchObject({
        code: '42804',
      });
    }
    expect(await sum(1000, 'wide')).toEqual([[1000, 2_500_500, 4]]);
  });

  it('floats are rounded where the text is, from the moment that the server rounds it', async () => {
    await open('floats', 'select 0.1::float8 + 0.2 from generate_series(1, 3000)');
    const distinct = (): Promise<unknown[][]> => fetch(1000, 'floats', 'a float8', 'DISTINCT a');
    expect(await distinct()).toEqual([[0.1 + 0.2]]);
    await exec('set extra_float_digits = 0');
    expect(await distinct()).toEqual([[0.3]]);
    await exec('reset extra_float_digits');
    expect(await distinct()).toEqual([[0.1 + 0.2]]);
  });
});
