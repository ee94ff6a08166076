import { type Cluster, findPgbouncer, type Pgbouncer, startCluster, startPgbouncer } from '@pg-dblink/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type Connection,
  type ConnectOptions,
  isConnectionLostError,
  isServerError,
  isTimeoutError,
} from '../src/index.ts';
import { connect } from '../src/node.ts';
import { stateOfCancelled } from './cancelled.ts';
import { sqlStateOf } from './sql-state-of.ts';

const REASON = '[needs pgbouncer here]';

let cluster: Cluster;
const open: Connection[] = [];

beforeAll(async () => {
  if (findPgbouncer() === undefined) return;
  cluster = await startCluster();
  await cluster.psql('create table counter(n int); create table c(a int, b text)');
});

afterEach(async () => {
  for (const connection of open.splice(0)) await connection.close();
  await cluster.psql('truncate counter, c');
});

afterAll(() => cluster?.stop());

async function through(pooler: Pgbouncer, options?: ConnectOptions): Promise<Connection> {
  const connection = await connect(pooler.conninfo(), options);
  open.push(connection);
  return connection;
}

async function backendOf(connection: Connection): Promise<unknown> {
  return (await connection.query('select pg_backend_pid() as pid'))[0]?.rows[0]?.['pid'];
}

const counted = async (): Promise<unknown> => (await cluster.psql('table counter order by 1'))[0]?.rows.flat();

describe.skipIf(findPgbouncer() === undefined).each(['session', 'transaction'] as const)(
  `through pgbouncer in %s mode ${REASON}`,
  (poolMode) => {
    let pooler: Pgbouncer;

    beforeAll(async () => {
      pooler = await startPgbouncer(cluster, { poolMode, poolSize: 2 });
    });

    afterAll(() => pooler?.stop());

    test('simple and extended queries, notices and errors', async () => {
      const notices: string[] = [];
      const connection = await through(pooler, { onNotice: ({ message }) => notices.push(message) });
      const results = await connection.query("select 1 as a; do $$ begin raise notice 'hello'; end $$; select 2 as b");
      expect(results.flatMap(({ rows }) => rows)).toEqual([{ a: 1 }, { b: 2 }]);
      expect(notices).toEqual(['hello']);
      const { rows } = await connection.execute('select $1::int8 + 1 as n, $2::text[] as t', [41n, ['é', null]]);
      expect(rows).toEqual([{ n: 42n, t: ['é', null] }]);
      expect(await sqlStateOf(connection.execute('select 1/$1::int', [0]))).toBe('22012');
      expect((await connection.query('select 3 as c'))[0]?.rows).toEqual([{ c: 3 }]);
    });

    test('what pgbouncer reports, and what it keeps to itself', async () => {
      const connection = await through(pooler);
      expect(connection.serverParameters.get('server_version')).toMatch(/^1\d/);
      expect(connection.serverParameters.get('client_encoding')).toBe('UTF8');
      expect(connection.protocolVersion).toBe('3.0');
      // Its keys are its own: a process id that no backend has.
      expect(await backendOf(connection)).not.toBe(connection.backendPid);
    });

    test('transactions and savepoints', async () => {
      const connection = await through(pooler);
      await connection.query('begin; insert into counter values (1); savepoint s');
      const inside = await backendOf(connection);
      expect(await sqlStateOf(connection.query('select 1/0'))).toBe('22012');
      expect(connection.transactionStatus).toBe('E');
      await connection.query('rollback to s; insert into counter values (2)');
      expect(await backendOf(connection)).toBe(inside);
      await connection.query('commit');
      expect(connection.transactionStatus).toBe('I');
      expect(await counted()).toEqual(['1', '2']);
    });

    test('rows batch by batch', async () => {
      const connection = await through(pooler);
      let sum = 0;
      const rows = connection.rows('select g from generate_series(1, $1::int) g', [500], { batchSize: 50 });
      for await (const row of rows) sum += Number(row['g']);
      expect(sum).toBe(125_250);
      for await (const row of connection.rows('select generate_series(1, 100000) g')) if (row['g'] === 3) break;
      expect(connection.transactionStatus).toBe('I');
    });

    test('COPY in and out, in text and binary', async () => {
      const connection = await through(pooler);
      expect(await connection.copyIn('copy c from stdin', ['1\tä\n', '2\t\\N\n'])).toBe(2);
      const pieces: Uint8Array[] = [];
      for await (const piece of connection.copyOut('copy c to stdout (format binary)')) pieces.push(piece);
      expect(await connection.copyIn('copy c from stdin (format binary)', pieces)).toBe(2);
      let text = '';
      for await (const piece of connection.copyOut('copy (select distinct * from c order by 1) to stdout')) {
        text += new TextDecoder().decode(piece);
      }
      expect(text).toBe('1\tä\n2\t\\N\n');
      expect(await sqlStateOf(connection.copyIn('copy c from stdin', ['bad\n']))).toBe('22P02');
      expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
    });

    test('a pipeline, and its error', async () => {
      const connection = await through(pooler);
      await connection.pipeline(async (pipeline) => {
        const calls = [1, 2, 3].map((n) => pipeline.execute('insert into counter values ($1)', [n]));
        await Promise.all(calls);
        await pipeline.sync();
        const [first, second, third] = await Promise.allSettled([
          pipeline.execute('insert into counter values (4)'),
          pipeline.execute('select 1/0'),
          pipeline.execute('insert into counter values (5)'),
        ]);
        expect([first.status, second.status, third.status]).toEqual(['fulfilled', 'rejected', 'rejected']);
      });
      expect(await counted()).toEqual(['1', '2', '3']);
      expect(connection.transactionStatus).toBe('I');
    });

    test('a cancel with pgbouncer’s keys, by call, by signal and by time-out; the next query is not hit', async () => {
      const connection = await through(pooler);
      expect(await stateOfCancelled(connection, 'select pg_sleep(30)')).toBe('57014');
      for (let round = 0; round < 6; round++) {
        const options = round % 2 === 0 ? { timeoutMs: 40 } : { signal: AbortSignal.timeout(40) };
        const stopped = connection.query('select pg_sleep(30)', options).catch((reason: unknown) => reason);
        const next = connection.query('select 1 as n');
        expect(await stopped).toMatchObject({ name: 'TimeoutError' });
        expect((await next)[0]?.rows).toEqual([{ n: 1 }]);
      }
    });

    test('a call that waits for a server of the pool is ended by its time-out, and hits nobody else', async () => {
      const busy = await Promise.all([through(pooler), through(pooler)]);
      for (const connection of busy) await connection.query('begin');
      const working = busy.map((connection) => connection.query('select pg_sleep(0.6)'));
      const waiting = await through(pooler, { cancelTimeoutMs: 2000 }).catch((error: unknown) => error);
      // pgbouncer lets a client in before it has a server for it.
      if (waiting instanceof Error) throw waiting;
      const stopped: unknown = await (waiting as Connection)
        .query('select 1', { timeoutMs: 50 })
        .catch((reason: unknown) => reason);
      expect(isTimeoutError(stopped)).toBe(true);
      for (const call of working) expect((await call)[0]?.rowCount).toBe(1);
    });

    test('notifications reach a listener behind the pooler’s back', async () => {
      await using listener = await connect(cluster.conninfo());
      await listener.query('listen news');
      const connection = await through(pooler);
      await connection.execute("select pg_notify('news', $1)", ['through']);
      const heard = await listener.notifications().next();
      expect(heard.value).toMatchObject({ channel: 'news', payload: 'through' });
    });
  },
);

describe.skipIf(findPgbouncer() === undefined)(`transaction mode ${REASON}`, () => {
  let pooler: Pgbouncer;

  beforeAll(async () => {
    pooler = await startPgbouncer(cluster, { poolMode: 'transaction', poolSize: 2 });
  });

  afterAll(() => pooler?.stop());

  /** Makes the next statement of others run on the pool's other server; undone by the returned function. */
  async function occupy(): Promise<() => Promise<unknown>> {
    const other = await through(pooler);
    await other.query('begin');
    return () => other.query('commit');
  }

  test('a cached statement is prepared anew on each server, once, and runs once', async () => {
    const cached = await through(pooler, { statementCacheSize: 4 });
    const servers = new Set<unknown>();
    const insert = async (n: number): Promise<void> => {
      const { rows } = await cached.execute('insert into counter values ($1) returning pg_backend_pid() as pid', [n]);
      servers.add(rows[0]?.['pid']);
    };
    await insert(1);
    const release = await occupy();
    await insert(2);
    await insert(3);
    await release();
    for (let n = 4; n <= 20; n++) await insert(n);
    expect(servers.size).toBe(2);
    expect(await counted()).toEqual(Array.from({ length: 20 }, (_, index) => String(index + 1)));
  });

  test('many clients with the same statements at the same time: every value once, no statement of another', async () => {
    const clients = await Promise.all(Array.from({ length: 8 }, () => through(pooler, { statementCacheSize: 2 })));
    const sums = await Promise.all(
      clients.map(async (client, index) => {
        let sum = 0;
        for (let round = 0; round < 25; round++) {
          const n = index * 1000 + round;
          await client.execute('insert into counter values ($1)', [n]);
          // More texts than the cache holds, and as many parameters: a mix-up would show in the values.
          const { rows } = await client.execute(`select $1::int + ${(index + round) % 5} as n`, [n]);
          sum += Number(rows[0]?.['n']) - n - ((index + round) % 5);
        }
        return sum;
      }),
    );
    expect(sums).toEqual(new Array(8).fill(0));
    const [twice] = await cluster.psql('select count(*), count(distinct n) from counter');
    expect(twice?.rows).toEqual([['200', '200']]);
  });

  test('DISCARD ALL and DEALLOCATE ALL by whoever shares the server', async () => {
    const cached = await through(pooler, { statementCacheSize: 4 });
    const rude = await through(pooler);
    for (const [round, command] of ['discard all', 'deallocate all', 'discard all'].entries()) {
      await cached.execute('insert into counter values ($1)', [round]);
      await rude.query(command);
    }
    await cached.execute('insert into counter values ($1)', [3]);
    expect(await counted()).toEqual(['0', '1', '2', '3']);
  });

  test('inside a transaction nothing is repeated', async () => {
    const cached = await through(pooler, { statementCacheSize: 4 });
    await cached.execute('insert into counter values ($1)', [1]);
    const release = await occupy();
    await cached.query('begin');
    expect(await sqlStateOf(cached.execute('insert into counter values ($1)', [2]))).toBe('26000');
    await cached.query('rollback');
    await release();
    expect(await counted()).toEqual(['1']);
  });

  test('a prepared statement of one’s own is unknown on another server: the server says so', async () => {
    const connection = await through(pooler);
    const statement = await connection.prepare('insert into counter values ($1)');
    await statement.execute([1]);
    const release = await occupy();
    expect(await sqlStateOf(statement.execute([2]))).toBe('26000');
    await release();
    expect(await counted()).toEqual(['1']);
  });

  test('rows that changed their type', async () => {
    await cluster.psql('create table wide as select 1 as a');
    const cached = await through(pooler, { statementCacheSize: 4 });
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1 }]);
    await cluster.psql("alter table wide add column b text default 'x'");
    expect((await cached.execute('select * from wide')).rows).toEqual([{ a: 1, b: 'x' }]);
    const release = await occupy();
    await cluster.psql('alter table wide drop column a');
    expect((await cached.execute('select * from wide')).rows).toEqual([{ b: 'x' }]);
    await release();
    await cluster.psql('drop table wide');
  });
});

describe.skipIf(findPgbouncer() === undefined)(`session mode ${REASON}`, () => {
  let pooler: Pgbouncer;

  beforeAll(async () => {
    pooler = await startPgbouncer(cluster, { poolMode: 'session', poolSize: 1 });
  });

  afterAll(() => pooler?.stop());

  test('what belongs to the session stays with it, and goes with it by DISCARD ALL', async () => {
    const first = await connect(pooler.conninfo(), { statementCacheSize: 4 });
    await first.query("set timezone = 'Asia/Tokyo'; create temp table mine(a int); listen news");
    await first.execute('select $1::int as n', [1]);
    const backend = await backendOf(first);
    await first.query("notify news, 'own'");
    expect(first.takeNotifications()).toMatchObject([{ channel: 'news', payload: 'own' }]);
    await first.close();

    const second = await through(pooler, { statementCacheSize: 4 });
    expect(await backendOf(second)).toBe(backend);
    expect(await sqlStateOf(second.query('table mine'))).toBe('42P01');
    const [left] = await second.query(
      "select (select count(*)::int from pg_prepared_statements) as statements, (select count(*)::int from pg_listening_channels()) as channels, current_setting('timezone') as zone",
    );
    expect(left?.rows).toEqual([{ statements: 0, channels: 0, zone: 'UTC' }]);
    expect((await second.execute('select $1::int as n', [1])).rows).toEqual([{ n: 1 }]);
  });

  test('notifications by iterator', async () => {
    const connection = await through(pooler);
    await connection.query('listen news');
    const heard = connection.notifications().next();
    await cluster.psql("notify news, 'from outside'");
    expect((await heard).value).toMatchObject({ channel: 'news', payload: 'from outside' });
  });

  test('a client that is one too many waits, and gives up in its time', async () => {
    const first = await through(pooler);
    await first.query('select 1');
    const second = await through(pooler, { cancelTimeoutMs: 1000 });
    await expect(second.query('select 1', { timeoutMs: 50 })).rejects.toSatisfy(isTimeoutError);
    expect((await first.query('select 1'))[0]?.rowCount).toBe(1);
  });
});

describe.skipIf(findPgbouncer() === undefined)(`when what is behind pgbouncer goes away ${REASON}`, () => {
  test('a server that restarts, after a shutdown and after a crash: a typed error, and then it works again', async () => {
    const own = await startCluster();
    const pooler = await startPgbouncer(own, { poolMode: 'transaction', poolSize: 2 });
    try {
      await own.psql('create table counter(n int)');
      const cached = await through(pooler, { statementCacheSize: 4 });
      const insert = (n: number): Promise<unknown> => cached.execute('insert into counter values ($1)', [n]);
      await insert(1);
      await own.restart();
      // pgbouncer notices the end of an idle server by itself, and goes to the new one.
      const again = await through(pooler, { statementCacheSize: 4 });
      await again.execute('insert into counter values ($1)', [2]);
      const late = await insert(3).catch((error: unknown) => error);
      expect(late instanceof Error ? isServerError(late) || isConnectionLostError(late) : late).toBeTruthy();

      const sleeping = again.query('select pg_sleep(30)').catch((error: unknown) => error);
      const running = "select count(*) from pg_stat_activity where query = 'select pg_sleep(30)' and state = 'active'";
      while ((await own.psql(running))[0]?.rows[0]?.[0] !== '1')
        await new Promise((resolve) => setTimeout(resolve, 20));
      await own.kill9();
      const error = await sleeping;
      expect(isConnectionLostError(error) || isServerError(error)).toBe(true);
      await own.restart();
      const last = await through(pooler, { statementCacheSize: 4 });
      await last.execute('insert into counter values ($1)', [4]);
      const [rows] = await own.psql('select count(*) - count(distinct n), max(n) from counter');
      expect(rows?.rows).toEqual([['0', '4']]);
    } finally {
      for (const connection of open.splice(0)) await connection.close();
      await pooler.stop();
      await own.stop();
    }
  });
});
