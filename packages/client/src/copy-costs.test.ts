import { backendLimits, FrameReader, Writer } from '@pg-dblink/protocol';
import * as server from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { Connection } from './connection.ts';
import type { CopySource } from './copy-in.ts';
import type { Encryption, Session } from './machine/session.ts';
import type { Transport, TransportListener } from './transport.ts';
import { TypeRegistry } from './types/registry.ts';

/*
 * What COPY FROM STDIN costs that a clock cannot see on a busy machine: how often the socket is written to, and what is
 * copied on the way there.
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

const tls: Encryption = {
  negotiation: 'postgres',
  request: {
    verify: 'chain',
    host: 'here',
    address: '127.0.0.1',
    sendServerName: false,
    rootCertificate: undefined,
    revocationList: undefined,
    revocationDirectory: undefined,
    certificateMode: 'disable',
    certificate: undefined,
    key: undefined,
    keyPassword: undefined,
    minVersion: undefined,
    maxVersion: undefined,
  },
  facts: {
    alpnProtocol: undefined,
    clientCertificate: 'unasked',
    endPointBinding: undefined,
    protocol: 'TLSv1.3',
    cipher: undefined,
  },
};

interface CopyServer {
  readonly connection: Connection;
  /** What was lent, part by part, each call a list. */
  readonly lent: (readonly Uint8Array[])[];
  /** What was written as one piece. */
  readonly written: Uint8Array[];
  /** The data of all CopyData messages, as it was when the socket took it. */
  data(): Buffer;
}

/** A server that takes COPY data, over a socket that takes what is lent to it a turn of the event loop later. */
function copyServer(lending: 'lending' | 'copying' = 'lending', encryption?: Encryption): CopyServer {
  const requests = new FrameReader(server.frontendLimits());
  const lent: (readonly Uint8Array[])[] = [];
  const written: Uint8Array[] = [];
  const data: Uint8Array[] = [];
  let listener: TransportListener | undefined;
  const take = (bytes: Uint8Array): void => {
    for (const frame of requests.frames(bytes.slice())) {
      if (frame.tag === 0x64) data.push(frame.bytes.slice(frame.start, frame.end));
      else if (frame.tag === 0x51) answer((writer) => server.encodeCopyResponse(writer, copyInResponse));
      else if (frame.tag === 0x63) answer(endCopy);
    }
  };
  const answer = (write: (writer: Writer) => void): void => {
    const writer = new Writer();
    write(writer);
    queueMicrotask(() => listener?.receive(writer.take()));
  };
  const transport: Transport = {
    write(bytes) {
      written.push(bytes);
      take(bytes);
      return true;
    },
    ...(lending === 'lending' && {
      lend(parts) {
        lent.push(parts);
        setImmediate(() => {
          for (const part of parts) take(part);
          listener?.drained();
        });
        return false;
      },
    }),
    resume: () => undefined,
    upgradeTls: () => Promise.reject(new Error('there is no TLS here')),
    close: () => undefined,
    setReferenced: () => undefined,
  };
  const connection = new Connection({
    session: { ...session, encryption },
    stream: {
      reader: new FrameReader(backendLimits()),
      transport,
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
  return { connection, lent, written, data: () => Buffer.concat(data) };
}

const copyInResponse = { type: 'CopyInResponse', format: 0, columnFormats: [] } as const;

function endCopy(writer: Writer): void {
  server.encodeCommandComplete(writer, { commandTag: 'COPY 1' });
  server.encodeReadyForQuery(writer, { status: 'I' });
}

/** Bytes that differ from seed to seed and from place to place. */
function bytesOf(length: number, seed: number): Uint8Array {
  return Buffer.alloc(length, `${seed}, `);
}

/** Compared by its bytes: what is unequal is too large to be shown. */
function expectSame(data: Buffer, expected: readonly Uint8Array[]): void {
  expect(data.equals(Buffer.concat(expected))).toBe(true);
}

function copied(connection: Connection, source: CopySource): Promise<number> {
  return connection.copyIn('copy t from stdin', source);
}

test('large pieces of an array are sent from where they lie, 4 MiB a write', async () => {
  const { connection, lent, written, data } = copyServer();
  const pieces = Array.from({ length: 140 }, (_, index) => bytesOf(65_536, index));
  await copied(connection, pieces);
  expectSame(data(), pieces);
  const parts = new Set(lent.flat());
  expect(pieces.every((piece) => parts.has(piece))).toBe(true);
  expect(lent.length).toBe(3);
  // The statement is all that is written: headers and CopyDone go with what is lent.
  expect(written.map(({ byteLength }) => byteLength)).toEqual([23]);
});

test('what TLS copies first is a megabyte a write', async () => {
  const { connection, lent, data } = copyServer('lending', tls);
  const pieces = Array.from({ length: 40 }, (_, index) => bytesOf(65_536, index));
  await copied(connection, pieces);
  expectSame(data(), pieces);
  expect(lent.length).toBe(3);
});

test('small pieces are gathered in one memory, which is not changed before the socket has taken it', async () => {
  const { connection, lent, data } = copyServer();
  const passing = new Uint8Array(1000);
  const expected: Uint8Array[] = [];
  function* reusing(): Generator<Uint8Array> {
    for (let index = 0; index < 3000; index += 1) {
      passing.set(bytesOf(passing.byteLength, index));
      expected.push(passing.slice());
      yield passing;
    }
  }
  await copied(connection, reusing());
  expectSame(data(), expected);
  expect(lent.length).toBe(Math.ceil(3_000_000 / 262_000));
  const memories = new Set(
    lent
      .flat()
      .filter(({ byteLength }) => byteLength > 5)
      .map(({ buffer }) => buffer),
  );
  expect(memories.size).toBe(1);
});

test.each([
  ['lending', 'array'],
  ['lending', 'iterator'],
  ['copying', 'array'],
  ['copying', 'iterator'],
] as const)('pieces of any size keep their order: a socket that is %s, from an %s', async (lending, kind) => {
  const { connection, data } = copyServer(lending);
  const sizes = [1, 9000, 3, 200_000, 7000, 7000, 65_536, 0, 400_000, 600_000, 12, 131_072, 250_000, 20_000, 5];
  const pieces = sizes.map((size, index) => (index % 2 === 0 ? bytesOf(size, index) : 'é€x'.repeat(size / 6)));
  const expected = pieces.map((piece) => Buffer.from(piece as string));
  async function* passing(): AsyncGenerator<string | Uint8Array> {
    for (const piece of pieces) {
      const lifelong = typeof piece === 'string' ? piece : piece.slice();
      yield lifelong;
      if (typeof lifelong !== 'string') lifelong.fill(0);
      if (piece.length === 7000) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }
  await copied(connection, kind === 'array' ? pieces : passing());
  expectSame(data(), expected);
});

test('a source that pauses does not hold back what it gave', async () => {
  const { connection, data } = copyServer();
  const seen: number[] = [];
  async function* pausing(): AsyncGenerator<string> {
    for (const line of ['one\n', 'two\n', 'three\n']) {
      yield line;
      await new Promise((resolve) => setTimeout(resolve, 10));
      seen.push(data().byteLength);
    }
  }
  await copied(connection, pausing());
  expect(seen).toEqual([4, 8, 14]);
});
