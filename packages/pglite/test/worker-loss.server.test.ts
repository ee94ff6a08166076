import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { bundleFromSource } from '../src/spawn/from-source.ts';
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

/** An engine whose worker does something of its own, half a second after it has started. */
async function engineWithWorker(name: string, then: string): Promise<PGlite> {
  const source = new URL('../src/spawn/node.ts', import.meta.url).href;
  const file = join(directory, `${name}.mjs`);
  const real = bundleFromSource(createRequire(import.meta.url), source).href;
  await writeFile(file, `import ${JSON.stringify(real)};\nsetTimeout(() => { ${then} }, 500);\n`);
  const pg = await PGlite.create({ extensions: { dblink: dblink({ worker: pathToFileURL(file) }) } });
  await pg.exec('CREATE EXTENSION dblink');
  await pg.exec(`SELECT dblink_connect('n', '${cluster.conninfo()}')`);
  return pg;
}

it.each([
  ['exits', 'process.exit(1)'],
  ['fails', "throw new Error('a fault')"],
  ['stops answering', 'for (;;);'],
])('a worker that %s leaves a clean error and a usable engine', async (name, then) => {
  const pg = await engineWithWorker(name.replace(/ /g, '-'), then);
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
