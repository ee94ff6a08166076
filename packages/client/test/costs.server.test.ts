import { TLSSocket } from 'node:tls';
import { readConninfo } from '@pg-dblink/connstring';
import { authenticationUsers, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { type ConnectOptions, connectResolved } from '../src/connect.ts';
import type { Connection } from '../src/connection.ts';
import { resolveWithFiles } from '../src/files.ts';
import { countedSockets } from './counted-sockets.ts';

const sockets = countedSockets();
let cluster: Cluster;

async function open(overrides: Readonly<Record<string, string>>, options: ConnectOptions = {}): Promise<Connection> {
  const resolved = await resolveWithFiles(readConninfo(cluster.conninfo(overrides)), {
    environment: 'none',
    variables: {},
    socketDirectory: undefined,
    warn: () => undefined,
  });
  return await connectResolved(resolved, sockets.transports, options);
}

beforeAll(async () => {
  cluster = await startCluster({ authenticationUsers: true, tls: true });
});

afterAll(async () => {
  await cluster.stop();
});

// Numbers that do not depend on how quick a machine is. A larger one is a regression; a smaller one is to be written down.
describe('what connecting takes', () => {
  const { user, password = '' } = authenticationUsers['scram-sha-256'];

  test.each([
    ['trust', { sslmode: 'disable' }, { opened: 1, writes: 1, roundTrips: 1 }],
    ['SCRAM', { sslmode: 'disable', user, password }, { opened: 1, writes: 3, roundTrips: 3 }],
    ['TLS and SCRAM', { sslmode: 'require', user, password }, { opened: 1, writes: 4, roundTrips: 4 }],
  ] as const)('%s', async (_name, overrides, expected) => {
    sockets.take();
    const connection = await open(overrides);
    expect(sockets.take()).toMatchObject(expected);
    await connection.close();
    expect(sockets.take()).toMatchObject({ opened: 0, writes: 1 });
  });

  test('a certificate that nobody checks is parsed once, when the server has its start-up message', async () => {
    const before: number[] = [];
    const parse = TLSSocket.prototype.getPeerX509Certificate;
    const spy = vi.spyOn(TLSSocket.prototype, 'getPeerX509Certificate').mockImplementation(function (this: TLSSocket) {
      before.push(sockets.take().writes);
      return parse.call(this);
    });
    try {
      sockets.take();
      await (await open({ sslmode: 'require', user, password })).close();
    } finally {
      spy.mockRestore();
    }
    // SSLRequest and StartupMessage.
    expect(before).toEqual([2]);
  });
});

describe('what a call takes', () => {
  let connection: Connection;

  beforeAll(async () => {
    connection = await open({ sslmode: 'disable' }, { statementCacheSize: 10 });
    await connection.query('create temp table copied (a int, b text)');
  });

  beforeEach(() => {
    sockets.take();
  });

  afterAll(async () => {
    await connection.close();
  });

  test('SELECT 1', async () => {
    await connection.query('SELECT 1');
    expect(sockets.take()).toEqual({ opened: 0, writes: 1, bytesWritten: 14, roundTrips: 1 });
  });

  test('a prepared statement', async () => {
    const statement = await connection.prepare('select $1::int', { name: 's' });
    expect(sockets.take()).toMatchObject({ writes: 1, roundTrips: 1 });
    await statement.execute([7]);
    expect(sockets.take()).toEqual({ opened: 0, writes: 1, bytesWritten: 36, roundTrips: 1 });
  });

  test('a statement of the cache: one round trip more the first time, none later', async () => {
    await connection.execute('select $1::int + 1', [1]);
    expect(sockets.take()).toMatchObject({ writes: 2, roundTrips: 2 });
    await connection.execute('select $1::int + 1', [2]);
    expect(sockets.take()).toMatchObject({ writes: 1, roundTrips: 1 });
  });

  test('a pipeline of 100: what one turn asks is one write', async () => {
    const statement = await connection.prepare('select $1::int as a', { name: 'p' });
    sockets.take();
    const results = await connection.pipeline((pipeline) =>
      Promise.all(Array.from({ length: 100 }, (_, index) => pipeline.executePrepared(statement, [index]))),
    );
    expect(results.map(({ rows }) => rows[0]?.['a'])).toEqual(Array.from({ length: 100 }, (_, index) => index));
    expect(sockets.take()).toMatchObject({ writes: 2, roundTrips: 2 });
  });

  test('100,000 rows at once, and in batches of 10,000', async () => {
    const sql = 'select g from generate_series(1, 100000) g';
    expect((await connection.query(sql))[0]?.rows).toHaveLength(100_000);
    expect(sockets.take()).toMatchObject({ writes: 1, roundTrips: 1 });
    let rows = 0;
    for await (const batch of connection.batches(sql, [], { batchSize: 10_000 })) rows += batch.length;
    expect(rows).toBe(100_000);
    // Ten batches, the one that is empty, and the Sync.
    expect(sockets.take()).toMatchObject({ writes: 12, roundTrips: 12 });
  });

  test('COPY out', async () => {
    let bytes = 0;
    const copy = connection.copyOut('copy (select generate_series(1, 1000)) to stdout');
    for await (const piece of copy) bytes += piece.byteLength;
    expect(bytes).toBe(3893);
    expect(sockets.take()).toMatchObject({ writes: 1, roundTrips: 1 });
  });

  test('COPY in: small pieces are gathered to 256 KiB, large ones of an array to 4 MiB', async () => {
    const lines = Array.from({ length: 50_000 }, (_, index) => `${index}\tthe text of a row\n`);
    expect(await connection.copyIn('copy copied from stdin', lines.values())).toBe(50_000);
    const small = sockets.take();
    expect(small.roundTrips).toBe(2);
    expect(small.writes).toBeLessThanOrEqual(2 + Math.ceil(small.bytesWritten / 262_144));
    const bytes = Buffer.from(lines.join(''));
    const pieces = Array.from({ length: 20 }, (_, index) => bytes.subarray(index * 60_000, (index + 1) * 60_000));
    expect(await connection.copyIn('copy copied from stdin', [...pieces, bytes.subarray(1_200_000)])).toBe(50_000);
    const large = sockets.take();
    expect(large.roundTrips).toBe(2);
    // The statement, and all pieces with CopyDone.
    expect(large.writes).toBe(2);
    // The headers and what ends the copy are all that is not data.
    expect(large.bytesWritten - bytes.byteLength).toBeLessThan(60);
  });
});
