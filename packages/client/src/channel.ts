import type { OpenStream } from './drive.ts';
import { CancelError, ConnectionLostError } from './errors.ts';
import { formatLibpqMessage } from './libpq-message.ts';
import { lostText, SERVER_CLOSED } from './machine/connect-text.ts';
import type { Asker, Exchange } from './machine/exchange.ts';
import { Fifo } from './machine/fifo.ts';
import { Machine } from './machine/machine.ts';
import type { Request } from './machine/requests.ts';
import type { Session } from './machine/session.ts';
import { MAX_PARAMETERS } from './machine/startup.ts';
import { TERMINATE } from './machine/terminate.ts';
import type { RequestObserver } from './observer.ts';
import type { ResultSink } from './result-sink.ts';
import type { ServerError, ServerNotice, ServerNotification } from './server-error.ts';
import { TrafficMeter } from './traffic.ts';
import { OsError, type Transport } from './transport.ts';

/** What a channel needs of the code that opened it. */
export interface ChannelContext {
  readonly session: Session;
  readonly stream: OpenStream;
  /** How long a cancelled request may go on before the connection is given up, in milliseconds. */
  readonly cancelTimeoutMs: number;
  /** How long the session may be idle inside a transaction; undefined: as long as it likes. */
  readonly idleInTransactionTimeoutMs: number | undefined;
  /** Runs one cancel dialogue to its end. */
  sendCancel(session: Session, timeoutMs: number): Promise<void>;
  notice(notice: ServerNotice): void;
  notification(notification: ServerNotification): void;
  /** Watches requests, if anybody does. */
  readonly observer: RequestObserver | undefined;
  /** The connection is over; undefined when it was closed on purpose. */
  ended(error: ConnectionLostError | undefined): void;
}

/** One user of the channel at a time: a query, a cursor, a pipeline, a copy. */
export interface Turn {
  /** It is this turn's time: from here until `leave` it alone begins exchanges. */
  begin(): void;
  /**
   * The connection is gone, before or after `begin`, and the turn's exchanges that were under way will not be answered;
   * see {@link Channel.lossError}.
   */
  lost(unanswered: readonly Exchange[]): void;
}

/** Why nothing can be sent any more. libpq tells the whole story once, and then only that there is no connection. */
interface Loss {
  readonly story: string;
  readonly cause: unknown;
}

const NO_CONNECTION = 'no connection to the server';
/** More than this in the output is sent at once instead of waiting for company. */
const FLUSH_BYTES = 64 * 1024;

/** How long a stopped statement may take to end before it is cancelled once more; twice as long after that. */
const FIRST_CANCEL_PAUSE_MS = 250;

/**
 * A live stream and who may use it: one turn after the other, each cancellable, none able to be hit by the cancel of
 * the one before it.
 *
 * No byte of a turn leaves before the turn in front of it has had all its answers and every cancel stream has ended.
 * A cancelled turn that gets no answer in time costs the connection.
 */
export class Channel {
  readonly session: Session;
  readonly machine: Machine;
  readonly meter: TrafficMeter = new TrafficMeter();
  readonly #context: ChannelContext;
  readonly #transport: Transport;
  readonly #waiting = new Fifo<Turn>();
  readonly #cancels = new Set<Promise<void>>();
  readonly #closed: Promise<void>;
  #settleClosed: () => void = () => undefined;
  #current: Turn | undefined;
  #lastWords: ServerError | undefined;
  #loss: Loss | 'told' | undefined;
  #drained: Promise<void> | undefined;
  #settleDrained: () => void = () => undefined;
  #cancelTimer: ReturnType<typeof setTimeout> | undefined;
  #idleTimer: ReturnType<typeof setTimeout> | undefined;
  /** How many requests have been answered so far. */
  #answered = 0;

  constructor(context: ChannelContext) {
    const { session, stream } = context;
    this.session = session;
    this.#context = context;
    this.#transport = stream.transport;
    this.#closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.machine = new Machine(
      stream.reader,
      {
        notice: (notice) => context.notice(notice),
        notification: (notification) => context.notification(notification),
        parameterStatus: (name, value) => {
          if (session.parameters.size < MAX_PARAMETERS || session.parameters.has(name)) {
            session.parameters.set(name, value);
          }
        },
        fatal: (error) => {
          this.#lastWords = error;
        },
        answered: () => {
          clearTimeout(this.#cancelTimer);
          this.#answered += 1;
        },
      },
      session.transactionStatus,
    );
    stream.handOver({
      receive: (chunk) => {
        this.meter.received(chunk.length);
        return this.#read(chunk);
      },
      drained: () => this.#onDrained(),
      closed: (error) => this.#lose(this.#farewell(error), this.#lastWords ?? error),
    });
  }

  /** Whoever watches requests now. */
  get observer(): RequestObserver | undefined {
    const { observer } = this.#context;
    return observer?.isActive === true ? observer : undefined;
  }

  /** Whether a turn is under way or waiting. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#waiting.length > 0;
  }

  get isLost(): boolean {
    return this.#loss !== undefined;
  }

  /** Whether what is lent is sent from where it lies: TLS makes other bytes of it, and not every transport can lend. */
  get lendsInPlace(): boolean {
    return this.session.encryption === undefined && this.#transport.lend !== undefined;
  }

  /** Begins the turn now, or when those before it have left. */
  enter(turn: Turn): void {
    if (this.#loss !== undefined) turn.lost([]);
    else if (this.#current === undefined && this.#cancels.size === 0 && this.#waiting.length === 0) this.#begin(turn);
    else this.#waiting.push(turn);
  }

  /** Ends a turn, all of whose exchanges have been answered; true when it had begun. */
  leave(turn: Turn): boolean {
    if (this.#current === turn) {
      this.#current = undefined;
      this.meter.end();
      clearTimeout(this.#cancelTimer);
      this.#beginNext();
      this.#watchIdleness();
      return true;
    }
    this.#waiting.remove(turn);
    return false;
  }

  isCurrent(turn: Turn): boolean {
    return this.#current === turn;
  }

  /**
   * Writes a request of the current turn into the output.
   *
   * @throws LocalProtocolError when it cannot be encoded, ConnectionLostError when there is no connection.
   */
  send(request: Request, sink: ResultSink, asker: Asker): void {
    if (this.#loss !== undefined) throw this.lossError(true);
    this.machine.submit(request, sink, asker);
    if (this.machine.output.byteLength > FLUSH_BYTES) void this.flush();
  }

  /** Sends what the machine has written; the promise resolves when the socket takes more. */
  flush(): Promise<void> | undefined {
    const { output } = this.machine;
    if (output.byteLength === 0) return this.#drained;
    this.meter.sent(output.byteLength);
    if (!(output.isLent ? this.#lend(output.takeParts()) : this.#transport.write(output.take()))) {
      this.#drained ??= new Promise((resolve) => {
        this.#settleDrained = resolve;
      });
    }
    return this.#drained;
  }

  /**
   * Cancels what runs, if anything, over a stream of its own; resolves when that stream has ended. What was cancelled
   * may go on as long as it likes: this is PQcancel.
   */
  async cancel(): Promise<void> {
    if (this.#loss !== undefined) throw new CancelError('connection not open');
    if (this.machine.phase === 'simple-copy-in') {
      // A server that waits for COPY data does not look at cancel requests: take the data away instead.
      this.machine.copyFail('canceled by the client');
      void this.flush();
      return;
    }
    const request = this.#context.sendCancel(this.session, this.#context.cancelTimeoutMs);
    const onEnd = (): void => {
      this.#cancels.delete(request);
      this.#beginNext();
    };
    this.#cancels.add(request);
    request.then(onEnd, onEnd);
    await request;
  }

  /**
   * Ends the current turn's statement for a caller who will not wait: it is cancelled, again if the server did not
   * hear (a cancel that comes before its statement is lost), and when there is still no answer in time the connection
   * is given up.
   */
  stop(): void {
    const turn = this.#current;
    if (turn === undefined) return;
    this.#expectAnswer(turn);
    const answered = this.#answered;
    const cancelAgain = async (pauseMs: number): Promise<void> => {
      // A cancel that cannot be delivered ends as one that is not obeyed: by the time-out.
      await this.cancel().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      if (this.#current === turn && this.#answered === answered && this.#loss === undefined) {
        await cancelAgain(pauseMs * 2);
      }
    };
    void cancelAgain(FIRST_CANCEL_PAUSE_MS);
  }

  /** Says goodbye and closes; turns that are under way or wait are told that the connection is gone. */
  close(): Promise<void> {
    if (this.#loss === undefined) {
      this.#transport.write(TERMINATE);
      this.#transport.close('flush');
      this.#fail({ story: NO_CONNECTION, cause: undefined });
      this.#context.ended(undefined);
      // A server that does not hang up in its turn is not waited for.
      const timer = setTimeout(() => this.#transport.close('drop'), this.#context.cancelTimeoutMs);
      void this.#closed.then(() => clearTimeout(timer));
    }
    return this.#closed;
  }

  /** Drops the stream at once. */
  destroy(story: string, cause?: unknown): void {
    this.#transport.close('drop');
    this.#lose(story, cause);
  }

  /** The loss as an error: with the whole story for the first one who asks. */
  lossError(safeToRetry: boolean): ConnectionLostError {
    const loss = this.#loss;
    this.#loss = 'told';
    if (loss === undefined || loss === 'told') return new ConnectionLostError(NO_CONNECTION, safeToRetry);
    return new ConnectionLostError(loss.story, safeToRetry, { cause: loss.cause });
  }

  #lend(parts: readonly Uint8Array[]): boolean {
    return this.#transport.lend?.(parts) ?? this.#transport.write(joined(parts));
  }

  #begin(turn: Turn): void {
    clearTimeout(this.#idleTimer);
    this.#current = turn;
    this.meter.begin();
    turn.begin();
  }

  /** A transaction that nobody goes on with holds locks: after its time the session is closed. */
  #watchIdleness(): void {
    const { idleInTransactionTimeoutMs: timeoutMs } = this.#context;
    const { transactionStatus } = this.machine;
    if (timeoutMs === undefined || this.#current !== undefined || this.#loss !== undefined) return;
    if (transactionStatus !== 'T' && transactionStatus !== 'E') return;
    const text = `the session was idle in a transaction for ${timeoutMs} ms: connection closed`;
    this.#idleTimer = setTimeout(() => this.destroy(text), timeoutMs);
  }

  #beginNext(): void {
    if (this.#current !== undefined || this.#cancels.size > 0 || this.#loss !== undefined) return;
    const turn = this.#waiting.shift();
    if (turn !== undefined) this.#begin(turn);
  }

  /** A cancelled turn must get an answer soon, or nobody could use the connection again. */
  #expectAnswer(turn: Turn): void {
    clearTimeout(this.#cancelTimer);
    const { cancelTimeoutMs } = this.#context;
    this.#cancelTimer = setTimeout(() => {
      if (this.#current !== turn) return;
      this.destroy(`the server did not answer a cancel request within ${cancelTimeoutMs} ms: connection closed`);
    }, cancelTimeoutMs);
  }

  /** Feeds the machine; false stops the socket while a sink wants to be waited for. */
  #read(chunk: Uint8Array | undefined): boolean {
    try {
      const waiting = chunk === undefined ? this.machine.resume() : this.machine.receive(chunk);
      void this.flush();
      if (waiting === undefined) return true;
      waiting.then(
        () => this.#readOn(),
        (error: unknown) => {
          this.machine.discard(error);
          this.#readOn();
        },
      );
    } catch (error) {
      this.destroy(error instanceof Error ? error.message : String(error), error);
    }
    return false;
  }

  #readOn(): void {
    if (this.#loss === undefined && this.#read(undefined)) this.#transport.resume();
  }

  #onDrained(): void {
    const settle = this.#settleDrained;
    this.#drained = undefined;
    this.#settleDrained = () => undefined;
    settle();
  }

  /** libpq's text for the end of a stream, with the server's last words in front. */
  #farewell(error: Error | undefined): string {
    const end = error instanceof OsError ? lostText(error) : (error?.message ?? this.#silentEnd());
    return this.#lastWords === undefined ? end : `${formatLibpqMessage(this.#lastWords)}\n${end}`;
  }

  #silentEnd(): string {
    return this.session.encryption === undefined ? SERVER_CLOSED : 'SSL connection has been closed unexpectedly';
  }

  #lose(story: string, cause: unknown): void {
    if (this.#loss === undefined) {
      this.#fail({ story, cause });
      this.#context.ended(new ConnectionLostError(story, true, { cause }));
    }
    this.#settleClosed();
  }

  #fail(loss: Loss): void {
    this.#loss = loss;
    const unanswered = this.machine.close();
    clearTimeout(this.#cancelTimer);
    clearTimeout(this.#idleTimer);
    this.#onDrained();
    this.#current?.lost(unanswered);
    this.#current = undefined;
    for (const turn of this.#waiting.clear()) turn.lost([]);
  }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
