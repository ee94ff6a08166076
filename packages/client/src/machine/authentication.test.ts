import { parseConninfo, resolveConninfo, startupParameters } from '@pg-dblink/connstring';
import { type Authentication, PROTOCOL_3_2 } from '@pg-dblink/protocol';
import { encodeAuthentication, encodeBackendKeyData, encodeNegotiateProtocolVersion } from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { backendBytes, joined, ready, say } from '../../test/backend-bytes.ts';
import { sasl, scramServer } from '../../test/scram-server.ts';
import { type Ran, runDialogue, type ScriptedConnection } from '../../test/scripted-world.ts';
import { connectDialogue } from './attempts.ts';
import type { Session } from './session.ts';

function asks(message: Authentication): Uint8Array {
  return backendBytes((writer) => encodeAuthentication(writer, message));
}

const OK = asks({ type: 'AuthenticationOk' });
const CLEARTEXT = asks({ type: 'AuthenticationCleartextPassword' });
const MD5 = asks({ type: 'AuthenticationMD5Password', salt: new Uint8Array([1, 2, 3, 4]) });
const GSS = asks({ type: 'AuthenticationGSS' });
const SSPI = asks({ type: 'AuthenticationSSPI' });
const WELCOME = joined([OK, ready('I')]);
const PLUS = ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'];

/** Connects once and gives back the error's text without its prefix, or undefined. */
async function connectOnce(conninfo: string, connection: ScriptedConnection): Promise<Ran<Session> & { text: string }> {
  const resolved = resolveConninfo(parseConninfo(`host=a user=u password=secret ${conninfo}`), {});
  const dialogue = connectDialogue({ resolved, parameters: startupParameters(resolved), maxScramIterations: 100_000 });
  const ran = await runDialogue(dialogue, { addresses: { a: ['10.0.0.1'] }, connections: [connection] });
  return { ...ran, text: ran.error?.message.replace(/^connection to server at .*? failed: /, '') ?? 'connected' };
}

function plain(...says: NonNullable<ScriptedConnection['says']>): ScriptedConnection {
  return { says };
}

function tls(...says: NonNullable<ScriptedConnection['says']>): ScriptedConnection {
  return { reply: 'S', says };
}

/** Passwords and proofs that left us. */
function secretsSent({ log }: Ran<Session>): number {
  return log.filter((line) => line === 'p').length;
}

describe('methods', () => {
  test('trust', async () => {
    const ran = await connectOnce('sslmode=disable', plain(WELCOME));
    expect(ran.result).toMatchObject({ passwordUsed: false, passwordSource: undefined });
  });

  for (const [name, request] of [
    ['cleartext', CLEARTEXT],
    ['md5', MD5],
  ] as const) {
    test(name, async () => {
      const ran = await connectOnce('sslmode=disable', plain(request, WELCOME));
      expect(ran.result).toMatchObject({ passwordUsed: true, passwordSource: 'conninfo' });
      expect(secretsSent(ran)).toBe(1);
    });
  }

  test('SCRAM, with a server that proves itself', async () => {
    const ran = await connectOnce('sslmode=disable', plain(...scramServer({ password: 'secret' }), WELCOME));
    expect(ran.result).toMatchObject({ passwordUsed: true });
  });

  test('SCRAM-PLUS over TLS', async () => {
    const server = scramServer({ password: 'secret', mechanisms: PLUS });
    const ran = await connectOnce('sslmode=require channel_binding=require', tls(...server, WELCOME));
    expect(ran.text).toBe('connected');
  });

  test('the gs2 header says what we know of channel binding', async () => {
    const headers: string[] = [];
    const spy = (mechanisms: readonly string[]): ScriptedConnection['says'] => [
      asks({ type: 'AuthenticationSASL', mechanisms }),
      (sent) => {
        headers.push(/(n|y|p=[a-z-]+),,n=,r=/.exec(Buffer.from(sent).toString('latin1'))?.[1] ?? 'none');
        return new Uint8Array(0);
      },
    ];
    await connectOnce('sslmode=disable', { says: spy(['SCRAM-SHA-256']) ?? [] });
    await connectOnce('sslmode=require', { reply: 'S', says: spy(['SCRAM-SHA-256']) ?? [] });
    await connectOnce('sslmode=require channel_binding=disable', { reply: 'S', says: spy(PLUS) ?? [] });
    await connectOnce('sslmode=require', { reply: 'S', says: spy(PLUS) ?? [] });
    // A certificate without a hash: PLUS was offered, so saying "the server does not offer it" would be a lie.
    const noHash = { endPointBinding: undefined };
    await connectOnce('sslmode=require', { reply: 'S', tls: noHash, says: spy(PLUS) ?? [] });
    expect(headers).toEqual(['n', 'y', 'n', 'p=tls-server-end-point', 'n']);
  });

  const unsupported: readonly (readonly [Authentication, string])[] = [
    [{ type: 'AuthenticationGSS' }, 'GSSAPI authentication not supported'],
    [{ type: 'AuthenticationSSPI' }, 'SSPI authentication not supported'],
    [{ type: 'AuthenticationKerberosV4' }, 'Kerberos 4 authentication not supported'],
    [{ type: 'AuthenticationKerberosV5' }, 'Kerberos 5 authentication not supported'],
    [{ type: 'AuthenticationCryptPassword', salt: new Uint8Array(2) }, 'Crypt authentication not supported'],
    [{ type: 'AuthenticationSCMCredential' }, 'authentication method 6 not supported'],
    [{ type: 'AuthenticationUnknown', code: 99, data: new Uint8Array(0) }, 'authentication method 99 not supported'],
    [
      { type: 'AuthenticationSASL', mechanisms: ['OAUTHBEARER', 'X'] },
      "none of the server's SASL authentication mechanisms are supported",
    ],
  ];
  for (const [request, text] of unsupported) {
    test(`${request.type}: ${text}`, async () => {
      expect((await connectOnce('sslmode=disable', plain(asks(request)))).text).toBe(text);
    });
  }
});

describe('sslcertmode=require (connstring.md §14)', () => {
  const cases = [
    ['plain', plain(OK), 'server did not request an SSL certificate'],
    [
      'not asked for',
      { ...tls(OK), tls: { clientCertificate: 'unasked' } },
      'server did not request an SSL certificate',
    ],
    [
      'none there',
      { ...tls(OK), tls: { clientCertificate: 'none' } },
      'server accepted connection without a valid SSL certificate',
    ],
    ['sent', { ...tls(WELCOME), tls: { clientCertificate: 'sent' } }, 'connected'],
  ] as const;
  for (const [name, connection, text] of cases) {
    test(`${name}: ${text}`, async () => {
      const sslmode = name === 'plain' ? 'disable' : 'require';
      expect((await connectOnce(`sslmode=${sslmode} sslcertmode=require`, connection)).text).toBe(text);
    });
  }
});

describe('require_auth (connstring.md §15.1)', () => {
  const failed = (method: string, event: string): string =>
    `authentication method requirement "${method}" failed: ${event}`;
  const cases: readonly (readonly [string, Uint8Array, string])[] = [
    ['scram-sha-256', OK, 'server did not complete authentication'],
    ['scram-sha-256', CLEARTEXT, 'server requested a cleartext password'],
    ['scram-sha-256', MD5, 'server requested a hashed password'],
    ['password', MD5, 'server requested a hashed password'],
    ['!password', CLEARTEXT, 'server requested a cleartext password'],
    ['md5', GSS, 'server requested GSSAPI authentication'],
    ['md5', SSPI, 'server requested SSPI authentication'],
    ['!none', OK, 'server did not complete authentication'],
    ['none', CLEARTEXT, 'server requested a cleartext password'],
    [
      'md5',
      asks({ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] }),
      'server requested SASL authentication',
    ],
    [
      'oauth',
      asks({ type: 'AuthenticationSASL', mechanisms: ['SCRAM-SHA-256'] }),
      'server requested SCRAM-SHA-256 authentication',
    ],
  ];
  for (const [method, request, event] of cases) {
    test(`${method}: ${event}`, async () => {
      const ran = await connectOnce(`sslmode=disable require_auth=${method}`, plain(request, WELCOME));
      expect(ran.text).toBe(failed(method, event));
      expect(secretsSent(ran)).toBe(0);
    });
  }

  const allowed: readonly (readonly [string, ScriptedConnection['says']])[] = [
    ['none', [WELCOME]],
    ['password,md5', [CLEARTEXT, WELCOME]],
    ['!password', [MD5, WELCOME]],
    ['scram-sha-256', [...scramServer({ password: 'secret' }), WELCOME]],
    ['!none', [MD5, WELCOME]],
  ];
  for (const [method, says] of allowed) {
    test(`${method} lets it pass`, async () => {
      const ran = await connectOnce(`sslmode=disable require_auth=${method}`, { says: says ?? [] });
      expect(ran.text).toBe('connected');
    });
  }
});

describe('channel_binding=require sends nothing secret to whom it must not (protocol.md §4.2)', () => {
  const require = 'channel_binding=require';
  const noSupport = "channel binding required but not supported by server's authentication request";
  const noOffer =
    'channel binding is required, but server did not offer an authentication method that supports channel binding';
  const cases: readonly (readonly [string, string, ScriptedConnection, string])[] = [
    ['cleartext', 'sslmode=require', tls(CLEARTEXT), noSupport],
    ['md5', 'sslmode=require', tls(MD5), noSupport],
    ['GSS', 'sslmode=require', tls(GSS), noSupport],
    ['SSPI', 'sslmode=require', tls(SSPI), noSupport],
    [
      'trust',
      'sslmode=require',
      tls(WELCOME),
      'channel binding required, but server authenticated client without channel binding',
    ],
    ['no PLUS', 'sslmode=require', tls(...scramServer({ password: 'secret' })), noOffer],
    [
      'plain',
      'sslmode=disable',
      plain(...scramServer({ password: 'secret', mechanisms: PLUS })),
      'channel binding required, but SSL not in use',
    ],
    [
      'a certificate without a hash',
      'sslmode=require',
      {
        reply: 'S',
        tls: { endPointBinding: undefined },
        says: [...scramServer({ password: 'secret', mechanisms: PLUS })],
      },
      'could not determine server certificate signature algorithm',
    ],
  ];
  for (const [name, mode, connection, text] of cases) {
    test(name, async () => {
      const ran = await connectOnce(`${mode} ${require}`, connection);
      expect(ran.text).toBe(text);
      expect(secretsSent(ran)).toBe(0);
    });
  }

  test('PLUS offered over plain TCP is a downgrade attempt under any setting', async () => {
    const server = scramServer({ password: 'secret', mechanisms: PLUS });
    const ran = await connectOnce('sslmode=disable', plain(...server));
    expect(ran.text).toBe('server offered SCRAM-SHA-256-PLUS authentication over a non-SSL connection');
  });
});

describe('a server that cheats in SCRAM', () => {
  const offer = scramServer({ password: 'secret' })[0] ?? OK;
  const attempts: readonly (readonly [string, ScriptedConnection['says'], string])[] = [
    [
      'says OK after the first message',
      [offer, OK],
      'server accepted the session without completing SCRAM authentication',
    ],
    [
      'says OK instead of its final message',
      [...scramServer({ password: 'secret' }).slice(0, 2), OK],
      'server accepted the session without completing SCRAM authentication',
    ],
    [
      'does not know the password',
      [...scramServer({ password: 'other' })],
      'error received from server in SCRAM exchange: invalid-proof',
    ],
    [
      'sends a wrong signature',
      [...scramServer({ password: 'secret', final: () => `v=${Buffer.alloc(32).toString('base64')}` })],
      'incorrect server signature',
    ],
    [
      'sends a short signature',
      [...scramServer({ password: 'secret', final: () => 'v=AAAA' })],
      'malformed SCRAM message (invalid server signature)',
    ],
    [
      'sends its signature under another name',
      [...scramServer({ password: 'secret', final: (message) => `x${message.slice(1)}` })],
      'malformed SCRAM message (attribute "v" expected)',
    ],
    [
      'has a nonce of its own',
      [...scramServer({ password: 'secret', first: (message) => message.replace(/r=[^,]*/, 'r=own') })],
      'invalid SCRAM response (nonce mismatch)',
    ],
    [
      'adds nothing to our nonce',
      [...scramServer({ password: 'secret', first: (message) => message.replace('server,', ',') })],
      'invalid SCRAM response (nonce mismatch)',
    ],
    [
      'wants a year of PBKDF2',
      [...scramServer({ password: 'secret', first: (message) => message.replace('i=4096', 'i=4294967295') })],
      'SCRAM iteration count 4294967295 is above the limit of 100000',
    ],
    [
      'wants one round more than we allow',
      [...scramServer({ password: 'secret', first: (message) => message.replace('i=4096', 'i=100001') })],
      'SCRAM iteration count 100001 is above the limit of 100000',
    ],
    ['asks twice', [offer, offer], 'duplicate SASL authentication request'],
    [
      'challenges unasked',
      [sasl('AuthenticationSASLContinue', 'r=x')],
      'fe_sendauth: invalid authentication request from server: AUTH_REQ_SASL_CONT without AUTH_REQ_SASL',
    ],
    ['concludes before its challenge', [offer, sasl('AuthenticationSASLFinal', 'v=x')], 'invalid SCRAM exchange state'],
  ];
  for (const [name, says, text] of attempts) {
    test(name, async () => {
      const ran = await connectOnce('sslmode=disable', { says: says ?? [] });
      expect(ran.text).toBe(text);
      expect(ran.result).toBeUndefined();
    });
  }
});

describe('a server that asks too much', () => {
  test('a second request for the password is refused', async () => {
    const ran = await connectOnce('sslmode=disable', plain(CLEARTEXT, CLEARTEXT));
    expect(ran.text).toBe('server requested a password more than once');
    expect(secretsSent(ran)).toBe(1);
  });

  test('a password that failed over TLS is not shown in clear', async () => {
    const resolved = resolveConninfo(parseConninfo('host=a user=u password=secret'), {});
    const target = { resolved, parameters: startupParameters(resolved), maxScramIterations: 1 };
    for (const request of [CLEARTEXT, MD5]) {
      const connections = [tls(request, say('E')), plain(request, WELCOME)];
      const ran = await runDialogue(connectDialogue(target), { addresses: { a: ['10.0.0.1'] }, connections });
      expect(secretsSent(ran)).toBe(1);
      expect(ran.error?.message).toContain('server requested a password over an unencrypted connection');
    }
  });

  test('a notice before authentication is refused, as libpq does', async () => {
    expect((await connectOnce('sslmode=disable', plain(say('N')))).text).toBe(
      'expected authentication request from server, but received N',
    );
  });
});

describe('NegotiateProtocolVersion (protocol.md §3.6)', () => {
  function negotiate(newestProtocolVersion: number, unsupportedOptions: readonly string[] = []): Uint8Array {
    return backendBytes((writer) =>
      encodeNegotiateProtocolVersion(writer, { newestProtocolVersion, unsupportedOptions }),
    );
  }
  const INVALID = 'received invalid protocol negotiation message: ';
  const cases: readonly (readonly [string, readonly Uint8Array[], string])[] = [
    ['max_protocol_version=3.2', [negotiate(0x30000), WELCOME], 'connected'],
    [
      'max_protocol_version=3.2',
      [negotiate(0x30000), negotiate(0x30000)],
      'received duplicate protocol negotiation message',
    ],
    ['', [negotiate(PROTOCOL_3_2)], `${INVALID}server requested downgrade to a higher-numbered version`],
    ['', [negotiate(0x20000)], `${INVALID}server requested downgrade to pre-3.0 protocol version`],
    [
      'max_protocol_version=3.2',
      [negotiate(0x30001)],
      `${INVALID}server requested downgrade to non-existent 3.1 protocol version`,
    ],
    ['', [negotiate(0x30000)], `${INVALID}server negotiated but asks for no changes`],
    [
      'min_protocol_version=3.2',
      [negotiate(0x30000)],
      'server only supports protocol version 3.0, but "min_protocol_version" was set to 3.2',
    ],
    [
      '',
      [negotiate(0x30000, ['_pq_.x'])],
      `${INVALID}server reported an unsupported parameter that was not requested ("_pq_.x")`,
    ],
    [
      '',
      [negotiate(0x30000, ['x'])],
      `${INVALID}server reported unsupported parameter name without a "_pq_." prefix ("x")`,
    ],
  ];
  for (const [options, says, text] of cases) {
    test(`${options === '' ? '3.0' : options}: ${text}`, async () => {
      expect((await connectOnce(`sslmode=disable ${options}`, { says })).text).toBe(text);
    });
  }

  test('the version that was agreed on rules the length of the cancel key', async () => {
    const longKey = backendBytes((writer) =>
      encodeBackendKeyData(writer, { processId: 1, secretKey: new Uint8Array(32) }),
    );
    const says = [joined([OK, longKey, ready('I')])];
    const newer = await connectOnce('sslmode=disable max_protocol_version=3.2', { says });
    expect(newer.result?.backendKey?.key.byteLength).toBe(32);
    expect((await connectOnce('sslmode=disable', { says })).text).toBe(
      'received invalid BackendKeyData message: cancel key with length 32 not allowed in protocol version 3.0 (must be 4 bytes)',
    );
    const agreed = await connectOnce('sslmode=disable max_protocol_version=3.2', {
      says: [negotiate(0x30000), ...says],
    });
    expect(agreed.text).toContain('not allowed in protocol version 3.0');
  });

  test('a session without a cancel key is a session', async () => {
    expect((await connectOnce('sslmode=disable', plain(WELCOME))).result?.backendKey).toBeUndefined();
  });
});
