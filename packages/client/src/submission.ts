import type { Channel, Turn } from './channel.ts';
import { TimeoutError } from './errors.ts';
import type { Outcome } from './machine/exchange.ts';
import type { Request } from './machine/requests.ts';
import { DISCARDING_SINK, type ResultSink } from './result-sink.ts';

/** What one call may add to a request. */
export interface SubmitOptions {
  /** Cancels the request on the server; the call rejects with the signal's reason once the server has answered. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the request is cancelled as by a signal; the call rejects with a TimeoutError. */
  readonly timeoutMs?: number | undefined;
}

/** A request that belongs to the same turn as the one before it. */
export interface FollowUp {
  /** Goes out right in front of the request, up to the same Sync; nobody wants its answer. */
  readonly before?: Request;
  readonly request: Request;
  readonly sink: ResultSink;
}

/** Looks at an answer and says what is to be sent behind it; undefined when that was all. */
export type NextStep = (outcome: Outcome) => FollowUp | undefined;

/** One request with a turn of its own, or several: settled when the server is ready for the next turn. */
class Submission implements Turn {
  readonly promise: Promise<Outcome>;
  readonly #channel: Channel;
  readonly #first: FollowUp;
  readonly #next: NextStep;
  readonly #options: SubmitOptions;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #resolve: (outcome: Outcome) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  /** Why we stopped it: what the caller gets once the server has answered. */
  #stopped: { readonly reason: unknown } | undefined;

  constructor(channel: Channel, first: FollowUp, next: NextStep, options: SubmitOptions) {
    this.#channel = channel;
    this.#first = first;
    this.#next = next;
    this.#options = options;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, timeoutMs } = options;
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (timeoutMs !== undefined) this.#timer = setTimeout(this.#onTimeout, timeoutMs);
  }

  begin(): void {
    this.#send(this.#first);
  }

  lost(): void {
    const { reason } = this.#stopped ?? { reason: this.#channel.lossError(!this.#channel.isCurrent(this)) };
    this.#settle(() => this.#reject(reason));
  }

  #send({ before, request, sink }: FollowUp): void {
    try {
      if (before !== undefined) this.#channel.send(before, DISCARDING_SINK, () => undefined);
      this.#channel.send(request, sink, (outcome) => this.#ended(outcome));
      void this.#channel.flush();
    } catch (error) {
      this.#settle(() => this.#reject(error));
    }
  }

  #ended(outcome: Outcome): void {
    const stopped = this.#stopped;
    if (stopped !== undefined) this.#settle(() => this.#reject(stopped.reason));
    else if (outcome.kind === 'sink-threw') this.#settle(() => this.#reject(outcome.error));
    else this.#goOn(outcome);
  }

  #goOn(outcome: Outcome): void {
    let step: FollowUp | undefined;
    try {
      step = this.#next(outcome);
    } catch (error) {
      this.#settle(() => this.#reject(error));
      return;
    }
    if (step === undefined) this.#settle(() => this.#resolve(outcome));
    else this.#send(step);
  }

  #settle(outcome: () => void): void {
    clearTimeout(this.#timer);
    this.#options.signal?.removeEventListener('abort', this.#onAbort);
    outcome();
    this.#channel.leave(this);
  }

  readonly #onAbort = (): void => this.#stop(this.#options.signal?.reason);

  readonly #onTimeout = (): void => {
    const text = `statement timeout of ${this.#options.timeoutMs} ms expired`;
    this.#stop(new TimeoutError(text, !this.#channel.isCurrent(this)));
  };

  #stop(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    if (this.#channel.isCurrent(this)) this.#channel.stop();
    else this.#settle(() => this.#reject(reason));
  }
}

/** Sends a request when its turn has come; resolves at ReadyForQuery, the last one if `next` asks for more. */
export function submit(
  channel: Channel,
  request: Request,
  sink: ResultSink,
  options: SubmitOptions = {},
  next: NextStep = () => undefined,
): Promise<Outcome> {
  if (options.signal?.aborted) return Promise.reject(options.signal.reason);
  return observed(channel, request, () => {
    const submission = new Submission(channel, { request, sink }, next, options);
    channel.enter(submission);
    return submission.promise;
  });
}

/** Runs the work of a request, and tells whoever listens to the channel's requests. */
export function observed<T>(channel: Channel, request: Request, run: () => Promise<T>): Promise<T> {
  const { observer } = channel;
  if (observer === undefined) return run();
  const sql = 'sql' in request ? request.sql : '';
  return observer.watch({ kind: request.kind, sql, backendPid: channel.session.backendKey?.processId ?? 0 }, run);
}
