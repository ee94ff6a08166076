import type { ScramChallenged, ScramProof } from '@pg-dblink/protocol';
import type { OAuthRequest, PasswordAnswer, PasswordRequest } from '../password.ts';
import type { SecurityContextRequest, SecurityStep } from '../security-context.ts';
import type { ServerNotice, ServerNotification } from '../server-error.ts';
import type { TlsRequest } from '../tls-request.ts';
import type { Peer, SocketSettings, TlsFacts } from '../transport.ts';

/** One backend message during start-up; the body is the message's alone and stays valid. */
export interface StartupFrame {
  readonly tag: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What SCRAM needs computed: the only arithmetic of start-up that wants a platform. */
export interface ScramProofRequest {
  readonly challenge: ScramChallenged;
  /** Either the password or the client's key is there; the server's key replaces the one derived from the password. */
  readonly password: string | undefined;
  readonly clientKey: Uint8Array | undefined;
  readonly serverKey: Uint8Array | undefined;
}

/**
 * What a dialogue may ask of the world, and what it gets. Dialogues are generators: they read from top to bottom,
 * touch no socket and no clock, and are tested by answering them from a list.
 */
export interface Asks {
  /** All addresses of a host name; throws OsError. */
  resolve(host: string): readonly string[];
  /** A permutation of 0 … count-1 that nobody can foretell. */
  shuffle(count: number): readonly number[];
  /** May we connect there? Throws what the host's `admitPeer` throws. */
  admit(peer: Peer): void;
  /** From now on each answer must be there in this time, or AttemptTimeout is thrown; undefined: take your time. */
  deadline(timeoutMs: number | undefined): void;
  /** Opens a fresh stream, which takes the place of the one before. Throws OsError. */
  open(peer: Peer, socket: SocketSettings): void;
  send(bytes: Uint8Array): void;
  /** The one chunk that came after SSLRequest, whole; empty when the server closed without an answer. */
  receiveReply(): Uint8Array;
  /** The next message; throws ConnectionClosed or OsError when there is none, RemoteProtocolError when it is none. */
  receive(): StartupFrame;
  /**
   * What `receive` would give one by one: the messages that are there, at least one, up to a ReadyForQuery or an
   * ErrorResponse. A server tells all its parameters at once.
   */
  receiveReport(): readonly StartupFrame[];
  /** From AuthenticationOk on other messages are legal and may be longer. */
  widenLimits(): void;
  upgradeTls(request: TlsRequest): TlsFacts;
  password(request: PasswordRequest): PasswordAnswer | undefined;
  /** A bearer token; undefined when the caller has none. */
  oauthToken(request: OAuthRequest): string | undefined;
  /** Begins the security context of this attempt, and takes its first step. Throws what the caller's plug-in throws. */
  beginSecurity(request: SecurityContextRequest): SecurityStep;
  /** The next step of that context, with a token of the server. */
  continueSecurity(token: Uint8Array): SecurityStep;
  scramProof(request: ScramProofRequest): ScramProof;
  /** 18 random bytes. */
  nonce(): Uint8Array;
  notice(notice: ServerNotice): void;
  notification(notification: ServerNotification): void;
  /** Ends the stream of this attempt: politely with the bytes given, or at once. */
  drop(farewell?: Uint8Array): void;
}

/** The names of the questions. */
export type AskKind = keyof Asks;

/** One question on its way to the driver. */
export type Ask = { [K in AskKind]: { readonly kind: K; readonly question: Parameters<Asks[K]> } }[AskKind];

/** A flow that asks, and ends in a `T`. */
export type Dialogue<T> = Generator<Ask, T, unknown>;

/** Asks one question: `const addresses = yield* ask('resolve', host)`. */
export function* ask<K extends AskKind>(
  kind: K,
  ...question: Parameters<Asks[K]>
): Generator<Ask, ReturnType<Asks[K]>, unknown> {
  // The driver's table of answerers has the same types: this is the one place where they meet.
  return (yield { kind, question } as Ask) as ReturnType<Asks[K]>;
}

/** The server closed the stream where a message was due. */
export class ConnectionClosed extends Error {
  constructor() {
    super('the server closed the stream');
    this.name = 'ConnectionClosed';
  }
}

/** `connect_timeout` ran out. */
export class AttemptTimeout extends Error {
  constructor() {
    super('timeout expired');
    this.name = 'AttemptTimeout';
  }
}
