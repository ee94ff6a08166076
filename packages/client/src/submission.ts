import type { Channel, Turn } from './channel.ts';
import { TimeoutError } from './errors.ts';
import { type Asker, NOBODY, type Outcome } from './machine/exchange.ts';
import type { Request } from './machine/requests.ts';
import { DISCARDING_SINK, type ResultSink } from './result-sink.ts';

/** What one call may add to a request. */
export interface SubmitOptions {
  /** Cancels the request on the server; the call rejects with the signal's reason once the server has answered. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds after which the request is cancelled as by a signal; the call rejects with a TimeoutError. */
  readonly timeoutMs?: number | undefined;
}

const NO_OPTIONS: SubmitOptions = {};

/** A request that belongs to the same turn as the one before it. */
export interface FollowUp {
  /** Goes out right in front of the request, up to the same Sync; nobody wants its answer. */
  readonly before?: Request;
  readonly request: Request;
  readonly sink: ResultSink;
}

/** Looks at an answer and says what is to be sent behind it; undefined when that was all. */
export type NextStep = (outcome: Outcome) => FollowUp | undefined;

/** What a call resolves to, once its request is answered; throws the server's error. */
export interface Answer<T> {
  answer(): T;
}

/** The answer of a request whose sink has got all there is. */
export const NOTHING: Answer<void> = { answer: () => undefined };

/** One request with a turn of its own, or several: settled when the server is ready for the next turn. */
class Submission<T> implements Turn, Asker {
  readonly promise: Promise<T>;
  readonly #channel: Channel;
  readonly #first: FollowUp;
  readonly #answer: Answer<T>;
  readonly #next: NextStep | undefined;
  readonly #options: SubmitOptions;
  readonly #onAbort: (() => void) | undefined;
  readonly #timer: ReturnType<typeof setTimeout> | undefined;
  #resolve: (value: T) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  /** Why we stopped it: what the caller gets once the server has answered. */
  #stopped: { readonly reason: unknown } | undefined;

  constructor(
    channel: Channel,
    first: FollowUp,
    answer: Answer<T>,
    options: SubmitOptions,
    next: NextStep | undefined,
  ) {
    this.#channel = channel;
    this.#first = first;
    this.#answer = answer;
    this.#next = next;
    this.#options = options;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    const { signal, timeoutMs } = options;
    if (signal !== undefined) {
      this.#onAbort = () => this.#stop(signal.reason);
      signal.addEventListener('abort', this.#onAbort, { once: true });
    }
    if (timeoutMs !== undefined) this.#timer = setTimeout(() => this.#onTimeout(timeoutMs), timeoutMs);
  }

  begin(): void {
    this.#send(this.#first);
  }

  lost(): void {
    const { reason } = this.#stopped ?? { reason: this.#channel.lossError(!this.#channel.isCurrent(this)) };
    this.#fail(reason);
  }

  #send({ before, request, sink }: FollowUp): void {
    try {
      if (before !== undefined) this.#channel.send(before, DISCARDING_SINK, NOBODY);
      this.#channel.send(request, sink, this);
      void this.#channel.flush();
    } catch (error) {
      this.#fail(error);
    }
  }

  ended(outcome: Outcome): void {
    if (this.#stopped !== undefined) this.#fail(this.#stopped.reason);
    else if (outcome.kind === 'sink-threw') this.#fail(outcome.error);
    else this.#goOn(outcome);
  }

  #goOn(outcome: Outcome): void {
    let value: T;
    try {
      const step = this.#next?.(outcome);
      if (step !== undefined) {
        this.#send(step);
        return;
      }
      value = this.#answer.answer();
    } catch (error) {
      this.#fail(error);
      return;
    }
    this.#resolve(value);
    this.#leave();
  }

  #fail(error: unknown): void {
    this.#reject(error);
    this.#leave();
  }

  #leave(): void {
    clearTimeout(this.#timer);
    if (this.#onAbort !== undefined) this.#options.signal?.removeEventListener('abort', this.#onAbort);
    this.#channel.leave(this);
  }

  #onTimeout(timeoutMs: number): void {
    const text = `statement timeout of ${timeoutMs} ms expired`;
    this.#stop(new TimeoutError(text, !this.#channel.isCurrent(this)));
  }

  #stop(reason: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { reason };
    if (this.#channel.isCurrent(this)) this.#channel.stop();
    else this.#fail(reason);
  }
}

/** A submission that never begins: what {@link Executor.kept} keeps. */
export function idleSubmission(channel: Channel): object {
  const first: FollowUp = { request: { kind: 'sync' }, sink: DISCARDING_SINK };
  return new Submission(channel, first, NOTHING, NO_OPTIONS, undefined);
}

/** Sends a request when its turn has come; resolves at ReadyForQuery. */
export function submit(channel: Channel, request: Request, sink: ResultSink, options?: SubmitOptions): Promise<void> {
  return submitFor(channel, request, sink, NOTHING, options);
}

/** Sends a request as `submit` does; resolves to the answer at ReadyForQuery, the last one if `next` asks for more. */
export function submitFor<T>(
  channel: Channel,
  request: Request,
  sink: ResultSink,
  answer: Answer<T>,
  options: SubmitOptions = NO_OPTIONS,
  next?: NextStep,
): Promise<T> {
  if (options.signal?.aborted) return Promise.reject(options.signal.reason);
  if (channel.observer === undefined) return entered(channel, { request, sink }, answer, options, next);
  return observed(channel, request, () => entered(channel, { request, sink }, answer, options, next));
}

function entered<T>(
  channel: Channel,
  first: FollowUp,
  answer: Answer<T>,
  options: SubmitOptions,
  next: NextStep | undefined,
): Promise<T> {
  const submission = new Submission(channel, first, answer, options, next);
  channel.enter(submission);
  return submission.promise;
}

/** Runs the work of a request, and tells whoever listens to the channel's requests. */
export function observed<T>(channel: Channel, request: Request, run: () => Promise<T>): Promise<T> {
  const { observer } = channel;
  if (observer === undefined) return run();
  const sql = 'sql' in request ? request.sql : '';
  return observer.watch({ kind: request.kind, sql, backendPid: channel.session.backendKey?.processId ?? 0 }, run);
}
