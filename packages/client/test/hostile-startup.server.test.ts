import { type Authentication, Writer } from '@pg-dblink/protocol';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { type FakeStep, startFake } from '@pg-dblink/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { isConnectError } from '../src/index.ts';
import { connect, type NodeConnectOptions } from '../src/node.ts';
import { joined, MESSAGES, say } from './backend-bytes.ts';
import { countCases } from './proof-cases.ts';

// A server, or somebody in its place, that does not keep to the protocol before it lets us in. Whatever it says, connect
// rejects with a typed error, does so at once, opens no second stream, and shows the password to nobody.

beforeEach((context) => countCases(context, 1));

const CANARY = 'canary-password';
/** Far longer than a refusal takes, far shorter than a wait for what was announced. */
const PROMPT_MS = 10_000;

interface Tried {
  readonly text: string;
  readonly connections: number;
  readonly sent: string;
}

async function connectTo(
  steps: readonly FakeStep[],
  conninfo: string,
  options: NodeConnectOptions = {},
): Promise<Tried> {
  await using fake = await startFake({ connections: [[...steps, { do: 'hang' }]] });
  const signal = AbortSignal.timeout(PROMPT_MS);
  const error: unknown = await connect(`host=127.0.0.1 port=${fake.port} user=u password=${CANARY} ${conninfo}`, {
    signal,
    ...options,
  }).then(
    async (connection) => {
      await connection.close();
      return 'connected';
    },
    (reason: unknown) => reason,
  );
  if (!isConnectError(error)) throw new Error(`no ConnectError: ${String(error)}`);
  expect(JSON.stringify(error) + error.stack).not.toContain(CANARY);
  return {
    text: error.message.replace(/^connection to server at .*? failed: /, ''),
    connections: fake.connections(),
    sent: Buffer.from(fake.received(0)).toString('latin1'),
  };
}

function raw(...bytes: readonly (number | string | Uint8Array)[]): FakeStep {
  const parts = bytes.map((part) => (typeof part === 'number' ? Uint8Array.of(part) : Buffer.from(part)));
  return { do: 'send', bytes: joined(parts) };
}

function says(message: Authentication): Uint8Array {
  const writer = new Writer();
  encodeAuthentication(writer, message);
  return writer.take();
}

/** A message that announces this length, and of which no more than its head and the given bytes come. */
function announced(tag: string, length: number, ...body: readonly number[]): FakeStep {
  const head = new Uint8Array(5);
  head[0] = tag.charCodeAt(0);
  new DataView(head.buffer).setInt32(1, length);
  return raw(head, Uint8Array.from(body));
}

const OK = says({ type: 'AuthenticationOk' });
const CLEARTEXT = says({ type: 'AuthenticationCleartextPassword' });
const packet: FakeStep = { do: 'read packet' };
const startup: FakeStep = { do: 'read startup' };

describe('the answer to SSLRequest: one byte, S or N, and nothing else', () => {
  const replies: readonly (readonly [string, FakeStep, RegExp])[] = [
    ['SS', raw('SS'), /^received unencrypted data after SSL response$/],
    ['SN', raw('SN'), /^received unencrypted data after SSL response$/],
    ['NN', raw('NN'), /^received unencrypted data after SSL response$/],
    ['NS', raw('NS'), /^received unencrypted data after SSL response$/],
    ['S and AuthenticationOk', raw('S', OK), /^received unencrypted data after SSL response$/],
    ['S and a whole welcome', raw('S', OK, say('Z')), /^received unencrypted data after SSL response$/],
    ['N and AuthenticationOk', raw('N', OK), /^received unencrypted data after SSL response$/],
    ['S and a request for the password', raw('S', CLEARTEXT), /^received unencrypted data after SSL response$/],
    ['an ErrorResponse', raw(MESSAGES['E'] ?? 0), /^server sent an error response during SSL exchange$/],
    ['E alone', raw('E'), /^server sent an error response during SSL exchange$/],
    ['E and text', raw('EFATAL: run this command\0'), /^server sent an error response during SSL exchange$/],
    ['X', raw('X'), /^received invalid response to SSL negotiation: X$/],
    ['s', raw('s'), /^received invalid response to SSL negotiation: s$/],
    ['n', raw('n'), /^received invalid response to SSL negotiation: n$/],
    ['G', raw('G'), /^received invalid response to SSL negotiation: G$/],
    ['R', raw(OK), /^received invalid response to SSL negotiation: R$/],
    ['a zero byte', raw(0), /^received invalid response to SSL negotiation: \\x00$/],
    ['an escape', raw(27), /^received invalid response to SSL negotiation: \\x1b$/],
    ['a byte of no ASCII', raw(0xff), /^received invalid response to SSL negotiation: /],
    ['HTTP', raw('HTTP/1.1 400 Bad Request\r\n'), /^received invalid response to SSL negotiation: H$/],
    ['nothing, and closes', { do: 'close' }, /^server closed the connection unexpectedly/],
    ['nothing, and resets', { do: 'reset' }, /^server closed the connection unexpectedly/],
  ];
  for (const sslmode of ['prefer', 'require', 'verify-ca', 'verify-full']) {
    for (const [name, reply, text] of replies) {
      test(`${name}, sslmode=${sslmode}`, async () => {
        const tried = await connectTo([packet, reply], `sslmode=${sslmode}`);
        expect(tried.text).toMatch(text);
        expect(tried.text).not.toContain('run this command');
        expect(tried.connections).toBe(1);
        expect(tried.sent).not.toContain(CANARY);
        expect(tried.sent.length).toBe(8);
      });
    }
  }

  for (const sslmode of ['require', 'verify-ca', 'verify-full']) {
    test(`N, sslmode=${sslmode}: no downgrade`, async () => {
      const tried = await connectTo([packet, raw('N')], `sslmode=${sslmode}`);
      expect(tried.text).toBe('server does not support SSL, but SSL was required');
      expect(tried.sent.length).toBe(8);
    });
  }

  for (const later of [OK, CLEARTEXT, joined([OK, say('Z')])]) {
    for (const milliseconds of [0, 5]) {
      test(`S and ${later.length} plain bytes ${milliseconds} ms behind it break the handshake`, async () => {
        const steps = [packet, raw('S'), { do: 'pause', milliseconds } as const, raw(later)];
        const tried = await connectTo(steps, 'sslmode=require');
        expect(tried.text).toMatch(/^(SSL error: |received unencrypted data after SSL response$)/);
        expect(tried.connections).toBe(1);
        expect(tried.sent).not.toContain(CANARY);
      });
    }
  }
});

describe('a client without GSSAPI encryption', () => {
  for (const mode of ['prefer', 'disable']) {
    test(`never asks for it, gssencmode=${mode}`, async () => {
      const tried = await connectTo([packet, { do: 'close' }], `sslmode=disable gssencmode=${mode}`);
      // The first packet is the StartupMessage of protocol 3.0.
      expect(tried.sent.slice(4, 8)).toBe('\0\x03\0\0');
    });
  }
});

describe('lengths before authentication: refused at once, without waiting for the body', () => {
  const lengths = [-2_147_483_648, -1, 0, 1, 3, 4, 7, 30_001, 1_073_741_824, 2_147_483_647];
  const REFUSALS: Readonly<Record<string, RegExp>> = {
    R: /^received invalid authentication request$/,
    v: /^received invalid protocol negotiation message$/,
    // As in libpq an E of such a length is an error text of before protocol 3.0: what has come of it is all there is.
    E: /^[\s\S]{0,4}$/,
  };
  for (const tag of ['R', 'v', 'E', 'N', 'S', 'K', 'Z', 'D', 'T', 'd', 'A', 'X', '\0']) {
    for (const length of lengths) {
      test(`${JSON.stringify(tag)} of ${length} bytes`, async () => {
        const tried = await connectTo([startup, announced(tag, length)], 'sslmode=disable');
        expect(tried.text).toMatch(REFUSALS[tag] ?? /^expected authentication request from server, but received /);
        expect(tried.connections).toBe(1);
        expect(tried.sent).not.toContain(CANARY);
      });
    }
  }

  const bodies: readonly (readonly [string, FakeStep])[] = [
    ['AuthenticationOk with a byte too many', raw('R', Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 0, 0))],
    ['AuthenticationMD5Password without its salt', raw('R', Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 5))],
    ['AuthenticationMD5Password with a long salt', raw('R', Uint8Array.of(0, 0, 0, 13, 0, 0, 0, 5, 1, 2, 3, 4, 5))],
    ['AuthenticationCleartextPassword with a byte', raw('R', Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 3, 0))],
    ['AuthenticationSASL without a list', raw('R', Uint8Array.of(0, 0, 0, 8, 0, 0, 0, 10))],
    ['AuthenticationSASL without an end', raw('R', Uint8Array.of(0, 0, 0, 10, 0, 0, 0, 10, 65, 66))],
    ['AuthenticationSASL with an empty list', raw('R', Uint8Array.of(0, 0, 0, 9, 0, 0, 0, 10, 0))],
    ['a code of 2³²−1', raw('R', Uint8Array.of(0, 0, 0, 8, 255, 255, 255, 255))],
    ['negotiation of 2³¹−1 options', raw('v', Uint8Array.of(0, 0, 0, 12, 0, 3, 0, 0, 127, 255, 255, 255))],
    ['negotiation of −1 options', raw('v', Uint8Array.of(0, 0, 0, 12, 0, 3, 0, 0, 255, 255, 255, 255))],
    ['negotiation shorter than it says', raw('v', Uint8Array.of(0, 0, 0, 14, 0, 3, 0, 0, 0, 0, 0, 9, 65, 0))],
    ['negotiation with a tail', raw('v', Uint8Array.of(0, 0, 0, 14, 0, 3, 0, 0, 0, 0, 0, 0, 65, 0))],
    ['an ErrorResponse without an end', raw('E', Uint8Array.of(0, 0, 0, 8, 83, 65, 66, 67))],
  ];
  for (const [name, step] of bodies) {
    test(name, async () => {
      const tried = await connectTo([startup, step], 'sslmode=disable max_protocol_version=3.2');
      expect(tried.text.length).toBeGreaterThan(0);
      expect(tried.connections).toBe(1);
      expect(tried.sent).not.toContain(CANARY);
    });
  }
});

describe('messages in the wrong order', () => {
  const letters = Object.keys(MESSAGES).filter((letter) => letter !== 'E');
  const others: Readonly<Record<string, Uint8Array>> = {
    V: Uint8Array.of(0x56, 0, 0, 0, 8, 255, 255, 255, 255),
    K: Uint8Array.of(0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1),
  };
  for (const letter of [...letters, ...Object.keys(others)]) {
    const message = MESSAGES[letter] ?? others[letter] ?? new Uint8Array(0);
    test(`${letter} before authentication`, async () => {
      const tried = await connectTo([startup, raw(message)], 'sslmode=disable');
      expect(tried.text).toMatch(/expected authentication request from server, but received |invalid/);
      expect(tried.sent).not.toContain(CANARY);
    });

    test(`${letter} behind the password`, async () => {
      const steps = [startup, raw(CLEARTEXT), { do: 'read message', tag: 'p' } as const, raw(message)];
      const tried = await connectTo(steps, 'sslmode=disable');
      expect(tried.text).toMatch(/expected authentication request from server, but received |invalid/);
      expect(tried.sent.split(CANARY).length).toBe(2);
    });

    // These may follow AuthenticationOk.
    if (['S', 'K', 'N', 'A', 'Z'].includes(letter)) continue;
    test(`${letter} behind AuthenticationOk`, async () => {
      const tried = await connectTo([startup, raw(OK, message)], 'sslmode=disable');
      expect(tried.text).toMatch(/unexpected response from server; first received character was |lost synchronization/);
    });
  }

  for (const request of [OK, CLEARTEXT, says({ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] })]) {
    test(`an authentication request of ${request.length} bytes behind AuthenticationOk`, async () => {
      const tried = await connectTo([startup, raw(OK, request)], 'sslmode=disable');
      expect(tried.text).toMatch(/^unexpected response from server; first received character was "R"/);
      expect(tried.sent).not.toContain(CANARY);
    });
  }
});

describe('floods before ReadyForQuery do not keep anybody waiting', () => {
  const floods: readonly (readonly [string, FakeStep, Uint8Array])[] = [
    ['negotiations', raw(), Uint8Array.of(0x76, 0, 0, 0, 12, 0, 3, 0, 0, 0, 0, 0, 0)],
    ['requests for the password', raw(), CLEARTEXT],
    ['notices', raw(OK), MESSAGES['N'] ?? OK],
    ['parameters', raw(OK), MESSAGES['S'] ?? OK],
    ['notifications', raw(OK), MESSAGES['A'] ?? OK],
    ['keys', raw(OK), Uint8Array.of(0x4b, 0, 0, 0, 12, 0, 0, 0, 1, 0, 0, 0, 1)],
  ];
  for (const [name, first, bytes] of floods) {
    test(`${name} without end`, async () => {
      const many = joined(Array.from({ length: 200 }, () => bytes));
      const tried = await connectTo(
        [startup, first, { do: 'flood', bytes: many }],
        'sslmode=disable max_protocol_version=3.2 connect_timeout=1',
      );
      expect(tried.text).toMatch(/^(timeout expired|received duplicate|server requested a password more than once)/);
      expect(tried.connections).toBe(1);
    });
  }
});

describe('in the middle of SCRAM', () => {
  const offer = says({ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] });
  const answer: FakeStep = { do: 'read message', tag: 'p' };
  for (const [name, message] of [
    ['AuthenticationOk in the place of the challenge', OK],
    ['a request for the password in the place of the challenge', CLEARTEXT],
    ['a second offer', offer],
    ['a final message at once', says({ type: 'AuthenticationSASLFinal', data: Uint8Array.of(118, 61, 120) })],
    ['GSSAPI in the place of the challenge', says({ type: 'AuthenticationGSS' })],
  ] as const) {
    test(name, async () => {
      const tried = await connectTo([startup, raw(offer), answer, raw(message)], 'sslmode=disable');
      expect(tried.text).toMatch(
        /without completing SCRAM|more than once|duplicate SASL|invalid SCRAM exchange state|GSS/,
      );
      expect(tried.sent).not.toContain(CANARY);
    });
  }
});
