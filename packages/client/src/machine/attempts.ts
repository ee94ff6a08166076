import {
  type ConninfoSettings,
  isConninfoError,
  parseInteger,
  parsePort,
  type ResolvedConninfo,
  type ResolvedHost,
  socketPath,
} from '@pg-dblink/connstring';
import { AuthenticationError, ConnectError, EgressError } from '../errors.ts';
import type { TlsRequest } from '../tls-request.ts';
import { OsError, type Peer, type SocketSettings, TlsError } from '../transport.ts';
import { AttemptTimeout, ask, type Dialogue } from './asks.ts';
import { attemptText } from './connect-text.ts';
import { isIpAddress } from './ip-address.ts';
import { OpenError } from './open-error.ts';
import type { Session } from './session.ts';
import { checkSessionAttributes, type SessionAttributes } from './session-attributes.ts';
import { startup } from './startup.ts';
import { TERMINATE } from './terminate.ts';

/** What to connect to, completed and checked. */
export interface ConnectTarget {
  readonly resolved: ResolvedConninfo;
  /** The parameters of the StartupMessage, in order. */
  readonly parameters: readonly (readonly [name: string, value: string])[];
  /** Most rounds of PBKDF2 that a server may ask for. */
  readonly maxScramIterations: number;
  /** Whether somebody can be asked for an OAuth bearer token. */
  readonly hasOAuth?: boolean | undefined;
  /** Whether somebody can make GSSAPI and SSPI security contexts. */
  readonly hasSecurityContext?: boolean | undefined;
}

/** One place to try: a host's one address. */
interface Candidate {
  readonly host: ResolvedHost;
  readonly peer: Peer;
  readonly socket: SocketSettings;
}

/** Where to go after an attempt failed. */
type Next = 'method' | 'address' | 'host' | 'nowhere';

/** A failed attempt: what libpq would say of it, and why. */
interface Failure {
  readonly text: string;
  readonly error: Error;
}

/** A failure that ends everything: no further host would be better. */
class GiveUp extends Error {}

/** Socket options that cannot be set; libpq finds out when it has the socket, and speaks of that connection. */
class UnfitSocket extends Error {
  override readonly cause: Error;

  constructor(message: string, cause: Error) {
    super(message);
    this.cause = cause;
  }
}

/**
 * Connects as libpq's PQconnectPoll does: hosts in order, each host's addresses in order, each address with TLS or
 * without as `sslmode` allows, until a session has the wanted attributes (manual: "Specifying Multiple Hosts").
 *
 * Failover is for reachability only: a server that answered and refused ends the search, so that a wrong password does
 * not travel from host to host.
 *
 * @throws ConnectError with one failure an attempt.
 */
export function* connectDialogue(target: ConnectTarget): Dialogue<Session> {
  const failures: Failure[] = [];
  const { targetSessionAttrs } = target.resolved.settings;
  const wishes: readonly SessionAttributes[] =
    targetSessionAttrs === 'prefer-standby' ? ['standby', 'any'] : [targetSessionAttrs];
  try {
    const timeoutMs = connectTimeout(target.resolved);
    const hosts = yield* inOrder(target, target.resolved.hosts);
    for (const wish of wishes) {
      for (const host of hosts) {
        const session = yield* tryHost(target, host, wish, timeoutMs, failures);
        if (session !== undefined) return session;
      }
    }
  } catch (error) {
    if (isConninfoError(error)) failures.push({ text: error.message, error });
    else if (!(error instanceof GiveUp)) throw error;
  }
  throw new ConnectError(
    failures.map(({ text }) => text).join('\n'),
    failures.map(({ error }) => error),
  );
}

function* inOrder<T>(target: ConnectTarget, items: readonly T[]): Dialogue<readonly T[]> {
  if (target.resolved.settings.loadBalanceHosts === 'disable' || items.length < 2) return items;
  const order = yield* ask('shuffle', items.length);
  return order.flatMap((index) => items.slice(index, index + 1));
}

function* tryHost(
  target: ConnectTarget,
  host: ResolvedHost,
  wish: SessionAttributes,
  timeoutMs: number | undefined,
  failures: Failure[],
): Dialogue<Session | undefined> {
  // The time of the address before is up, or nearly: looking for the next ones is not its business.
  yield* ask('deadline', undefined);
  const candidates = yield* findCandidates(target, host, failures);
  for (const candidate of candidates) {
    yield* ask('deadline', timeoutMs);
    const tried = yield* tryAddress(target, candidate, wish, failures);
    if (tried === 'nowhere') throw new GiveUp();
    if (tried === 'host') return undefined;
    if (typeof tried === 'object') return tried;
  }
  return undefined;
}

/** The addresses of a host; a host without any is a failure of its own. */
function* findCandidates(
  target: ConnectTarget,
  host: ResolvedHost,
  failures: Failure[],
): Dialogue<readonly Candidate[]> {
  try {
    const port = parsePort(host.port);
    if (host.kind === 'unix') {
      return [{ host, peer: { kind: 'unix', path: socketPath(host.host, port) }, socket: { keepalive: undefined } }];
    }
    if (host.kind === 'address' && !isIpAddress(host.hostaddr)) {
      const error = new OsError('EAI_NONAME', 'Name or service not known');
      failures.push({ text: `could not parse network address "${host.hostaddr}": ${error.message}`, error });
      return [];
    }
    const found = host.kind === 'address' ? [host.hostaddr] : yield* ask('resolve', host.host);
    const addresses = yield* inOrder(target, found);
    const resolvedFrom = host.kind === 'address' ? undefined : host.host;
    const peers = addresses.map((address): Peer => ({ kind: 'tcp', host: host.host, address, port, resolvedFrom }));
    return peers.map((peer) => ({ host, peer, socket: socketSettings(target.resolved, host, peer) }));
  } catch (error) {
    if (error instanceof OsError || error instanceof EgressError) {
      failures.push({ text: `could not translate host name "${host.host}" to address: ${error.message}`, error });
      return [];
    }
    if (isConninfoError(error) && error.code === 'invalid-port') {
      failures.push({ text: error.message, error });
      return [];
    }
    if (error instanceof UnfitSocket) {
      failures.push({ text: error.message, error: error.cause });
      throw new GiveUp();
    }
    throw error;
  }
}

/** Tries one address with each way of encryption that is allowed there. */
function* tryAddress(
  target: ConnectTarget,
  candidate: Candidate,
  wish: SessionAttributes,
  failures: Failure[],
): Dialogue<Session | Next> {
  const methods = encryptionMethods(candidate.peer, target.resolved.settings);
  for (const [index, encrypted] of methods.entries()) {
    const others = methods.slice(index + 1);
    const tried = yield* tryMethod(target, candidate, wish, failures, { encrypted, others, isRetry: index > 0 });
    if (tried !== 'method') return tried;
  }
  return 'nowhere';
}

/** TLS or not, in the order in which `sslmode` tries them; sockets of the same machine are never encrypted. */
function encryptionMethods(peer: Peer, { sslMode }: ConninfoSettings): readonly ('tls' | 'plain')[] {
  if (peer.kind === 'unix') return ['plain'];
  switch (sslMode) {
    case 'disable':
      return ['plain'];
    case 'allow':
      return ['plain', 'tls'];
    case 'prefer':
      return ['tls', 'plain'];
    case 'require':
    case 'verify-ca':
    case 'verify-full':
      return ['tls'];
  }
}

interface Method {
  readonly encrypted: 'tls' | 'plain';
  readonly others: readonly ('tls' | 'plain')[];
  readonly isRetry: boolean;
}

function* tryMethod(
  target: ConnectTarget,
  candidate: Candidate,
  wish: SessionAttributes,
  failures: Failure[],
  method: Method,
): Dialogue<Session | Next> {
  const fail = (error: Error, next: Next): Next => {
    failures.push({ text: attemptText(candidate.peer, candidate.host, error), error });
    return next;
  };
  const otherMethod: Next = method.others.length > 0 ? 'method' : 'nowhere';
  try {
    yield* ask('admit', candidate.peer);
  } catch (error) {
    return fail(error instanceof Error ? error : new Error(String(error)), 'address');
  }
  if (candidate.peer.kind === 'unix' && target.resolved.values.requirepeer) {
    // Node does not tell who is at the other end of a socket.
    return fail(new AuthenticationError('requirepeer parameter is not supported on this platform'), 'nowhere');
  }
  try {
    yield* ask('open', candidate.peer, candidate.socket);
  } catch (error) {
    if (error instanceof OsError) return fail(new OpenError(error), 'address');
    if (error instanceof AttemptTimeout) return fail(error, 'address');
    throw error;
  }
  try {
    const started = yield* startup({
      target,
      host: candidate.host,
      peer: candidate.peer,
      tls: method.encrypted === 'tls' ? tlsRequest(target.resolved, candidate) : undefined,
      plainAllowed: method.others.includes('plain'),
      guardsPassword: method.isRetry && method.encrypted === 'plain',
    });
    if (started.kind === 'refused') {
      yield* ask('drop');
      if (started.error.sqlState === '57P03') return fail(started.error, 'host');
      // A server that had no TLS was asked in plain text already.
      const wasPlain = method.encrypted === 'tls' && !started.encrypted;
      return fail(started.error, started.stage === 'authenticating' && !wasPlain ? otherMethod : 'nowhere');
    }
    const mismatch = yield* checkSessionAttributes(wish, started.session);
    if (mismatch === undefined) return started.session;
    yield* ask('drop', TERMINATE);
    return fail(mismatch, 'host');
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    yield* ask('drop');
    if (error instanceof AttemptTimeout) return fail(error, 'address');
    return fail(error, error instanceof TlsError ? otherMethod : 'nowhere');
  }
}

/** `connect_timeout` in milliseconds; nothing, zero and less wait for ever. */
function connectTimeout({ values }: ResolvedConninfo): number | undefined {
  if (values.connect_timeout === undefined) return undefined;
  const seconds = parseInteger(values.connect_timeout, 'connect_timeout');
  return seconds > 0 ? seconds * 1000 : undefined;
}

function socketSettings({ values }: ResolvedConninfo, host: ResolvedHost, peer: Peer): SocketSettings {
  try {
    const keepalives = values.keepalives === undefined ? 1 : parseInteger(values.keepalives, 'keepalives');
    if (keepalives === 0) return { keepalive: undefined };
    const idle = values.keepalives_idle === undefined ? 0 : parseInteger(values.keepalives_idle, 'keepalives_idle');
    // Node sets no interval, count or user time-out, but a value that is no integer is an error all the same.
    for (const keyword of ['keepalives_interval', 'keepalives_count', 'tcp_user_timeout'] as const) {
      const value = values[keyword];
      if (value !== undefined) parseInteger(value, keyword);
    }
    return { keepalive: { idleMs: Math.max(idle, 0) * 1000 } };
  } catch (error) {
    if (isConninfoError(error)) throw new UnfitSocket(attemptText(peer, host, error), error);
    throw error;
  }
}

function tlsRequest({ settings, values }: ResolvedConninfo, { host, peer }: Candidate): TlsRequest {
  const verify =
    settings.sslMode === 'verify-full'
      ? 'chain-and-name'
      : settings.sslMode === 'verify-ca'
        ? 'chain'
        : 'if-root-exists';
  return {
    verify,
    host: host.host,
    address: peer.kind === 'tcp' ? peer.address : '',
    sendServerName: settings.sslSni,
    rootCertificate: values.sslrootcert || undefined,
    revocationList: values.sslcrl || undefined,
    revocationDirectory: values.sslcrldir || undefined,
    certificateMode: settings.sslCertMode,
    certificate: values.sslcert || undefined,
    key: values.sslkey || undefined,
    keyPassword: values.sslpassword,
    minVersion: settings.sslMinProtocolVersion,
    maxVersion: settings.sslMaxProtocolVersion,
  };
}
