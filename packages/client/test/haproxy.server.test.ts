import {
  type Cluster,
  findHaproxy,
  type Haproxy,
  type Standby,
  startCluster,
  startHaproxy,
  startStandby,
} from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, isConnectError, isConnectionLostError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { stateOfCancelled } from './cancelled.ts';

const REASON = '[needs haproxy here]';

async function portOf(connection: Connection): Promise<number> {
  return Number((await connection.query('show port'))[0]?.rows[0]?.['port']);
}

async function askPort(conninfo: string): Promise<number> {
  await using connection = await connect(conninfo);
  return await portOf(connection);
}

async function untilUp(proxy: Haproxy, names: readonly string[]): Promise<void> {
  const deadline = Date.now() + 20_000;
  while ((await proxy.serversUp()).join() !== names.join()) {
    if (Date.now() > deadline) throw new Error(`not up in time: ${names.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function timed<T>(work: Promise<T>): Promise<{ readonly value: T; readonly tookMs: number }> {
  const began = performance.now();
  return { value: await work, tookMs: performance.now() - began };
}

describe.skipIf(findHaproxy() === undefined)(`through haproxy ${REASON}`, () => {
  let primary: Cluster;
  let second: Cluster;
  let proxy: Haproxy;

  beforeAll(async () => {
    [primary, second] = await Promise.all([startCluster({ tls: true }), startCluster()]);
    proxy = await startHaproxy([{ name: 'only', cluster: primary }], { lines: ['option clitcpka', 'option srvtcpka'] });
  });

  afterAll(() => Promise.all([proxy, primary, second].map((one) => one?.stop())));

  test('queries, COPY, notifications', async () => {
    await using connection = await connect(proxy.conninfo());
    const { rows } = await connection.execute('select g, $1::text as t from generate_series(1, 20000) g', ['é']);
    expect(rows.length).toBe(20_000);
    await connection.query("create temp table c(a int); listen news; notify news, 'through'");
    expect(await connection.copyIn('copy c from stdin', ['1\n', '2\n'])).toBe(2);
    expect(connection.takeNotifications()).toMatchObject([{ channel: 'news', payload: 'through' }]);
  });

  test('TLS with the server behind it, whole: the proxy only passes bytes on', async () => {
    const tls = { host: 'localhost', hostaddr: '127.0.0.1', sslrootcert: primary.tls?.caFile ?? '' };
    await using connection = await connect(proxy.conninfo({ ...tls, sslmode: 'verify-full' }));
    expect(connection.tls).toBe(true);
  });

  test('a cancel goes through the proxy to the same server', async () => {
    await using connection = await connect(proxy.conninfo());
    expect(await stateOfCancelled(connection, 'select pg_sleep(30)')).toBe('57014');
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('a cancel that the proxy brings to another server is lost there; the time-out ends the call all the same', async () => {
    const backends = [
      { name: 'a', cluster: primary },
      { name: 'b', cluster: second },
    ];
    await using split = await startHaproxy(backends, { lines: ['balance roundrobin'] });
    await untilUp(split, ['a', 'b']);
    const ports = new Set<number>();
    for (let round = 0; round < 4; round++) ports.add(await askPort(split.conninfo()));
    expect(ports).toEqual(new Set([primary.port, second.port]));
    await using connection = await connect(split.conninfo(), { cancelTimeoutMs: 5000 });
    // Cancels are sent again until one reaches the right server: every second one does.
    const stopped = connection.query('select pg_sleep(30)', { timeoutMs: 50 }).catch((error: unknown) => error);
    expect(await stopped).toMatchObject({ name: 'TimeoutError' });
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
  });

  test('a server that dies in the middle of a result: a typed error at once, and the next connect works', async () => {
    const victim = await startCluster();
    await using failing = await startHaproxy([
      { name: 'victim', cluster: victim },
      { name: 'spare', cluster: primary, isBackup: true },
    ]);
    await untilUp(failing, ['victim', 'spare']);
    const connection = await connect(failing.conninfo());
    expect(await portOf(connection)).toBe(victim.port);
    let seen = 0;
    let killedAt = 0;
    const reading = (async (): Promise<unknown> => {
      const sql = "select g, repeat('x', 1000) from generate_series(1, 10000000) g";
      try {
        for await (const batch of connection.batches(sql, [], { batchSize: 100 })) {
          seen += batch.length;
          if (seen === 1000) {
            await victim.kill9();
            killedAt = performance.now();
          }
        }
        return 'all rows';
      } catch (error) {
        return error;
      }
    })();
    expect(await reading).toSatisfy(isConnectionLostError);
    expect(performance.now() - killedAt).toBeLessThan(15_000);
    expect(seen).toBe(1000);
    expect(connection.phase).toBe('closed');
    await expect(connection.query('select 1')).rejects.toThrow('no connection to the server');
    await untilUp(failing, ['spare']);
    expect(await askPort(failing.conninfo())).toBe(primary.port);
    await connection.close();
    await victim.stop();
  });

  test('a COPY in the middle of which the server dies', async () => {
    const victim = await startCluster();
    await victim.psql('create table c(a text)');
    await using failing = await startHaproxy([{ name: 'victim', cluster: victim }]);
    const connection = await connect(failing.conninfo());
    async function* source(): AsyncGenerator<string> {
      for (let piece = 0; ; piece++) {
        if (piece === 20) await victim.kill9();
        yield `${'x'.repeat(10_000)}\n`;
      }
    }
    await expect(connection.copyIn('copy c from stdin', source())).rejects.toSatisfy(isConnectionLostError);
    await connection.close();
    await victim.stop();
  });

  test('the proxy’s idle time-out ends a session; the first use afterwards is safe to repeat', async () => {
    await using impatient = await startHaproxy([{ name: 'only', cluster: primary }], { idleTimeoutMs: 1000 });
    const connection = await connect(impatient.conninfo());
    await connection.query('select pg_sleep(0.05)');
    const ended = new Promise<void>((resolve) => {
      const look = (): void => (connection.phase === 'closed' ? resolve() : void setTimeout(look, 20));
      look();
    });
    await ended;
    const error: unknown = await connection.query('select 1').catch((reason: unknown) => reason);
    expect(isConnectionLostError(error) && error.safeToRetry).toBe(true);
    await connection.close();
    // A statement that is silent for longer than the proxy can stand is cut off: not safe to repeat.
    const sleeping = await connect(impatient.conninfo());
    const cut: unknown = await sleeping.query('select pg_sleep(20)').catch((reason: unknown) => reason);
    expect(isConnectionLostError(cut) && cut.safeToRetry).toBe(false);
    await sleeping.close();
  });

  test('nobody behind it: an error of the attempt, in bounded time', async () => {
    const gone = await startCluster();
    await using empty = await startHaproxy([{ name: 'gone', cluster: gone }]);
    await gone.stop();
    const { tookMs, value } = await timed(
      connect(empty.conninfo({ connect_timeout: '5' })).catch((error: unknown) => error),
    );
    expect(isConnectError(value)).toBe(true);
    expect(tookMs).toBeLessThan(10_000);
  });

  test('a proxy that is drained lets sessions end in peace', async () => {
    await using draining = await startHaproxy([{ name: 'only', cluster: primary }]);
    const connection = await connect(draining.conninfo());
    await draining.command('set server servers/only state drain');
    expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
    await connection.close();
    await draining.command('set server servers/only state ready');
    expect(await askPort(draining.conninfo())).toBe(primary.port);
  });
});

describe.skipIf(findHaproxy() === undefined)(`haproxy before a primary and its standby ${REASON}`, () => {
  test('failover from a dead primary to the promoted standby, seen by target_session_attrs', async () => {
    const primary = await startCluster();
    const standby: Standby = await startStandby(primary);
    const proxy = await startHaproxy([
      { name: 'primary', cluster: primary },
      { name: 'standby', cluster: standby, isBackup: true },
    ]);
    try {
      await untilUp(proxy, ['primary', 'standby']);
      await primary.psql('create table kept as select 1 as a');
      await standby.caughtUp();
      const writable = proxy.conninfo({ target_session_attrs: 'read-write' });
      expect(await askPort(writable)).toBe(primary.port);
      const connection = await connect(writable, { statementCacheSize: 4 });
      await connection.execute('select * from kept');
      await connection.query('begin; insert into kept values (2)');

      await primary.kill9();
      await untilUp(proxy, ['standby']);
      const lost: unknown = await connection.query('commit').catch((error: unknown) => error);
      expect(isConnectionLostError(lost)).toBe(true);
      await connection.close();

      const refused: unknown = await connect(writable).catch((error: unknown) => error);
      expect(isConnectError(refused) && refused.message).toMatch(/session is read-only$/);
      expect(await askPort(proxy.conninfo({ target_session_attrs: 'standby' }))).toBe(standby.port);

      await standby.promote();
      await using again = await connect(writable, { statementCacheSize: 4 });
      expect(await portOf(again)).toBe(standby.port);
      expect((await again.execute('select * from kept')).rows).toEqual([{ a: 1 }]);
      await again.execute('insert into kept values ($1)', [3]);
    } finally {
      await Promise.all([proxy, standby, primary].map((one) => one.stop()));
    }
  });
});
