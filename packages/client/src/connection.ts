import { Channel, type ChannelContext, type SubmitOptions } from './channel.ts';
import { UsageError } from './errors.ts';
import type { TransactionStatus } from './machine/machine.ts';
import { type PublicPhase, publicPhase } from './machine/phases.ts';
import type { Parameter, Request } from './machine/requests.ts';
import type { PasswordSource } from './password.ts';
import type { ResultSink } from './result-sink.ts';
import { type Result, ResultCollector, type Row, type RowShape } from './results.ts';
import type { ServerNotice, ServerNotification } from './server-error.ts';
import type { Peer } from './transport.ts';
import type { TypeRegistry } from './types/registry.ts';

/** What a query may be told. */
export interface QueryOptions extends SubmitOptions {
  /** Replaces the connection's types for this call. */
  readonly types?: TypeRegistry;
}

/** A query whose rows come as arrays. */
export interface ArrayQueryOptions extends QueryOptions {
  readonly rows: 'array';
}

/** What a connection needs of the code that opened it. */
export interface ConnectionContext extends Omit<ChannelContext, 'notice' | 'notification'> {
  readonly types: TypeRegistry;
  readonly onNotice: ((notice: ServerNotice) => void) | undefined;
  readonly onNotification: ((notification: ServerNotification) => void) | undefined;
}

/** Notifications that nobody takes are kept up to this many; a listener takes them as they come. */
const MAX_KEPT_NOTIFICATIONS = 100_000;

/**
 * A session with a PostgreSQL server.
 *
 * @example
 * ```ts
 * await using connection = await connect('host=localhost dbname=postgres');
 * const [result] = await connection.query('select 1 as one');
 * ```
 */
export class Connection implements AsyncDisposable {
  readonly #channel: Channel;
  readonly #types: TypeRegistry;
  readonly #notifications: ServerNotification[] = [];

  /** @internal */
  constructor(context: ConnectionContext) {
    this.#types = context.types;
    this.#channel = new Channel({
      session: context.session,
      stream: context.stream,
      cancelTimeoutMs: context.cancelTimeoutMs,
      sendCancel: (session, timeoutMs) => context.sendCancel(session, timeoutMs),
      notice: (notice) => context.onNotice?.(notice),
      notification: (notification) => {
        if (context.onNotification !== undefined) context.onNotification(notification);
        else if (this.#notifications.length < MAX_KEPT_NOTIFICATIONS) this.#notifications.push(notification);
        else this.#channel.destroy(`more than ${MAX_KEPT_NOTIFICATIONS} notifications were not taken`);
      },
    });
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

  /** The protocol version that was agreed on. */
  get protocolVersion(): '3.0' | '3.2' {
    return this.#channel.session.protocolMinor >= 2 ? '3.2' : '3.0';
  }

  /**
   * Sends a request and feeds the sink with the answer. Requests wait for one another, in order.
   *
   * Resolves at ReadyForQuery, also after an ErrorResponse, which the sink has got.
   *
   * @throws LocalProtocolError when the request cannot be encoded, ConnectionLostError, TimeoutError, the signal's
   * reason, or what the sink threw.
   */
  submit(request: Request, sink: ResultSink, options?: SubmitOptions): Promise<void> {
    return this.#channel.submit(request, sink, options);
  }

  /**
   * Runs one or more statements by the simple query protocol: one result a statement.
   *
   * @throws ServerError of the statement that failed; none after it has run.
   */
  async query(sql: string, options: ArrayQueryOptions): Promise<readonly Result<unknown[]>[]>;
  async query(sql: string, options?: QueryOptions): Promise<readonly Result<Row>[]>;
  async query(sql: string, options: QueryOptions & { rows?: RowShape } = {}): Promise<readonly Result<unknown>[]> {
    const collector = new ResultCollector(options.types ?? this.#types, options.rows ?? 'object');
    await this.#channel.submit({ kind: 'simple', sql }, collector, options);
    if (collector.error !== undefined) throw collector.error;
    return collector.results;
  }

  /**
   * Runs one statement with parameters by the extended query protocol.
   *
   * @throws ServerError, or UsageError for a parameter that cannot be sent.
   */
  async execute(
    sql: string,
    parameters: readonly unknown[] | undefined,
    options: ArrayQueryOptions,
  ): Promise<Result<unknown[]>>;
  async execute(sql: string, parameters?: readonly unknown[], options?: QueryOptions): Promise<Result<Row>>;
  async execute(
    sql: string,
    parameters: readonly unknown[] = [],
    options: QueryOptions & { rows?: RowShape } = {},
  ): Promise<Result<unknown>> {
    const collector = new ResultCollector(options.types ?? this.#types, options.rows ?? 'object');
    const request: Request = { kind: 'extended', sql, parameters: parameters.map(encodeUntyped) };
    await this.#channel.submit(request, collector, options);
    if (collector.error !== undefined) throw collector.error;
    const [result] = collector.results;
    if (result === undefined) throw new UsageError('the statement was a COPY, which execute does not carry out');
    return result;
  }

  /** All notifications that have arrived since the last call, in order; they come while the connection reads. */
  takeNotifications(): ServerNotification[] {
    return this.#notifications.splice(0);
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

/** A parameter whose type the server chooses: its text. */
function encodeUntyped(value: unknown): Parameter {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return value ? 't' : 'f';
  throw new UsageError(`a parameter of type ${typeof value} needs a codec`);
}
