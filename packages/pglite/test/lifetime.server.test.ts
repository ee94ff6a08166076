import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster, startFakeProcess } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dblink } from '../src/index.ts';
import { failureOf, rowsOf } from './support/sql.ts';

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

async function backends(application: string): Promise<string | null | undefined> {
  const [result] = await cluster.psql(
    `select count(*) from pg_stat_activity where application_name = '${application}'`,
  );
  return result?.rows[0]?.[0];
}

async function untilGone(application: string): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if ((await backends(application)) === '0') return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

async function open(application: string) {
  const pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec(`CREATE EXTENSION dblink`);
  await pg.exec(`SELECT dblink_connect('n', '${cluster.conninfo()} application_name=${application}')`);
  return pg;
}

it('close() waits for a call that is under way, and closes the connections', async () => {
  const pg = await open('closing');
  const query = pg.query("SELECT * FROM dblink('n', 'select 1 from pg_sleep(0.3)') AS t(a int)");
  await Promise.all([query, pg.close()]);
  expect((await query).rows).toEqual([{ a: 1 }]);
  expect(await untilGone('closing')).toBe(true);
});

it('a process that closes nothing ends by itself', () => {
  const folder = join(import.meta.dirname, '..');
  const scratch = mkdtempSync(join(folder, 'test', '.exit-'));
  try {
    const file = join(scratch, 'main.ts');
    writeFileSync(
      file,
      `import { PGlite } from '@electric-sql/pglite';
import { dblink } from '@pg-dblink/pglite';
const pg = await PGlite.create({ extensions: { dblink: dblink() } });
await pg.exec('CREATE EXTENSION dblink');
await pg.exec(\`SELECT dblink_connect('n', '${cluster.conninfo()}')\`);
await pg.exec("SELECT dblink_send_query('n', 'select pg_sleep(60)')");
console.log('sent');
`,
    );
    const run = spawnSync(process.execPath, ['--conditions=@pg-dblink/source', '--import', 'tsx', file], {
      encoding: 'utf8',
      cwd: folder,
      timeout: 60_000,
    });
    expect([run.stdout.trim(), run.stderr, run.status]).toEqual(['sent', '', 0]);
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

it('a result larger than memory should hold passes through with the network worker staying small', async () => {
  const pg = await open('streaming');
  await pg.exec("SELECT * FROM dblink('n', 'select 1') AS t(a int)");
  const sql = `SELECT count(*)::int, sum(length(b))::int
    FROM dblink('n', 'select g, repeat(''x'', 1000) from generate_series(1, 200000) g') AS t(a int, b text)`;
  expect(await rowsOf(pg, sql)).toEqual([[200_000, 200_000_000]]);
  expect(pg.dblink.networkMemory().peakBytes).toBeGreaterThan(0);
  expect(pg.dblink.networkMemory().peakBytes).toBeLessThan(64 * 1024 * 1024);
  await pg.close();
});

it('connect_timeout counts', async () => {
  const silent = await startFakeProcess({ connections: [[{ do: 'hang' }]] });
  const pg = await PGlite.create({ extensions: { dblink: dblink() } });
  await pg.exec('CREATE EXTENSION dblink');
  const failure = await failureOf(
    pg,
    `SELECT dblink_connect('m', 'host=127.0.0.1 port=${silent.port} user=u connect_timeout=2')`,
  );
  expect(failure).toMatchObject({
    code: '08001',
    detail: `connection to server at "127.0.0.1", port ${silent.port} failed: timeout expired`,
  });
  await pg.close();
  await silent.stop();
});
