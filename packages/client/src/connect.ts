import { type Environment, type ResolvedConninfo, startupParameters } from '@pg-dblink/connstring';
import type { TraceOptions } from '@pg-dblink/protocol/trace';
import { Connection } from './connection.ts';
import { computeScramProof, type ScramKeyCache } from './crypto/scram-proof.ts';
import { type DialogueHost, drive } from './drive.ts';
import { type EgressPolicy, type EgressRules, egressRules } from './egress/policy.ts';
import type { ConnectionLostError } from './errors.ts';
import { type ConnectTarget, connectDialogue } from './machine/attempts.ts';
import { cancelDialogue } from './machine/cancel.ts';
import type { Session } from './machine/session.ts';
import type { RequestObserver } from './observer.ts';
import type { OAuthRequest, PasswordRequest } from './password.ts';
import type { SecurityContextSource } from './security-context.ts';
import type { ServerNotice, ServerNotification } from './server-error.ts';
import type { Peer, TransportProvider } from './transport.ts';
import { TypeRegistry } from './types/registry.ts';

/** How a connection is made, besides what the connection string says. */
export interface ConnectOptions {
  /** Gives up connecting; the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Every NoticeResponse, from start-up on. */
  readonly onNotice?: ((notice: ServerNotice) => void) | undefined;
  /** Every NotificationResponse; without it they wait for {@link Connection.takeNotifications}. */
  readonly onNotification?: ((notification: ServerNotification) => void) | undefined;
  /** Called once when the connection is over; the error is missing when it was closed on purpose. */
  readonly onEnd?: ((error: ConnectionLostError | undefined) => void) | undefined;
  /** Where the connection, and cancel requests for it, may go; anywhere unless given. */
  readonly egress?: EgressPolicy | undefined;
  /** Asked about every resolved address before a socket is opened, also for a cancel request; throw to refuse. */
  readonly admitPeer?: ((peer: Peer) => void | Promise<void>) | undefined;
  /** Asked when the server wants a password and the connection string has none. */
  readonly password?: ((request: PasswordRequest) => string | undefined | Promise<string | undefined>) | undefined;
  /** Asked when the server wants an OAuth bearer token (OAUTHBEARER); without it that method is not offered. */
  readonly oauthToken?: ((request: OAuthRequest) => string | undefined | Promise<string | undefined>) | undefined;
  /** Makes the context of GSSAPI or SSPI authentication; without it a server that asks for one is refused. */
  readonly securityContext?: SecurityContextSource | undefined;
  /** Milliseconds that a session may stay idle inside a transaction before it is closed; no limit unless given. */
  readonly idleInTransactionTimeoutMs?: number | undefined;
  /** Milliseconds that a cancelled statement may go on before the connection is given up; 5000. */
  readonly cancelTimeoutMs?: number | undefined;
  /** Most rounds of PBKDF2 that a server may ask for; 100,000. */
  readonly maxScramIterations?: number | undefined;
  /** Most bytes of one message of the server; 1 GiB, what a server can send at most. */
  readonly maxMessageLength?: number | undefined;
  /** Keeps derived SCRAM keys, so that the next connection with the same password is quick. */
  readonly scramKeys?: ScramKeyCache | undefined;
  /** Statements of `execute` that are kept prepared, for the next time; 0, the default, keeps none. */
  readonly statementCacheSize?: number | undefined;
  /** Writes a line in PQtrace's format for every message; passwords and keys are hidden unless asked for. */
  readonly trace?: TraceOptions | undefined;
  /** Watches requests; Node's entry publishes them by `diagnostics_channel`. */
  readonly observer?: RequestObserver | undefined;
  /** How values of each type are made and sent. */
  readonly types?: TypeRegistry | undefined;
}

const CANCEL_TIMEOUT_MS = 5000;
const MAX_SCRAM_ITERATIONS = 100_000;

/**
 * Connects to where a completed connection string leads, over streams of the given provider.
 *
 * @throws ConnectError with one cause an attempt, UsageError for a policy that cannot be understood.
 *
 * @example
 * ```ts
 * const resolved = await resolveWithFiles(readConninfo('host=h'), {
 *   environment: 'none',
 *   variables: {},
 *   socketDirectory: undefined,
 *   warn: console.warn,
 * });
 * const open = (transports: TransportProvider) => connectResolved(resolved, transports, {});
 * ```
 */
export async function connectResolved(
  resolved: ResolvedConninfo,
  transports: TransportProvider,
  options: ConnectOptions,
  environment: Environment = {},
): Promise<Connection> {
  const { trace } = options;
  const host = dialogueHost(trace === undefined ? transports : await traced(transports, trace), options);
  const target: ConnectTarget = {
    resolved,
    parameters: utf8Parameters(startupParameters(resolved, environment)),
    maxScramIterations: options.maxScramIterations ?? MAX_SCRAM_ITERATIONS,
    hasOAuth: options.oauthToken !== undefined,
    hasSecurityContext: options.securityContext !== undefined,
  };
  const { result: session, stream } = await drive(connectDialogue(target), host, options.signal);
  if (stream === undefined) throw new Error('a dialogue that ended in a session left no stream');
  return new Connection({
    session,
    stream,
    types: options.types ?? new TypeRegistry(),
    statementCacheSize: options.statementCacheSize ?? 0,
    cancelTimeoutMs: options.cancelTimeoutMs ?? CANCEL_TIMEOUT_MS,
    idleInTransactionTimeoutMs: options.idleInTransactionTimeoutMs,
    sendCancel: async (of: Session, timeoutMs: number) => {
      await drive(cancelDialogue(of, timeoutMs), host, undefined);
    },
    observer: options.observer,
    onNotice: options.onNotice,
    onNotification: options.onNotification,
    onEnd: options.onEnd,
  });
}

/** What writes traces is loaded where they are wanted: most programs want none. */
async function traced(transports: TransportProvider, trace: TraceOptions): Promise<TransportProvider> {
  const { tracedTransports } = await import('./transports/traced.ts');
  return tracedTransports(transports, trace);
}

/** JavaScript's text is Unicode: whatever else was asked for, the session speaks UTF8. */
function utf8Parameters(
  parameters: readonly (readonly [name: string, value: string])[],
): readonly (readonly [name: string, value: string])[] {
  return [...parameters.filter(([name]) => name !== 'client_encoding'), ['client_encoding', 'UTF8']];
}

function dialogueHost(transports: TransportProvider, options: ConnectOptions): DialogueHost {
  const rules = options.egress === undefined ? undefined : egressRules(options.egress);
  return {
    transports: rules === undefined ? transports : withinRules(transports, rules),
    maxMessageLength: options.maxMessageLength,
    admitPeer: (peer) => {
      rules?.admitPeer(peer);
      return options.admitPeer?.(peer);
    },
    async findPassword(request) {
      const password = await options.password?.(request);
      return password === undefined ? undefined : { password, source: 'callback' };
    },
    oauthToken: async (request) => options.oauthToken?.(request),
    securityContext: async (request) => options.securityContext?.(request),
    scramProof: (request) => computeScramProof(request, options.scramKeys),
    notice: (notice) => options.onNotice?.(notice),
    notification: (notification) => options.onNotification?.(notification),
  };
}

/** A name that may not be connected to whatever its address is not even asked for: to ask is to tell somebody. */
function withinRules(transports: TransportProvider, rules: EgressRules): TransportProvider {
  return {
    resolve: async (host) => {
      rules.admitName(host);
      return transports.resolve(host);
    },
    open: (peer, listener, settings, signal) => transports.open(peer, listener, settings, signal),
  };
}
