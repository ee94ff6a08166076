import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type TLSSocket } from 'node:tls';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { type CertificateRequest, createAuthority, issueCertificate } from '@pg-dblink/testkit';
import { backendBytes, joined, ready } from './backend-bytes.ts';

/** What a client showed in its hello. */
export interface Hello {
  /** The name by SNI; false when there was none. */
  readonly serverName: string | false;
  readonly alpn: string | false;
}

/** A server with TLS from the first byte that lets everybody in, with a certificate to order. */
export interface TlsGreeter extends AsyncDisposable {
  readonly hellos: readonly Hello[];
  /** Leads to 127.0.0.1 whatever the host is called. */
  conninfo(host: string, options?: string): string;
}

/** Starts such a server. */
export async function startTlsGreeter(names: Omit<CertificateRequest, 'usage'>): Promise<TlsGreeter> {
  const authority = createAuthority('greeter authority');
  const { certificate: cert, key } = issueCertificate(authority, { ...names, usage: 'server' });
  const folder = mkdtempSync(join(tmpdir(), 'pg-dblink-greeter-'));
  const rootFile = join(folder, 'ca.crt');
  writeFileSync(rootFile, authority.certificate);
  const hellos: Hello[] = [];
  const sockets = new Set<Socket>();
  const welcome = joined([
    backendBytes((writer) => encodeAuthentication(writer, { type: 'AuthenticationOk' })),
    ready('I'),
  ]);
  const server = createServer({ cert, key, ALPNProtocols: ['postgresql'] }, (socket) => {
    hellos.push({ serverName: shownName(socket), alpn: socket.alpnProtocol === null ? false : socket.alpnProtocol });
    socket.on('error', () => undefined);
    socket.once('data', () => socket.write(welcome));
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    hellos,
    conninfo: (host, options = 'sslmode=verify-full') =>
      `host=${host} hostaddr=127.0.0.1 port=${port} user=u sslnegotiation=direct sslrootcert=${rootFile} ${options}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
      rmSync(folder, { recursive: true });
    },
  };
}

function shownName(socket: TLSSocket): string | false {
  const { servername } = socket as { readonly servername?: string | false | null };
  return servername ?? false;
}
