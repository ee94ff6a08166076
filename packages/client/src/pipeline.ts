import type { Channel } from './channel.ts';
import type { Executor } from './executor.ts';
import { Lease } from './lease.ts';
import type { DescribeRequest, ExtendedRequest, Request } from './machine/requests.ts';
import type { OneResult } from './one-result.ts';
import { PipelinedRequest } from './pipelined-request.ts';
import type { PreparedStatement } from './prepared.ts';
import type { ExecuteOptions, QueryOptions, ShapeOf } from './query-options.ts';
import { DISCARDING_SINK, type ResultSink } from './result-sink.ts';
import type { Result } from './results.ts';
import type { ServerError } from './server-error.ts';
import { type Answer, NOTHING, observed } from './submission.ts';

const NO_OPTIONS: QueryOptions = {};

/**
 * Requests sent without waiting for the answers of those before (manual: "Pipelining", libpq's "Pipeline Mode").
 *
 * All requests between two Syncs are one transaction unless they say otherwise. After an error the server ignores
 * what follows up to the next Sync; those requests reject with a PipelineAbortedError whose cause is the error.
 *
 * @example
 * ```ts
 * await connection.pipeline(async (pipeline) => {
 *   const one = pipeline.execute('select 1 as n');
 *   const two = pipeline.execute('select $1::int as n', [2]);
 *   (await one).rows; // [{ n: 1 }]
 *   (await two).rows; // [{ n: 2 }]
 * });
 * ```
 */
export class Pipeline {
  readonly #channel: Channel;
  readonly #executor: Executor;
  readonly #lease: Lease;
  #flushing: 'idle' | 'scheduled' = 'idle';
  #ended: 'open' | 'synced' = 'synced';
  /** The functions that settle the promise made last. */
  #resolve: (value: unknown) => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;
  readonly #takeSettlers = (resolve: (value: unknown) => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };

  private constructor(channel: Channel, executor: Executor) {
    this.#channel = channel;
    this.#executor = executor;
    this.#lease = new Lease(channel);
  }

  /** @internal One that never begins: what {@link Executor.kept} keeps. */
  static idle(channel: Channel, executor: Executor): object {
    return new Pipeline(channel, executor);
  }

  /** @internal Waits for the connection's turn. */
  static async begin(channel: Channel, executor: Executor): Promise<Pipeline> {
    const pipeline = new Pipeline(channel, executor);
    await pipeline.#lease.acquire();
    return pipeline;
  }

  /**
   * Sends a statement together with what else is sent in this turn of the event loop; resolves to its result.
   *
   * @throws ServerError, or PipelineAbortedError when it was not executed.
   */
  execute<O extends ExecuteOptions = ExecuteOptions>(
    sql: string,
    values: readonly unknown[] = [],
    options?: O,
  ): Promise<Result<ShapeOf<O>>> {
    const taken = options ?? NO_OPTIONS;
    const result = this.#executor.oneResult(taken) as OneResult & Answer<Result<ShapeOf<O>>>;
    let request: ExtendedRequest;
    try {
      request = this.#executor.extendedRequest(sql, values, taken, 'none');
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#request(request, result, result);
  }

  /** Sends an execution of a prepared statement; see {@link execute}. */
  executePrepared<O extends QueryOptions = QueryOptions>(
    statement: PreparedStatement,
    values: readonly unknown[] = [],
    options?: O,
  ): Promise<Result<ShapeOf<O>>> {
    const taken = options ?? NO_OPTIONS;
    const result = this.#executor.oneResult(taken, statement.description) as OneResult & Answer<Result<ShapeOf<O>>>;
    let request: ExtendedRequest;
    try {
      request = this.#executor.preparedRequest(statement, values, taken, 'none');
    } catch (error) {
      return Promise.reject(error);
    }
    return this.#request(request, result, result);
  }

  /**
   * Sends a statement, or asks for its description, and feeds the sink with the answer, as `Connection.submit` does.
   *
   * @throws PipelineAbortedError when it was not executed; what the sink threw.
   */
  submit(request: ExtendedRequest | DescribeRequest, sink: ResultSink): Promise<void> {
    return this.#request({ ...request, end: 'none' }, sink, NOTHING);
  }

  /** Ends the transaction of the requests so far; resolves when the server is ready. Throws the commit's error. */
  async sync(): Promise<void> {
    this.#ended = 'synced';
    const errors: ServerError[] = [];
    const sink: ResultSink = { ...DISCARDING_SINK, errorResponse: (error) => errors.push(error) };
    await new Promise<void>((resolve, reject) => {
      this.#lease.send({ kind: 'sync' }, sink, new PipelinedRequest(NOTHING, resolve, reject));
      this.#flushSoon();
    });
    const [error] = errors;
    if (error !== undefined) throw error;
  }

  /** @internal Always ends in a Sync, so that the connection is usable whatever happened. */
  async end(): Promise<void> {
    try {
      if (this.#ended === 'open' && !this.#channel.isLost) await this.sync();
    } finally {
      this.#lease.release();
    }
  }

  #request<T>(request: Request, sink: ResultSink, answer: Answer<T>): Promise<T> {
    if (this.#channel.observer === undefined) return this.#send(request, sink, answer);
    return observed(this.#channel, request, () => this.#send(request, sink, answer));
  }

  /** One promise a request, because there are many, and no function of ours a promise. */
  #send<T>(request: Request, sink: ResultSink, answer: Answer<T>): Promise<T> {
    const promise = new Promise<unknown>(this.#takeSettlers) as Promise<T>;
    const asker = new PipelinedRequest(answer, this.#resolve, this.#reject);
    try {
      this.#lease.send(request, sink, asker);
      this.#ended = 'open';
      this.#flushSoon();
    } catch (error) {
      asker.abandoned(error);
    }
    return promise;
  }

  /** One write for all requests of this turn of the event loop; Flush makes the server answer before the Sync. */
  #flushSoon(): void {
    if (this.#flushing === 'scheduled') return;
    this.#flushing = 'scheduled';
    queueMicrotask(() => {
      this.#flushing = 'idle';
      if (this.#channel.isLost) return;
      if (this.#ended === 'open') this.#channel.machine.requestFlush();
      void this.#channel.flush();
    });
  }
}
