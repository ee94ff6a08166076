import { describe, expect, test } from 'vitest';
import { runDialogue, type ScriptedConnection } from '../../test/scripted-world.ts';
import { isCancelError } from '../errors.ts';
import type { TlsRequest } from '../tls-request.ts';
import { TlsError, type TlsFacts } from '../transport.ts';
import { cancelDialogue } from './cancel.ts';
import type { Session } from './session.ts';

const REQUEST: TlsRequest = {
  verify: 'chain-and-name',
  host: 'db.example',
  address: '10.0.0.7',
  sendServerName: true,
  rootCertificate: '/ca.crt',
  revocationList: undefined,
  revocationDirectory: undefined,
  certificateMode: 'allow',
  certificate: undefined,
  key: undefined,
  keyPassword: undefined,
  minVersion: undefined,
  maxVersion: undefined,
};
const FACTS: TlsFacts = {
  alpnProtocol: 'postgresql',
  clientCertificate: 'unasked' as const,
  endPointBinding: undefined,
  protocol: 'TLSv1.3',
  cipher: undefined,
};

function session(negotiation?: 'postgres' | 'direct'): Session {
  return {
    peer: { kind: 'tcp', host: 'db.example', address: '10.0.0.7', port: 5433 },
    where: 'connection to server at "db.example" (10.0.0.7), port 5433',
    parameters: new Map(),
    backendKey: { processId: 7, key: new Uint8Array([1, 2, 3, 4]) },
    protocolMinor: 0,
    transactionStatus: 'I',
    user: 'u',
    database: 'd',
    passwordUsed: false,
    passwordSource: undefined,
    encryption: negotiation === undefined ? undefined : { negotiation, request: REQUEST, facts: FACTS },
  };
}

async function cancel(of: Session, connection: ScriptedConnection): Promise<{ text: string; log: readonly string[] }> {
  const { error, log } = await runDialogue(cancelDialogue(of, 100), { connections: [connection] });
  if (error !== undefined && !isCancelError(error)) throw error;
  return { text: error?.message ?? 'done', log: log.filter((line) => !/^(deadline|drop)/.test(line)) };
}

describe('a cancel request', () => {
  test('goes to the address of its session, and asks no resolver', async () => {
    const { log } = await cancel(session(), {});
    expect(log).toEqual(['open 10.0.0.7:5433', 'CancelRequest']);
  });

  test('goes over TLS when its session does, in the same manner', async () => {
    expect((await cancel(session('postgres'), { reply: 'S' })).log).toEqual([
      'open 10.0.0.7:5433',
      'SSLRequest',
      'TLS',
      'CancelRequest',
    ]);
    expect((await cancel(session('direct'), {})).log).toEqual(['open 10.0.0.7:5433', 'TLS', 'CancelRequest']);
  });

  const refused: readonly (readonly [string, ScriptedConnection, string])[] = [
    ['a server that has lost its TLS', { reply: 'N' }, 'server does not support SSL, but SSL was required'],
    ['an error text before TLS', { reply: 'Erun this command' }, 'server sent an error response during SSL exchange'],
    ['bytes behind the answer', { reply: 'SR' }, 'received unencrypted data after SSL response'],
    [
      'a certificate that does not pass',
      { reply: 'S', tls: new TlsError('SSL error: certificate verify failed') },
      'SSL error: certificate verify failed',
    ],
    [
      'another protocol',
      { reply: 'S', tls: { alpnProtocol: 'h2' } },
      'SSL connection was established with unexpected ALPN protocol',
    ],
  ];
  for (const [name, connection, text] of refused) {
    test(`shows its key to nobody: ${name}`, async () => {
      const { log, text: told } = await cancel(session('postgres'), connection);
      expect(told).toBe(`connection to server at "db.example" (10.0.0.7), port 5433 failed: ${text}`);
      expect(log).not.toContain('CancelRequest');
    });
  }

  test('needs a key', async () => {
    const { log, text } = await cancel({ ...session(), backendKey: undefined }, {});
    expect(text).toBe('no cancellation key received');
    expect(log).toEqual([]);
  });
});
