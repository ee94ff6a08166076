import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect } from '@pg-dblink/client/node';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { quartiles } from '../measure.ts';
import type { Row } from '../report.ts';

const SAMPLES = 15;
/** A program ends with its interrupted script, so each of these takes a start. */
const PROGRAMS = 9;
const GOAL_MS = 100;
const TIMEOUT_MS = 200;

const program = resolve(import.meta.dirname, '../../../../apps/dblink/bin/dblink.js');

/**
 * How long a dblink call that waits for a remote server takes to end with 57014 once someone wants it to. The C extension
 * is no peer: it leaves the remote statement running and waits for its end at the next use.
 */
export const cancelLatency: Row = {
  name: 'dblink-cancel',
  title: 'From the wish to cancel a waiting dblink() to SQLSTATE 57014',
  run: async () => {
    const remote = await startCluster({ version: 18 });
    const serve = await startServe();
    try {
      const connection = await connect(
        `host=127.0.0.1 port=${serve.port} user=postgres dbname=postgres sslmode=disable`,
      );
      await connection.query(`SELECT dblink_connect('c', '${remote.conninfo().replaceAll("'", "''")}')`);
      const notes = [
        inWords('CancelRequest to `dblink serve`', await sample(() => cancelRequest(connection, remote))),
        inWords('statement_timeout, beyond its time', await sample(() => overshoot(connection))),
      ];
      await connection.close();
      const interrupted: number[] = [];
      for (let run = 0; run < PROGRAMS; run += 1) interrupted.push(await interrupt(remote));
      notes.push(inWords('Ctrl-C in `dblink`, until its message is out', interrupted));
      return { comparisons: [], notes };
    } finally {
      serve.process.kill('SIGTERM');
      await remote.stop();
    }
  },
};

function inWords(what: string, sampleMs: readonly number[]): string {
  const { q1, median, q3 } = quartiles(sampleMs);
  const most = Math.max(...sampleMs);
  const verdict = most <= GOAL_MS ? 'met' : 'missed';
  const spread = `median ${median.toFixed(1)} ms (${q1.toFixed(1)} … ${q3.toFixed(1)}), longest ${most.toFixed(1)} ms of ${sampleMs.length}`;
  return `${what}: ${spread}; within ${GOAL_MS} ms: ${verdict}`;
}

async function sample(once: () => Promise<number>): Promise<readonly number[]> {
  await once();
  const times: number[] = [];
  for (let run = 0; run < SAMPLES; run += 1) times.push(await once());
  return times;
}

const WAITING = "SELECT * FROM dblink('c', 'SELECT pg_sleep(30)::text') AS t(a text)";

async function cancelRequest(connection: Connection, remote: Cluster): Promise<number> {
  const canceled = stateOf(connection.query(WAITING));
  await untilAsleep(remote);
  const started = performance.now();
  await connection.cancel();
  await expectCanceled(canceled);
  return performance.now() - started;
}

async function overshoot(connection: Connection): Promise<number> {
  await connection.query(`SET statement_timeout = ${TIMEOUT_MS}`);
  const started = performance.now();
  await expectCanceled(stateOf(connection.query(WAITING)));
  const elapsed = performance.now() - started;
  await connection.query('SET statement_timeout = 0');
  return elapsed - TIMEOUT_MS;
}

/** The SQLSTATE that a statement fails with. */
function stateOf(answer: Promise<unknown>): Promise<unknown> {
  return answer.then(
    () => 'no error',
    (error: unknown) => (error instanceof Error && 'sqlState' in error ? error.sqlState : error),
  );
}

async function expectCanceled(state: Promise<unknown>): Promise<void> {
  const found = await state;
  if (found !== '57014') throw new Error(`57014 was expected, not ${String(found)}`);
}

async function interrupt(remote: Cluster): Promise<number> {
  const child = spawn(process.execPath, [program, '-At'], { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  const told = new Promise<number>((done) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      if (errors.includes('canceling statement due to user request')) done(performance.now());
    });
  });
  const ended = once(child, 'close').then(() => Number.NaN);
  child.stdin.write(`SELECT dblink_connect('c', '${remote.conninfo().replaceAll("'", "''")}');\n${WAITING};\n`);
  await untilAsleep(remote);
  const started = performance.now();
  child.kill('SIGINT');
  const at = await Promise.race([told, ended]);
  await ended;
  if (Number.isNaN(at)) throw new Error(`the program did not say that it was cancelled: ${errors}`);
  return at - started;
}

async function untilAsleep(remote: Cluster): Promise<void> {
  const deadline = performance.now() + 30_000;
  const asleep = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
  while ((await remote.psql(asleep)).at(-1)?.rows[0]?.[0] !== '1') {
    if (performance.now() > deadline) throw new Error('the remote server never got the statement');
    await sleep(5);
  }
  // The caller begins to wait a moment after the remote server does.
  await sleep(20);
}

async function startServe(): Promise<{ readonly port: number; readonly process: ChildProcess }> {
  const child = spawn(process.execPath, [program, 'serve', '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  const port = await new Promise<number>((done, fail) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      const found = /listening on \S+:(\d+)\n/.exec(output);
      if (found !== null) done(Number(found[1]));
    });
    child.once('exit', () => fail(new Error('serve ended before it could answer')));
  });
  return { port, process: child };
}
