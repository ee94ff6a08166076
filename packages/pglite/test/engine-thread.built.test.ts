import { Worker } from 'node:worker_threads';
import { createControl, requestCancel } from '@pg-dblink/pglite';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';

// As in an application: PGlite in a worker of its own, the built network worker below it, this thread free.

let cluster: Cluster;

beforeAll(async () => {
  cluster = await startCluster();
});

afterAll(async () => {
  await cluster?.stop();
});

const ENGINE = `
  const { parentPort, workerData } = require('node:worker_threads');
  (async () => {
    const { PGlite } = await import(workerData.pglite);
    const { dblink } = await import(workerData.extension);
    const pg = await PGlite.create({ extensions: { dblink: dblink({ control: workerData.control }) } });
    await pg.exec('CREATE EXTENSION dblink');
    parentPort.postMessage({ ready: true });
    parentPort.on('message', async (sql) => {
      try {
        const results = await pg.exec(sql, { rowMode: 'array' });
        parentPort.postMessage({ rows: results.at(-1).rows });
      } catch (error) {
        parentPort.postMessage({ code: error.code, message: error.message });
      }
    });
  })();`;

class EngineThread {
  readonly control = createControl();
  readonly #worker = new Worker(ENGINE, {
    eval: true,
    workerData: {
      control: this.control,
      pglite: import.meta.resolve('@electric-sql/pglite'),
      extension: import.meta.resolve('@pg-dblink/pglite'),
    },
  });

  next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#worker.once('message', resolve);
      this.#worker.once('error', reject);
    });
  }

  async run(sql: string): Promise<unknown> {
    const answer = this.next();
    this.#worker.postMessage(sql);
    return answer;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

async function backends(): Promise<string | null | undefined> {
  const [result] = await cluster.psql(
    "select count(*) from pg_stat_activity where application_name = 'engine' and state is not null",
  );
  return result?.rows[0]?.[0];
}

it('the built worker serves an engine in a worker, whose waits another thread cancels', async () => {
  const engine = new EngineThread();
  await engine.next();
  await engine.run(`SELECT dblink_connect('n', '${cluster.conninfo()} application_name=engine')`);
  expect(await engine.run("SELECT * FROM dblink('n', 'select 1') AS t(a int)")).toEqual({ rows: [[1]] });
  const waiting = engine.run("SELECT * FROM dblink('n', 'select 1 from pg_sleep(60)') AS t(a int)");
  await new Promise((resolve) => setTimeout(resolve, 300));
  requestCancel(engine.control);
  expect(await waiting).toEqual({ code: '57014', message: 'canceling statement due to user request' });
  expect(await engine.run("SELECT * FROM dblink('n', 'select 2') AS t(a int)")).toEqual({ rows: [[2]] });

  // Ended in the middle of a wait, the engine takes its network worker and the connections with it.
  void engine.run("SELECT * FROM dblink('n', 'select 1 from pg_sleep(1)') AS t(a int)");
  await new Promise((resolve) => setTimeout(resolve, 200));
  await engine.end();
  for (let tries = 0; tries < 100 && (await backends()) !== '0'; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await backends()).toBe('0');
});
