import type { OpenStream } from './drive.ts';
import { CancelError, ConnectionLostError, TimeoutError } from './errors.ts';
import { formatLibpqMessage } from './libpq-message.ts';
import { lostText, SERVER_CLOSED } from './machine/connect-text.ts';
import { type Exchange, Machine, type Outcome } from './machine/machine.ts';
import type { Request } from './machine/requests.ts';
import type { Session } from './machine/session.ts';
import { MAX_PARAMETERS } from './machine/startup.ts';
import { terminateMessage } from './machine/terminate.ts';
import type { ResultSink } from './result-sink.ts';
import type { ServerError, ServerNotice, ServerNotification } from './server-error.ts';
import { OsError, type Transport } from './transport.ts';

/** What one call may add to a request. */
export interface SubmitOptions {
  /** Cancels the request on the server; the call rejects with the signal's reason once the server has answered. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the request is cancelled as by a signal; the call rejects with a TimeoutError. */
  readonly timeoutMs?: number | undefined;
}

/** What a channel needs of the code that opened it. */
export interface ChannelContext {
  readonly session: Session;
  readonly stream: OpenStream;
  /** How long a cancelled request may go on before the connection is given up, in milliseconds. */
  readonly cancelTimeoutMs: number;
  /** Runs one cancel dialogue to its end. */
  sendCancel(session: Session, timeoutMs: number): Promise<void>;
  notice(notice: ServerNotice): void;
  notification(notification: ServerNotification): void;
}

/** A submitted request that has not ended. */
interface Job {
  readonly request: Request;
  readonly sink: ResultSink;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
  /** Why we stopped it: what the caller gets once the server has answered. */
  stopped: { readonly reason: unknown } | undefined;
  /** Ends listeners and timers. */
  readonly release: () => void;
}

/** Why nothing can be sent any more. libpq tells the whole story once, and then only that there is no connection. */
interface Loss {
  readonly story: string;
  readonly cause: unknown;
}

const NO_CONNECTION = 'no connection to the server';

/**
 * A live stream and what runs on it: one request after the other, each cancellable, none able to be hit by the cancel
 * of the one before it.
 *
 * No byte of a request leaves before the request in front of it has been answered to the end and every cancel stream
 * has ended. A cancelled request that is not answered in time costs the connection.
 */
export class Channel {
  readonly session: Session;
  readonly machine: Machine;
  readonly #context: ChannelContext;
  readonly #transport: Transport;
  readonly #waiting: Job[] = [];
  readonly #cancels = new Set<Promise<void>>();
  readonly #closed: Promise<void>;
  #settleClosed: () => void = () => undefined;
  #current: Job | undefined;
  #lastWords: ServerError | undefined;
  #loss: Loss | 'told' | undefined;
  #drained: Promise<void> | undefined;
  #settleDrained: () => void = () => undefined;
  #cancelTimer: ReturnType<typeof setTimeout> | undefined;

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
      },
      session.transactionStatus,
    );
    stream.handOver({
      receive: (chunk) => this.#read(() => this.machine.receive(chunk)),
      drained: () => this.#onDrained(),
      closed: (error) => this.#lose(this.#farewell(error), this.#lastWords ?? error),
    });
  }

  /** Whether a request is under way or waiting. */
  get isBusy(): boolean {
    return this.#current !== undefined || this.#waiting.length > 0;
  }

  /** Resolves when ReadyForQuery has come; see {@link ResultSink} for what comes before. */
  submit(request: Request, sink: ResultSink, options: SubmitOptions = {}): Promise<void> {
    if (options.signal?.aborted) return Promise.reject(options.signal.reason);
    return new Promise((resolve, reject) => {
      const job: Job = { request, sink, resolve, reject, stopped: undefined, release: this.#watch(options, () => job) };
      if (this.#current === undefined && this.#cancels.size === 0 && this.#waiting.length === 0) this.#start(job);
      else this.#waiting.push(job);
    });
  }

  /** Sends what the machine has written; resolves when the socket takes more. */
  flush(): Promise<void> | undefined {
    for (const bytes of this.machine.output.take()) {
      if (!this.#transport.write(bytes) && this.#drained === undefined) {
        this.#drained = new Promise((resolve) => {
          this.#settleDrained = resolve;
        });
      }
    }
    return this.#drained;
  }

  /** Runs a request outside the queue, for pipelines: the caller keeps the order. */
  begin(request: Request, sink: ResultSink, ended: (outcome: Outcome) => void): Exchange {
    this.#refuseWhenLost();
    return this.machine.submit(request, sink, ended);
  }

  /** Cancels what runs, if anything, over a stream of its own; resolves when that stream has ended. */
  async cancel(): Promise<void> {
    if (this.#loss !== undefined) throw new CancelError('connection not open');
    const cancelled = this.#current;
    const request = this.#context.sendCancel(this.session, this.#context.cancelTimeoutMs);
    this.#cancels.add(request);
    const onEnd = (): void => {
      this.#cancels.delete(request);
      this.#startNext();
    };
    request.then(onEnd, onEnd);
    if (cancelled !== undefined) this.#expectEnd(cancelled);
    await request;
  }

  /** Says goodbye and closes; requests that wait are rejected. */
  close(): Promise<void> {
    if (this.#loss === undefined) {
      this.#transport.write(terminateMessage());
      this.#transport.close('flush');
      this.#fail({ story: NO_CONNECTION, cause: undefined });
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

  #start(job: Job): void {
    try {
      this.#refuseWhenLost();
      this.machine.submit(job.request, job.sink, (outcome) => this.#ended(job, outcome));
    } catch (error) {
      job.release();
      job.reject(error);
      this.#startNext();
      return;
    }
    this.#current = job;
    void this.flush();
  }

  #startNext(): void {
    if (this.#current !== undefined || this.#cancels.size > 0) return;
    const job = this.#waiting.shift();
    if (job !== undefined) this.#start(job);
  }

  #ended(job: Job, outcome: Outcome): void {
    if (this.#current === job) this.#current = undefined;
    clearTimeout(this.#cancelTimer);
    job.release();
    if (job.stopped !== undefined) job.reject(job.stopped.reason);
    else if (outcome.kind === 'sink-threw') job.reject(outcome.error);
    else job.resolve();
    this.#startNext();
  }

  /** Stops the job when its signal or its time-out says so. */
  #watch({ signal, timeoutMs }: SubmitOptions, jobOf: () => Job): () => void {
    const onAbort = (): void => this.#stop(jobOf(), signal?.reason);
    signal?.addEventListener('abort', onAbort, { once: true });
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            const job = jobOf();
            const text = `statement timeout of ${timeoutMs} ms expired`;
            this.#stop(job, new TimeoutError(text, job !== this.#current));
          }, timeoutMs);
    return () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };
  }

  #stop(job: Job, reason: unknown): void {
    if (job.stopped !== undefined) return;
    job.stopped = { reason };
    if (job === this.#current) {
      // A cancel that cannot be delivered ends as one that is not obeyed: by the time-out.
      this.cancel().catch(() => undefined);
      return;
    }
    const index = this.#waiting.indexOf(job);
    if (index < 0) return;
    this.#waiting.splice(index, 1);
    job.release();
    job.reject(reason);
  }

  /** A cancelled request must end soon, or nobody could use the connection again. */
  #expectEnd(job: Job): void {
    clearTimeout(this.#cancelTimer);
    const { cancelTimeoutMs } = this.#context;
    this.#cancelTimer = setTimeout(() => {
      if (this.#current !== job) return;
      this.destroy(`the server did not answer a cancel request within ${cancelTimeoutMs} ms: connection closed`);
    }, cancelTimeoutMs);
  }

  /** Feeds the machine; false stops the socket while a sink wants to be waited for. */
  #read(step: () => Promise<void> | undefined): boolean {
    try {
      const waiting = step();
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
    if (this.#loss === undefined && this.#read(() => this.machine.resume())) this.#transport.resume();
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
    if (this.#loss === undefined) this.#fail({ story, cause });
    this.#settleClosed();
  }

  #fail(loss: Loss): void {
    this.#loss = loss;
    this.machine.close();
    clearTimeout(this.#cancelTimer);
    this.#onDrained();
    const running = this.#current;
    this.#current = undefined;
    if (running !== undefined) {
      running.release();
      if (running.stopped !== undefined) {
        running.reject(running.stopped.reason);
      } else {
        this.#loss = 'told';
        running.reject(new ConnectionLostError(loss.story, false, { cause: loss.cause }));
      }
    }
    for (const job of this.#waiting.splice(0)) {
      job.release();
      job.reject(this.#lossError());
    }
  }

  #refuseWhenLost(): void {
    if (this.#loss !== undefined) throw this.#lossError();
  }

  #lossError(): ConnectionLostError {
    const loss = this.#loss;
    this.#loss = 'told';
    if (loss === undefined || loss === 'told') return new ConnectionLostError(NO_CONNECTION, true);
    return new ConnectionLostError(loss.story, true, { cause: loss.cause });
  }
}
