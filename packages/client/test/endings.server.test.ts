import { availableVersions, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, isCancelError, isConnectionLostError, isTimeoutError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import { stateOfCancelled } from './cancelled.ts';

describe.each(availableVersions())('PostgreSQL %i', (version) => {
  let cluster: Cluster;
  let connection: Connection;

  beforeAll(async () => {
    cluster = await startCluster({ version });
    connection = await connect(cluster.conninfo(), { cancelTimeoutMs: 3000 });
  });

  afterAll(async () => {
    await connection.close();
    await cluster.stop();
  });

  describe('cancelling', () => {
    test('by call', async () => {
      expect(await stateOfCancelled(connection, 'select pg_sleep(30)')).toBe('57014');
    });

    test('by signal and by time-out; the next query is not hit', async () => {
      for (let round = 0; round < 20; round++) {
        const options = round % 2 === 0 ? { timeoutMs: 5 } : { signal: AbortSignal.timeout(5) };
        const stopped = connection.query('select pg_sleep(30)', options).catch((reason: unknown) => reason);
        const next = connection.query('select 1 as n');
        expect(await stopped).toSatisfy((reason) =>
          round % 2 === 0 ? isTimeoutError(reason) : (reason as Error).name === 'TimeoutError',
        );
        expect((await next)[0]?.rows).toEqual([{ n: 1 }]);
      }
    });

    test('a signal that has fired sends nothing', async () => {
      await expect(connection.query('select 1', { signal: AbortSignal.abort(new Error('early')) })).rejects.toThrow(
        'early',
      );
    });

    test('a call that still waits is taken out of the queue', async () => {
      const first = connection.query('select pg_sleep(0.2)');
      await expect(connection.query('select 1', { timeoutMs: 20 })).rejects.toMatchObject({ safeToRetry: true });
      expect((await first)[0]?.rowCount).toBe(1);
    });

    test('with nothing to cancel it is harmless', async () => {
      await connection.cancel();
      expect((await connection.query('select 1'))[0]?.rowCount).toBe(1);
    });

    test('with the long keys of protocol 3.2', async ({ skip }) => {
      if (version < 18) skip('PostgreSQL 18 brought protocol 3.2');
      await using modern = await connect(cluster.conninfo({ max_protocol_version: '3.2' }));
      expect(modern.protocolVersion).toBe('3.2');
      expect(await stateOfCancelled(modern, 'select pg_sleep(30)')).toBe('57014');
    });
  });

  describe('notifications', () => {
    test('by iterator, until the signal', async () => {
      const stop = new AbortController();
      await connection.query('listen news');
      const heard: string[] = [];
      const listening = (async () => {
        for await (const { payload } of connection.notifications({ signal: stop.signal })) {
          heard.push(payload);
          if (heard.length === 3) stop.abort();
        }
      })();
      await cluster.psql("notify news, 'from outside'");
      await connection.query("notify news, 'a'");
      await connection.query("notify news, 'b'");
      await listening;
      expect(heard.sort()).toEqual(['a', 'b', 'from outside']);
    });

    test('by asking', async () => {
      await connection.query("listen news; notify news, 'c'; notify news");
      expect(connection.takeNotifications()).toEqual([
        { pid: connection.backendPid, channel: 'news', payload: 'c' },
        { pid: connection.backendPid, channel: 'news', payload: '' },
      ]);
      expect(connection.takeNotifications()).toEqual([]);
    });
  });

  describe('the end of a connection', () => {
    const LOST =
      'FATAL:  terminating connection due to administrator command\n' +
      'server closed the connection unexpectedly\n' +
      '\tThis probably means the server terminated abnormally\n' +
      '\tbefore or while processing the request.';

    test('killed while idle: the first use tells the story, later ones that there is no connection', async () => {
      const victim = await connect(cluster.conninfo());
      await connection.query(`select pg_terminate_backend(${victim.backendPid}, 5000)`);
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(victim.phase).toBe('closed');
      const first: unknown = await victim.query('select 1').catch((reason: unknown) => reason);
      expect(first).toMatchObject({ message: LOST, safeToRetry: true, cause: { sqlState: '57P01' } });
      await expect(victim.query('select 1')).rejects.toThrow('no connection to the server');
      await expect(victim.cancel()).rejects.toSatisfy(
        (error) => isCancelError(error) && error.message === 'connection not open',
      );
      await victim.close();
    });

    test('killed by its own query', async () => {
      const victim = await connect(cluster.conninfo());
      const error: unknown = await victim
        .query('select pg_terminate_backend(pg_backend_pid())')
        .catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: LOST, safeToRetry: false });
      expect(isConnectionLostError(error)).toBe(true);
    });

    test('killed under a listener', async () => {
      const victim = await connect(cluster.conninfo());
      await victim.query('listen x');
      // The listener may hear of it before the answer to the call that kills it is here.
      const told = expect(victim.notifications().next()).rejects.toThrow('terminating connection');
      await connection.query(`select pg_terminate_backend(${victim.backendPid})`);
      await told;
    });

    test('close is polite, final, and may be called twice', async () => {
      const closing = await connect(cluster.conninfo());
      const waiting = closing.query('select pg_sleep(10)').catch((reason: unknown) => reason);
      await closing.close();
      await closing.close();
      expect(await waiting).toSatisfy(isConnectionLostError);
      await expect(closing.query('select 1')).rejects.toThrow('no connection to the server');
    });

    test('await using closes', async () => {
      const held = await connect(cluster.conninfo());
      await held[Symbol.asyncDispose]();
      expect(held.phase).toBe('closed');
    });

    test('a transaction that nobody goes on with is closed in its time, and not before', async () => {
      const idle = await connect(cluster.conninfo(), { idleInTransactionTimeoutMs: 150 });
      await idle.query('select 1');
      await new Promise((resolve) => setTimeout(resolve, 250));
      await idle.query('begin');
      await idle.query('select pg_sleep(0.3)');
      expect(idle.transactionStatus).toBe('T');
      await new Promise((resolve) => setTimeout(resolve, 300));
      await expect(idle.query('commit')).rejects.toThrow('idle in a transaction for 150 ms: connection closed');
    });
  });
});
