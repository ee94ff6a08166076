import type { ScramChallenged, ScramProof } from '@pg-dblink/protocol';
import type { PasswordAnswer, PasswordRequest } from '../password.ts';
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
  resolve: { readonly question: { readonly host: string }; readonly answer: readonly string[] };
  /** A permutation of 0 … count-1 that nobody can foretell. */
  shuffle: { readonly question: { readonly count: number }; readonly answer: readonly number[] };
  /** May we connect there? Throws what the host's `admitPeer` throws. */
  admit: { readonly question: { readonly peer: Peer }; readonly answer: void };
  /** From now on each answer must be there in this time, or AttemptTimeout is thrown; undefined: take your time. */
  deadline: { readonly question: { readonly timeoutMs: number | undefined }; readonly answer: void };
  /** Opens a fresh stream, which takes the place of the one before. Throws OsError. */
  open: { readonly question: { readonly peer: Peer; readonly socket: SocketSettings }; readonly answer: void };
  send: { readonly question: { readonly bytes: Uint8Array }; readonly answer: void };
  /** The one chunk that came after SSLRequest, whole; empty when the server closed without an answer. */
  receiveReply: { readonly question: Record<never, never>; readonly answer: Uint8Array };
  /** The next message; throws ConnectionClosed or OsError when there is none, RemoteProtocolError when it is none. */
  receive: { readonly question: Record<never, never>; readonly answer: StartupFrame };
  /** From AuthenticationOk on other messages are legal and may be longer. */
  widenLimits: { readonly question: Record<never, never>; readonly answer: void };
  upgradeTls: { readonly question: { readonly request: TlsRequest }; readonly answer: TlsFacts };
  password: { readonly question: PasswordRequest; readonly answer: PasswordAnswer | undefined };
  scramProof: { readonly question: ScramProofRequest; readonly answer: ScramProof };
  /** 18 random bytes. */
  nonce: { readonly question: Record<never, never>; readonly answer: Uint8Array };
  notice: { readonly question: { readonly notice: ServerNotice }; readonly answer: void };
  notification: { readonly question: { readonly notification: ServerNotification }; readonly answer: void };
  /** Ends the stream of this attempt: politely with the bytes given, or at once. */
  drop: { readonly question: { readonly farewell: Uint8Array | undefined }; readonly answer: void };
}

export type AskKind = keyof Asks;

/** One question on its way to the driver. */
export type Ask = { [K in AskKind]: { readonly kind: K; readonly question: Asks[K]['question'] } }[AskKind];

/** A flow that asks, and ends in a `T`. */
export type Dialogue<T> = Generator<Ask, T, unknown>;

/** Asks one question: `const addresses = yield* ask('resolve', { host })`. */
export function* ask<K extends AskKind>(
  kind: K,
  question: Asks[K]['question'],
): Generator<Ask, Asks[K]['answer'], unknown> {
  // The driver's table of answerers has the same types: this is the one place where they meet.
  return (yield { kind, question } as Ask) as Asks[K]['answer'];
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
