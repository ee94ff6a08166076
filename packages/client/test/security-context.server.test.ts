import { type Authentication, Writer } from '@pg-dblink/protocol';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { type FakeStep, startFake, welcome } from '@pg-dblink/testkit';
import { beforeEach, describe, expect, test } from 'vitest';
import { isConnectError, type SecurityContext, type SecurityContextRequest } from '../src/index.ts';
import { connect, type NodeConnectOptions } from '../src/node.ts';
import { countCases } from './proof-cases.ts';

// No server of the tests has GSSAPI: fakes play its side of the dialogue, over real sockets.

beforeEach((context) => countCases(context, 1));

function says(message: Authentication): FakeStep {
  const writer = new Writer();
  encodeAuthentication(writer, message);
  return { do: 'send', bytes: writer.take() };
}

function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const startup: FakeStep = { do: 'read startup' };
const answer: FakeStep = { do: 'read message', tag: 'p' };
const [, welcomed] = welcome();
const ready: FakeStep = welcomed ?? { do: 'close' };

/** A context that echoes what it hears, and is done when it hears `end`. */
function echoing(closed: string[]): (request: SecurityContextRequest) => SecurityContext {
  return ({ method, principal }) => ({
    step(token) {
      const heard = token === undefined ? undefined : new TextDecoder().decode(token);
      if (heard === 'end') return { state: 'established' };
      return { state: 'continue', token: bytesOf(heard === undefined ? `${method} ${principal}` : `heard ${heard}`) };
    },
    close: () => void closed.push(principal),
  });
}

interface Tried {
  readonly error: unknown;
  readonly sent: string;
}

async function connectTo(steps: readonly FakeStep[], options: NodeConnectOptions, extra = ''): Promise<Tried> {
  await using fake = await startFake({ connections: [steps] });
  const conninfo = `host=127.0.0.1 port=${fake.port} user=u sslmode=disable ${extra}`;
  const error: unknown = await connect(conninfo, options).then(
    (connection) => connection.close(),
    (reason: unknown) => reason,
  );
  return { error, sent: Buffer.from(fake.received(0)).toString('latin1') };
}

function textOf(error: unknown): string {
  return isConnectError(error) ? error.message.replace(/^.*? failed: /, '') : String(error);
}

describe('a security context on a real socket', () => {
  for (const [method, principal] of [
    ['gss', 'db@127.0.0.1'],
    ['sspi', 'db/127.0.0.1'],
  ] as const) {
    test(`${method}: the tokens arrive, and the context is closed once`, async () => {
      const closed: string[] = [];
      const steps: readonly FakeStep[] = [
        startup,
        says({ type: method === 'gss' ? 'AuthenticationGSS' : 'AuthenticationSSPI' }),
        answer,
        says({ type: 'AuthenticationGSSContinue', data: bytesOf('one') }),
        answer,
        says({ type: 'AuthenticationGSSContinue', data: bytesOf('end') }),
        ready,
        { do: 'hang' },
      ];
      const { error, sent } = await connectTo(steps, { securityContext: echoing(closed) }, 'krbsrvname=db');
      expect(error).toBeUndefined();
      expect(sent).toContain(`${method} ${principal}`);
      expect(sent).toContain('heard one');
      expect(closed).toEqual([principal]);
    });
  }

  test('no token shows in a trace', async () => {
    const lines: string[] = [];
    const steps: readonly FakeStep[] = [
      startup,
      says({ type: 'AuthenticationGSS' }),
      answer,
      says({ type: 'AuthenticationGSSContinue', data: bytesOf('end') }),
      ready,
      { do: 'hang' },
    ];
    const canary: SecurityContext = {
      step: (token) =>
        token === undefined ? { state: 'continue', token: bytesOf('canary') } : { state: 'established' },
    };
    const trace = { write: (line: string) => lines.push(line), detail: 'regress' } as const;
    const { error, sent } = await connectTo(steps, { securityContext: () => canary, trace });
    expect(error).toBeUndefined();
    expect(sent).toContain('canary');
    expect(lines.filter((line) => line.includes('GSS'))).toHaveLength(3);
    expect(lines.join()).not.toContain('canary');
  });

  test('a server that continues without end is given up, and the context is closed', async () => {
    const closed: string[] = [];
    const token = says({ type: 'AuthenticationGSSContinue', data: bytesOf('more') });
    const steps: readonly FakeStep[] = [
      startup,
      says({ type: 'AuthenticationGSS' }),
      answer,
      token,
      { do: 'repeat', from: 2 },
    ];
    const { error } = await connectTo(steps, { securityContext: echoing(closed) });
    expect(textOf(error)).toBe('server sent too many messages before authentication was done');
    expect(closed).toEqual(['postgres@127.0.0.1']);
  });

  test('a token larger than any limit is refused by its length', async () => {
    const head = new Uint8Array([0x52, 0x7f, 0xff, 0xff, 0xff, 0, 0, 0, 8]);
    const steps: readonly FakeStep[] = [
      startup,
      says({ type: 'AuthenticationGSS' }),
      answer,
      { do: 'send', bytes: head },
      { do: 'hang' },
    ];
    const { error } = await connectTo(steps, { securityContext: echoing([]) });
    expect(textOf(error)).toBe('received invalid authentication request');
  });

  test('a plug-in that never answers is ended by connect_timeout, and by the signal', async () => {
    const steps: readonly FakeStep[] = [startup, says({ type: 'AuthenticationGSS' }), { do: 'hang' }];
    let closed = 0;
    const stuck = (): SecurityContext => ({ step: () => new Promise(() => undefined), close: () => void closed++ });
    expect(textOf((await connectTo(steps, { securityContext: stuck }, 'connect_timeout=1')).error)).toBe(
      'timeout expired',
    );
    const signal = AbortSignal.timeout(100);
    expect((await connectTo(steps, { securityContext: stuck, signal })).error).toMatchObject({ name: 'TimeoutError' });
    expect(closed).toBe(2);
  });

  test('a context that is there too late is closed', async () => {
    const steps: readonly FakeStep[] = [startup, says({ type: 'AuthenticationGSS' }), { do: 'hang' }];
    let give = (_context: SecurityContext): void => undefined;
    const late = new Promise<SecurityContext>((resolve) => {
      give = resolve;
    });
    const { error } = await connectTo(steps, { securityContext: () => late }, 'connect_timeout=1');
    expect(textOf(error)).toBe('timeout expired');
    const closed = new Promise<void>((resolve) => {
      give({ step: () => ({ state: 'established' }), close: resolve });
    });
    await closed;
  });

  test('a plug-in that throws anything, also when it is closed, is an error of this attempt', async () => {
    const steps: readonly FakeStep[] = [startup, says({ type: 'AuthenticationGSS' }), { do: 'hang' }];
    const raise = (reason: unknown): never => {
      throw reason;
    };
    const broken: readonly (readonly [NodeConnectOptions, string])[] = [
      [{ securityContext: () => raise(new Error('no ticket')) }, 'GSSAPI continuation error: no ticket'],
      [{ securityContext: () => raise('a string') }, 'GSSAPI continuation error: a string'],
      [
        { securityContext: () => ({ step: () => raise(new Error('no')), close: () => raise(new Error('close')) }) },
        'GSSAPI continuation error: no',
      ],
      [
        { securityContext: () => ({ step: () => undefined as never }) },
        'GSSAPI continuation error: the security context took no step',
      ],
    ];
    for (const [options, text] of broken) expect(textOf((await connectTo(steps, options)).error)).toBe(text);
  });
});
