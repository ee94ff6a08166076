import { connect } from 'node:net';
import {
  encodeBind,
  encodeClose,
  encodeCopyData,
  encodeCopyDone,
  encodeDescribe,
  encodeExecute,
  encodeFlush,
  encodeFunctionCall,
  encodeParse,
  encodeQuery,
  encodeStartupMessage,
  encodeSync,
  Writer,
} from '@pg-dblink/protocol';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Served, sleep, startServe } from './built.ts';
import { RawClient, withSession } from './raw-client.ts';

let server: Served;
beforeAll(async () => {
  server = await startServe([]);
});
afterAll(async () => {
  expect(await server.stop()).toMatchObject({ status: 0, stderr: '' });
});

const session = <T>(body: (client: RawClient) => Promise<T>, parameters: Record<string, string> = {}): Promise<T> =>
  withSession(server.port, body, parameters);

describe('messages', () => {
  test('one ReadyForQuery a Sync; after an error everything is passed over until then', async () => {
    await session(async (client) => {
      // Not folded into a constant, so that it fails in Execute.
      client.extended('select 1 / (random() * 0)::int');
      client.extended('select 2');
      client.sync();
      expect(await client.ready()).toStrictEqual([
        'ParseComplete',
        'BindComplete',
        'RowDescription',
        'ErrorResponse 22012',
        'ReadyForQuery I',
      ]);
      client.extended('select 3');
      client.sync();
      client.sync();
      expect(await client.ready()).toStrictEqual([
        'ParseComplete',
        'BindComplete',
        'RowDescription',
        'DataRow',
        'CommandComplete SELECT 1',
        'ReadyForQuery I',
      ]);
      expect(await client.ready()).toStrictEqual(['ReadyForQuery I']);
    });
  });

  test('Flush brings what there is, and no ReadyForQuery', async () => {
    await session(async (client) => {
      client.write((writer) => {
        encodeParse(writer, { name: 's', sql: 'select $1::int + 1', parameterTypes: [] });
        encodeDescribe(writer, { target: 'statement', name: 's' });
        encodeFlush(writer);
      });
      expect(client.types(await client.take(({ type }) => type === 'RowDescription'))).toStrictEqual([
        'ParseComplete',
        'ParameterDescription',
        'RowDescription',
      ]);
      client.write((writer) => {
        encodeBind(writer, { portal: '', statement: 's', parameterFormats: [], parameters: ['41'], resultFormats: [] });
        encodeExecute(writer, { portal: '', maxRows: 0 });
        encodeClose(writer, { target: 'statement', name: 's' });
        encodeSync(writer);
      });
      expect(await client.ready()).toStrictEqual([
        'BindComplete',
        'DataRow',
        'CommandComplete SELECT 1',
        'CloseComplete',
        'ReadyForQuery I',
      ]);
    });
  });

  test('a portal gives its rows in portions', async () => {
    await session(async (client) => {
      client.extended('select generate_series(1, 5)', 2, 'p');
      client.write(encodeFlush);
      expect(client.types(await client.take(({ type }) => type === 'PortalSuspended')).slice(-3)).toStrictEqual([
        'DataRow',
        'DataRow',
        'PortalSuspended',
      ]);
      client.write((writer) => {
        encodeExecute(writer, { portal: 'p', maxRows: 2 });
        encodeExecute(writer, { portal: 'p', maxRows: 2 });
        encodeSync(writer);
      });
      expect(await client.ready()).toStrictEqual([
        'DataRow',
        'DataRow',
        'PortalSuspended',
        'DataRow',
        'CommandComplete SELECT 1',
        'ReadyForQuery I',
      ]);
    });
  });

  test('queries sent ahead are answered one by one', async () => {
    await session(async (client) => {
      client.write((writer) => {
        for (const sql of ['select 1', 'select nix', 'begin', 'select 2', '']) encodeQuery(writer, { sql });
      });
      const statuses: string[][] = [];
      for (let count = 0; count < 5; count += 1) statuses.push((await client.ready()).slice(-2));
      expect(statuses).toStrictEqual([
        ['CommandComplete SELECT 1', 'ReadyForQuery I'],
        ['ErrorResponse 42703', 'ReadyForQuery I'],
        ['CommandComplete BEGIN', 'ReadyForQuery T'],
        ['CommandComplete SELECT 1', 'ReadyForQuery T'],
        ['EmptyQueryResponse', 'ReadyForQuery T'],
      ]);
    });
  });

  test('a function call', async () => {
    await session(async (client) => {
      client.write((writer) =>
        encodeFunctionCall(writer, {
          functionOid: 177,
          argumentFormats: [1],
          arguments: [Uint8Array.of(0, 0, 0, 2), Uint8Array.of(0, 0, 0, 3)],
          resultFormat: 1,
        }),
      );
      expect(await client.ready()).toStrictEqual(['FunctionCallResponse', 'ReadyForQuery I']);
    });
  });

  test('COPY in, streamed by a simple and by an extended query, and out again', async () => {
    await session(async (client) => {
      await client.query('create temp table t(a int, b text)');
      const rows = new TextEncoder().encode('1\tx\n'.repeat(10_000));
      client.write((writer) => encodeQuery(writer, { sql: 'copy t from stdin' }));
      await client.take(({ type }) => type === 'CopyInResponse');
      for (let chunk = 0; chunk < 50; chunk += 1) client.write((writer) => encodeCopyData(writer, { data: rows }));
      client.write(encodeCopyDone);
      expect(await client.ready()).toStrictEqual(['CommandComplete COPY 500000', 'ReadyForQuery I']);
      // Within COPY the server passes over the first Sync.
      client.extended('copy t from stdin');
      client.sync();
      await client.take(({ type }) => type === 'CopyInResponse');
      client.write((writer) => {
        encodeCopyData(writer, { data: rows });
        encodeCopyDone(writer);
        encodeSync(writer);
      });
      expect(await client.ready()).toStrictEqual(['CommandComplete COPY 10000', 'ReadyForQuery I']);
      expect(await client.query('select count(*) from t')).toStrictEqual([['510000']]);
      client.write((writer) => encodeQuery(writer, { sql: 'copy (select * from t limit 3) to stdout' }));
      expect(await client.ready()).toStrictEqual([
        'CopyOutResponse',
        'CopyData',
        'CopyData',
        'CopyData',
        'CopyDone',
        'CommandComplete COPY 3',
        'ReadyForQuery I',
      ]);
    });
  });

  test('bad data ends a COPY at once; what is still sent of it is passed over', async () => {
    await session(async (client) => {
      await client.query('create temp table t(a int)');
      client.write((writer) => encodeQuery(writer, { sql: 'copy t from stdin' }));
      await client.take(({ type }) => type === 'CopyInResponse');
      for (let count = 0; count < 100; count += 1)
        client.write((writer) => encodeCopyData(writer, { data: Buffer.from('x\n'.repeat(1000)) }));
      client.write(encodeCopyDone);
      expect(await client.ready()).toStrictEqual(['ErrorResponse 22P02', 'ReadyForQuery I']);
      expect(await client.query('select count(*) from t')).toStrictEqual([['0']]);
    });
  });

  test.each([
    ['an unknown type', [0x79, 0, 0, 0, 4], '08P01', 'invalid frontend message type 121'],
    ['a password after authentication', [0x70, 0, 0, 0, 5, 0], '08P01', 'invalid frontend message type 112'],
    ['a length below the least', [0x51, 0, 0, 0, 3], '08P01', 'invalid message length'],
    ['a length beyond the memory', [0x51, 0x7f, 0xff, 0xff, 0xff], '08P01', 'invalid message length'],
    ['a query within COPY', undefined, '08P01', 'unexpected message type 0x51 during COPY from stdin'],
  ])('%s ends the session, and the next one is served', async (_name, bytes, sqlState, message) => {
    const client = await RawClient.start(server.port);
    if (bytes === undefined) {
      await client.query('create temp table t(a int)');
      client.write((writer) => encodeQuery(writer, { sql: 'copy t from stdin' }));
      await client.take(({ type }) => type === 'CopyInResponse');
      client.write((writer) => encodeQuery(writer, { sql: 'select 1' }));
    } else client.socket.write(Uint8Array.from(bytes));
    await client.closed();
    expect(client.lastError).toStrictEqual({ sqlState, message });
    expect(await session((other) => other.query('select 1'))).toStrictEqual([['1']]);
  });

  test('a refused client_encoding leaves the session usable', async () => {
    await session(async (client) => {
      for (const sql of [
        "set client_encoding = 'LATIN1'",
        "select 1; set names 'win1252'",
        "select set_config('client_encoding', 'EUC_JP', false)",
      ]) {
        await expect(client.query(sql)).rejects.toThrow(/^22023: /);
      }
      client.write((writer) => {
        encodeParse(writer, { name: '', sql: "select set_config('client_encoding', $1, false)", parameterTypes: [] });
        encodeBind(writer, {
          portal: '',
          statement: '',
          parameterFormats: [],
          parameters: ['LATIN1'],
          resultFormats: [],
        });
        encodeExecute(writer, { portal: '', maxRows: 0 });
        encodeSync(writer);
      });
      expect(await client.ready()).toContain('ErrorResponse 22023');
      expect(await client.query("select 'é'")).toStrictEqual([['é']]);
    });
  });

  test('a slow reader is waited for, with little memory', async () => {
    const socket = connect({ host: '127.0.0.1', port: server.port });
    const writer = new Writer();
    encodeStartupMessage(writer, { protocolVersion: 0x0003_0000, parameters: new Map([['user', 'postgres']]) });
    encodeQuery(writer, { sql: "select repeat('x', 1000) from generate_series(1, 200000)" });
    socket.write(writer.take());
    socket.pause();
    await sleep(2_000);
    let received = 0;
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received += chunk.byteLength;
        if (received > 200_000 * 1_000 && chunk.at(-6) === 0x5a) resolve();
      });
      socket.resume();
    });
    expect(received).toBeGreaterThan(200_000_000);
    socket.destroy();
  });
});

describe('cancel', () => {
  test('a request with the key cancels what runs, and nothing later', async () => {
    await session(async (client) => {
      client.write((writer) => encodeQuery(writer, { sql: 'select pg_sleep(60)' }));
      await sleep(200);
      await client.cancel(server.port);
      expect(await client.ready()).toStrictEqual(['RowDescription', 'ErrorResponse 57014', 'ReadyForQuery I']);
      await client.cancel(server.port);
      expect(await client.query('select 1')).toStrictEqual([['1']]);
    });
  });

  test('a request with another key does nothing', async () => {
    await session(async (client) => {
      client.write((writer) => encodeQuery(writer, { sql: 'select pg_sleep(1)' }));
      await client.cancel(server.port, (key) => key.map((byte) => byte ^ 1));
      expect(await client.ready()).toContain('CommandComplete SELECT 1');
    });
  });
});
