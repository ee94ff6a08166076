import { BackendTag, backendLimits, backendStartupLimits, FrameReader, type ScramProof } from '@pg-dblink/protocol';
import {
  type Ask,
  type AskKind,
  type Asks,
  AttemptTimeout,
  ConnectionClosed,
  type Dialogue,
  type ScramProofRequest,
  type StartupFrame,
} from './machine/asks.ts';
import type { OAuthRequest, PasswordAnswer, PasswordRequest } from './password.ts';
import type { SecurityContext, SecurityContextRequest, SecurityStep } from './security-context.ts';
import type { ServerNotice, ServerNotification } from './server-error.ts';
import type { Peer, Transport, TransportListener, TransportProvider } from './transport.ts';

/** Two tables that every connection reads and none writes. */
const STARTUP_LIMITS = backendStartupLimits();
const LIMITS = backendLimits();

/** What dialogues get from the platform and the caller. */
export interface DialogueHost {
  readonly transports: TransportProvider;
  readonly maxMessageLength: number | undefined;
  admitPeer(peer: Peer): void | Promise<void>;
  findPassword(request: PasswordRequest): Promise<PasswordAnswer | undefined>;
  oauthToken(request: OAuthRequest): Promise<string | undefined>;
  securityContext(request: SecurityContextRequest): Promise<SecurityContext | undefined>;
  scramProof(request: ScramProofRequest): Promise<ScramProof>;
  notice(notice: ServerNotice): void;
  notification(notification: ServerNotification): void;
}

type Answers = {
  readonly [K in AskKind]: (...question: Parameters<Asks[K]>) => ReturnType<Asks[K]> | Promise<ReturnType<Asks[K]>>;
};

/** A stream that a dialogue left open, with what it had not read of it. */
export interface OpenStream {
  readonly transport: Transport;
  readonly reader: FrameReader;
  /** From now on chunks go there; the first ones are those that arrived already. */
  handOver(listener: TransportListener): void;
}

/**
 * Runs a dialogue on real streams: the one loop that answers what generators ask. Returns the dialogue's result and
 * the stream that it left open.
 *
 * The signal ends the dialogue at once, closes its stream and rejects with the signal's reason.
 */
export async function drive<T>(
  dialogue: Dialogue<T>,
  host: DialogueHost,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: T; readonly stream: OpenStream | undefined }> {
  const driver = new Driver(host, signal);
  try {
    let step = dialogue.next();
    while (step.done !== true) {
      signal?.throwIfAborted();
      let answer: unknown;
      try {
        answer = driver.answer(step.value);
        // Most questions are answered at once, and a turn for each adds up.
        if (answer instanceof Promise) answer = await answer;
      } catch (error) {
        signal?.throwIfAborted();
        step = dialogue.throw(error);
        continue;
      }
      step = dialogue.next(answer);
    }
    return { result: step.value, stream: driver.stream };
  } catch (error) {
    driver.drop(undefined);
    throw error;
  } finally {
    driver.end();
  }
}

/** The stream of the attempt under way. */
interface Attempt {
  readonly transport: Transport;
  readonly reader: FrameReader;
  readonly inbox: Inbox;
}

class Driver {
  readonly #host: DialogueHost;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.#expire(this.#signal?.reason);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why no answer is waited for any more: the deadline, or the caller's signal. */
  #expired: { readonly reason: unknown } | undefined;
  /** Ends the wait for the answer that is due. */
  #giveUp: ((reason: unknown) => void) | undefined;
  /** Ends the opening of a stream. */
  #opening: AbortController | undefined;
  #attempt: Attempt | undefined;
  #security: SecurityContext | undefined;

  constructor(host: DialogueHost, signal: AbortSignal | undefined) {
    this.#host = host;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  get stream(): OpenStream | undefined {
    if (this.#attempt === undefined) return undefined;
    const { inbox, reader, transport } = this.#attempt;
    return { transport, reader, handOver: (listener) => inbox.handOver(listener) };
  }

  answer(ask: Ask): unknown {
    // The table's rows and the questions have the same keys: TypeScript cannot pair them up by itself.
    const answer = this.#answers[ask.kind] as (...question: readonly unknown[]) => unknown;
    return this.#bounded(answer(...ask.question));
  }

  drop(farewell: Uint8Array | undefined): void {
    this.#closeSecurity();
    const attempt = this.#attempt;
    this.#attempt = undefined;
    if (attempt === undefined) return;
    if (farewell !== undefined) attempt.transport.write(farewell);
    attempt.transport.close(farewell === undefined ? 'drop' : 'flush');
  }

  end(): void {
    this.#closeSecurity();
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
  }

  readonly #answers: Answers = {
    resolve: (host) => this.#host.transports.resolve(host),
    shuffle: (count) => shuffled(count),
    admit: (peer) => this.#host.admitPeer(peer),
    deadline: (timeoutMs) => this.#startDeadline(timeoutMs),
    open: async (peer, socket) => {
      const inbox = new Inbox();
      const opening = new AbortController();
      this.#opening = opening;
      const transport = await this.#host.transports.open(peer, inbox.listener, socket, opening.signal);
      inbox.transport = transport;
      this.#attempt = { transport, inbox, reader: new FrameReader(STARTUP_LIMITS) };
    },
    send: (bytes) => {
      this.#current().transport.write(bytes);
    },
    receiveReply: () => this.#current().inbox.take(),
    receive: () => this.#receive(),
    receiveReport: () => this.#receiveReport(),
    widenLimits: () => {
      const { maxMessageLength } = this.#host;
      this.#current().reader.limits = maxMessageLength === undefined ? LIMITS : backendLimits({ maxMessageLength });
    },
    upgradeTls: (request) => this.#current().transport.upgradeTls(request),
    password: (request) => this.#host.findPassword(request),
    oauthToken: (request) => this.#host.oauthToken(request),
    beginSecurity: (request) => this.#beginSecurity(request),
    continueSecurity: async (token) => this.#takeStep(await this.#security?.step(token.slice())),
    scramProof: (request) => this.#host.scramProof(request),
    nonce: () => crypto.getRandomValues(new Uint8Array(18)),
    notice: (notice) => this.#host.notice(notice),
    notification: (notification) => this.#host.notification(notification),
    drop: (farewell) => this.drop(farewell),
  };

  #receive(): StartupFrame | Promise<StartupFrame> {
    const { inbox, reader } = this.#current();
    return nextFrame(reader) ?? receiveFrame(inbox, reader);
  }

  #receiveReport(): readonly StartupFrame[] | Promise<readonly StartupFrame[]> {
    const first = this.#receive();
    const { reader } = this.#current();
    return first instanceof Promise ? first.then((frame) => reportFrom(frame, reader)) : reportFrom(first, reader);
  }

  async #beginSecurity(request: SecurityContextRequest): Promise<SecurityStep> {
    const attempt = this.#current();
    const security = await this.#host.securityContext(request);
    if (this.#attempt !== attempt) {
      // The time was up before it was there.
      closeQuietly(security);
      throw new ConnectionClosed();
    }
    this.#security = security;
    return this.#takeStep(await security?.step(undefined));
  }

  /** A step taken; a plug-in that is JavaScript may have given back anything. */
  #takeStep(step: SecurityStep | undefined): SecurityStep {
    if (step?.state === 'continue' || step?.state === 'established') return step;
    throw new TypeError('the security context took no step');
  }

  #closeSecurity(): void {
    const security = this.#security;
    this.#security = undefined;
    closeQuietly(security);
  }

  #current(): Attempt {
    if (this.#attempt === undefined) throw new ConnectionClosed();
    return this.#attempt;
  }

  #startDeadline(timeoutMs: number | undefined): void {
    clearTimeout(this.#timer);
    this.#expired = undefined;
    if (timeoutMs === undefined) return;
    this.#timer = setTimeout(() => this.#expire(new AttemptTimeout()), timeoutMs);
  }

  #expire(reason: unknown): void {
    this.#expired = { reason };
    this.#opening?.abort(reason);
    this.#giveUp?.(reason);
  }

  /** Lets the deadline and the caller's signal end any wait. */
  #bounded(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    if (this.#expired !== undefined) {
      answer.catch(() => undefined);
      throw this.#expired.reason;
    }
    return new Promise((resolve, reject) => {
      this.#giveUp = reject;
      answer.then(resolve, reject);
    });
  }
}

/** A context that cannot even be closed must not cost the connection that it made. */
function closeQuietly(security: SecurityContext | undefined): void {
  try {
    security?.close?.();
  } catch {
    // Nobody is left whom it would concern.
  }
}

/** A message that is there already. */
function nextFrame(reader: FrameReader): StartupFrame | undefined {
  const frame = reader.next();
  return frame && { tag: frame.tag, bytes: frame.bytes, start: frame.start, end: frame.end };
}

/** A message and those behind it that are there already, up to one that ends the start-up. */
function reportFrom(first: StartupFrame, reader: FrameReader): readonly StartupFrame[] {
  const frames = [first];
  let last = first;
  try {
    while (last.tag !== BackendTag.ReadyForQuery && last.tag !== BackendTag.ErrorResponse) {
      const frame = nextFrame(reader);
      if (frame === undefined) break;
      frames.push(frame);
      last = frame;
    }
  } catch {
    // What came before counts; the reader says it again when it is asked for the next one.
  }
  return frames;
}

async function receiveFrame(inbox: Inbox, reader: FrameReader): Promise<StartupFrame> {
  for (;;) {
    const chunk = await inbox.take();
    if (chunk.byteLength === 0) throw new ConnectionClosed();
    reader.push(chunk);
    const frame = nextFrame(reader);
    if (frame !== undefined) return frame;
  }
}

/** How the stream of an {@link Inbox} ended. */
type End = { readonly error: Error | undefined };

/**
 * Holds what arrived until it is asked for: one chunk, copied, because the socket reads on into the same memory. The
 * socket is stopped while a chunk waits, so that nobody can make us store more.
 */
class Inbox {
  transport: Transport | undefined;
  #chunk: Uint8Array | undefined;
  #end: End | undefined;
  #taker: { resolve(chunk: Uint8Array): void; reject(error: Error): void } | undefined;
  #successor: TransportListener | undefined;

  readonly listener: TransportListener = {
    receive: (chunk) => this.#receive(chunk),
    drained: () => this.#successor?.drained(),
    closed: (error) => this.#closed(error),
  };

  /** The next chunk; empty when the peer closed. */
  take(): Promise<Uint8Array> {
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk !== undefined) return Promise.resolve(chunk);
    if (this.#end?.error !== undefined) return Promise.reject(this.#end.error);
    if (this.#end !== undefined) return Promise.resolve(new Uint8Array(0));
    return new Promise((resolve, reject) => {
      this.#taker = { resolve, reject };
      this.transport?.resume();
    });
  }

  handOver(successor: TransportListener): void {
    this.#successor = successor;
    const chunk = this.#chunk;
    this.#chunk = undefined;
    if (chunk !== undefined && !successor.receive(chunk)) return;
    if (this.#end !== undefined) successor.closed(this.#end.error);
    else this.transport?.resume();
  }

  #receive(chunk: Uint8Array): boolean {
    if (this.#successor !== undefined) return this.#successor.receive(chunk);
    const copy = chunk.slice();
    const taker = this.#taker;
    this.#taker = undefined;
    if (taker === undefined) this.#chunk = copy;
    else taker.resolve(copy);
    return false;
  }

  #closed(error: Error | undefined): void {
    this.#end = { error };
    if (this.#successor !== undefined) {
      this.#successor.closed(error);
      return;
    }
    const taker = this.#taker;
    this.#taker = undefined;
    if (error === undefined) taker?.resolve(new Uint8Array(0));
    else taker?.reject(error);
  }
}

/** Fisher and Yates, with the platform's random numbers: a fleet must not agree on an order. */
function shuffled(count: number): readonly number[] {
  const order = Array.from({ length: count }, (_, index) => index);
  for (let last = count - 1; last > 0; last--) {
    const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
    const other = random % (last + 1);
    const moved = order[last] ?? last;
    order[last] = order[other] ?? other;
    order[other] = moved;
  }
  return order;
}
