import { parseConninfo, resolveConninfo, startupParameters } from '@pg-dblink/connstring';
import { encodeAuthentication, encodeErrorOrNotice } from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { backendBytes, joined, ready } from '../../test/backend-bytes.ts';
import { sasl, scramServer } from '../../test/scram-server.ts';
import { type Ran, runDialogue, type ScriptedConnection } from '../../test/scripted-world.ts';
import { connectDialogue } from './attempts.ts';
import type { Session } from './session.ts';

const WELCOME = joined([
  backendBytes((writer) => encodeAuthentication(writer, { type: 'AuthenticationOk' })),
  ready('I'),
]);
const REFUSED = backendBytes((writer) =>
  encodeErrorOrNotice(writer, {
    type: 'ErrorResponse',
    fields: { severity: 'FATAL', sqlState: '28000', message: 'OAuth bearer authentication failed for user "u"' },
  }),
);
const DOCUMENT = sasl('AuthenticationSASLContinue', '{"status":"invalid_token","scope":"x"}');

function offer(...mechanisms: readonly string[]): Uint8Array {
  return backendBytes((writer) => encodeAuthentication(writer, { type: 'AuthenticationSASL', mechanisms }));
}

interface Outcome {
  readonly ran: Ran<Session>;
  readonly text: string;
  /** What the client sent in answer to the offer. */
  readonly answers: readonly string[];
}

async function connectOnce(
  conninfo: string,
  says: NonNullable<ScriptedConnection['says']>,
  token?: string,
): Promise<Outcome> {
  const answers: string[] = [];
  const spied = says.map((piece, index) =>
    index === 0 || typeof piece === 'function'
      ? piece
      : (sent: Uint8Array) => {
          answers.push(Buffer.from(sent).toString('latin1'));
          return piece;
        },
  );
  const resolved = resolveConninfo(parseConninfo(`user=u password=secret ${conninfo}`), {});
  const target = { resolved, parameters: startupParameters(resolved), maxScramIterations: 10_000, hasOAuth: true };
  const ran = await runDialogue(connectDialogue(target), {
    addresses: { a: ['10.0.0.1'] },
    connections: [{ reply: 'S', says: spied }],
    ...(token === undefined ? {} : { oauthToken: token }),
  });
  return { ran, text: ran.error?.message.replace(/^connection to server .*? failed: /, '') ?? 'connected', answers };
}

describe('OAUTHBEARER (protocol.md §4.7)', () => {
  test('the token goes out in one message', async () => {
    const { answers, ran, text } = await connectOnce(
      'host=a sslmode=require',
      [offer('OAUTHBEARER'), WELCOME],
      'tok.en~1==',
    );
    expect(text).toBe('connected');
    expect(answers[0]).toContain('OAUTHBEARER\0');
    expect(answers[0]?.endsWith('n,,\x01auth=Bearer tok.en~1==\x01\x01')).toBe(true);
    expect(ran.result).toMatchObject({ passwordUsed: false, passwordSource: undefined });
  });

  test('a refusal is acknowledged, and the server’s error is what counts', async () => {
    const { answers, text } = await connectOnce(
      'host=a sslmode=require',
      [offer('OAUTHBEARER'), DOCUMENT, REFUSED],
      'bad',
    );
    expect(answers[1]).toBe('p\0\0\0\x05\x01');
    expect(text).toBe('FATAL:  OAuth bearer authentication failed for user "u"');
  });

  const refusals: readonly (readonly [string, string, readonly Uint8Array[], string | undefined, string])[] = [
    [
      'over plain TCP',
      'host=a sslmode=disable',
      [offer('OAUTHBEARER')],
      'tok',
      'OAuth tokens are not sent over an unencrypted connection',
    ],
    [
      'without a token',
      'host=a sslmode=require',
      [offer('OAUTHBEARER')],
      undefined,
      'server requires OAuth authentication, but no token was given',
    ],
    [
      'with a token that would inject',
      'host=a sslmode=require',
      [offer('OAUTHBEARER')],
      'a\x01b',
      'the OAuth token is not a bearer token',
    ],
    [
      'accepted after its refusal',
      'host=a sslmode=require',
      [offer('OAUTHBEARER'), DOCUMENT, WELCOME],
      'tok',
      'server accepted an OAuth token that it had refused',
    ],
    [
      'refused twice',
      'host=a sslmode=require',
      [offer('OAUTHBEARER'), DOCUMENT, DOCUMENT],
      'tok',
      'server sent unexpected additional OAuth data',
    ],
    [
      'concluded',
      'host=a sslmode=require',
      [offer('OAUTHBEARER'), sasl('AuthenticationSASLFinal', 'x')],
      'tok',
      'server sent unexpected additional OAuth data',
    ],
    [
      'under channel_binding=require',
      'host=a sslmode=require channel_binding=require',
      [offer('OAUTHBEARER')],
      'tok',
      'channel binding is required, but server did not offer an authentication method that supports channel binding',
    ],
    [
      'against require_auth',
      'host=a sslmode=require require_auth=scram-sha-256',
      [offer('OAUTHBEARER')],
      'tok',
      'authentication method requirement "scram-sha-256" failed: server requested OAUTHBEARER authentication',
    ],
  ];
  for (const [name, conninfo, says, token, message] of refusals) {
    test(`${name}: ${message}`, async () => {
      const { ran, text } = await connectOnce(conninfo, says, token);
      expect(text).toBe(message);
      expect(ran.result).toBeUndefined();
    });
  }

  test('a unix socket needs no encryption', async () => {
    expect((await connectOnce('host=/s', [offer('OAUTHBEARER'), WELCOME], 'tok')).text).toBe('connected');
  });

  test('the server’s order decides between it and SCRAM; channel binding beats both', async () => {
    const first = await connectOnce('host=a sslmode=require', [offer('OAUTHBEARER', 'SCRAM-SHA-256'), WELCOME], 'tok');
    expect(first.text).toBe('connected');
    for (const mechanisms of [
      ['SCRAM-SHA-256', 'OAUTHBEARER'],
      ['OAUTHBEARER', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'],
    ]) {
      const says = [...scramServer({ password: 'secret', mechanisms }), WELCOME];
      const { ran } = await connectOnce('host=a sslmode=require', says, 'tok');
      expect(ran.result).toMatchObject({ passwordUsed: true });
    }
  });
});
