import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`
    CREATE EXTENSION dblink;
    SELECT dblink_connect('n', '${cluster.conninfo()}');
    SELECT dblink_connect('m', '${cluster.conninfo()}');
    CREATE FUNCTION remote_ok(value int) RETURNS boolean LANGUAGE sql AS
      $$ SELECT ok FROM dblink('m', format('select %s %% 1000 <> 999', value)) AS t(ok boolean) $$;
    CREATE FUNCTION same_ok(value int) RETURNS boolean LANGUAGE sql AS
      $$ SELECT ok FROM dblink('n', 'select true') AS t(ok boolean) $$;
    CREATE DOMAIN checked AS int CHECK (remote_ok(VALUE));
    CREATE DOMAIN entangled AS int CHECK (same_ok(VALUE))`);
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

it('a conversion may call dblink itself, in the middle of a result larger than the ring', async () => {
  // Each row is padded, so that the outer result fills its ring while the inner calls run.
  const sql = `SELECT count(*), max(a) FROM dblink('n', 'select g, repeat(''x'', 20000) from generate_series(1, 300) g')
    AS t(a checked, b text)`;
  expect(await rowsOf(pg, sql)).toEqual([[300, 300]]);
});

it('a check that fails in the middle leaves both connections usable', async () => {
  const sql = `SELECT count(*) FROM dblink('n', 'select g, repeat(''x'', 2000) from generate_series(1, 5000) g')
    AS t(a checked, b text)`;
  expect(await failureOf(pg, sql)).toMatchObject({ code: '23514' });
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual([[1]]);
  expect(await rowsOf(pg, "SELECT * FROM dblink('m', 'select 2') AS t(a int)")).toEqual([[2]]);
});

it('a check on the connection that is delivering is told that it is busy', async () => {
  const failure = await failureOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a entangled)");
  expect(failure).toMatchObject({
    code: 'XX000',
    message: 'could not send query: another command is already in progress',
  });
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual([[1]]);
});

it('one statement may use a connection more than once, one call after the other', async () => {
  const sql = `SELECT t.a, u.b FROM dblink('n', 'select 1') AS t(a int), dblink('n', 'select 2') AS u(b int)`;
  expect(await rowsOf(pg, sql)).toEqual([[1, 2]]);
});

it('PL/pgSQL handlers, savepoints and cursors work over remote failures', async () => {
  await pg.exec(`
    BEGIN;
    SAVEPOINT s;
    DO $$ BEGIN PERFORM dblink_exec('n', 'select 1/0'); EXCEPTION WHEN division_by_zero THEN NULL; END $$;
    ROLLBACK TO s;
    DECLARE c CURSOR FOR SELECT * FROM dblink('n', 'select generate_series(1, 5)') AS t(a int)`);
  expect(await rowsOf(pg, 'FETCH 2 FROM c')).toEqual([[1], [2]]);
  await pg.exec('ROLLBACK');
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual([[1]]);
});

it('a read-only transaction and a materialized view may read remote rows', async () => {
  await pg.exec('BEGIN READ ONLY');
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual([[1]]);
  await pg.exec('COMMIT');
  await pg.exec(`CREATE MATERIALIZED VIEW mv AS SELECT * FROM dblink('n', 'select 6') AS t(a int)`);
  expect(await rowsOf(pg, 'SELECT a FROM mv')).toEqual([[6]]);
});
