import { tracingChannel } from 'node:diagnostics_channel';
import { connect as connectSocket, type Socket } from 'node:net';
import { type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Connection, hstoreCodec, isConnectError, type RequestObserver, TypeRegistry } from '../src/index.ts';
import { connect, REQUEST_CHANNEL } from '../src/node.ts';
import { connect as connectByWebSocket, type WebSocketLike } from '../src/websocket.ts';

let cluster: Cluster;
let connection: Connection;

beforeAll(async () => {
  cluster = await startCluster({
    settings: { wal_level: 'replica', max_wal_senders: '4' },
    hba: ['host replication postgres 127.0.0.1/32 trust'],
  });
  connection = await connect(cluster.conninfo());
});

afterAll(async () => {
  await connection.close();
  await cluster.stop();
});

describe('trace', () => {
  test('a line a message in PQtrace’s format, without secrets', async () => {
    await cluster.psql("create role traced login password 'canary'");
    const lines: string[] = [];
    const traced = await connect(cluster.conninfo({ user: 'traced', password: 'canary', sslmode: 'disable' }), {
      trace: { write: (line) => lines.push(line), detail: 'regress' },
    });
    await traced.execute('select $1::int as one', [1]);
    await traced.cancel();
    await traced.close();
    expect(lines.filter((line) => !line.includes('ParameterStatus'))).toEqual([
      expect.stringMatching(/^F\t\d+\tStartupMessage\t 3 0 "user" "traced" "database" "postgres"/),
      expect.stringMatching(/^B\t8\tAuthenticationOk/),
      'B\t12\tBackendKeyData\t NNNN NNNN',
      'B\t5\tReadyForQuery\t I',
      'F\t29\tParse\t "" "select $1::int as one" 0',
      expect.stringMatching(/^F\t\d+\tBind\t "" "" 0 1 1 '1' 0$/),
      'F\t6\tDescribe\t P ""',
      'F\t9\tExecute\t "" 0',
      'F\t4\tSync',
      'B\t4\tParseComplete',
      'B\t4\tBindComplete',
      'B\t28\tRowDescription\t 1 "one" NNNN 0 NNNN 4 -1 0',
      "B\t11\tDataRow\t 1 1 '1'",
      'B\t13\tCommandComplete\t "SELECT 1"',
      'B\t5\tReadyForQuery\t I',
      expect.stringMatching(/^F\t16\tCancelRequest/),
      'F\t4\tTerminate',
    ]);
    expect(lines.join()).not.toContain('canary');
  });
});

describe('diagnostics_channel', () => {
  test('tells requests and errors, never parameters', async () => {
    const heard: string[] = [];
    interface Context {
      readonly kind: string;
      readonly sql: string;
    }
    const channel = tracingChannel<unknown, Context>(REQUEST_CHANNEL);
    const subscriber = {
      start: ({ kind, sql }: Context): void => void heard.push(`start ${kind} ${sql}`),
      end: (): void => undefined,
      asyncStart: (): void => undefined,
      asyncEnd: ({ sql }: Context): void => void heard.push(`end ${sql}`),
      error: ({ error }: { readonly error: unknown }): void => void heard.push(`error ${(error as Error).name}`),
    };
    channel.subscribe(subscriber);
    await connection.execute('select $1::text', ['canary']);
    await connection.query('select pg_sleep(5)', { timeoutMs: 20 }).catch(() => undefined);
    channel.unsubscribe(subscriber);
    await connection.query('select 3');
    expect(heard).toEqual([
      'start extended select $1::text',
      'end select $1::text',
      'start simple select pg_sleep(5)',
      'error TimeoutError',
      'end select pg_sleep(5)',
    ]);
  });

  test('tells of pipelines, batches and copies as well', async () => {
    const heard: string[] = [];
    const observer: RequestObserver = {
      isActive: true,
      async watch({ kind, sql }, work) {
        try {
          return await work();
        } catch (error) {
          heard.push((error as Error).name);
          throw error;
        } finally {
          heard.push(`${kind} ${sql}`);
        }
      },
    };
    await using watched = await connect(cluster.conninfo(), { observer });
    await watched
      .pipeline((pipeline) => Promise.all([pipeline.execute('select 1'), pipeline.execute('select 1/0')]))
      .catch(() => undefined);
    for await (const _row of watched.rows('select generate_series(1, 3)', [], { batchSize: 2 }));
    for await (const _piece of watched.copyOut('copy (select 1) to stdout'));
    expect(heard).toEqual([
      'extended select 1',
      'ServerError',
      'extended select 1/0',
      'extended select generate_series(1, 3)',
      'fetch ',
      'simple copy (select 1) to stdout',
    ]);
  });

  test('while nobody listens a request asks once whether somebody does, and builds nothing', async () => {
    let asked = 0;
    const observer = {
      get isActive() {
        asked += 1;
        return false;
      },
      watch: () => Promise.reject(new Error('somebody was told')),
    };
    await using watched = await connect(cluster.conninfo(), { observer });
    await watched.query('select 1');
    await watched.execute('select $1::int', [1]);
    await watched.pipeline((pipeline) => Promise.all([pipeline.execute('select 1'), pipeline.execute('select 2')]));
    expect(asked).toBe(4);
  });
});

describe('web streams', () => {
  test('COPY through CompressionStream and back', async () => {
    await connection.query(
      'create temp table source as select g as a, repeat($$x$$, 50) as b from generate_series(1, 5000) g',
    );
    await connection.query('create temp table target (like source)');
    const packed = connection
      .copyOutStream('copy source to stdout')
      .pipeThrough(new CompressionStream('gzip') as unknown as ReadableWritablePair<Uint8Array, Uint8Array>);
    const kept = new Uint8Array(await new Response(packed as ReadableStream).arrayBuffer());
    expect(kept.length).toBeLessThan(100_000);
    const copy = connection.copyInStream('copy target from stdin');
    const unpacked = new Blob([kept]).stream().pipeThrough(new DecompressionStream('gzip'));
    await unpacked.pipeTo(copy.writable as WritableStream);
    expect(await copy.result).toBe(5000);
    const [same] = await connection.query('select count(*)::int as n from (table source intersect table target) x');
    expect(same?.rows).toEqual([{ n: 5000 }]);
  });

  test('cancelling the readable, aborting the writable', async () => {
    const reader = connection.copyOutStream('copy (select generate_series(1, 10000000)) to stdout').getReader();
    expect((await reader.read()).done).toBe(false);
    await reader.cancel();
    await connection.query('create temp table aborted(a int)');
    const copy = connection.copyInStream('copy aborted from stdin');
    const writer = copy.writable.getWriter();
    await writer.write('1\n');
    await writer.abort(new Error('changed my mind'));
    await expect(copy.result).rejects.toThrow('changed my mind');
    expect((await connection.query('select count(*)::int as n from aborted'))[0]?.rows).toEqual([{ n: 0 }]);
  });
});

describe('replication', () => {
  test('COPY in both directions', async () => {
    const walsender = await connect(replicationOptions());
    const [system] = await walsender.query('IDENTIFY_SYSTEM');
    expect(system?.rows[0]?.['dbname']).toBeNull();
    const position = String(system?.rows[0]?.['xlogpos']);
    const stream = await walsender.copyBoth(`START_REPLICATION PHYSICAL ${position}`);
    await cluster.psql('create table written(a int); insert into written select generate_series(1, 100)');
    const status = new Uint8Array(34);
    status[0] = 0x72;
    status[33] = 1;
    stream.send(status);
    const seen = new Set<string>();
    for await (const message of stream) {
      seen.add(String.fromCharCode(message[0] ?? 0));
      if (seen.size === 2) break;
    }
    expect([...seen].sort()).toEqual(['k', 'w']);
    expect((await walsender.query('SHOW wal_level'))[0]?.rows).toEqual([{ wal_level: 'replica' }]);
    await walsender.close();
  });

  test('a command that is no copy is refused', async () => {
    await expect(connection.copyBoth('select 1')).rejects.toThrow('began no copy in both directions');
    await expect(connection.copyBoth('select nocol')).rejects.toMatchObject({ sqlState: '42703' });
    expect(connection.phase).toBe('idle');
  });

  function replicationOptions(): Readonly<Record<string, string>> {
    return {
      host: cluster.host,
      port: String(cluster.port),
      user: 'postgres',
      sslmode: 'disable',
      replication: 'true',
    };
  }
});

describe('hstore', () => {
  test('a Map in both formats, when the extension is there', async ({ skip }) => {
    const installed = await connection.query('create extension hstore').then(
      () => true,
      () => false,
    );
    if (!installed) skip('this PostgreSQL was built without hstore');
    const [result] = await connection.query("select oid::int, typarray::int from pg_type where typname = 'hstore'");
    const oid = Number(result?.rows[0]?.['oid']);
    const types = new TypeRegistry().with(hstoreCodec(oid, Number(result?.rows[0]?.['typarray'])));
    const map = new Map([
      ['a', '1'],
      ['q"\\', null],
      ['', 'é'],
    ]);
    const sql = 'select $1::hstore as h';
    const options = { types, parameterTypes: [oid] };
    const text = await connection.execute(sql, [map], options);
    const binary = await connection.execute(sql, [map], { ...options, binary: true });
    expect(text.rows).toEqual([{ h: map }]);
    expect(binary.rows).toEqual([{ h: map }]);
  });
});

/** A WebSocket whose proxy is in the same process: bytes go to a socket and come from it. */
class SocketAsWebSocket implements WebSocketLike {
  binaryType = '';
  readonly #socket: Socket;

  constructor(host: string, port: number) {
    this.#socket = connectSocket(port, host);
  }

  get bufferedAmount(): number {
    return this.#socket.writableLength;
  }

  send(data: Uint8Array): void {
    this.#socket.write(data);
  }

  close(): void {
    this.#socket.end();
  }

  addEventListener(
    type: 'open' | 'close' | 'error' | 'message',
    listener: (() => void) | ((event: { readonly data: unknown }) => void),
  ): void {
    const call = listener as (event?: { readonly data: unknown }) => void;
    if (type === 'open') this.#socket.on('connect', () => call());
    else if (type === 'message') this.#socket.on('data', (chunk) => call({ data: new Uint8Array(chunk).buffer }));
    else this.#socket.on(type, () => call());
  }
}

describe('through a WebSocket', () => {
  const options = (port: number) => ({
    urlOf: () => 'ws://proxy',
    open: () => new SocketAsWebSocket('127.0.0.1', port),
  });

  test('everything works, cancel included', async () => {
    const through = await connectByWebSocket(
      'host=db user=postgres dbname=postgres sslmode=disable',
      options(cluster.port),
    );
    const [result] = await through.query('select g from generate_series(1, 20000) g');
    expect(result?.rows.length).toBe(20_000);
    const sleeping = through.query('select pg_sleep(30)').catch((error: unknown) => error);
    setTimeout(() => void through.cancel(), 50);
    expect(await sleeping).toMatchObject({ sqlState: '57014' });
    await through.close();
  });

  test('a proxy that is not there, files that must not be named', async () => {
    const refused = await connectByWebSocket('host=db user=u', options(1)).catch((error: unknown) => error);
    expect(isConnectError(refused) && refused.message).toContain(
      'connection to server at "db", port 5432 failed: Connection refused',
    );
    expect(() => connectByWebSocket('host=db user=u passfile=/etc/passwd', options(1))).toThrow('names a local file');
  });
});
