import { parseConninfo, resolveConninfo, startupParameters } from '@pg-dblink/connstring';
import type { Writer } from '@pg-dblink/protocol';
import {
  encodeAuthentication,
  encodeBackendKeyData,
  encodeErrorOrNotice,
  encodeParameterStatus,
} from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { backendBytes, joined, ready, say } from '../../test/backend-bytes.ts';
import { type Ran, runDialogue, type ScriptedConnection, type ScriptedWorld } from '../../test/scripted-world.ts';
import { isConnectError } from '../errors.ts';
import { TlsError } from '../transport.ts';
import { connectDialogue } from './attempts.ts';
import type { Session } from './session.ts';

const OK = backendBytes((writer) => encodeAuthentication(writer, { type: 'AuthenticationOk' }));
const CLEARTEXT = backendBytes((writer) => encodeAuthentication(writer, { type: 'AuthenticationCleartextPassword' }));

function parameters(values: Readonly<Record<string, string>>): Uint8Array {
  return backendBytes((writer) => {
    for (const [name, value] of Object.entries(values)) encodeParameterStatus(writer, { name, value });
  });
}

function key(writer: Writer): void {
  encodeBackendKeyData(writer, { processId: 42, secretKey: new Uint8Array([1, 2, 3, 4]) });
}

function welcome(reported: Readonly<Record<string, string>> = {}): Uint8Array {
  return joined([OK, parameters(reported), backendBytes(key), ready('I')]);
}

function refusal(sqlState: string, message: string): Uint8Array {
  const fields = { severity: 'FATAL', severityNonlocalized: 'FATAL', sqlState, message };
  return backendBytes((writer) => encodeErrorOrNotice(writer, { type: 'ErrorResponse', fields }));
}

async function connectIn(conninfo: string, world: ScriptedWorld): Promise<Ran<Session>> {
  const resolved = resolveConninfo(parseConninfo(`user=u ${conninfo}`), {});
  const dialogue = connectDialogue({ resolved, parameters: startupParameters(resolved), maxScramIterations: 100_000 });
  return runDialogue(dialogue, world);
}

const A = { addresses: { a: ['10.0.0.1'], b: ['10.0.0.2'], two: ['10.0.0.3', '10.0.0.4'] } } as const;
const GOOD: ScriptedConnection = { says: [welcome()] };
const AT_A = 'connection to server at "a" (10.0.0.1), port 5432 failed: ';
const AT_B = 'connection to server at "b" (10.0.0.2), port 5432 failed: ';

function messageOf({ error }: Ran<Session>): string {
  expect(error).toSatisfy(isConnectError);
  return error?.message ?? '';
}

describe('which stream, in which order (connstring.md, table F)', () => {
  const steps: readonly (readonly [string, string, readonly ScriptedConnection[], string, string | undefined])[] = [
    ['F1 disable', 'host=a sslmode=disable', [GOOD], 'open 10.0.0.1:5432, startup 3.0', undefined],
    ['F2 allow', 'host=a sslmode=allow', [GOOD], 'open 10.0.0.1:5432, startup 3.0', undefined],
    [
      'allow, refused in plain',
      'host=a sslmode=allow',
      [{ says: [refusal('28000', 'no')] }, { ...GOOD, reply: 'S' }],
      'open 10.0.0.1:5432, startup 3.0, drop, open 10.0.0.1:5432, SSLRequest, TLS, startup 3.0',
      undefined,
    ],
    ['F3 prefer N', 'host=a', [{ ...GOOD, reply: 'N' }], 'open 10.0.0.1:5432, SSLRequest, startup 3.0', undefined],
    ['F4 prefer S', 'host=a', [{ ...GOOD, reply: 'S' }], 'open 10.0.0.1:5432, SSLRequest, TLS, startup 3.0', undefined],
    [
      'F5 E',
      'host=a',
      [{ reply: 'Erun this command\0' }],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}server sent an error response during SSL exchange`,
    ],
    [
      'F6 X',
      'host=a sslmode=require',
      [{ reply: 'X' }],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}received invalid response to SSL negotiation: X`,
    ],
    [
      'F7 surplus after S',
      'host=a',
      [{ reply: joined([new Uint8Array([0x53]), OK]) }],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}received unencrypted data after SSL response`,
    ],
    [
      'surplus after N',
      'host=a',
      [{ reply: 'NR' }],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}received unencrypted data after SSL response`,
    ],
    [
      'no reply at all',
      'host=a',
      [{}],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.`,
    ],
    [
      'F8 prefer, refused over TLS',
      'host=a',
      [{ reply: 'S', says: [refusal('28000', 'no')] }, GOOD],
      'open 10.0.0.1:5432, SSLRequest, TLS, startup 3.0, drop, open 10.0.0.1:5432, startup 3.0',
      undefined,
    ],
    [
      'F9 require, refused over TLS',
      'host=a sslmode=require',
      [{ reply: 'S', says: [refusal('28000', 'no entry')] }],
      'open 10.0.0.1:5432, SSLRequest, TLS, startup 3.0, drop',
      `${AT_A}FATAL:  no entry`,
    ],
    [
      'F10 require, N',
      'host=a sslmode=require',
      [{ reply: 'N' }],
      'open 10.0.0.1:5432, SSLRequest, drop',
      `${AT_A}server does not support SSL, but SSL was required`,
    ],
    [
      'F11 no ALPN',
      'host=a sslmode=require',
      [{ ...GOOD, reply: 'S', tls: { alpnProtocol: undefined } }],
      'open 10.0.0.1:5432, SSLRequest, TLS, startup 3.0',
      undefined,
    ],
    [
      'other ALPN',
      'host=a sslmode=require',
      [{ ...GOOD, reply: 'S', tls: { alpnProtocol: 'http/1.1' } }],
      'open 10.0.0.1:5432, SSLRequest, TLS, drop',
      `${AT_A}SSL connection was established with unexpected ALPN protocol`,
    ],
    [
      'F12 certificate refused, require',
      'host=a sslmode=require',
      [{ reply: 'S', tls: new TlsError('SSL error: certificate verify failed') }],
      'open 10.0.0.1:5432, SSLRequest, TLS, drop',
      `${AT_A}SSL error: certificate verify failed`,
    ],
    [
      'F13 certificate refused, prefer',
      'host=a',
      [{ reply: 'S', tls: new TlsError('SSL error: certificate verify failed') }, GOOD],
      'open 10.0.0.1:5432, SSLRequest, TLS, drop, open 10.0.0.1:5432, startup 3.0',
      undefined,
    ],
    [
      'F17 direct',
      'host=a sslmode=require sslnegotiation=direct',
      [GOOD],
      'open 10.0.0.1:5432, TLS, startup 3.0',
      undefined,
    ],
    [
      'F18 direct without ALPN',
      'host=a sslmode=require sslnegotiation=direct',
      [{ ...GOOD, tls: { alpnProtocol: undefined } }],
      'open 10.0.0.1:5432, TLS, drop',
      `${AT_A}direct SSL connection was established without ALPN protocol negotiation extension`,
    ],
    ['F25 unix socket', 'host=/s sslmode=require', [GOOD], 'open /s/.s.PGSQL.5432, startup 3.0', undefined],
    ['F34 unix socket', 'host=/s sslmode=verify-full', [GOOD], 'open /s/.s.PGSQL.5432, startup 3.0', undefined],
    [
      'protocol 3.2',
      'host=a sslmode=disable max_protocol_version=3.2',
      [GOOD],
      'open 10.0.0.1:5432, startup 3.2',
      undefined,
    ],
  ];

  for (const [name, conninfo, connections, log, error] of steps) {
    test(name, async () => {
      const ran = await connectIn(conninfo, { ...A, connections });
      expect(ran.log.join(', ')).toBe(log);
      if (error === undefined) expect(ran.result?.backendKey?.processId).toBe(42);
      else expect(messageOf(ran)).toBe(error);
    });
  }
});

describe('which failure ends the search (connstring.md §11.2)', () => {
  const both = 'host=a,b sslmode=disable';
  const goesOn: readonly (readonly [string, ScriptedConnection, string])[] = [
    ['F19 57P03', { says: [refusal('57P03', 'starting up')] }, 'FATAL:  starting up'],
    ['57P03 after AuthenticationOk', { says: [OK, refusal('57P03', 'late')] }, 'FATAL:  late'],
    [
      'F23 refused',
      { open: 'ECONNREFUSED' },
      'Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?',
    ],
    ['F24 time-out while opening', { open: 'timeout' }, 'timeout expired'],
    ['time-out while talking', { says: [], ends: 'hang' }, 'timeout expired'],
  ];
  for (const [name, connection, text] of goesOn) {
    test(`${name}: the next host is tried, and both texts are told when all fail`, async () => {
      expect((await connectIn(both, { ...A, connections: [connection, GOOD] })).result).toBeDefined();
      const failed = await connectIn(both, { ...A, connections: [connection, connection] });
      expect(messageOf(failed)).toBe(`${AT_A}${text}\n${AT_B}${text}`);
      expect(isConnectError(failed.error) && failed.error.attempts.length).toBe(2);
    });
  }

  const ends: readonly (readonly [string, ScriptedConnection, string])[] = [
    ['F20 28P01', { says: [refusal('28P01', 'wrong password')] }, 'FATAL:  wrong password'],
    ['F21 53300', { says: [refusal('53300', 'too many')] }, 'FATAL:  too many'],
    ['F21 3D000', { says: [OK, refusal('3D000', 'no database')] }, 'FATAL:  no database'],
    ['F35 28000', { says: [refusal('28000', 'no')] }, 'FATAL:  no'],
    ['F35 08P01', { says: [refusal('08P01', 'no')] }, 'FATAL:  no'],
    ['F22 close', { says: [] }, 'server closed the connection unexpectedly\n\tThis probably'],
    ['reset', { says: [], ends: 'reset' }, 'server closed the connection unexpectedly\n\tThis probably'],
    [
      'garbage',
      { says: [new TextEncoder().encode('HTTP/1.1 400 Bad')] },
      'expected authentication request from server, but received H',
    ],
    ['F30 no password', { says: [CLEARTEXT] }, 'fe_sendauth: no password supplied'],
  ];
  for (const [name, connection, text] of ends) {
    test(`${name}: no further host sees us`, async () => {
      const ran = await connectIn(both, { ...A, connections: [connection, GOOD] });
      expect(messageOf(ran).startsWith(`${AT_A}${text}`)).toBe(true);
      expect(ran.log.filter((line) => line.startsWith('open'))).toEqual(['open 10.0.0.1:5432']);
    });
  }

  test('a name that cannot be resolved and a bad port are passed over', async () => {
    const ran = await connectIn('host=nowhere,b,a port=1,99999,3 sslmode=disable', {
      ...A,
      connections: [{ open: 'ECONNREFUSED' }],
    });
    expect(messageOf(ran)).toBe(
      'could not translate host name "nowhere" to address: Name or service not known\n' +
        'invalid port number: "99999"\n' +
        'connection to server at "a" (10.0.0.1), port 3 failed: Connection refused\n' +
        '\tIs the server running on that host and accepting TCP/IP connections?',
    );
  });

  test('an integer that is none ends everything', async () => {
    const port = await connectIn('host=a,b port=x,2', { ...A, connections: [GOOD] });
    expect(messageOf(port)).toBe('invalid integer value "x" for connection option "port"');
    const keepalives = await connectIn('host=a keepalives=yes', { ...A, connections: [GOOD] });
    expect(messageOf(keepalives)).toBe(
      'connection to server at "a" (10.0.0.1), port 5432 failed: ' +
        'invalid integer value "yes" for connection option "keepalives"',
    );
    const timeout = await connectIn('host=a connect_timeout=1s', { ...A, connections: [GOOD] });
    expect(messageOf(timeout)).toBe('invalid integer value "1s" for connection option "connect_timeout"');
  });

  test('requirepeer is refused on a socket, never passed over', async () => {
    const ran = await connectIn('host=/s requirepeer=postgres', { connections: [GOOD] });
    expect(ran.error?.message).toMatch(/ failed: requirepeer parameter is not supported on this platform$/);
    expect(ran.log).toEqual([]);
  });

  test('all addresses of a host are tried, each under its own deadline', async () => {
    const connections: readonly ScriptedConnection[] = [{ open: 'timeout' }, { open: 'ECONNREFUSED' }, GOOD];
    const ran = await connectIn('host=two,a sslmode=disable connect_timeout=3', { ...A, connections });
    expect(ran.log).toEqual([
      'deadline 3000',
      'open 10.0.0.3:5432',
      'deadline 3000',
      'open 10.0.0.4:5432',
      'deadline 3000',
      'open 10.0.0.1:5432',
      'startup 3.0',
    ]);
  });

  test('a peer that the host refuses is not opened; another may be', async () => {
    const ran = await connectIn('host=two sslmode=disable', { ...A, refusedPeers: ['10.0.0.3'], connections: [GOOD] });
    expect(ran.log).toEqual(['open 10.0.0.4:5432', 'startup 3.0']);
    const none = await connectIn('host=a', { ...A, refusedPeers: ['10.0.0.1'], connections: [GOOD] });
    expect(messageOf(none)).toBe(`${AT_A}10.0.0.1 is not admitted`);
    expect(none.log).toEqual([]);
  });

  test('hostaddr is what is connected to and shown; without a socket file libpq asks about local servers', async () => {
    const byAddress = await connectIn('host=a hostaddr=10.9.9.9', { connections: [{ open: 'ECONNREFUSED' }] });
    expect(messageOf(byAddress)).toMatch(/^connection to server at "10\.9\.9\.9", port 5432 failed: /);
    const bySocket = await connectIn('host=/s', { connections: [{ open: 'ENOENT' }] });
    expect(messageOf(bySocket)).toBe(
      'connection to server on socket "/s/.s.PGSQL.5432" failed: No such file or directory\n' +
        '\tIs the server running locally and accepting connections on that socket?',
    );
  });

  test('a wrong password from a file names the file', async () => {
    const resolved = resolveConninfo(parseConninfo('user=u host=a sslmode=disable passfile=/p'), {});
    const hosts = resolved.hosts.map((host) => ({
      ...host,
      password: 'x',
      passwordOrigin: { source: 'passfile', from: '/p' } as const,
    }));
    const target = { resolved: { ...resolved, hosts }, parameters: startupParameters(resolved), maxScramIterations: 1 };
    const ran = await runDialogue(connectDialogue(target), {
      ...A,
      connections: [{ says: [CLEARTEXT, refusal('28P01', 'wrong password')] }],
    });
    expect(messageOf(ran)).toBe(`${AT_A}FATAL:  wrong password\npassword retrieved from file "/p"`);
  });
});

describe('load_balance_hosts and target_session_attrs', () => {
  test('hosts and addresses are tried in the order that was drawn', async () => {
    const refuse: ScriptedConnection = { open: 'ECONNREFUSED' };
    const ran = await connectIn('host=a,two load_balance_hosts=random', {
      ...A,
      connections: [refuse, refuse, refuse],
    });
    expect(ran.log).toEqual(['open 10.0.0.4:5432', 'open 10.0.0.3:5432', 'open 10.0.0.1:5432']);
  });

  const primary = { says: [welcome({ default_transaction_read_only: 'off', in_hot_standby: 'off' })] };
  const standby = { says: [welcome({ default_transaction_read_only: 'off', in_hot_standby: 'on' })] };
  const readOnly = { says: [welcome({ default_transaction_read_only: 'on', in_hot_standby: 'off' })] };
  const wishes: readonly (readonly [string, ScriptedConnection, string | undefined])[] = [
    ['any', standby, undefined],
    ['read-write', primary, undefined],
    ['read-write', standby, 'session is read-only'],
    ['read-write', readOnly, 'session is read-only'],
    ['read-only', primary, 'session is not read-only'],
    ['read-only', standby, undefined],
    ['read-only', readOnly, undefined],
    ['primary', primary, undefined],
    ['primary', standby, 'server is in hot standby mode'],
    ['primary', readOnly, undefined],
    ['standby', standby, undefined],
    ['standby', primary, 'server is not in hot standby mode'],
  ];
  for (const [wish, connection, text] of wishes) {
    test(`${wish}: ${text ?? 'fits'}`, async () => {
      const conninfo = `host=a sslmode=disable target_session_attrs=${wish}`;
      const ran = await connectIn(conninfo, { ...A, connections: [connection] });
      if (text === undefined) {
        expect(ran.result).toBeDefined();
      } else {
        expect(messageOf(ran)).toBe(`${AT_A}${text}`);
        expect(ran.log.at(-1)).toBe('drop after X');
      }
    });
  }

  test('prefer-standby looks at all hosts once, and then takes the first', async () => {
    const conninfo = 'host=a,b sslmode=disable target_session_attrs=prefer-standby';
    const found = await connectIn(conninfo, { ...A, connections: [primary, standby] });
    expect(found.result?.peer).toMatchObject({ address: '10.0.0.2' });
    const second = await connectIn(conninfo, { ...A, connections: [primary, primary, primary] });
    expect(second.result?.peer).toMatchObject({ address: '10.0.0.1' });
    expect(second.log.filter((line) => line.startsWith('open')).length).toBe(3);
  });

  test('a server that reports nothing is asked', async () => {
    const conninfo = 'host=a sslmode=disable target_session_attrs=read-write';
    const asked = { says: [welcome(), say('TDCZ')] };
    const fits = await connectIn(conninfo, { ...A, connections: [asked] });
    expect(fits.log).toEqual(['open 10.0.0.1:5432', 'startup 3.0', 'Q']);
    expect(fits.result).toBeDefined();
    const fails = await connectIn(conninfo, { ...A, connections: [{ says: [welcome(), say('EZ')] }] });
    expect(messageOf(fails)).toBe(`${AT_A}"SHOW transaction_read_only" failed: division by zero`);
  });
});
