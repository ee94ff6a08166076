import { EventEmitter } from 'node:events';
import type { Connection } from '../connection.ts';
import { ConnectionLostError, UsageError } from '../errors.ts';
import type { Parameter, Request } from '../machine/requests.ts';
import { connect } from '../node.ts';
import { type ClientConfig, conninfoOf } from './config.ts';
import { prepareValue } from './prepare-value.ts';
import {
  isSubmittable,
  type QueryCall,
  type QueryCallback,
  type QueryConfig,
  readQueryCall,
  type Submittable,
} from './query.ts';
import { PgResultSink, type QueryResult } from './result.ts';
import { runSubmittable } from './submittable.ts';
import { type TypeParserSource, TypeParsers } from './type-parsers.ts';

/** A client's life: it connects once. */
type Life =
  | { readonly state: 'new' }
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly connection: Connection }
  | { readonly state: 'ended' };

/**
 * One connection with node-postgres' interface: promises or callbacks, events `error`, `notice`, `notification`, `end`.
 *
 * @example
 * ```ts
 * const client = new Client({ connectionString: 'postgresql://postgres@localhost/postgres' });
 * await client.connect();
 * const { rows } = await client.query('select $1::int as n', [1]);
 * await client.end();
 * ```
 */
export class Client extends EventEmitter {
  readonly #config: ClientConfig;
  readonly #types: TypeParserSource;
  /** Named statements that the server has, by name. */
  readonly #prepared = new Map<string, string>();
  #life: Life = { state: 'new' };

  constructor(config: string | ClientConfig = {}) {
    super();
    this.#config = typeof config === 'string' ? { connectionString: config } : config;
    this.#types = this.#config.types ?? new TypeParsers();
  }

  /** Process id of the backend. */
  get processID(): number | null {
    return this.#life.state === 'connected' ? this.#life.connection.backendPid : null;
  }

  /** The transaction status that the server reported last. */
  get transactionStatus(): string {
    return this.#life.state === 'connected' ? this.#life.connection.transactionStatus : 'unknown';
  }

  connect(): Promise<void>;
  connect(callback: (error: Error | null) => void): void;
  connect(callback?: (error: Error | null) => void): Promise<void> | undefined {
    return settle(this.#connect(), callback);
  }

  query<R = Record<string, unknown>>(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>>;
  query<T extends Submittable>(submittable: T): T;
  query(text: string | QueryConfig, callback: QueryCallback): void;
  query(text: string | QueryConfig, values: readonly unknown[], callback: QueryCallback): void;
  query(
    first: string | QueryConfig | Submittable,
    second?: readonly unknown[] | QueryCallback,
    third?: QueryCallback,
  ): unknown {
    if (isSubmittable(first)) {
      void this.#submit(first);
      return first;
    }
    const call = readQueryCall(first, second, third);
    const answer = this.#run(call).then((results) => (results.length === 1 ? results[0] : results));
    return settle(answer, call.callback as ((error: Error | null, result?: unknown) => void) | undefined);
  }

  end(): Promise<void>;
  end(callback: (error: Error | null) => void): void;
  end(callback?: (error: Error | null) => void): Promise<void> | undefined {
    return settle(this.#end(), callback);
  }

  escapeIdentifier(text: string): string {
    return escapeIdentifier(text);
  }

  escapeLiteral(text: string): string {
    return escapeLiteral(text);
  }

  /** Parsers for a type of this client alone. */
  getTypeParser(oid: number, format?: string): (text: string) => unknown {
    return this.#types.getTypeParser(oid, format);
  }

  async #connect(): Promise<void> {
    if (this.#life.state !== 'new')
      throw new UsageError('Client has already been connected. You cannot reuse a client.');
    this.#life = { state: 'connecting' };
    const { egress, password } = this.#config;
    const connection = await connect(conninfoOf(this.#config), {
      environment: 'libpq',
      egress,
      password: typeof password === 'function' ? () => password() : undefined,
      onNotice: (notice) => this.emit('notice', notice),
      onNotification: ({ channel, payload, pid }) => this.emit('notification', { processId: pid, channel, payload }),
      onEnd: (error) => this.#ended(error),
    });
    this.#life = { state: 'connected', connection };
    this.emit('connect');
  }

  #ended(error: ConnectionLostError | undefined): void {
    this.#life = { state: 'ended' };
    if (error !== undefined) this.emit('error', error);
    this.emit('end');
  }

  async #end(): Promise<void> {
    if (this.#life.state === 'connected') await this.#life.connection.close();
    this.#life = { state: 'ended' };
  }

  #connection(): Connection {
    if (this.#life.state === 'connected') return this.#life.connection;
    if (this.#life.state === 'ended') throw new ConnectionLostError('Client was closed and is not queryable', true);
    throw new UsageError('Client is not connected: call connect() first');
  }

  async #submit(submittable: Submittable): Promise<void> {
    await runSubmittable(this.#connection(), submittable);
    if (this.#life.state === 'connected' && this.#life.connection.phase === 'idle') this.emit('drain');
  }

  async #run({ config }: QueryCall): Promise<QueryResult<unknown>[]> {
    const sink = new PgResultSink(config.types ?? this.#types, config.rowMode);
    const connection = this.#connection();
    const timeoutMs = config.query_timeout ?? this.#config.query_timeout;
    await connection.submit(this.#requestOf(config), sink, { timeoutMs: timeoutMs || undefined });
    if (sink.error !== undefined) {
      // A statement that could not be parsed is not there to be used again.
      if (config.name !== undefined) this.#prepared.delete(config.name);
      throw sink.error;
    }
    if (connection.phase === 'idle') this.emit('drain');
    return sink.results.length === 0
      ? [{ command: '', rowCount: null, oid: null, rows: [], fields: [] }]
      : sink.results;
  }

  #requestOf({ name, text, values }: QueryConfig): Request {
    if ((values === undefined || values.length === 0) && name === undefined) return { kind: 'simple', sql: text };
    const parameters: readonly Parameter[] = (values ?? []).map((value) => prepareValue(value));
    if (name === undefined) return { kind: 'extended', sql: text, parameters };
    const known = this.#prepared.get(name);
    if (known !== undefined && known !== text) {
      throw new UsageError(`Prepared statements must be unique - '${name}' was used for a different statement`);
    }
    this.#prepared.set(name, text);
    return { kind: 'extended', sql: text, name, parse: known === undefined, parameters };
  }
}

/** A promise, or a callback in its place. */
export function settle<T>(
  answer: Promise<T>,
  callback: ((error: Error | null, result?: T) => void) | undefined,
): Promise<T> | undefined {
  if (callback === undefined) return answer;
  answer.then(
    (result) => process.nextTick(callback, null, result),
    (error: unknown) => process.nextTick(callback, error),
  );
  return undefined;
}

/**
 * An identifier in quotes.
 *
 * @example
 * ```ts
 * escapeIdentifier('Col"q'); // '"Col""q"'
 * ```
 */
export function escapeIdentifier(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/**
 * A string literal; backslashes make it an escape string, which means the same under every setting.
 *
 * @example
 * ```ts
 * escapeLiteral("o'brien"); // "'o''brien'"
 * ```
 */
export function escapeLiteral(text: string): string {
  const quoted = text.replace(/['\\]/g, '$&$&');
  return text.includes('\\') ? ` E'${quoted}'` : `'${quoted}'`;
}
