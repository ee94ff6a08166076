import { readConninfo } from '@pg-dblink/connstring';
import { Writer } from '@pg-dblink/protocol';
import {
  encodeAuthentication,
  encodeCommandComplete,
  encodeDataRow,
  encodeReadyForQuery,
  encodeRowDescription,
} from '@pg-dblink/protocol/server';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { connectResolved } from './connect.ts';
import type { Connection } from './connection.ts';
import { resolveWithFiles } from './files.ts';
import type { Transport, TransportProvider } from './transport.ts';

const QUERY = 'Q'.charCodeAt(0);
const PARSE = 'P'.charCodeAt(0);
/** ParseComplete and BindComplete. */
const PREPARED = Uint8Array.of(0x31, 0, 0, 0, 4, 0x32, 0, 0, 0, 4);
const CHUNK_BYTES = 65_536;
/** Smaller arrays are parts of messages; larger ones are what a connection reads, joins and writes in. */
const BUFFER_BYTES = 4096;

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer();
  write(writer);
  return writer.take().slice();
}

const welcome = written((writer) => {
  encodeAuthentication(writer, { type: 'AuthenticationOk' });
  encodeReadyForQuery(writer, { status: 'I' });
});

/** The answer to a query that gives so many rows of an int and a text. */
function answerOf(rows: number, text = 'text'): Uint8Array {
  return written((writer) => {
    const field = { tableOid: 0, columnNumber: 0, typeModifier: -1, format: 0 as const };
    const fields = [
      { ...field, name: 'a', typeOid: 23, typeSize: 4 },
      { ...field, name: 'b', typeOid: 25, typeSize: -1 },
    ];
    encodeRowDescription(writer, { fields });
    for (let row = 0; row < rows; row += 1) encodeDataRow(writer, [String(row), text]);
    encodeCommandComplete(writer, { commandTag: `SELECT ${rows}` });
    encodeReadyForQuery(writer, { status: 'I' });
  });
}

/** A server in this process, whose answers come in chunks of one size. */
function answering(answer: Uint8Array): TransportProvider {
  return {
    resolve: async (host) => [host],
    async open(_peer, listener): Promise<Transport> {
      const send = (bytes: Uint8Array): void => {
        setImmediate(() => {
          for (let at = 0; at < bytes.byteLength; at += CHUNK_BYTES)
            listener.receive(bytes.subarray(at, at + CHUNK_BYTES));
        });
      };
      return {
        write(bytes) {
          if (bytes[0] === 0) send(welcome);
          else if (bytes[0] === QUERY) send(answer);
          else if (bytes[0] === PARSE) {
            send(PREPARED);
            send(answer);
          }
          return true;
        },
        resume: () => undefined,
        upgradeTls: () => Promise.reject(new Error('there is no TLS here')),
        close: () => listener.closed(undefined),
        setReferenced: () => undefined,
      };
    },
  };
}

async function connected(answer: Uint8Array): Promise<Connection> {
  const conninfo = readConninfo({ host: 'here', hostaddr: '127.0.0.1', user: 'u', dbname: 'd', sslmode: 'disable' });
  const sources = { environment: 'none', variables: {}, socketDirectory: undefined, warn: () => undefined } as const;
  return await connectResolved(await resolveWithFiles(conninfo, sources), answering(answer), {});
}

interface MemoryCounts {
  /** New arrays of {@link BUFFER_BYTES} and more. */
  buffers: number;
  /** Bytes moved from one array into another. */
  copiedBytes: number;
}

/** Counts what the code under test takes and copies from now on. */
function countMemory(): MemoryCounts {
  const counts: MemoryCounts = { buffers: 0, copiedBytes: 0 };
  const { set, slice } = Uint8Array.prototype;
  vi.spyOn(Uint8Array.prototype, 'set').mockImplementation(function (this: Uint8Array, from: ArrayLike<number>, at) {
    counts.copiedBytes += from.length;
    set.call(this, from, at);
  });
  vi.spyOn(Uint8Array.prototype, 'slice').mockImplementation(function (this: Uint8Array, start, end) {
    const copy = slice.call(this, start, end);
    counts.copiedBytes += copy.byteLength;
    return copy;
  });
  const counting = new Proxy(Uint8Array, {
    construct(target, given: [unknown, ...unknown[]], newTarget) {
      const made = Reflect.construct(target, given, newTarget) as Uint8Array;
      if (!(given[0] instanceof ArrayBuffer || given[0] instanceof SharedArrayBuffer)) {
        if (made.byteLength >= BUFFER_BYTES) counts.buffers += 1;
        if (typeof given[0] === 'object') counts.copiedBytes += made.byteLength;
      }
      return made;
    },
  });
  vi.stubGlobal('Uint8Array', counting);
  return counts;
}

afterEach(() => {
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

// Numbers that do not depend on how quick a machine is. A larger one is a regression; a smaller one is to be written
// down here.
describe('what a query takes of memory of its own', () => {
  test('SELECT 1, again: no buffer, no copy', async () => {
    const connection = await connected(answerOf(1));
    await connection.query('SELECT 1');
    const counts = countMemory();
    await connection.query('SELECT 1');
    expect(counts).toEqual({ buffers: 0, copiedBytes: 0 });
  });

  test('100 queries: one buffer to write them in', async () => {
    const connection = await connected(answerOf(1));
    const counts = countMemory();
    for (let call = 0; call < 100; call += 1) await connection.query('SELECT 1');
    expect(counts.buffers).toBeLessThanOrEqual(1);
    // What the first buffer had in it, and the command tag, which is remembered: none of it again in the calls after.
    expect(counts.copiedBytes).toBeLessThanOrEqual(51);
  });

  test('100,000 rows in chunks of 64 KiB: only what lies across two chunks is copied, into slabs', async () => {
    // Long enough for the halves of a row to be copied as a whole: a few bytes are moved one by one, and not counted.
    const answer = answerOf(100_000, 'x'.repeat(300));
    const connection = await connected(answer);
    const counts = countMemory();
    const [result] = await connection.query('SELECT many');
    expect(result?.rows).toHaveLength(100_000);
    expect(Math.floor(answer.byteLength / CHUNK_BYTES)).toBe(488);
    // One buffer to write in, and slabs of 8 KiB for the 488 rows that lie across two chunks.
    expect(counts.buffers).toBeLessThanOrEqual(21);
    expect(counts.copiedBytes).toBeLessThanOrEqual(152_070);
  });

  test('100,000 rows as typed columns: blocks while they come, and each value moved once more', async () => {
    const connection = await connected(answerOf(100_000));
    const counts = countMemory();
    const { columns } = await connection.typedColumns('SELECT many');
    expect(columns.map(({ kind }) => kind)).toEqual(['int32', 'text']);
    // 400,000 bytes of text in blocks of 4, 16, 64 and twice 256 KiB, then as one; what lies across two chunks is moved
    // byte by byte.
    expect(counts.buffers).toBeLessThanOrEqual(8);
    expect(counts.copiedBytes).toBeLessThanOrEqual(400_100);
  });
});
