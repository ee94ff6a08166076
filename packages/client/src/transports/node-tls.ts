import { createHash, type X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { endPointHashName } from '../crypto/certificate-hash.ts';
import { ALPN_PROTOCOL, type TlsRequest } from '../tls-request.ts';
import { TlsError, type TlsFacts } from '../transport.ts';
import { errnoOf, osError } from './os-error.ts';
import { checkServerName } from './server-name.ts';

/** What the files that a {@link TlsRequest} names hold, PEM unless said. */
export interface TlsMaterial {
  /** `system`: the roots that Node was built or started with. Undefined: the chain is not checked. */
  readonly roots: string | 'system' | undefined;
  readonly revocationLists: readonly string[];
  readonly client: { readonly certificate: string; readonly key: string } | undefined;
}

/** Reads certificates, keys and revocation lists, with libpq's checks and texts. */
export interface TlsFiles {
  load(request: TlsRequest): Promise<TlsMaterial>;
}

interface Upgraded {
  readonly socket: TLSSocket;
  readonly facts: TlsFacts;
}

/** Runs the handshake on a connected socket and checks the certificate as the request demands. */
export async function startTls(plain: Socket, request: TlsRequest, files: TlsFiles): Promise<Upgraded> {
  const material = await files.load(request);
  const socket = await shakeHands(plain, request, material);
  // Asked for once: the second answer of the same socket may be empty.
  const certificate = once(() => socket.getPeerX509Certificate());
  const refusal = checkCertificate(socket, certificate, request, material);
  if (refusal !== undefined) {
    socket.on('error', () => undefined);
    socket.destroy();
    throw new TlsError(refusal);
  }
  const binding = once(() => endPointBinding(certificate()));
  // The server has to be told first who asks: until it answers there is time to parse its certificate.
  setImmediate(quietly, binding);
  return { socket, facts: factsOf(socket, material, binding) };
}

function factsOf(socket: TLSSocket, material: TlsMaterial, binding: () => Uint8Array | undefined): TlsFacts {
  return {
    alpnProtocol: typeof socket.alpnProtocol === 'string' ? socket.alpnProtocol : undefined,
    clientCertificate: clientCertificate(socket, material),
    get endPointBinding() {
      return binding();
    },
    protocol: socket.getProtocol() ?? undefined,
    cipher: socket.getCipher()?.name,
  };
}

/** Computes ahead of time; what fails will fail again for the one who asks. */
function quietly(compute: () => unknown): void {
  try {
    compute();
  } catch {
    // A certificate that cannot be read matters only to who wants to be bound to it.
  }
}

function connectionOptions(plain: Socket, request: TlsRequest, material: TlsMaterial): ConnectionOptions {
  const sendsName = request.sendServerName && /[^0-9.]/.test(request.host) && !request.host.includes(':');
  return {
    socket: plain,
    ALPNProtocols: [ALPN_PROTOCOL],
    secureContext: secureContext(request, material),
    servername: sendsName ? request.host : '',
    // Chain and name are judged after the handshake, where libpq's words for a refusal are at hand.
    rejectUnauthorized: false,
    checkServerIdentity: () => undefined,
  };
}

/** A context and what it was made of. */
interface MadeContext {
  readonly versions: string;
  readonly roots: TlsMaterial['roots'];
  readonly context: SecureContext;
}

/** How many contexts are remembered: a program connects to few servers in few ways. */
const MAX_CONTEXTS = 8;
const madeContexts: MadeContext[] = [];

/**
 * The context of a request; made once for those that are alike, because it takes a tenth of the handshake. One with a
 * private key is not kept, nor one with what changes while a program runs: revocation lists, and the system's roots.
 */
function secureContext(request: TlsRequest, material: TlsMaterial): SecureContext {
  const { client, revocationLists, roots } = material;
  if (client !== undefined || revocationLists.length > 0 || roots === 'system') return newContext(request, material);
  const versions = `${request.minVersion} ${request.maxVersion}`;
  const made = madeContexts.find((other) => other.versions === versions && other.roots === roots);
  if (made !== undefined) return made.context;
  const context = newContext(request, material);
  madeContexts.push({ versions, roots, context });
  if (madeContexts.length > MAX_CONTEXTS) madeContexts.shift();
  return context;
}

function newContext(request: TlsRequest, { client, revocationLists, roots }: TlsMaterial): SecureContext {
  return createSecureContext({
    minVersion: request.minVersion ?? 'TLSv1',
    ...(request.maxVersion === undefined ? {} : { maxVersion: request.maxVersion }),
    ...(roots === undefined || roots === 'system' ? {} : { ca: roots }),
    ...(revocationLists.length === 0 ? {} : { crl: [...revocationLists] }),
    ...(client === undefined ? {} : { cert: client.certificate, key: client.key }),
  });
}

function shakeHands(plain: Socket, request: TlsRequest, material: TlsMaterial): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    let socket: TLSSocket;
    try {
      socket = connect(connectionOptions(plain, request, material));
    } catch (error) {
      reject(new TlsError(`SSL error: ${reasonOf(error)}`, { cause: error }));
      return;
    }
    const settle = (outcome: () => void): void => {
      socket.removeListener('secureConnect', onSecure);
      socket.removeListener('error', onError);
      socket.removeListener('close', onClose);
      outcome();
    };
    const onSecure = (): void => settle(() => resolve(socket));
    const onError = (error: Error): void => {
      settle(() => reject(new TlsError(handshakeText(error, request), { cause: error })));
      socket.on('error', () => undefined);
      socket.destroy();
    };
    const onClose = (): void => settle(() => reject(new TlsError('SSL SYSCALL error: EOF detected')));
    socket.once('secureConnect', onSecure);
    socket.once('error', onError);
    socket.once('close', onClose);
  });
}

/** OpenSSL's reason, which libpq prints, from the error that Node made of it. */
function reasonOf(error: unknown): string {
  const reason = (error as { reason?: unknown }).reason;
  if (typeof reason === 'string') return reason;
  return error instanceof Error ? error.message : String(error);
}

function handshakeText(error: Error, request: TlsRequest): string {
  const errno = errnoOf(error);
  if (errno === 'ECONNRESET' && error.message.includes('before secure TLS connection')) {
    return 'SSL SYSCALL error: EOF detected';
  }
  if (/^E[A-Z]+$/.test(errno) && !errno.startsWith('ERR_')) return `SSL SYSCALL error: ${osError(error).message}`;
  const versions = /PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|WRONG_VERSION|NO_PROTOCOLS_AVAILABLE/.test(errno)
    ? '\nThis may indicate that the server does not support any SSL protocol version between ' +
      `${request.minVersion ?? 'TLSv1.2'} and ${request.maxVersion ?? 'TLSv1.3'}.`
    : '';
  return `SSL error: ${reasonOf(error)}${versions}`;
}

function checkCertificate(
  socket: TLSSocket,
  certificate: () => X509Certificate | undefined,
  request: TlsRequest,
  material: TlsMaterial,
): string | undefined {
  if (material.roots === undefined) return undefined;
  if (!socket.authorized) return 'SSL error: certificate verify failed';
  if (request.verify !== 'chain-and-name') return undefined;
  const named = certificate();
  return named === undefined
    ? "could not get server's host name from server certificate"
    : checkServerName(named, request.host);
}

function clientCertificate(socket: TLSSocket, { client }: TlsMaterial): TlsFacts['clientCertificate'] {
  // Node does not say that a CertificateRequest came. It is the one message of a server that lists signature algorithms.
  if (socket.getSharedSigalgs().length === 0) return 'unasked';
  return client === undefined ? 'none' : 'sent';
}

/** Computes a value when it is first asked for, and lets go of what it was computed from. */
function once<T>(compute: () => T): () => T {
  let state: { readonly compute: () => T } | { readonly value: T } = { compute };
  return () => {
    if ('compute' in state) state = { value: state.compute() };
    return state.value;
  };
}

function endPointBinding(certificate: X509Certificate | undefined): Uint8Array | undefined {
  if (certificate === undefined) return undefined;
  const name = endPointHashName(certificate.raw);
  return name === undefined ? undefined : new Uint8Array(createHash(name).update(certificate.raw).digest());
}
