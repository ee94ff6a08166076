import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, TLSSocket } from 'node:tls';
import { type Authentication, Writer } from '@pg-dblink/protocol';
import { encodeAuthentication } from '@pg-dblink/protocol/server';
import { createAuthority, issueCertificate } from '@pg-dblink/testkit';
import { joined, ready } from './backend-bytes.ts';

/** A server with TLS that plays the friendly side of a method which no server of the tests has. */
export interface TlsFake {
  /** How to reach it; direct TLS has a port of its own. */
  conninfo(sslNegotiation: string): string;
  stop(): Promise<void>;
}

const FIRST: Readonly<Record<'GSSAPI' | 'SSPI' | 'OAUTHBEARER', Authentication>> = {
  GSSAPI: { type: 'AuthenticationGSS' },
  SSPI: { type: 'AuthenticationSSPI' },
  OAUTHBEARER: { type: 'AuthenticationSASL', mechanisms: ['OAUTHBEARER'] },
};

/**
 * Starts such a fake: GSSAPI and SSPI let in whoever is still there after the request, OAUTHBEARER after one answer.
 */
export async function startTlsFake(method: keyof typeof FIRST): Promise<TlsFake> {
  const authority = createAuthority('fake authority');
  const { certificate: cert, key } = issueCertificate(authority, {
    commonName: 'localhost',
    usage: 'server',
    dnsNames: ['localhost'],
    addresses: ['127.0.0.1'],
  });
  const folder = mkdtempSync(join(tmpdir(), 'pg-dblink-fake-'));
  const rootFile = join(folder, 'ca.crt');
  writeFileSync(rootFile, authority.certificate);
  const tls = { cert, key, ALPNProtocols: ['postgresql'] };
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
  };
  const negotiating = createServer((socket) => {
    keep(socket);
    socket.once('data', (packet: Buffer) => {
      if (packet.length !== 8) return greet(socket, method);
      socket.write('S');
      const secure = new TLSSocket(socket, { ...tls, isServer: true });
      keep(secure);
      secure.once('data', () => greet(secure, method));
    });
  });
  const direct = createTlsServer(tls, (socket) => {
    keep(socket);
    socket.once('data', () => greet(socket, method));
  });
  for (const server of [negotiating, direct]) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  return {
    conninfo(sslNegotiation) {
      const { port } = (sslNegotiation === 'direct' ? direct : negotiating).address() as AddressInfo;
      return `host=127.0.0.1 port=${port} user=u sslnegotiation=${sslNegotiation} sslrootcert=${rootFile}`;
    },
    async stop() {
      for (const socket of sockets) socket.destroy();
      for (const server of [negotiating, direct]) {
        server.close();
        await once(server, 'close');
      }
      rmSync(folder, { recursive: true });
    },
  };
}

/** The start-up packet has come: asks, and lets in. */
function greet(socket: Socket, method: keyof typeof FIRST): void {
  const welcome = joined([says({ type: 'AuthenticationOk' }), ready('I')]);
  if (method === 'OAUTHBEARER') {
    socket.write(says(FIRST[method]));
    socket.once('data', () => socket.write(welcome));
  } else socket.write(joined([says(FIRST[method]), welcome]));
}

function says(message: Authentication): Uint8Array {
  const writer = new Writer();
  encodeAuthentication(writer, message);
  return writer.take();
}
