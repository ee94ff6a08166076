import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';

let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE EXTENSION dblink');
});

afterAll(async () => {
  await pg?.close();
  await cluster?.stop();
});

it('reaches a real server from SQL in the embedded database', async () => {
  expect((await pg.query('SELECT dblink_connect($1, $2)', ['c', cluster.conninfo()])).rows).toEqual([
    { dblink_connect: 'OK' },
  ]);
  expect((await pg.query("SELECT * FROM dblink('c', 'select 1') AS t(a int)")).rows).toEqual([{ a: 1 }]);
});
