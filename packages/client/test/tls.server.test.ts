import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, connect as connectSocket, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { type CertificateRequest, type Cluster, startCluster } from '@pg-dblink/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionsByLibpq } from '../../connstring/test/libpq.ts';
import { isConnectError } from '../src/index.ts';
import { connect } from '../src/node.ts';
import type { Outcome } from './psql-oracle.ts';
import { startTlsGreeter } from './tls-greeter.ts';

/** OpenSSL's words differ from version to version; libpq's own do not. */
function withoutOpenSsl(outcomes: readonly Outcome[]): readonly Outcome[] {
  return JSON.parse(JSON.stringify(outcomes).replace(/SSL error: [^"\\]*/g, 'SSL error: …')) as readonly Outcome[];
}

async function attempt(conninfo: string): Promise<Outcome> {
  try {
    const connection = await connect(conninfo);
    await connection.close();
    return { connected: connection.tls ? 'tls' : 'plain' };
  } catch (error) {
    if (!isConnectError(error)) throw error;
    return { refused: error.message };
  }
}

/** Ours in order; where this machine has libpq 18, its outcomes must be the same. */
async function compare(conninfos: readonly string[]): Promise<readonly Outcome[]> {
  const ours: Outcome[] = [];
  for (const conninfo of conninfos) ours.push(await attempt(conninfo));
  const theirs = await sessionsByLibpq(conninfos);
  if (!('missing' in theirs)) expect(withoutOpenSsl(ours)).toEqual(withoutOpenSsl(theirs));
  return ours;
}

function connectedTo(names: readonly string[], outcomes: readonly Outcome[]): readonly string[] {
  return names.filter((_, at) => 'connected' in (outcomes[at] ?? {}));
}

describe('the host name in a certificate, sslmode=verify-full', () => {
  const hosts = ['a.test', 'A.Test', 'b.example.test', 'c.b.example.test', 'example.test', '127.0.0.1', 'localhost'];
  const certificates: readonly (readonly [string, Omit<CertificateRequest, 'usage'>, readonly string[]])[] = [
    ['one DNS name', { commonName: 'x', dnsNames: ['a.test'] }, ['a.test', 'A.Test']],
    ['several DNS names', { commonName: 'x', dnsNames: ['localhost', 'a.test'] }, ['a.test', 'A.Test', 'localhost']],
    ['a wildcard, for one label', { commonName: 'x', dnsNames: ['*.example.test'] }, ['b.example.test']],
    ['an address', { commonName: 'x', addresses: ['127.0.0.1'] }, ['127.0.0.1']],
    ['another address', { commonName: 'x', addresses: ['127.0.0.2', '::1'] }, []],
    ['an address as a DNS name', { commonName: 'x', dnsNames: ['127.0.0.1'] }, ['127.0.0.1']],
    ['the common name alone', { commonName: 'a.test' }, ['a.test', 'A.Test']],
    ['a wildcard as common name', { commonName: '*.example.test' }, ['b.example.test']],
    ['an address as common name', { commonName: '127.0.0.1' }, ['127.0.0.1']],
    ['a common name beside DNS names does not count', { commonName: 'a.test', dnsNames: ['localhost'] }, ['localhost']],
    [
      'a common name beside addresses counts',
      { commonName: 'a.test', addresses: ['127.0.0.1'] },
      ['a.test', 'A.Test', '127.0.0.1'],
    ],
  ];
  for (const [name, certificate, matching] of certificates) {
    test(name, async () => {
      await using greeter = await startTlsGreeter(certificate);
      const outcomes = await compare(hosts.map((host) => greeter.conninfo(host)));
      expect(connectedTo(hosts, outcomes)).toEqual(matching);
    });
  }

  test('verify-ca does not look at the name', async () => {
    await using greeter = await startTlsGreeter({ commonName: 'x', dnsNames: ['elsewhere.test'] });
    expect(await compare([greeter.conninfo('a.test', 'sslmode=verify-ca')])).toEqual([{ connected: 'tls' }]);
  });
});

describe('what the hello shows', () => {
  test('SNI: the name, no address, nothing with sslsni=0; ALPN in any case', async () => {
    await using greeter = await startTlsGreeter({ commonName: 'x', dnsNames: ['a.test'] });
    const conninfos = [
      greeter.conninfo('a.test', 'sslmode=require'),
      greeter.conninfo('a.test', 'sslmode=require sslsni=0'),
      greeter.conninfo('127.0.0.1', 'sslmode=require'),
    ];
    for (const conninfo of conninfos) await attempt(conninfo);
    const ours = [...greeter.hellos];
    expect(ours).toEqual([
      { serverName: 'a.test', alpn: 'postgresql' },
      { serverName: false, alpn: 'postgresql' },
      { serverName: false, alpn: 'postgresql' },
    ]);
    const theirs = await sessionsByLibpq(conninfos);
    if (!('missing' in theirs)) expect(greeter.hellos.slice(3)).toEqual(ours);
  });
});

describe('on a real server', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ tls: true, settings: { ssl_max_protocol_version: 'TLSv1.2' } });
  });

  afterAll(() => cluster.stop());

  const ask = (options: Readonly<Record<string, string>>): string =>
    cluster.conninfo({ host: 'localhost', hostaddr: '127.0.0.1', sslrootcert: cluster.tls?.caFile ?? '', ...options });

  test('ssl_min_protocol_version and ssl_max_protocol_version', async () => {
    const versions: readonly Readonly<Record<string, string>>[] = [
      {},
      { ssl_max_protocol_version: 'TLSv1.2' },
      { ssl_min_protocol_version: 'TLSv1.2', ssl_max_protocol_version: 'TLSv1.3' },
      { ssl_min_protocol_version: 'TLSv1.3' },
    ];
    const outcomes = await compare(versions.map((version) => ask({ sslmode: 'require', ...version })));
    expect(outcomes.slice(0, 3)).toEqual(new Array(3).fill({ connected: 'tls' }));
    expect(outcomes[3]).toHaveProperty('refused');
    await using newer = await startCluster({ tls: true, settings: { ssl_min_protocol_version: 'TLSv1.3' } });
    const tooOld = { sslmode: 'require', sslrootcert: newer.tls?.caFile ?? '', ssl_max_protocol_version: 'TLSv1.2' };
    const [refused] = await compare([newer.conninfo(tooOld)]);
    expect(refused).toHaveProperty('refused');
  });

  test('sslcertmode, a certificate that nobody asks for, and files that are not there', async () => {
    const good = cluster.tls?.clients.good;
    const files = { sslcert: good?.certificateFile ?? '', sslkey: good?.keyFile ?? '' };
    const outcomes = await compare([
      ask({ sslmode: 'verify-full', ...files }),
      ask({ sslmode: 'verify-full', sslcertmode: 'disable', ...files }),
      ask({ sslmode: 'verify-full', sslcertmode: 'require', ...files }),
      ask({ sslmode: 'verify-full', sslcertmode: 'require' }),
      ask({ sslmode: 'verify-full', sslcert: files.sslcert, sslkey: '/nonexistent/key' }),
      ask({ sslmode: 'verify-full', sslrootcert: '/nonexistent/root' }),
      ask({ sslmode: 'require', sslrootcert: '/nonexistent/root' }),
    ]);
    expect(outcomes.map((outcome) => 'connected' in outcome)).toEqual([true, true, true, false, false, false, true]);
  });

  test('expired, revoked and unknown client certificates are refused by the server', async () => {
    const clients = cluster.tls?.clients;
    for (const kind of ['expired', 'revoked', 'untrusted'] as const) {
      const { certificateFile = '', keyFile = '' } = clients?.[kind] ?? {};
      const outcome = await attempt(ask({ sslmode: 'verify-full', sslcert: certificateFile, sslkey: keyFile }));
      expect({ kind, ...outcome }).toHaveProperty('refused');
    }
  });

  test('a cancel is encrypted when its session is', async () => {
    const streams: Buffer[][] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer((client) => {
      const sent: Buffer[] = [];
      streams.push(sent);
      client.on('data', (bytes: Buffer) => sent.push(bytes));
      const server = connectSocket(cluster.port, '127.0.0.1');
      for (const socket of [client, server]) {
        sockets.add(socket);
        socket.on('error', () => undefined);
      }
      client.pipe(server).pipe(client);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const port = String((proxy.address() as AddressInfo).port);
    const cancelCode = Buffer.from([0x04, 0xd2, 0x16, 0x2e]);
    for (const sslmode of ['require', 'disable']) {
      streams.length = 0;
      const connection = await connect(ask({ port, sslmode }));
      const stopped = connection.query('select pg_sleep(30)', { timeoutMs: 100 });
      await expect(stopped).rejects.toMatchObject({ name: 'TimeoutError' });
      await connection.close();
      expect(streams.length).toBeGreaterThan(1);
      const inClear = streams.some((sent) => Buffer.concat(sent).includes(cancelCode));
      expect({ sslmode, inClear }).toEqual({ sslmode, inClear: sslmode === 'disable' });
    }
    for (const socket of sockets) socket.destroy();
    proxy.close();
    await once(proxy, 'close');
  });

  test('sslrootcert=system: the roots of Node, and those of NODE_EXTRA_CA_CERTS', async () => {
    const string = ask({ sslrootcert: 'system', sslmode: 'verify-full' });
    const [refused] = await compare([string]);
    expect(refused && 'refused' in refused && refused.refused).toMatch(/certificate verify failed/);
    const source = `
      import { connect } from '@pg-dblink/client/node';
      const connection = await connect(process.env.CONNINFO);
      console.log(connection.tls);
      await connection.close();`;
    const node = ['--conditions=@pg-dblink/source', '--import', 'tsx', '--input-type=module', '--eval', source];
    const env = { PATH: process.env['PATH'], CONNINFO: string, NODE_EXTRA_CA_CERTS: cluster.tls?.caFile };
    const cwd = join(import.meta.dirname, '..');
    const child = spawnSync(process.execPath, node, { cwd, env, encoding: 'utf8', timeout: 60_000 });
    expect(child.stderr).toBe('');
    expect(child.stdout.trim()).toBe('true');
  });
});
