import { encodeErrorOrNotice, encodeParameterStatus } from '@pg-dblink/protocol/server';
import { answerError, answerRows, type FakeStep, send, sendBytes, startFake, welcome } from '@pg-dblink/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import {
  type Connection,
  isCancelError,
  isConnectError,
  isConnectionLostError,
  isServerError,
  isTimeoutError,
} from '../src/index.ts';
import { connect, type NodeConnectOptions } from '../src/node.ts';
import { joined, MESSAGES, say } from './backend-bytes.ts';
import { countCases } from './proof-cases.ts';

beforeEach((context) => countCases(context, 1));

const text = new TextEncoder();

interface Tried {
  readonly error: unknown;
  readonly connections: number;
  readonly sent: string;
  readonly tookMs: number;
}

/** Connects to a server that plays these steps, and tells how it went. */
async function connectTo(
  connections: readonly (readonly FakeStep[])[],
  conninfo = 'sslmode=disable',
  options: NodeConnectOptions = {},
): Promise<Tried> {
  const fake = await startFake({ connections });
  const began = performance.now();
  try {
    const error: unknown = await connect(
      `host=127.0.0.1 port=${fake.port} user=u password=canary ${conninfo}`,
      options,
    ).then(
      (connection) => connection.close(),
      (reason: unknown) => reason,
    );
    const sent = Buffer.from(fake.received(0)).toString('latin1');
    return { error, connections: fake.connections(), sent, tookMs: performance.now() - began };
  } finally {
    await fake.stop();
  }
}

/** Lets a connection in and then plays these steps to its first query. */
async function query(
  steps: readonly FakeStep[],
  work: (connection: Connection) => Promise<unknown> = (connection) => connection.query('select 1'),
  options: NodeConnectOptions = {},
): Promise<unknown> {
  const fake = await startFake({ connections: [[...welcome(), { do: 'read message' }, ...steps]] });
  try {
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, options);
    try {
      return await work(connection).catch((error: unknown) => error);
    } finally {
      await connection.close();
    }
  } finally {
    await fake.stop();
  }
}

function raw(bytes: Uint8Array): FakeStep {
  return { do: 'send', bytes };
}

function messageOf(error: unknown): string {
  return error instanceof Error
    ? error.message.replace(/^connection to server at .*? failed: /, '')
    : `no error: ${error}`;
}

describe('before TLS', () => {
  const packet: FakeStep = { do: 'read packet' };
  const sslReplies: readonly (readonly [string, readonly FakeStep[], string])[] = [
    [
      'S and an AuthenticationOk in one write',
      [sendBytes('S', 0x52, new Uint8Array([0, 0, 0, 8, 0, 0, 0, 0]))],
      'received unencrypted data after SSL response',
    ],
    [
      'N and an AuthenticationOk in one write',
      [sendBytes('N', 0x52, new Uint8Array([0, 0, 0, 8, 0, 0, 0, 0]))],
      'received unencrypted data after SSL response',
    ],
    ['two S', [sendBytes('SS')], 'received unencrypted data after SSL response'],
    [
      'an ErrorResponse',
      [answerError('XX000', 'run this command')],
      'server sent an error response during SSL exchange',
    ],
    ['a zero byte', [sendBytes(0)], 'received invalid response to SSL negotiation: \\x00'],
    ['HTTP', [sendBytes('HTTP/1.1 400 Bad Request')], 'received invalid response to SSL negotiation: H'],
    ['nothing, and closes', [{ do: 'close' }], 'server closed the connection unexpectedly'],
    ['a reset', [{ do: 'reset' }], 'server closed the connection unexpectedly'],
  ];
  for (const sslmode of ['prefer', 'require']) {
    for (const [name, steps, message] of sslReplies) {
      test(`${name}, sslmode=${sslmode}: refused, no second stream, nothing secret sent`, async () => {
        const tried = await connectTo([[packet, ...steps]], `sslmode=${sslmode}`);
        expect(tried.error).toSatisfy(isConnectError);
        expect(messageOf(tried.error).startsWith(message)).toBe(true);
        expect(messageOf(tried.error)).not.toContain('run this command');
        expect(tried.connections).toBe(1);
        expect(tried.sent).not.toContain('canary');
      });
    }
  }

  test('plain bytes some milliseconds behind the S break the handshake, and are never taken for messages', async () => {
    const late: readonly FakeStep[] = [
      packet,
      sendBytes('S'),
      { do: 'pause', milliseconds: 5 },
      raw(joined([text.encode('R'), new Uint8Array([0, 0, 0, 8, 0, 0, 0, 0]), MESSAGES['Z'] ?? new Uint8Array(0)])),
      { do: 'hang' },
    ];
    const tried = await connectTo([late], 'sslmode=require connect_timeout=2');
    expect(messageOf(tried.error)).toMatch(/^SSL error: /);
    expect(tried.connections).toBe(1);
  });
});

describe('before authentication', () => {
  const startup: FakeStep = { do: 'read startup' };
  const head = (tag: string, length: number): FakeStep => {
    const bytes = new Uint8Array(5);
    bytes[0] = tag.charCodeAt(0);
    new DataView(bytes.buffer).setInt32(1, length);
    return raw(bytes);
  };
  const lengths: readonly (readonly [string, FakeStep])[] = [
    ['R of 2 GiB', head('R', 0x7fff_ffff)],
    ['R of a negative length', head('R', -1)],
    ['R of no length', head('R', 0)],
    ['v of 2 GiB', head('v', 0x7fff_ffff)],
    ['E of 2 GiB', head('E', 0x7fff_ffff)],
    ['S, which has no business here', head('S', 100)],
    ['D, which has no business here', head('D', 100)],
  ];
  for (const [name, step] of lengths) {
    test(`${name}: refused at once, without waiting for the body`, async () => {
      const tried = await connectTo([[startup, step, { do: 'hang' }]]);
      expect(tried.error).toSatisfy(isConnectError);
      expect(tried.tookMs).toBeLessThan(5000);
    });
  }

  test('negotiations without end are cut short', async () => {
    const negotiation = new Uint8Array([0x76, 0, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 0]);
    const tried = await connectTo(
      [[startup, { do: 'flood', bytes: negotiation, times: 100_000 }, { do: 'hang' }]],
      'sslmode=disable max_protocol_version=3.2',
    );
    expect(messageOf(tried.error)).toBe('received duplicate protocol negotiation message');
  });

  test('requests for the password without end get it once', async () => {
    const cleartext = new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
    const tried = await connectTo([[startup, { do: 'flood', bytes: cleartext, times: 65 }, { do: 'hang' }]]);
    expect(messageOf(tried.error)).toBe('server requested a password more than once');
    expect(tried.sent.split('canary').length - 1).toBeLessThanOrEqual(1);
  });

  test('silence is ended by connect_timeout, at every step', async () => {
    for (const steps of [[], [startup], [startup, raw(text.encode('R'))]] as const) {
      const tried = await connectTo([[...steps, { do: 'hang' }]], 'sslmode=disable connect_timeout=1');
      expect(messageOf(tried.error)).toBe('timeout expired');
    }
  });

  test('silence is ended by the signal', async () => {
    const tried = await connectTo([[{ do: 'hang' }]], 'sslmode=disable', { signal: AbortSignal.timeout(100) });
    expect(tried.error).toMatchObject({ name: 'TimeoutError' });
  });

  test('a million parameters are not kept', async () => {
    const flood = sendBytes(
      ...Array.from({ length: 5000 }, (_, index) => {
        const step = send((writer) => encodeParameterStatus(writer, { name: `parameter_${index}`, value: 'x' }));
        return step.do === 'send' ? step.bytes : 0;
      }),
    );
    const [startupStep, ready] = welcome();
    const fake = await startFake({
      connections: [
        [
          startupStep ?? startup,
          raw(new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 0])),
          flood,
          raw(say('Z')),
          { do: 'hang' },
        ],
      ],
    });
    expect(ready?.do).toBe('send');
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, {
      cancelTimeoutMs: 200,
    });
    expect(connection.serverParameters.size).toBe(1000);
    await connection.close();
    await fake.stop();
  });
});

describe('answers that were not asked for', () => {
  const letters: readonly (readonly [string, string])[] = [
    ['ReadyForQuery without a result', 'Z'],
    ['a row without a description', 'D'],
    ['a row behind an error', 'TEDZ'],
    ['two descriptions', 'TTZ'],
    ['a ParseComplete', '1Z'],
    ['COPY data without a COPY', 'dZ'],
    ['CopyDone without a COPY', 'cZ'],
    ['PortalSuspended', 'TDsZ'],
    ['a FunctionCallResponse', 'V'],
    ['a request for a password', 'R'],
    ['a result behind ReadyForQuery', 'TDCZTDCZ'],
  ];
  for (const [name, message] of letters) {
    test(`${name} ends the connection with a typed error`, async () => {
      const bytes =
        message === 'V'
          ? new Uint8Array([0x56, 0, 0, 0, 8, 255, 255, 255, 255])
          : message === 'R'
            ? new Uint8Array([0x52, 0, 0, 0, 8, 0, 0, 0, 3])
            : say(message);
      const later = await query([raw(bytes), { do: 'hang' }], async (connection) => {
        const first: unknown = await connection.query('select 1').catch((error: unknown) => error);
        await new Promise((resolve) => setTimeout(resolve, 30));
        return isConnectionLostError(first) ? first : connection.query('select 2').catch((error: unknown) => error);
      });
      expect(later).toSatisfy(isConnectionLostError);
    });
  }

  test('an answer before the question ends the connection', async () => {
    const fake = await startFake({
      connections: [[...welcome(), { do: 'pause', milliseconds: 20 }, answerRows(['forged']), { do: 'hang' }]],
    });
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await expect(connection.query('select 1')).rejects.toSatisfy(isConnectionLostError);
    await connection.close();
    await fake.stop();
  });
});

describe('floods and gaps', () => {
  test('a gigabyte that is announced and does not come costs no memory', async () => {
    const before = process.memoryUsage().rss;
    const error = await query([
      raw(say('T')),
      raw(new Uint8Array([0x44, 0x3f, 0xff, 0xff, 0xf0, 0, 1, 0x3f, 0xff, 0xff, 0xe0, 120])),
      { do: 'pause', milliseconds: 50 },
      { do: 'close' },
    ]);
    expect(error).toSatisfy(isConnectionLostError);
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
  });

  test('more than maxMessageLength is refused', async () => {
    const error = await query([raw(say('T')), raw(new Uint8Array([0x44, 0, 0, 16, 0])), { do: 'hang' }], undefined, {
      maxMessageLength: 1000,
    });
    expect(messageOf(error)).toContain('lost synchronization with server: got message type "D", length 4096');
  });

  test('notices without end do not stop a time-out, and are not kept', async () => {
    const notice = send((writer) =>
      encodeErrorOrNotice(writer, {
        type: 'NoticeResponse',
        fields: { severity: 'NOTICE', sqlState: '00000', message: 'x'.repeat(1000) },
      }),
    );
    let heard = 0;
    const bytes = notice.do === 'send' ? notice.bytes : new Uint8Array(0);
    const error = await query(
      [{ do: 'flood', bytes }],
      (connection) => connection.query('select 1', { timeoutMs: 200 }),
      { onNotice: () => heard++, cancelTimeoutMs: 500 },
    );
    expect(error).toSatisfy(isTimeoutError);
    expect(heard).toBeGreaterThan(0);
  });

  test('notifications without end end the connection instead of filling the memory', async () => {
    const notification = new Uint8Array([0x41, 0, 0, 0, 12, 0, 0, 0, 1, 99, 0, 112, 0]);
    const error = await query([
      { do: 'flood', bytes: joined(Array.from({ length: 1000 }, () => notification)), times: 200 },
      { do: 'hang' },
    ]);
    expect(messageOf(error)).toBe('more than 100000 notifications were not taken');
  });
});

describe('cancelling at a server that does not play along', () => {
  const startup: FakeStep = { do: 'read packet' };

  test('no answer: the call gets its reason, the next one hears that the connection was closed', async () => {
    const fake = await startFake({
      connections: [
        [...welcome(), { do: 'read message' }, { do: 'hang' }],
        [startup, { do: 'close' }],
      ],
    });
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, {
      cancelTimeoutMs: 300,
    });
    const stopped: unknown = await connection.query('select 1', { timeoutMs: 20 }).catch((error: unknown) => error);
    expect(stopped).toSatisfy(isTimeoutError);
    await expect(connection.query('select 2')).rejects.toThrow(
      'the server did not answer a cancel request within 300 ms: connection closed',
    );
    await expect(connection.query('select 3')).rejects.toThrow('no connection to the server');
    await fake.stop();
  });

  test('a cancel stream that stays open is given up, and until then no query leaves', async () => {
    const answers: readonly FakeStep[] = [
      { do: 'read message' },
      { do: 'pause', milliseconds: 50 },
      answerRows(['late']),
      { do: 'read message' },
      answerRows(['next']),
      { do: 'hang' },
    ];
    const fake = await startFake({
      connections: [
        [...welcome(), ...answers],
        [startup, { do: 'hang' }],
      ],
    });
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, {
      cancelTimeoutMs: 400,
    });
    const first = connection.query('select 1');
    const cancelled = connection.cancel().catch((error: unknown) => error);
    const second = connection.query('select 2');
    await first;
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(Buffer.from(fake.received(0)).toString('latin1')).not.toContain('select 2');
    const error = await cancelled;
    expect(isCancelError(error) && error.message).toBe('cancel request timed out');
    expect((await second)[0]?.rows).toEqual([{ a: 'next' }]);
    await connection.close();
    await fake.stop();
  });

  test('a cancel stream that answers is no cancel stream', async () => {
    const fake = await startFake({
      connections: [
        [...welcome(), { do: 'hang' }],
        [startup, sendBytes('E'), { do: 'hang' }],
      ],
    });
    const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, {
      cancelTimeoutMs: 400,
    });
    await expect(connection.cancel()).rejects.toThrow('unexpected response from server');
    await connection.close();
    await fake.stop();
  });
});

test('close does not wait for a server that does not hang up', async () => {
  const fake = await startFake({ connections: [[...welcome(), { do: 'hang' }]] });
  const connection = await connect(`host=127.0.0.1 port=${fake.port} user=u sslmode=disable`, { cancelTimeoutMs: 200 });
  await connection.close();
  await expect(connection.query('select 1')).rejects.toThrow('no connection to the server');
  await fake.stop();
});

test('an error without any field is an error', async () => {
  const error = await query([raw(new Uint8Array([0x45, 0, 0, 0, 5, 0])), raw(say('Z')), { do: 'hang' }]);
  expect(isServerError(error) && [error.message, error.sqlState, error.severity]).toEqual(['', '', '']);
});
