import { PGlite } from '@electric-sql/pglite';
import { type Cluster, type FakeProcess, startCluster, startFakeProcess, welcome } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createControl, dblink, requestCancel } from '../src/index.ts';
import { cancelAfter } from './support/canceller.ts';
import { failureOf, rowsOf } from './support/sql.ts';

const control = createControl();
let cluster: Cluster;
let pg: PGlite;

beforeAll(async () => {
  cluster = await startCluster();
  pg = await PGlite.create({ extensions: { dblink: dblink({ control }) } });
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

async function remoteSleepers(): Promise<number> {
  const [result] = await cluster.psql(
    "select count(*) from pg_stat_activity where query like '%pg_sleep%' and state = 'active' and pid <> pg_backend_pid()",
  );
  return Number(result?.rows[0]?.[0]);
}

async function eventually(condition: () => Promise<boolean>): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    if (await condition()) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

const SLEEP = {
  dblink: "SELECT * FROM dblink('n', 'select 1 from pg_sleep(30)') AS t(a int)",
  'dblink on its own connection': () =>
    `SELECT * FROM dblink('${cluster.conninfo()}', 'select 1 from pg_sleep(30)') AS t(a int)`,
  dblink_exec: "SELECT dblink_exec('n', 'do $$ begin perform pg_sleep(30); end $$')",
  dblink_open: "SELECT dblink_open('n', 'c', 'select 1'), dblink_exec('n', 'select pg_sleep(30)')",
} as const;

describe.each(Object.entries(SLEEP))('%s while the remote server works', (_name, statement) => {
  const sql = (): string => (typeof statement === 'string' ? statement : statement());

  it('ends with 57014 on a cancel request, and the remote statement with it', async () => {
    const canceller = cancelAfter(control, 300);
    const failure = await failureOf(pg, sql());
    await canceller.terminate();
    expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });
    expect(await eventually(async () => (await remoteSleepers()) === 0)).toBe(true);
    expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'abort; select 7') AS t(a int)")).toEqual([[7]]);
  });

  it('ends with 57014 at the statement timeout, and the remote statement with it', async () => {
    await pg.exec("SET statement_timeout = '300ms'");
    const failure = await failureOf(pg, sql());
    await pg.exec('SET statement_timeout = 0');
    expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
    expect(await eventually(async () => (await remoteSleepers()) === 0)).toBe(true);
    expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'abort; select 7') AS t(a int)")).toEqual([[7]]);
  });
});

it('leaves an asynchronous query running when the wait for its result is cancelled', async () => {
  await pg.exec("SELECT dblink_send_query('n', 'select 5 from pg_sleep(1)')");
  const canceller = cancelAfter(control, 200);
  const failure = await failureOf(pg, "SELECT * FROM dblink_get_result('n') AS t(a int)");
  await canceller.terminate();
  expect(failure.code).toBe('57014');
  expect(await rowsOf(pg, "SELECT * FROM dblink_get_result('n') AS t(a int)")).toEqual([[5]]);
});

it('forgets a cancel request that came while nothing waited', async () => {
  requestCancel(control);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(await rowsOf(pg, "SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual([[1]]);
});

it('cancels the making of a connection', async () => {
  const silent: FakeProcess = await startFakeProcess({ connections: [[{ do: 'hang' }]] });
  const canceller = cancelAfter(control, 300);
  const failure = await failureOf(pg, `SELECT dblink_connect('m', 'host=127.0.0.1 port=${silent.port} user=u')`);
  await canceller.terminate();
  await silent.stop();
  expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });
  expect(await rowsOf(pg, 'SELECT dblink_get_connections()')).toEqual([[['n']]]);
});

it('closes a connection whose server does not answer the cancel request, and says so', async () => {
  const deaf = await startFakeProcess({ connections: [[...welcome(), { do: 'hang' }], [{ do: 'hang' }]] });
  await pg.exec(`SELECT dblink_connect('deaf', 'host=127.0.0.1 port=${deaf.port} user=u client_encoding=UTF8')`);
  const canceller = cancelAfter(control, 300);
  const failure = await failureOf(pg, "SELECT dblink_exec('deaf', 'vacuum')");
  await canceller.terminate();
  expect(failure.code).toBe('57014');
  // The next use waits for what is left of the five seconds.
  const next = await failureOf(pg, "SELECT dblink_exec('deaf', 'vacuum')");
  expect(next).toMatchObject({
    code: '08006',
    message: 'connection was closed because the server did not answer a cancel request within 5 s',
  });
  await pg.exec("SELECT dblink_disconnect('deaf')");
  await deaf.stop();
});
