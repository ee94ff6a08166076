import { parseConninfo, resolveConninfo, startupParameters } from '@pg-dblink/connstring';
import type { Authentication } from '@pg-dblink/protocol';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { backendBytes, joined, ready, say } from '../../test/backend-bytes.ts';
import { type Ran, runDialogue, type ScriptedConnection } from '../../test/scripted-world.ts';
import { isAuthenticationError, isConnectError } from '../errors.ts';
import type { SecurityStep } from '../security-context.ts';
import { AttemptTimeout } from './asks.ts';
import { connectDialogue } from './attempts.ts';
import type { Session } from './session.ts';

function asks(message: Authentication): Uint8Array {
  return backendBytes((writer) => encodeAuthentication(writer, message));
}

const OK = asks({ type: 'AuthenticationOk' });
const GSS = asks({ type: 'AuthenticationGSS' });
const SSPI = asks({ type: 'AuthenticationSSPI' });
const CLEARTEXT = asks({ type: 'AuthenticationCleartextPassword' });
const SASL = asks({ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] });
const WELCOME = joined([OK, ready('I')]);

function continued(token: string): Uint8Array {
  return asks({ type: 'AuthenticationGSSContinue', data: new TextEncoder().encode(token) });
}

function goOn(token = 'ours'): SecurityStep {
  return { state: 'continue', token: new TextEncoder().encode(token) };
}

const ESTABLISHED: SecurityStep = { state: 'established' };

interface Case {
  readonly conninfo?: string;
  readonly says: NonNullable<ScriptedConnection['says']>;
  /** Undefined: nobody makes security contexts. */
  readonly steps?: readonly (SecurityStep | Error)[] | undefined;
  readonly ends?: ScriptedConnection['ends'];
}

async function connectOnce({
  conninfo = '',
  ends = 'close',
  says,
  steps,
}: Case): Promise<Ran<Session> & { readonly text: string }> {
  const resolved = resolveConninfo(parseConninfo(`host=db.example user=u sslmode=disable ${conninfo}`), {});
  const dialogue = connectDialogue({
    resolved,
    parameters: startupParameters(resolved),
    maxScramIterations: 1,
    hasSecurityContext: steps !== undefined,
  });
  const ran = await runDialogue(dialogue, {
    addresses: { 'db.example': ['10.0.0.1'] },
    connections: [{ says, ends }],
    ...(steps === undefined ? {} : { securitySteps: steps }),
  });
  return { ...ran, text: ran.error?.message.replace(/^connection to server at .*? failed: /, '') ?? 'connected' };
}

/** The tokens and passwords that left us. */
function answers({ log }: Ran<Session>): number {
  return log.filter((line) => line === 'p').length;
}

describe('GSSAPI through a plug-in', () => {
  test('tokens go to and fro until the context is established', async () => {
    const ran = await connectOnce({
      says: [GSS, continued('theirs'), continued('last'), WELCOME],
      steps: [goOn('first'), goOn('second'), ESTABLISHED],
    });
    expect(ran.text).toBe('connected');
    expect(ran.result).toMatchObject({ passwordUsed: false, passwordSource: undefined });
    expect(ran.log.slice(2)).toEqual(['context gss postgres@db.example', 'p', 'token theirs', 'p', 'token last']);
  });

  test('a context that is established at once sends its token all the same', async () => {
    const ran = await connectOnce({
      says: [GSS, WELCOME],
      steps: [{ state: 'established', token: new Uint8Array([1]) }],
    });
    expect(ran.text).toBe('connected');
    expect(answers(ran)).toBe(1);
  });

  test('SSPI is told apart, and has a principal of its own form', async () => {
    const ran = await connectOnce({ says: [SSPI, continued('t'), WELCOME], steps: [goOn(), ESTABLISHED] });
    expect(ran.text).toBe('connected');
    expect(ran.log).toContain('context sspi postgres/db.example');
  });

  test('krbsrvname and gssdelegation reach the plug-in', async () => {
    const ran = await connectOnce({
      conninfo: 'krbsrvname=pg gssdelegation=1',
      says: [GSS, WELCOME],
      steps: [ESTABLISHED],
    });
    expect(ran.log).toContain('context gss pg@db.example delegating');
    expect(ran.text).toBe('connected');
  });

  for (const [method, request] of [
    ['gss', GSS],
    ['sspi', SSPI],
  ] as const) {
    test(`require_auth=${method} lets it pass, and nothing else`, async () => {
      const conninfo = `password=secret require_auth=${method}`;
      const steps = [ESTABLISHED];
      expect((await connectOnce({ conninfo, says: [request, WELCOME], steps })).text).toBe('connected');
      const failed = `authentication method requirement "${method}" failed: `;
      const other = method === 'gss' ? SSPI : GSS;
      const refused = [
        [other, `server requested ${method === 'gss' ? 'SSPI' : 'GSSAPI'} authentication`],
        [CLEARTEXT, 'server requested a cleartext password'],
        [SASL, 'server requested SASL authentication'],
        [WELCOME, 'server did not complete authentication'],
      ] as const;
      for (const [says, event] of refused) {
        const ran = await connectOnce({ conninfo, says: [says], steps });
        expect(ran.text).toBe(`${failed}${event}`);
        expect(answers(ran)).toBe(0);
      }
    });
  }

  test('channel_binding=require does not go with it: no context is begun', async () => {
    for (const request of [GSS, SSPI]) {
      const ran = await connectOnce({ conninfo: 'channel_binding=require', says: [request], steps: [goOn()] });
      expect(ran.text).toBe("channel binding required but not supported by server's authentication request");
      expect(ran.log.filter((line) => line.startsWith('context'))).toEqual([]);
    }
  });

  test('hostaddr without a host names no principal', async () => {
    const resolved = resolveConninfo(parseConninfo('hostaddr=10.0.0.1 user=u sslmode=disable'), {});
    const target = { resolved, parameters: [], maxScramIterations: 1, hasSecurityContext: true };
    const ran = await runDialogue(connectDialogue(target), { connections: [{ says: [GSS] }], securitySteps: [goOn()] });
    expect(ran.error?.message).toMatch(/ failed: host name must be specified$/);
  });
});

describe('without a plug-in, in the words of a libpq without GSSAPI', () => {
  for (const [request, text] of [
    [GSS, 'GSSAPI authentication not supported'],
    [SSPI, 'SSPI authentication not supported'],
    [continued('t'), 'GSSAPI authentication not supported'],
  ] as const) {
    test(`${text} (code ${request[8]})`, async () => {
      const ran = await connectOnce({ says: [request] });
      expect(ran.text).toBe(text);
      expect(answers(ran)).toBe(0);
    });
  }
});

describe('a server that does not play along', () => {
  const cases: readonly (readonly [string, Case, string, number])[] = [
    [
      'continues unasked',
      { says: [continued('t')], steps: [goOn()] },
      'fe_sendauth: invalid authentication request from server: AUTH_REQ_GSS_CONT without AUTH_REQ_GSS',
      0,
    ],
    ['asks twice', { says: [GSS, GSS], steps: [goOn(), goOn()] }, 'duplicate GSS authentication request', 1],
    ['asks twice, by SSPI', { says: [SSPI, SSPI], steps: [goOn()] }, 'duplicate SSPI authentication request', 1],
    ['changes the method', { says: [GSS, SSPI], steps: [goOn(), goOn()] }, 'duplicate SSPI authentication request', 1],
    [
      'says OK before it has proved itself',
      { says: [GSS, WELCOME], steps: [goOn()] },
      'server accepted the session without completing GSSAPI authentication',
      1,
    ],
    [
      'says OK before it has proved itself, by SSPI',
      { says: [SSPI, WELCOME], steps: [goOn()] },
      'server accepted the session without completing SSPI authentication',
      1,
    ],
    [
      'goes on behind the end',
      { says: [GSS, continued('t')], steps: [ESTABLISHED] },
      'server sent unexpected additional GSSAPI data',
      0,
    ],
    [
      'asks for the password in between',
      { conninfo: 'password=secret', says: [GSS, CLEARTEXT], steps: [goOn()] },
      'server requested a password more than once',
      1,
    ],
    [
      'begins SASL in between',
      { conninfo: 'password=secret', says: [GSS, SASL], steps: [goOn()] },
      'duplicate SASL authentication request',
      1,
    ],
    [
      'begins GSSAPI behind a password',
      { conninfo: 'password=secret', says: [CLEARTEXT, GSS], steps: [goOn()] },
      'duplicate GSS authentication request',
      1,
    ],
    [
      'continues without end',
      {
        says: [GSS, ...Array.from({ length: 100 }, () => continued('t'))],
        steps: Array.from({ length: 101 }, () => goOn()),
      },
      'server sent too many messages before authentication was done',
      64,
    ],
    ['refuses', { says: [GSS, say('E')], steps: [goOn()] }, 'ERROR:  division by zero', 1],
    [
      'hangs up',
      { says: [GSS], steps: [goOn()] },
      'server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.',
      1,
    ],
    ['falls silent', { says: [GSS], steps: [goOn()], ends: 'hang' }, 'timeout expired', 1],
  ];
  for (const [name, given, text, sent] of cases) {
    test(name, async () => {
      const ran = await connectOnce(given);
      expect(ran.text).toBe(text);
      expect(answers(ran)).toBe(sent);
      expect(ran.result).toBeUndefined();
    });
  }
});

describe('a plug-in that fails', () => {
  const long = { state: 'continue', token: new Uint8Array(65_001) } as const;
  const cases: readonly (readonly [string, Case, string])[] = [
    [
      'at its beginning',
      { says: [GSS], steps: [new Error('no credentials cache')] },
      'GSSAPI continuation error: no credentials cache',
    ],
    [
      'in between',
      { says: [GSS, continued('t')], steps: [goOn(), new Error('clock skew too great')] },
      'GSSAPI continuation error: clock skew too great',
    ],
    ['in SSPI', { says: [SSPI], steps: [new Error('logon denied')] }, 'SSPI continuation error: logon denied'],
    [
      'by a token longer than a server takes',
      { says: [GSS], steps: [long] },
      'GSSAPI continuation error: a token of 65001 bytes is too long',
    ],
    [
      'by going on without a token',
      { says: [GSS], steps: [goOn('')] },
      'GSSAPI continuation error: the context goes on and has no token',
    ],
  ];
  for (const [name, given, text] of cases) {
    test(name, async () => {
      const { error, text: told } = await connectOnce(given);
      expect(told).toBe(text);
      expect(isConnectError(error) && error.attempts.every(isAuthenticationError)).toBe(true);
    });
  }

  test('its error is the cause', async () => {
    const cause = new Error('no credentials cache');
    const { error } = await connectOnce({ says: [GSS], steps: [cause] });
    expect(isConnectError(error) && error.attempts[0]?.cause).toBe(cause);
  });

  test('one that takes too long ends in the time-out of the attempt', async () => {
    const { text } = await connectOnce({ says: [GSS], steps: [new AttemptTimeout()] });
    expect(text).toBe('timeout expired');
  });
});
