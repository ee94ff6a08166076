import { Worker } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { dblink } from '../src/index.ts';
import { type CountingWire, startCountingWire } from './support/counting-wire.ts';
import { rowsOf } from './support/sql.ts';

let cluster: Cluster;
let wire: CountingWire;
let pg: PGlite;
let conninfo: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.psql('CREATE TABLE t AS SELECT g AS a, md5(g::text) AS b FROM generate_series(1, 20000) AS g');
  wire = await startCountingWire(cluster.port);
  conninfo = cluster.conninfo({ port: String(wire.port), sslmode: 'disable', gssencmode: 'disable' });
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`CREATE EXTENSION dblink; SELECT dblink_connect('c', '${conninfo}')`);
});

afterAll(async () => {
  await pg?.close();
  await wire?.close();
  await cluster?.stop();
});

// Messages to the network worker's thread: each wakes it up, and most of what a short call takes is that.
const woken = vi.spyOn(Worker.prototype, 'postMessage');

beforeEach(() => {
  wire.take();
  woken.mockClear();
});

afterEach(() => {
  woken.mockClear();
});

// Numbers that do not depend on how quick a machine is. A larger one is a regression; a smaller one is to be written down.
describe('what a call takes', () => {
  it('dblink_connect, trusted: one round trip', async () => {
    await pg.exec(`SELECT dblink_connect('d', '${conninfo}')`);
    expect(wire.take()).toMatchObject({ connections: 1, roundTrips: 1 });
    await pg.exec(`SELECT dblink_disconnect('d')`);
    // The goodbye, for which nobody waits: it would count as the next test's.
    await expect.poll(() => wire.take().roundTrips).toBe(1);
    // One for each call, and one for the answer to whether a foreign server has that name.
    expect(woken.mock.calls.length).toBeLessThanOrEqual(3);
  });

  it('dblink(): one round trip more the first time, none later', async () => {
    const sql = `SELECT a FROM dblink('c', 'SELECT 1') AS t(a int)`;
    expect(await rowsOf(pg, sql)).toEqual([[1]]);
    expect(wire.take()).toMatchObject({ connections: 0, roundTrips: 2 });
    for (const _ of Array(10)) expect(await rowsOf(pg, sql)).toEqual([[1]]);
    expect(wire.take()).toMatchObject({ connections: 0, roundTrips: 10 });
    expect(woken.mock.calls.length).toBeLessThanOrEqual(11);
  });

  it('100 calls in a loop of PL/pgSQL: a round trip and at most one wake-up each', async () => {
    await pg.exec(`DO $$ BEGIN FOR i IN 1..100 LOOP
      PERFORM * FROM dblink('c', 'SELECT 1') AS t(a int);
    END LOOP; END $$`);
    expect(wire.take()).toMatchObject({ roundTrips: 100 });
    expect(woken.mock.calls.length).toBeLessThanOrEqual(100);
  });

  it('20,000 rows: the same', async () => {
    const sql = `SELECT count(*)::int FROM dblink('c', 'SELECT a, b FROM t') AS t(a int, b text)`;
    expect(await rowsOf(pg, sql)).toEqual([[20_000]]);
    expect(wire.take()).toMatchObject({ roundTrips: 2 });
    expect(await rowsOf(pg, sql)).toEqual([[20_000]]);
    expect(wire.take()).toMatchObject({ roundTrips: 1 });
  });

  it('dblink_exec: one round trip', async () => {
    await pg.exec(`SELECT dblink_exec('c', 'CREATE TEMP TABLE e (a int)')`);
    wire.take();
    await pg.exec(`SELECT dblink_exec('c', 'INSERT INTO e VALUES (1)')`);
    expect(wire.take()).toMatchObject({ roundTrips: 1 });
  });

  it.each([
    [100, 1],
    [1000, 2],
  ])('a cursor, %d rows a call: %d for the first one, one for each later one', async (rows, first) => {
    await pg.exec(`SELECT dblink_open('c', 'k', 'SELECT a FROM t')`);
    expect(wire.take().roundTrips).toBeLessThanOrEqual(2);
    const fetch = `SELECT count(*) FROM dblink_fetch('c', 'k', ${rows}) AS t(a int)`;
    await pg.exec(fetch);
    expect(wire.take()).toMatchObject({ roundTrips: first });
    for (const _ of Array(5)) await pg.exec(fetch);
    expect(wire.take()).toMatchObject({ roundTrips: 5 });
    await pg.exec(`SELECT dblink_close('c', 'k')`);
    expect(wire.take().roundTrips).toBeLessThanOrEqual(2);
  });
});
