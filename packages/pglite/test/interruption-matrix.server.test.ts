import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { type Cluster, startCluster, startFakeProcess } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createControl, dblink } from '../src/index.ts';
import { cancelAfter } from './support/canceller.ts';
import { type MortalWorker, mortalWorker } from './support/mortal-worker.ts';
import { failureOf, rowsOf } from './support/sql.ts';

/*
 * Every dblink function that can wait, interrupted in every way while it does: what it raises, how the connection stands
 * afterwards, and that nothing goes on remotely that nobody wants. Transactions and local errors around the functions
 * are cases of the differential tests (cases/interrupted.sql).
 */

/** A statement to run afterwards, and its rows or the SQLSTATE that it fails with. */
type Expected = readonly [sql: string, rowsOrState: readonly (readonly unknown[])[] | string];

interface Waiting {
  readonly prepare?: string;
  /** Waits for half a minute unless it is interrupted. */
  readonly call: string;
  readonly afterwards: readonly Expected[];
  /** What goes on at the far end is to go on. */
  readonly remote?: 'goes on';
}

const usable: readonly Expected[] = [
  ["SELECT dblink_exec('n', 'set a.b = 1')", [['SET']]],
  ["SELECT * FROM dblink('n', 'select 7') AS t(a int)", [[7]]],
  ["SELECT dblink_error_message('n')", [['OK']]],
];
/** The remote statement was cancelled within the transaction that dblink_open had begun. */
const afterRollback: readonly Expected[] = [
  ["SELECT dblink_exec('n', 'set a.b = 1')", '25P02'],
  ["SELECT dblink_exec('n', 'rollback')", [['ROLLBACK']]],
  ...usable,
];
const sleep = 'select 1 from pg_sleep(30)';

const waiting: Readonly<Record<string, Waiting>> = {
  dblink: { call: `SELECT * FROM dblink('n', '${sleep}') AS t(a int)`, afterwards: usable },
  'dblink after some rows': {
    call: `SELECT * FROM dblink('n', 'select 1 from generate_series(1, 5000); ${sleep}') AS t(a int)`,
    afterwards: usable,
  },
  'dblink on a connection of its own': {
    call: `SELECT * FROM dblink(target(), '${sleep}') AS t(a int)`,
    afterwards: usable,
  },
  dblink_exec: { call: `SELECT dblink_exec('n', 'do $$ begin perform pg_sleep(30); end $$')`, afterwards: usable },
  'dblink_exec on the unnamed connection': {
    prepare: 'SELECT dblink_connect(target())',
    call: `SELECT dblink_exec('do $$ begin perform pg_sleep(30); end $$')`,
    afterwards: [["SELECT dblink_exec('set a.b = 1')", [['SET']]], ['SELECT dblink_disconnect()', [['OK']]], ...usable],
  },
  dblink_open: { call: "SELECT dblink_open('n', 'c', 'select * from locked')", afterwards: afterRollback },
  dblink_fetch: {
    prepare: `SELECT dblink_open('n', 'c', '${sleep}')`,
    call: "SELECT * FROM dblink_fetch('n', 'c', 1) AS t(a int)",
    afterwards: afterRollback,
  },
  'dblink_close, in its COMMIT': {
    prepare: "SELECT dblink_open('n', 'c', 'select 1'); SELECT dblink_exec('n', 'insert into slow values (1)')",
    call: "SELECT dblink_close('n', 'c')",
    afterwards: [...usable, ["SELECT * FROM dblink('n', 'select count(*) from slow') AS t(n int)", [[0]]]],
  },
  dblink_get_result: {
    prepare: `SELECT dblink_send_query('n', '${sleep}')`,
    call: "SELECT * FROM dblink_get_result('n') AS t(a int)",
    remote: 'goes on',
    afterwards: [
      ["SELECT dblink_is_busy('n')", [[1]]],
      ["SELECT dblink_send_query('n', 'select 2')", [[0]]],
      ["SELECT dblink_cancel_query('n')", [['OK']]],
      ["SELECT * FROM dblink_get_result('n') AS t(a int)", '57014'],
      ["SELECT * FROM dblink_get_result('n') AS t(a int)", []],
      ...usable,
    ],
  },
  'dblink_send_query, which waits for nothing, beside a dblink_exec': {
    call: `SELECT dblink_exec('n', 'do $$ begin perform pg_sleep(30); end $$'), dblink_send_query('n', 'select 1')`,
    afterwards: [
      ["SELECT dblink_send_query('n', 'select 2')", [[1]]],
      ["SELECT * FROM dblink_get_result('n') AS t(a int)", [[2]]],
      ["SELECT * FROM dblink_get_result('n') AS t(a int)", []],
      ...usable,
    ],
  },
  dblink_connect: {
    call: "SELECT dblink_connect('m', silent())",
    afterwards: [['SELECT dblink_get_connections()', [[['n']]]], ...usable],
  },
};

const control = createControl();
let mortal: MortalWorker;
let cluster: Cluster;
let silent: Awaited<ReturnType<typeof startFakeProcess>>;
let pg: PGlite;
let directory: string;

beforeAll(async () => {
  cluster = await startCluster();
  await cluster.psql(`
    create table locked (i int);
    create table slow (i int);
    create function dawdle() returns trigger language plpgsql as $$ begin perform pg_sleep(30); return null; end $$;
    create constraint trigger dawdle after insert on slow deferrable initially deferred
      for each row execute function dawdle()`);
  silent = await startFakeProcess({ connections: Array.from({ length: 5 }, () => [{ do: 'hang' as const }]) });
  directory = await mkdtemp(join(tmpdir(), 'dblink-matrix-'));
  mortal = await mortalWorker(directory, 'setTimeout(() => process.exit(1), 300)');
  pg = await PGlite.create({ extensions: { dblink: dblink({ control, worker: mortal.url }) } });
  await pg.exec(`
    CREATE EXTENSION dblink;
    CREATE FUNCTION target() RETURNS text LANGUAGE sql AS $f$ SELECT $$${cluster.conninfo()}$$::text $f$;
    CREATE FUNCTION silent() RETURNS text LANGUAGE sql AS $$ SELECT 'host=127.0.0.1 user=u port=${silent.port}'::text $$`);
});

afterAll(async () => {
  await pg?.close();
  await silent?.stop();
  await cluster?.stop();
  await rm(directory, { recursive: true, force: true });
});

beforeEach(async () => {
  await pg.exec(`
    DO $$ BEGIN PERFORM dblink_disconnect('n'); EXCEPTION WHEN OTHERS THEN NULL; END $$;
    SELECT dblink_connect('n', target())`);
});

/** Runs the call while another session holds what dblink_open waits for. */
async function interrupted({ prepare, call }: Waiting, how: (call: string) => Promise<void>): Promise<void> {
  const holder = await cluster.session();
  // A holder that is left behind would make every test after this one wait.
  try {
    await holder.run("set lock_timeout = '10s'; begin; lock table locked");
    if (prepare !== undefined) await pg.exec(prepare);
    await how(call);
  } finally {
    await holder.close();
  }
}

async function expectAfterwards({ afterwards, remote }: Waiting): Promise<void> {
  if (remote === undefined) expect(await quietRemotely()).toBe(true);
  for (const [sql, rowsOrState] of afterwards) {
    if (typeof rowsOrState === 'string') expect(await failureOf(pg, sql), sql).toMatchObject({ code: rowsOrState });
    else expect(await rowsOf(pg, sql), sql).toEqual(rowsOrState);
  }
}

/** The sessions at the far end that are at work. */
const others =
  "from pg_stat_activity where state = 'active' and backend_type = 'client backend' and pid <> pg_backend_pid()";

async function quietRemotely(): Promise<boolean> {
  for (let tries = 0; tries < 100; tries++) {
    const [result] = await cluster.psql(`select count(*) ${others}`);
    if (result?.rows[0]?.[0] === '0') return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

describe.each(Object.entries(waiting))('%s', (_name, one) => {
  it('ends at a cancel request', async () => {
    await interrupted(one, async (call) => {
      const canceller = cancelAfter(control, 300);
      const failure = await failureOf(pg, call);
      await canceller.terminate();
      expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to user request' });
      await expectAfterwards(one);
    });
  });

  it('ends at the statement timeout', async () => {
    await interrupted(one, async (call) => {
      await pg.exec("SET statement_timeout = '300ms'");
      const failure = await failureOf(pg, call);
      await pg.exec('SET statement_timeout = 0');
      expect(failure).toMatchObject({ code: '57014', message: 'canceling statement due to statement timeout' });
      await expectAfterwards(one);
    });
  });

  it('ends within a transaction, whose ROLLBACK leaves the connection alone', async () => {
    await interrupted(one, async (call) => {
      await pg.exec("BEGIN; SET LOCAL statement_timeout = '300ms'");
      expect(await failureOf(pg, call)).toMatchObject({ code: '57014' });
      expect(await failureOf(pg, "SELECT dblink_is_busy('n')")).toMatchObject({ code: '25P02' });
      await pg.exec('ROLLBACK');
      await expectAfterwards(one);
    });
  });

  it('ends with its worker, and the next call has another', async () => {
    await interrupted(one, async (call) => {
      await mortal.endInNextCall();
      const failure = await failureOf(pg, call);
      expect(failure).toMatchObject({ code: '08006', message: 'the network worker of dblink has ended unexpectedly' });
    });
    // Nobody was there to cancel it.
    await cluster.psql(`select pg_terminate_backend(pid, 5000) ${others}`);
    expect(await rowsOf(pg, 'SELECT dblink_get_connections()')).toEqual([[null]]);
    expect(await failureOf(pg, "SELECT dblink_is_busy('n')")).toMatchObject({ code: '08003' });
    await pg.exec("SELECT dblink_connect('n', target())");
    for (const [sql, rows] of usable) expect(await rowsOf(pg, sql)).toEqual(rows);
  });
});
