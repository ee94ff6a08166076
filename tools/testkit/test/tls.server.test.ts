import { readFileSync } from 'node:fs';
import { connect as connectTcp } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Cluster, clearWorkshop, startCluster, type TlsOptions } from '../src/index.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ tls: true });
});
afterAll(async () => {
  await cluster.stop();
  await clearWorkshop();
});

describe('the certificates', () => {
  it('of a good server are accepted for localhost and both loopback addresses', async () => {
    for (const servername of ['localhost', '127.0.0.1', '::1']) {
      const socket = await handshake(cluster, servername);
      expect(socket.authorized, servername).toBe(true);
      expect(socket.getPeerCertificate().subjectaltname).toContain('DNS:localhost');
      socket.destroy();
    }
    await expect(handshake(cluster, 'elsewhere.invalid')).rejects.toThrow(/does not match certificate's altnames/);
  });

  it.each<[NonNullable<TlsOptions['certificate']>, RegExp]>([
    ['expired', /certificate has expired/],
    ['wrong-host', /does not match certificate's altnames/],
    ['untrusted', /unable to verify the first certificate|self-signed/],
    ['revoked', /certificate revoked/],
  ])('%s is refused for that reason', async (certificate, reason) => {
    const faulty = await startCluster({ tls: { certificate } });
    await expect(handshake(faulty, 'localhost')).rejects.toThrow(reason);
    await faulty.stop();
  });

  it.each(['rsa', 'ed25519'] as const)('can have a key of kind %s', async (keyKind) => {
    const other = await startCluster({ tls: { keyKind } });
    const socket = await handshake(other, 'localhost');
    expect(socket.authorized).toBe(true);
    socket.destroy();
    await other.stop();
  });

  it('of clients are told apart by the server', async () => {
    const clients = cluster.tls?.clients;
    if (clients === undefined) throw new Error('the cluster has no certificates');
    const verdict = (name: keyof typeof clients): Promise<string> => answerAfterHandshake(cluster, clients[name]);
    // "R" opens AuthenticationOk: the handshake stood, and the server went on to the start-up packet.
    expect(await verdict('good')).toBe('R');
    expect(await verdict('expired')).toMatch(/certificate expired/);
    expect(await verdict('revoked')).toMatch(/certificate revoked/);
    expect(await verdict('untrusted')).toMatch(/unknown ca/);
  });
});

interface ClientFiles {
  readonly certificateFile: string;
  readonly keyFile: string;
}

async function handshake(server: Cluster, servername: string, client?: ClientFiles): Promise<TLSSocket> {
  if (server.tls === undefined) throw new Error('the cluster has no certificates');
  const raw = connectTcp({ host: server.host, port: server.port });
  raw.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  const answer = await new Promise<Buffer>((resolve, reject) => raw.once('data', resolve).once('error', reject));
  expect(answer.toString()).toBe('S');
  const socket = connectTls({
    socket: raw,
    // Addresses may not be sent as a server name; they are checked against the certificate all the same.
    host: servername,
    ca: readFileSync(server.tls.caFile),
    crl: readFileSync(server.tls.crlFile),
    ...(client === undefined ? {} : { cert: readFileSync(client.certificateFile), key: readFileSync(client.keyFile) }),
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

/** With TLS 1.3 the server's verdict on a client certificate comes after the client has finished its handshake. */
async function answerAfterHandshake(server: Cluster, client: ClientFiles): Promise<string> {
  const socket = await handshake(server, 'localhost', client);
  const parameters = Buffer.from('user\0postgres\0database\0postgres\0\0');
  const head = Buffer.alloc(8);
  head.writeInt32BE(parameters.length + 8, 0);
  head.writeInt32BE(196608, 4);
  return new Promise((resolve) => {
    socket.once('data', (chunk: Buffer) => {
      resolve(chunk.toString('latin1', 0, 1));
      socket.destroy();
    });
    socket.once('error', (error) => resolve(error.message));
    socket.write(Buffer.concat([head, parameters]));
  });
}
