import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { mortalWorker } from './support/mortal-worker.ts';
import { failureOf, rowsOf } from './support/sql.ts';

const GONE = {
  code: '08006',
  message: 'the network worker of dblink has ended unexpectedly',
  detail: 'All dblink connections of this session are closed.',
};

let cluster: Cluster;
let directory: string;

beforeAll(async () => {
  cluster = await startCluster();
  directory = await mkdtemp(join(tmpdir(), 'dblink-loss-'));
});

afterAll(async () => {
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

it.each([
  ['exits', 'setTimeout(() => process.exit(1), 300)'],
  ['fails', "setTimeout(() => { throw new Error('a fault'); }, 300)"],
  ['stops answering', 'setTimeout(() => { for (;;); }, 300)'],
])('a worker that %s leaves a clean error and a usable engine', async (_name, end) => {
  const worker = await mortalWorker(directory, end);
  const pg = await PGlite.create({ extensions: { dblink: dblink({ worker: worker.url }) } });
  await pg.exec('CREATE EXTENSION dblink');
  await pg.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  await worker.endInNextCall();
  const failure = await failureOf(pg, "SELECT * FROM dblink('n', 'select 1 from pg_sleep(60)') AS t(a int)");
  expect(failure).toMatchObject(GONE);
  // A new worker knows no connection of the old one.
  expect(await failureOf(pg, "SELECT dblink_exec('n', 'vacuum')")).toMatchObject({ code: '08001' });
  const own = `SELECT * FROM dblink('${cluster.conninfo()}', 'select 3') AS t(a int)`;
  expect(await rowsOf(pg, own)).toEqual([[3]]);
  await pg.close();
});

it('two engines in one process have connections of their own', async () => {
  const first = await PGlite.create({ extensions: { dblink: dblink() } });
  const second = await PGlite.create({ extensions: { dblink: dblink() } });
  for (const pg of [first, second]) await pg.exec('CREATE EXTENSION dblink');
  await first.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  expect(await rowsOf(second, 'SELECT dblink_get_connections()')).toEqual([[null]]);
  await second.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  await first.close();
  expect(await rowsOf(second, "SELECT * FROM dblink('n', 'select 4') AS t(a int)")).toEqual([[4]]);
  await second.close();
});

it('a data directory opened again has the functions and no connection', async () => {
  const data = join(directory, 'data');
  const before = await PGlite.create(data, { extensions: { dblink: dblink() } });
  await before.exec('CREATE EXTENSION dblink');
  await before.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  await before.exec(`CREATE VIEW one AS SELECT * FROM dblink('n', 'select 1') AS t(a int)`);
  await before.close();
  const after = await PGlite.create(data, { extensions: { dblink: dblink() } });
  expect(await rowsOf(after, 'SELECT dblink_get_connections()')).toEqual([[null]]);
  await after.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  expect(await rowsOf(after, 'SELECT * FROM one')).toEqual([[1]]);
  await after.exec('DROP EXTENSION dblink CASCADE');
  await after.close();
});
