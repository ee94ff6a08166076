import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, noticesOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.psql(`
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE SCHEMA "Far Away";
    CREATE TYPE "Far Away"."Odd; type" AS (a int);
    CREATE TABLE "Orders" (id bigint, "Total, gross" numeric(10,2), "sad""dest" mood, at timestamp(3) with time zone[],
      code char(5), odd "Far Away"."Odd; type", bits bit varying(7), span interval day to second(2), name varchar)`);
  await cluster.psql(`
    INSERT INTO "Orders" VALUES (1, 12.50, 'ok', '{2024-02-29 12:00+00}', 'ab', '(7)', B'101', '1 day 02:03:04.55', 'o''brien')`);
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`
    CREATE EXTENSION dblink;
    CREATE TYPE mood AS ENUM ('sad', 'ok');
    CREATE SCHEMA "Here";
    SELECT dblink_connect('n', '${cluster.conninfo()}'), dblink_connect('${cluster.conninfo()}')`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

const COLUMNS = [
  [1, 'id', 'bigint'],
  [2, 'Total, gross', 'numeric(10,2)'],
  [3, 'sad"dest', 'mood'],
  [4, 'at', 'timestamp(3) with time zone[]'],
  [5, 'code', 'character(5)'],
  [6, 'odd', '"Far Away"."Odd; type"'],
  [7, 'bits', 'bit varying(7)'],
  [8, 'span', 'interval day to second(2)'],
  [9, 'name', 'character varying'],
];

describe('dblink_describe', () => {
  it('names the columns of a query and their types, and does not run it', async () => {
    expect(await rowsOf(pg, `SELECT * FROM dblink_describe('n', 'select * from "Orders"')`)).toEqual(COLUMNS);
    expect(await rowsOf(pg, `SELECT * FROM dblink_describe('select * from "Orders"')`)).toEqual(COLUMNS);
    expect(
      await rowsOf(pg, `SELECT * FROM dblink_describe('${cluster.conninfo()}', 'delete from "Orders" returning id')`),
    ).toEqual([[1, 'id', 'bigint']]);
    expect(await rowsOf(pg, `SELECT * FROM dblink('n', 'select count(*) from "Orders"') AS t(n int)`)).toEqual([[1]]);
    expect(await rowsOf(pg, `SELECT * FROM dblink_describe('n', 'delete from "Orders"')`)).toEqual([]);
  });

  it("relays the server's errors", async () => {
    expect(await failureOf(pg, `SELECT * FROM dblink_describe('n', 'select nosuch')`)).toMatchObject({
      code: '42703',
      message: 'column "nosuch" does not exist',
      where: expect.stringContaining('while describing query on dblink connection named "n"'),
    });
    expect(await failureOf(pg, `SELECT * FROM dblink_describe('n', 'select 1; select 2')`)).toMatchObject({
      code: '42601',
      message: 'cannot insert multiple commands into a prepared statement',
    });
    expect(await rowsOf(pg, `SELECT * FROM dblink_describe('n', 'select 1 as a')`)).toEqual([[1, 'a', 'integer']]);
  });
});

describe('dblink_create_view', () => {
  it('creates a view with the names and types of the remote columns', async () => {
    const columns = `id, "Total, gross", "sad""dest", at, code, bits, span, name`;
    const sql = `SELECT dblink_create_view('orders', 'n', 'select ${columns} from "Orders"')`;
    expect(await noticesOf(pg, sql)).toEqual([]);
    const typed = `SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
      WHERE attrelid = 'orders'::regclass AND attnum > 0 ORDER BY attnum`;
    expect(await rowsOf(pg, typed)).toEqual(
      COLUMNS.filter(([, name]) => name !== 'odd').map(([, name, type]) => [name, type]),
    );
    expect(
      await rowsOf(pg, `SELECT id::int, "Total, gross", "sad""dest"::text, code, span::text, name FROM orders`),
    ).toEqual([[1, '12.50', 'ok', 'ab   ', '1 day 02:03:04.55', "o'brien"]]);
  });

  it('returns the statement that created it, which creates it again', async () => {
    const [[statement] = []] = await rowsOf(
      pg,
      `SELECT dblink_create_view('"Here"."One''s"', 'n', $$select 1 as a, 'x\\y'::text as b$$)`,
    );
    expect(statement).toBe(
      `CREATE VIEW "Here"."One's" AS SELECT * FROM public.dblink('n'::text, E'select 1 as a, ''x\\\\y''::text as b'::text) AS remote(a int4, b text)`,
    );
    expect(await rowsOf(pg, `SELECT * FROM "Here"."One's"`)).toEqual([[1, 'x\\y']]);
    await pg.exec(`DROP VIEW "Here"."One's"; ${statement}`);
    expect(await rowsOf(pg, `SELECT * FROM "Here"."One's"`)).toEqual([[1, 'x\\y']]);
  });

  it('makes a column text whose type is not known here, and says so', async () => {
    const notices = await noticesOf(
      pg,
      `SELECT dblink_create_view('odd', 'n', 'select odd, row(1) as r, null::mood as m from "Orders"')`,
    );
    expect(notices).toMatchObject([
      { code: '42704', message: 'type ""Far Away"."Odd; type"" does not exist, column "odd" of the view is text' },
      { code: '42704', message: 'type "record" does not exist, column "r" of the view is text' },
    ]);
    expect(await rowsOf(pg, 'SELECT odd, r, m::text FROM odd')).toEqual([['(7)', '(1)', null]]);
  });

  it('takes the unnamed connection, foreign servers and connection strings without a password', async () => {
    await pg.exec(`SELECT dblink_create_view('unnamed', 'select 5 as five')`);
    expect(await rowsOf(pg, 'SELECT * FROM unnamed')).toEqual([[5]]);
    await pg.exec(`SELECT dblink_create_view('direct', '${cluster.conninfo()}', 'select 6 as six')`);
    expect(await rowsOf(pg, 'SELECT * FROM direct')).toEqual([[6]]);
    await pg.exec(`
      CREATE SERVER far FOREIGN DATA WRAPPER dblink_fdw OPTIONS (host '127.0.0.1', port '${cluster.port}', dbname 'postgres');
      CREATE USER MAPPING FOR CURRENT_USER SERVER far OPTIONS (user 'postgres', password 'secret');
      SELECT dblink_create_view('served', 'far', 'select 7 as seven')`);
    expect(await rowsOf(pg, 'SELECT * FROM served')).toEqual([[7]]);
  });

  it.each(['host=127.0.0.1 password=sesame', 'postgresql://me:sesame@127.0.0.1/db', "sslpassword='sesame'"])(
    'does not write the password of %s into a view',
    async (target) => {
      const failure = await failureOf(pg, `SELECT dblink_create_view('v', $$${target}$$, 'select 1 as a')`);
      expect(failure).toMatchObject({
        code: '22023',
        message: 'connection string with a password cannot be stored in a view',
        hint: 'Use the name of a connection, or a foreign server whose user mapping has the password.',
      });
      expect([failure.message, failure.detail, failure.hint, failure.where].join()).not.toContain('sesame');
    },
  );

  it('fails as SQL does', async () => {
    const create = (view: string, sql: string): string => `SELECT dblink_create_view('${view}', 'n', '${sql}')`;
    expect(await failureOf(pg, create('v', 'select 1 as a, 2 as a'))).toMatchObject({ code: '42701' });
    expect(await failureOf(pg, create('v', 'set a.b = 1'))).toMatchObject({
      code: '22023',
      message: 'a view needs a remote query that has columns',
    });
    expect(await failureOf(pg, create('orders', 'select 1 as a'))).toMatchObject({ code: '42P07' });
    expect(await failureOf(pg, create('v as select 1; --', 'select 1 as a'))).toMatchObject({ code: '22023' });
    await pg.exec('CREATE ROLE plain; SET ROLE plain');
    expect(await failureOf(pg, create('v', 'select 1 as a'))).toMatchObject({ code: '42501' });
    await pg.exec('RESET ROLE');
    await pg.exec('BEGIN READ ONLY');
    expect(await failureOf(pg, create('v', 'select 1 as a'))).toMatchObject({ code: '25006' });
    await pg.exec('ROLLBACK');
  });
});
