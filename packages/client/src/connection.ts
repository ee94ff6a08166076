import { Channel, type ChannelContext } from './channel.ts';
import { CopyBoth } from './copy-both.ts';
import { type CopySource, copyIn } from './copy-in.ts';
import { copyOut } from './copy-out.ts';
import type { ConnectionLostError } from './errors.ts';
import { Executor } from './executor.ts';
import { Lease } from './lease.ts';
import type { TransactionStatus } from './machine/machine.ts';
import { type PublicPhase, publicPhase } from './machine/phases.ts';
import type { Request } from './machine/requests.ts';
import { NotificationQueue } from './notifications.ts';
import type { PasswordSource } from './password.ts';
import { Pipeline } from './pipeline.ts';
import type { PreparedStatement } from './prepared.ts';
import type { ExecuteOptions, QueryOptions, ShapeOf, StreamOptions } from './query-options.ts';
import type { ResultSink } from './result-sink.ts';
import type { Result } from './results.ts';
import type { Columns } from './rows/columns.ts';
import type { Visited } from './rows/row-visitor.ts';
import type { TypedColumns } from './rows/typed-columns.ts';
import type { ServerNotice, ServerNotification } from './server-error.ts';
import { type SubmitOptions, submit } from './submission.ts';
import type { Traffic } from './traffic.ts';
import type { Peer } from './transport.ts';
import type { TypeRegistry } from './types/registry.ts';
import { readableOf, type WritableCopy, writableTo } from './web-streams.ts';

/** What a connection needs of the code that opened it. */
export interface ConnectionContext extends Omit<ChannelContext, 'notice' | 'notification' | 'ended'> {
  readonly types: TypeRegistry;
  readonly statementCacheSize: number;
  readonly onNotice: ((notice: ServerNotice) => void) | undefined;
  readonly onNotification: ((notification: ServerNotification) => void) | undefined;
  readonly onEnd: ((error: ConnectionLostError | undefined) => void) | undefined;
}

/**
 * A session with a PostgreSQL server. Calls wait for one another, in order; whatever fails, the connection stays
 * usable until the server or the network ends it.
 *
 * @example
 * ```ts
 * await using connection = await connect('host=localhost dbname=postgres');
 * const { rows } = await connection.execute('select $1::int + 1 as answer', [41]);
 * ```
 */
export class Connection implements AsyncDisposable {
  readonly #channel: Channel;
  readonly #context: Pick<ConnectionContext, 'types' | 'statementCacheSize'>;
  #executorIfMade: Executor | undefined;
  readonly #notifications: NotificationQueue;

  /** @internal */
  constructor(context: ConnectionContext) {
    this.#notifications = new NotificationQueue((text) => this.#channel.destroy(text));
    this.#channel = new Channel({
      session: context.session,
      stream: context.stream,
      cancelTimeoutMs: context.cancelTimeoutMs,
      idleInTransactionTimeoutMs: context.idleInTransactionTimeoutMs,
      sendCancel: (session, timeoutMs) => context.sendCancel(session, timeoutMs),
      notice: (notice) => context.onNotice?.(notice),
      notification: (notification) => {
        if (context.onNotification === undefined) this.#notifications.push(notification);
        else context.onNotification(notification);
      },
      observer: context.observer,
      ended: (error) => {
        this.#notifications.end(error);
        context.onEnd?.(error);
      },
    });
    this.#context = context;
  }

  /** Made for the first call, which waits for the server; who waits for the connection need not wait for it as well. */
  get #executor(): Executor {
    const { statementCacheSize, types } = this.#context;
    this.#executorIfMade ??= new Executor(this.#channel, types, statementCacheSize);
    return this.#executorIfMade;
  }

  /** Process id of the backend; 0 when a pooler keeps it to itself. */
  get backendPid(): number {
    return this.#channel.session.backendKey?.processId ?? 0;
  }

  /** What the server reports by ParameterStatus, kept up to date. */
  get serverParameters(): ReadonlyMap<string, string> {
    return this.#channel.session.parameters;
  }

  get transactionStatus(): TransactionStatus {
    return this.#channel.machine.transactionStatus;
  }

  get phase(): PublicPhase {
    const phase = publicPhase(this.#channel.machine.phase);
    return phase === 'idle' && this.#channel.isBusy ? 'active' : phase;
  }

  /** Whether the server asked for a password and was given one (PQconnectionUsedPassword). */
  get passwordUsed(): boolean {
    return this.#channel.session.passwordUsed;
  }

  get passwordSource(): PasswordSource | undefined {
    return this.#channel.session.passwordSource;
  }

  /** Whether the stream is encrypted. */
  get tls(): boolean {
    return this.#channel.session.encryption !== undefined;
  }

  get peer(): Peer {
    return this.#channel.session.peer;
  }

  /** The role that the session began as (PQuser). */
  get user(): string {
    return this.#channel.session.user;
  }

  /** The database (PQdb). */
  get database(): string {
    const { user, database } = this.#channel.session;
    return database === '' ? user : database;
  }

  /** What the connection has moved since its start-up. */
  get traffic(): Traffic {
    return this.#channel.meter.traffic;
  }

  /** The protocol version that was agreed on. */
  get protocolVersion(): '3.0' | '3.2' {
    return this.#channel.session.protocolMinor >= 2 ? '3.2' : '3.0';
  }

  /**
   * Sends a request and feeds the sink with the answer.
   *
   * Resolves at ReadyForQuery, also after an ErrorResponse, which the sink has got.
   *
   * @throws LocalProtocolError when the request cannot be encoded, ConnectionLostError, TimeoutError, the signal's
   * reason, or what the sink threw.
   */
  submit(request: Request, sink: ResultSink, options?: SubmitOptions): Promise<void> {
    return submit(this.#channel, request, sink, options);
  }

  /**
   * Runs one or more statements by the simple query protocol: one result a statement (manual: "Simple Query").
   *
   * @throws ServerError of the statement that failed; none after it has run.
   */
  query<O extends QueryOptions = QueryOptions>(sql: string, options?: O): Promise<readonly Result<ShapeOf<O>>[]> {
    return this.#executor.query(sql, options ?? {}) as Promise<readonly Result<ShapeOf<O>>[]>;
  }

  /**
   * Runs one statement with parameters by the extended query protocol (manual: "Extended Query").
   *
   * @throws ServerError, or UsageError for a parameter that cannot be sent.
   */
  execute<O extends ExecuteOptions = ExecuteOptions>(
    sql: string,
    values: readonly unknown[] = [],
    options?: O,
  ): Promise<Result<ShapeOf<O>>> {
    return this.#executor.execute(sql, values, options ?? {}) as Promise<Result<ShapeOf<O>>>;
  }

  /** Runs one statement and gives its result column by column; see {@link execute}. */
  columns(sql: string, values: readonly unknown[] = [], options: ExecuteOptions = {}): Promise<Columns> {
    return this.#executor.columns(sql, values, options);
  }

  /**
   * Runs one statement and gives its result as typed arrays, texts as one array of UTF-8: nothing is allocated a row.
   * `binary` spares the server and us the digits.
   */
  typedColumns(sql: string, values: readonly unknown[] = [], options: ExecuteOptions = {}): Promise<TypedColumns> {
    return this.#executor.typedColumns(sql, values, options);
  }

  /**
   * Runs one statement and hands each row to `take` as it arrives: the quickest way through a result that need not be
   * held. When `take` returns a promise the socket stands still until it is settled; when it throws, the rest of the
   * rows is read and dropped, and this call rejects with that error: abort the `signal` to stop the server as well.
   *
   * @throws ServerError, UsageError for a parameter that cannot be sent, or what `take` threw.
   *
   * @example
   * ```ts
   * let sum = 0;
   * await connection.forEachRow('select g from generate_series(1, 1000) g', [], ({ g }) => { sum += Number(g); });
   * ```
   */
  forEachRow<O extends ExecuteOptions = ExecuteOptions>(
    sql: string,
    values: readonly unknown[],
    take: (row: ShapeOf<O>) => unknown,
    options?: O,
  ): Promise<Visited> {
    return this.#executor.forEachRow(sql, values, take as (row: unknown) => unknown, options ?? {});
  }

  /**
   * Runs one statement and yields its rows batch by batch; the server waits while nobody takes. Every other call waits
   * until the loop is left.
   */
  batches<O extends StreamOptions = StreamOptions>(
    sql: string,
    values: readonly unknown[] = [],
    options?: O,
  ): AsyncGenerator<readonly ShapeOf<O>[], void, undefined> {
    const batches = this.#executor.batches(sql, values, options ?? {});
    return batches as AsyncGenerator<readonly ShapeOf<O>[], void, undefined>;
  }

  /** Runs one statement and yields its rows one by one; see {@link batches}. */
  async *rows<O extends StreamOptions = StreamOptions>(
    sql: string,
    values: readonly unknown[] = [],
    options?: O,
  ): AsyncGenerator<ShapeOf<O>, void, undefined> {
    for await (const batch of this.batches(sql, values, options)) yield* batch;
  }

  /** Prepares a statement, to be executed many times. */
  prepare(
    sql: string,
    options: SubmitOptions & { readonly name?: string; readonly parameterTypes?: readonly number[] } = {},
  ): Promise<PreparedStatement> {
    return this.#executor.prepare(sql, options);
  }

  /**
   * Runs `work` with a pipeline: requests are sent without waiting for the answers of those before. A Sync ends the
   * pipeline in any case.
   */
  async pipeline<T>(work: (pipeline: Pipeline) => Promise<T>): Promise<T> {
    const pipeline = await Pipeline.begin(this.#channel, this.#executor);
    try {
      return await work(pipeline);
    } finally {
      await pipeline.end();
    }
  }

  /**
   * Runs `COPY … FROM STDIN` with the pieces of `source`, which is drawn upon as fast as the server takes it.
   * Resolves to the number of rows; what the source throws undoes the copy and is thrown here. A source may use the
   * memory of a piece again when it is asked for the next one; the pieces of an array stay in use until the end.
   */
  copyIn(sql: string, source: CopySource, options?: SubmitOptions): Promise<number> {
    return copyIn(this.#channel, sql, source, options);
  }

  /** Runs `COPY … TO STDOUT` and yields its data; leaving the loop early cancels it. */
  copyOut(sql: string, options?: SubmitOptions): AsyncGenerator<Uint8Array, void, undefined> {
    return copyOut(this.#channel, sql, options);
  }

  /** Runs `COPY … TO STDOUT` as a web stream; cancelling the stream cancels the copy. */
  copyOutStream(sql: string, options?: SubmitOptions): ReadableStream<Uint8Array> {
    return readableOf(this.copyOut(sql, options));
  }

  /** Runs `COPY … FROM STDIN` with what is written into a web stream; `result` is the number of rows. */
  copyInStream(sql: string, options?: SubmitOptions): WritableCopy<number> {
    return writableTo((pieces) => this.copyIn(sql, pieces, options));
  }

  /** Runs a command that copies in both directions, such as START_REPLICATION. */
  copyBoth(sql: string): Promise<CopyBoth> {
    return CopyBoth.begin(this.#channel, sql);
  }

  /** @internal The connection for requests of one's own, until it is released. */
  async lease(): Promise<Lease> {
    const lease = new Lease(this.#channel);
    await lease.acquire();
    return lease;
  }

  /** All notifications that have arrived since the last call, in order. */
  takeNotifications(): ServerNotification[] {
    return this.#notifications.take();
  }

  /**
   * Yields notifications as they come, until the signal says stop or the connection ends; a lost connection throws.
   * Issue `LISTEN` before.
   */
  notifications(options: { readonly signal?: AbortSignal } = {}): AsyncGenerator<ServerNotification, void, undefined> {
    return this.#notifications.listen(options.signal);
  }

  /**
   * Asks the server to stop what it runs for this session; resolves when it has taken the request. The running call
   * then ends, usually with SQLSTATE 57014.
   *
   * @throws CancelError when the request could not be delivered.
   */
  cancel(): Promise<void> {
    return this.#channel.cancel();
  }

  /** Ends the session politely. Calls that wait are rejected. */
  close(): Promise<void> {
    return this.#channel.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
