import { backendLimits, FrameReader, Writer } from '@pg-dblink/protocol';
import * as server from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { Connection } from './connection.ts';
import type { Session } from './machine/session.ts';
import { PreparedStatement } from './prepared.ts';
import type { TransportListener } from './transport.ts';
import { TypeRegistry } from './types/registry.ts';

/*
 * What a call costs that a clock cannot see on a busy machine: how often the socket is written to, how many buffers are
 * taken for it, how much is copied.
 */

const session: Session = {
  peer: { kind: 'unix', path: '/tmp/.s.PGSQL.5432' },
  user: 'u',
  database: 'd',
  where: 'connection to server',
  parameters: new Map(),
  backendKey: undefined,
  protocolMinor: 0,
  transactionStatus: 'I',
  passwordUsed: false,
  passwordSource: undefined,
  encryption: undefined,
};
const field = { name: 'a', tableOid: 0, columnNumber: 0, typeOid: 23, typeSize: 4, typeModifier: -1, format: 0 };

interface Counted {
  readonly connection: Connection;
  readonly writes: Uint8Array[];
  readonly reader: FrameReader;
}

/** A connection whose server answers each step as it comes, all of one write in one chunk. */
function counted(): Counted {
  const writes: Uint8Array[] = [];
  const reader = new FrameReader(backendLimits());
  const requests = new FrameReader(server.frontendLimits());
  let listener: TransportListener | undefined;
  const connection = new Connection({
    session,
    stream: {
      reader,
      transport: {
        write(bytes) {
          writes.push(bytes);
          const answer = answerTo(requests, bytes);
          queueMicrotask(() => listener?.receive(answer));
          return true;
        },
        resume: () => undefined,
        upgradeTls: () => Promise.reject(new Error('there is no TLS here')),
        close: () => undefined,
        setReferenced: () => undefined,
      },
      handOver(successor) {
        listener = successor;
      },
    },
    types: new TypeRegistry(),
    statementCacheSize: 0,
    cancelTimeoutMs: 5000,
    idleInTransactionTimeoutMs: undefined,
    sendCancel: () => Promise.resolve(),
    observer: undefined,
    onNotice: undefined,
    onNotification: undefined,
    onEnd: undefined,
  });
  return { connection, writes, reader };
}

function answerTo(requests: FrameReader, bytes: Uint8Array): Uint8Array {
  const writer = new Writer();
  for (const frame of requests.frames(bytes)) {
    switch (String.fromCharCode(frame.tag)) {
      case 'Q':
        server.encodeRowDescription(writer, { fields: [field] });
        server.encodeDataRow(writer, ['1']);
        server.encodeCommandComplete(writer, { commandTag: 'SELECT 1' });
        server.encodeReadyForQuery(writer, { status: 'I' });
        break;
      case 'P':
        server.encodeBareBackend(writer, { type: 'ParseComplete' });
        break;
      case 'B':
        server.encodeBareBackend(writer, { type: 'BindComplete' });
        break;
      case 'D':
        server.encodeRowDescription(writer, { fields: [field] });
        break;
      case 'E':
        server.encodeDataRow(writer, ['1']);
        server.encodeCommandComplete(writer, { commandTag: 'SELECT 1' });
        break;
      case 'S':
        server.encodeReadyForQuery(writer, { status: 'I' });
        break;
      default:
    }
  }
  return writer.take();
}

const description = { parameterTypes: [23], fields: [field] };

function statementOf(connection: Connection): PreparedStatement {
  return new PreparedStatement('s', 'select $1::int as a', description, {
    runPrepared: () => Promise.reject(new Error('not by this way')),
    visitPrepared: () => Promise.reject(new Error('not by this way')),
    streamPrepared: () => {
      throw new Error('not by this way');
    },
    closeStatement: () => connection.close(),
  });
}

test('a call is one write, and its answer is not copied', async () => {
  const { connection, reader, writes } = counted();
  for (let call = 0; call < 100; call++) await connection.query('select 1 as a');
  expect(writes.length).toBe(100);
  for (let call = 0; call < 100; call++) await connection.execute('select $1::int as a', [call]);
  expect(writes.length).toBe(200);
  expect(reader.copiedByteLength).toBe(0);
  // Small requests share their memory: a new piece of it only when one is full.
  const sent = writes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(new Set(writes.map(({ buffer }) => buffer)).size).toBeLessThanOrEqual(Math.ceil(sent / 8192));
});

test('equal answers have the same list of fields, and so one reader of rows', async () => {
  const { connection } = counted();
  const [first] = await connection.query('select 1 as a');
  const [second] = await connection.query('select 1 as a');
  expect(second?.fields).toBe(first?.fields);
});

test('what a pipeline is asked in one turn is one write, its end another', async () => {
  const { connection, reader, writes } = counted();
  const statement = statementOf(connection);
  const sum = await connection.pipeline(async (pipeline) => {
    const answers = Array.from({ length: 500 }, (_, key) => pipeline.executePrepared(statement, [key]));
    let total = 0;
    for (const { rows } of await Promise.all(answers)) total += Number(rows[0]?.['a']);
    return total;
  });
  expect(sum).toBe(500);
  expect(writes.length).toBe(2);
  expect(reader.copiedByteLength).toBe(0);
});

test('a long pipeline is sent while it is asked, in pieces of 64 KiB', async () => {
  const { connection, writes } = counted();
  const statement = statementOf(connection);
  await connection.pipeline(async (pipeline) => {
    await Promise.all(Array.from({ length: 10_000 }, (_, key) => pipeline.executePrepared(statement, [key])));
  });
  const sent = writes.reduce((sum, { byteLength }) => sum + byteLength, 0);
  expect(writes.length).toBeLessThanOrEqual(Math.ceil(sent / 65_536) + 2);
});
