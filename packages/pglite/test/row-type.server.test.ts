import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`
    CREATE EXTENSION dblink;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TYPE order_line AS (id int, price numeric(10,2), note varchar(5));
    CREATE TABLE holed (w int, id positive, x text, "Mood" mood, y int, made date NOT NULL, z int);
    ALTER TABLE holed DROP w, DROP x, DROP y, DROP z;
    SELECT dblink_connect('n', '${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

describe('dblink_as', () => {
  it('gives rows of a composite type, values read by the types of its columns', async () => {
    const sql = `SELECT * FROM dblink_as('n', 'select 1, 2.005, ''abcde'' union all select 2, null, null', NULL::order_line)`;
    expect((await pg.query(sql)).rows).toEqual([
      { id: 1, price: '2.01', note: 'abcde' },
      { id: 2, price: null, note: null },
    ]);
    expect(await failureOf(pg, sql.replace("''abcde''", "''abcdef''"))).toMatchObject({
      code: '22001',
      message: 'value too long for type character varying(5)',
    });
  });

  it("gives rows of a table's type, whose dropped columns have no place in the remote rows", async () => {
    const call = `dblink_as('n', 'select 7, ''ok'', date ''2024-02-29''', NULL::holed)`;
    expect(await rowsOf(pg, `SELECT t.id::int, t."Mood"::text, t.made::text FROM ${call} t`)).toEqual([
      [7, 'ok', '2024-02-29'],
    ]);
    expect(await rowsOf(pg, `SELECT (${call}).made::text`)).toEqual([['2024-02-29']]);
    await pg.exec(`INSERT INTO holed SELECT * FROM ${call}`);
    expect(await rowsOf(pg, 'SELECT to_json(h)::text FROM holed h')).toEqual([
      ['{"id":7,"Mood":"ok","made":"2024-02-29"}'],
    ]);
    expect(await rowsOf(pg, `SELECT count(*)::int FROM holed h JOIN ${call} t ON h = t`)).toEqual([[1]]);
  });

  it('gives the same rows when the statement runs again in binary', async () => {
    const remote = `select g, (array['sad','ok'])[g % 2 + 1], date '2024-01-01' + g from generate_series(1, 500) g`;
    const sql = `SELECT count(*)::int, sum(id)::int, min(made)::text, max("Mood")::text
      FROM dblink_as('n', $$${remote}$$, NULL::holed)`;
    for (let run = 0; run < 3; run++) {
      expect(await rowsOf(pg, sql)).toEqual([[500, 125250, '2024-01-02', 'ok']]);
    }
  });

  it('checks domains, and the number of columns as dblink does', async () => {
    expect(await failureOf(pg, `SELECT * FROM dblink_as('n', 'select 0, null, null', NULL::holed)`)).toMatchObject({
      code: '23514',
    });
    expect(await failureOf(pg, `SELECT * FROM dblink_as('n', 'select 1', NULL::holed)`)).toMatchObject({
      code: '42804',
      message: 'remote query result rowtype does not match the specified FROM clause rowtype',
    });
    expect(await rowsOf(pg, `SELECT id::int FROM dblink_as('n', 'select 1, null, null', NULL::holed)`)).toEqual([[1]]);
  });

  it('takes parameters, the unnamed connection and connection strings', async () => {
    const call = (args: string): string => `SELECT id, note FROM dblink_as(${args})`;
    const twoParameters = `'select $1::int, 1.5, $2', NULL::order_line, 5, NULL`;
    expect(await rowsOf(pg, call(`'n', ${twoParameters}`))).toEqual([[5, null]]);
    expect(await rowsOf(pg, call(`'${cluster.conninfo()}', ${twoParameters}`))).toEqual([[5, null]]);
    await pg.exec(`SELECT dblink_connect('${cluster.conninfo()}')`);
    expect(await rowsOf(pg, call(`NULL, ${twoParameters}`))).toEqual([[5, null]]);
    expect(await rowsOf(pg, call(`'select 6, 1, ''x''', NULL::order_line`))).toEqual([[6, 'x']]);
    await pg.exec('SELECT dblink_disconnect()');
    expect(await failureOf(pg, call(`'select 1', NULL::order_line`))).toMatchObject({ code: '08003' });
  });

  it('takes a column list where the type is record', async () => {
    expect(await rowsOf(pg, `SELECT * FROM dblink_as('n', 'select 1, 2', NULL::record) AS t(a int, b text)`)).toEqual([
      [1, '2'],
    ]);
  });

  it('takes a row type, and nothing else', async () => {
    expect(await failureOf(pg, `SELECT * FROM dblink_as('n', 'select 1', NULL::int)`)).toMatchObject({
      code: '42804',
      message: 'argument of dblink_as must be of a row type',
    });
    expect(await rowsOf(pg, `SELECT id FROM dblink_as('n', NULL, NULL::order_line)`)).toEqual([]);
  });

  it('shows the tag of a command where the type has one column for it', async () => {
    await pg.exec('CREATE TYPE tagged AS (status text)');
    expect(await rowsOf(pg, `SELECT * FROM dblink_as('n', 'set a.b = 1', NULL::tagged)`)).toEqual([['SET']]);
    expect(await failureOf(pg, `SELECT * FROM dblink_as('n', 'set a.b = 1', NULL::order_line)`)).toMatchObject({
      code: '42804',
    });
  });
});
