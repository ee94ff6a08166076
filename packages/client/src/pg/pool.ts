import { EventEmitter } from 'node:events';
import { TimeoutError, UsageError } from '../errors.ts';
import { Client, settle } from './client.ts';
import type { ClientConfig } from './config.ts';
import { type QueryCallback, type QueryConfig, readQueryCall } from './query.ts';
import type { QueryResult } from './result.ts';

/** What a Pool is told, with the property names of node-postgres. */
export interface PoolConfig extends ClientConfig {
  /** Most clients at the same time; 10. */
  readonly max?: number | undefined;
  /** Milliseconds after which an idle client is ended; 10,000, and 0 for never. */
  readonly idleTimeoutMillis?: number | undefined;
  /** Times that a client is handed out before it is replaced. */
  readonly maxUses?: number | undefined;
}

/**
 * A client on loan from a pool.
 *
 * @example
 * ```ts
 * const client = await pool.connect();
 * try {
 *   await client.query('select 1');
 * } finally {
 *   client.release();
 * }
 * ```
 */
export class PoolClient extends Client {
  /** Uses so far. */
  uses = 0;
  /** Gives the client back; with an error, or true, it is ended instead. */
  release: (destroy?: Error | boolean) => void = () => undefined;
}

/** Who waits for a client. */
interface Waiter {
  readonly resolve: (client: PoolClient) => void;
  readonly reject: (error: Error) => void;
}

/**
 * Clients to share, with node-postgres' interface. A client that comes back inside a transaction, or broken, is ended
 * and not handed on.
 *
 * @example
 * ```ts
 * const pool = new Pool({ connectionString: 'postgresql://postgres@localhost/postgres', max: 4 });
 * const { rows } = await pool.query('select now()');
 * await pool.end();
 * ```
 */
export class Pool extends EventEmitter {
  /** The constructor of clients on their own, for libraries that need a second connection. */
  readonly Client: typeof Client = Client;
  readonly options: PoolConfig;
  readonly #all = new Set<PoolClient>();
  readonly #idle: PoolClient[] = [];
  readonly #timers = new Map<PoolClient, ReturnType<typeof setTimeout>>();
  readonly #waiting: Waiter[] = [];
  #state: 'open' | 'ending' = 'open';

  constructor(config: string | PoolConfig = {}) {
    super();
    this.options = typeof config === 'string' ? { connectionString: config } : config;
  }

  get totalCount(): number {
    return this.#all.size;
  }

  get idleCount(): number {
    return this.#idle.length;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  connect(): Promise<PoolClient>;
  connect(callback: (error: Error | null, client?: PoolClient) => void): void;
  connect(callback?: (error: Error | null, client?: PoolClient) => void): Promise<PoolClient> | undefined {
    return settle(this.#take(), callback);
  }

  query<R = Record<string, unknown>>(text: string | QueryConfig, values?: readonly unknown[]): Promise<QueryResult<R>>;
  query(text: string | QueryConfig, callback: QueryCallback): void;
  query(text: string | QueryConfig, values: readonly unknown[], callback: QueryCallback): void;
  query(first: string | QueryConfig, second?: readonly unknown[] | QueryCallback, third?: QueryCallback): unknown {
    const { callback, config } = readQueryCall(first, second, third);
    return settle(this.#query(config), callback as ((error: Error | null, result?: unknown) => void) | undefined);
  }

  end(): Promise<void>;
  end(callback: (error: Error | null) => void): void;
  end(callback?: (error: Error | null) => void): Promise<void> | undefined {
    return settle(this.#end(), callback);
  }

  async #query(config: QueryConfig): Promise<QueryResult> {
    const client = await this.#take();
    try {
      return await client.query(config);
    } finally {
      client.release();
    }
  }

  async #take(): Promise<PoolClient> {
    if (this.#state === 'ending') throw new UsageError('Cannot use a pool after calling end on the pool');
    const idle = this.#idle.pop();
    if (idle !== undefined) return this.#lend(idle);
    if (this.#all.size >= (this.options.max ?? 10)) return this.#wait();
    const client = new PoolClient(this.options);
    this.#all.add(client);
    try {
      await client.connect();
    } catch (error) {
      this.#forget(client);
      throw error;
    }
    client.on('error', (error: Error) => this.#broken(client, error));
    this.emit('connect', client);
    return this.#lend(client);
  }

  #wait(): Promise<PoolClient> {
    return new Promise((resolve, reject) => {
      const { connectionTimeoutMillis } = this.options;
      const waiter: Waiter = {
        resolve: (client) => {
          clearTimeout(timer);
          resolve(client);
        },
        reject,
      };
      const timer = connectionTimeoutMillis
        ? setTimeout(() => {
            const index = this.#waiting.indexOf(waiter);
            if (index < 0) return;
            this.#waiting.splice(index, 1);
            reject(new TimeoutError('timeout exceeded when trying to connect', true));
          }, connectionTimeoutMillis)
        : undefined;
      this.#waiting.push(waiter);
    });
  }

  #lend(client: PoolClient): PoolClient {
    clearTimeout(this.#timers.get(client));
    client.uses += 1;
    client.release = (destroy) => {
      client.release = () => {
        throw new UsageError('Release called on client which has already been released to the pool.');
      };
      this.#takeBack(client, destroy);
    };
    this.emit('acquire', client);
    return client;
  }

  #takeBack(client: PoolClient, destroy: Error | boolean | undefined): void {
    this.emit('release', destroy instanceof Error ? destroy : undefined, client);
    const isUsedUp = client.uses >= (this.options.maxUses ?? Number.POSITIVE_INFINITY);
    if (destroy || isUsedUp || this.#state === 'ending' || client.transactionStatus !== 'I') {
      this.#discard(client);
      return;
    }
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) {
      waiter.resolve(this.#lend(client));
      return;
    }
    this.#idle.push(client);
    const idleMs = this.options.idleTimeoutMillis ?? 10_000;
    if (idleMs > 0) {
      const timer = setTimeout(() => this.#discard(client), idleMs);
      timer.unref();
      this.#timers.set(client, timer);
    }
  }

  /** Ends a client and lets a waiter have a fresh one in its place. */
  #discard(client: PoolClient): void {
    this.#forget(client);
    void client.end();
    const waiter = this.#waiting.shift();
    if (waiter !== undefined) this.#take().then(waiter.resolve, waiter.reject);
  }

  #forget(client: PoolClient): void {
    clearTimeout(this.#timers.get(client));
    this.#timers.delete(client);
    this.#all.delete(client);
    const index = this.#idle.indexOf(client);
    if (index >= 0) this.#idle.splice(index, 1);
    this.emit('remove', client);
  }

  /** A client that breaks while nobody uses it is told to the pool's listeners; one on loan tells its user. */
  #broken(client: PoolClient, error: Error): void {
    if (!this.#idle.includes(client)) return;
    this.#forget(client);
    this.emit('error', error, client);
  }

  async #end(): Promise<void> {
    if (this.#state === 'ending') throw new UsageError('Called end on pool more than once');
    this.#state = 'ending';
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new UsageError('the pool is ending'));
    const idle = this.#idle.splice(0);
    for (const client of idle) this.#forget(client);
    await Promise.all(idle.map((client) => client.end()));
  }
}
