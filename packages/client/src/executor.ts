import type { FieldDescription } from '@pg-dblink/protocol';
import { CachedRun } from './cached-run.ts';
import type { Channel } from './channel.ts';
import { batchesOf } from './cursor.ts';
import { exchangeOf, NOBODY } from './machine/exchange.ts';
import type { ExtendedRequest, RequestEnd } from './machine/requests.ts';
import { OneResult } from './one-result.ts';
import { Pipeline } from './pipeline.ts';
import { PipelinedRequest } from './pipelined-request.ts';
import { PreparedStatement, type StatementRunner } from './prepared.ts';
import type { ExecuteOptions, QueryOptions, StreamOptions } from './query-options.ts';
import { DISCARDING_SINK } from './result-sink.ts';
import { type Result, ResultCollector } from './results.ts';
import { ColumnCollector, type Columns } from './rows/columns.ts';
import { RowReaders } from './rows/row-readers.ts';
import { RowVisitor, type TakeRow, type Visited } from './rows/row-visitor.ts';
import { TypedColumnCollector, type TypedColumns } from './rows/typed-columns.ts';
import { encodeParameter, executionOf, prepareStatement, type StatementDescription } from './statement.ts';
import { type CachedStatement, StatementCache } from './statement-cache.ts';
import { StatementNames } from './statement-names.ts';
import { idleSubmission, NOTHING, type SubmitOptions, submit, submitFor } from './submission.ts';
import type { TypeRegistry } from './types/registry.ts';

const DEFAULT_BATCH_SIZE = 1000;
const NO_FIELDS: readonly FieldDescription[] = [];

/** Runs queries of every kind on a channel and makes results of the answers. */
export class Executor implements StatementRunner {
  readonly #channel: Channel;
  readonly #readers: RowReaders;
  readonly #cache: StatementCache;
  readonly #names = new StatementNames();
  readonly #preparing = new Map<string, Promise<CachedStatement>>();
  /**
   * One object of each kind that a call makes. When none of a kind is left at a full collection, the engine forgets the
   * kind's hidden class and with it all code that it has optimised for it: after each rest calls would be slow again.
   */
  readonly kept: readonly object[];

  constructor(channel: Channel, types: TypeRegistry, statementCacheSize: number) {
    this.#channel = channel;
    this.#readers = new RowReaders(types);
    this.#cache = new StatementCache(statementCacheSize);
    this.kept = [
      idleSubmission(channel),
      Pipeline.idle(channel, this),
      // Without a number of columns, and with one: what the engine knows of a kind grows with what it has seen.
      exchangeOf({ kind: 'sync' }, [], DISCARDING_SINK, NOBODY),
      exchangeOf({ kind: 'extended', columnCount: 0 }, [], DISCARDING_SINK, NOBODY),
      new PipelinedRequest(
        NOTHING,
        () => undefined,
        () => undefined,
      ),
      this.oneResult({}),
      this.collector({}),
    ];
  }

  query(sql: string, options: QueryOptions): Promise<readonly Result<unknown>[]> {
    const collector = this.collector(options);
    return submitFor(this.#channel, { kind: 'simple', sql }, collector, collector, options);
  }

  execute(sql: string, values: readonly unknown[], options: ExecuteOptions): Promise<Result<unknown>> {
    return this.#cache.isOn && options.binary === undefined
      ? this.#executeCached(sql, values, options)
      : this.#executeOnce(sql, values, options);
  }

  async columns(sql: string, values: readonly unknown[], options: ExecuteOptions): Promise<Columns> {
    const collector = new ColumnCollector(this.#typesOf(options));
    await submit(this.#channel, this.extendedRequest(sql, values, options), collector, options);
    return collector.finish();
  }

  async typedColumns(sql: string, values: readonly unknown[], options: ExecuteOptions): Promise<TypedColumns> {
    const collector = new TypedColumnCollector(this.#typesOf(options));
    await submit(this.#channel, this.extendedRequest(sql, values, options), collector, options);
    return collector.finish();
  }

  async forEachRow(sql: string, values: readonly unknown[], take: TakeRow, options: ExecuteOptions): Promise<Visited> {
    const visitor = new RowVisitor(this.#readersOf(options), options.rows ?? 'object', take);
    await submit(this.#channel, this.extendedRequest(sql, values, options), visitor, options);
    return visitor.finish();
  }

  async *batches(
    sql: string,
    values: readonly unknown[],
    options: StreamOptions,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    yield* this.#stream(this.extendedRequest(sql, values, options), options);
  }

  async prepare(
    sql: string,
    options: SubmitOptions & { readonly name?: string; readonly parameterTypes?: readonly number[] },
  ): Promise<PreparedStatement> {
    const name = options.name ?? this.#names.next();
    const { parameterTypes = [] } = options;
    const description = await prepareStatement(
      this.#channel,
      this.#readers.types,
      { name, sql, parameterTypes },
      options,
    );
    return new PreparedStatement(name, sql, description, this);
  }

  runPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    options: QueryOptions,
  ): Promise<Result<unknown>> {
    const result = this.oneResult(options, statement.description);
    let request: ExtendedRequest;
    try {
      request = this.preparedRequest(statement, values, options);
    } catch (error) {
      return Promise.reject(error);
    }
    return submitFor(this.#channel, request, result, result, options);
  }

  async visitPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    take: TakeRow,
    options: QueryOptions,
  ): Promise<Visited> {
    const { fields } = statement.description;
    const visitor = new RowVisitor(this.#readersOf(options), options.rows ?? 'object', take, fields);
    await submit(this.#channel, this.preparedRequest(statement, values, options), visitor, options);
    return visitor.finish();
  }

  async *streamPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    options: StreamOptions,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    yield* this.#stream(this.preparedRequest(statement, values, options), options, statement.description);
  }

  async closeStatement(name: string): Promise<void> {
    const collector = this.collector({});
    await submitFor(this.#channel, { kind: 'close', target: 'statement', name }, collector, collector);
  }

  /** The request of an unprepared statement. */
  extendedRequest(
    sql: string,
    values: readonly unknown[],
    options: ExecuteOptions,
    end: RequestEnd = 'sync',
  ): ExtendedRequest {
    const types = this.#typesOf(options);
    const parameterTypes = options.parameterTypes ?? [];
    return {
      kind: 'extended',
      sql,
      parameterTypes,
      parameters: values.map((value, index) => encodeParameter(types, parameterTypes[index] ?? 0, value)),
      resultFormats: options.binary === true ? [1] : [],
      end,
    };
  }

  /** The request that runs a prepared statement. */
  preparedRequest(
    { description, name, sql }: PreparedStatement,
    values: readonly unknown[],
    options: QueryOptions,
    end: RequestEnd = 'sync',
  ): ExtendedRequest {
    return executionOf(name, sql, description, this.#typesOf(options), values, end);
  }

  /** A fresh collector for one request. */
  collector(options: QueryOptions, description?: StatementDescription): ResultCollector {
    return new ResultCollector(this.#readersOf(options), options.rows ?? 'object', description?.fields);
  }

  /** What takes the result of a request that has exactly one. */
  oneResult(options: QueryOptions, description?: StatementDescription): OneResult {
    return new OneResult(this.#readersOf(options), options.rows ?? 'object', description?.fields ?? NO_FIELDS);
  }

  #readersOf({ types }: QueryOptions): RowReaders {
    return types === undefined ? this.#readers : new RowReaders(types);
  }

  #typesOf(options: QueryOptions): TypeRegistry {
    return options.types ?? this.#readers.types;
  }

  async #executeOnce(sql: string, values: readonly unknown[], options: ExecuteOptions): Promise<Result<unknown>> {
    const result = this.oneResult(options);
    return await submitFor(this.#channel, this.extendedRequest(sql, values, options), result, result, options);
  }

  /** Executes by way of the cache; see {@link CachedRun} for what happens when the server has forgotten. */
  async #executeCached(sql: string, values: readonly unknown[], options: ExecuteOptions): Promise<Result<unknown>> {
    const { parameterTypes = [] } = options;
    // SQL has no zero byte: no statement can look like another's types.
    const key = parameterTypes.length === 0 ? sql : `${parameterTypes.join()}\0${sql}`;
    const statement = this.#cache.find(key) ?? (await this.#prepareCached(key, sql, options));
    const run = new CachedRun(
      {
        values,
        parameterTypes,
        types: this.#typesOf(options),
        transactionStatus: () => this.#channel.machine.transactionStatus,
        collect: (description) => this.oneResult(options, description),
        nextName: () => this.#names.next(),
        keep: (renewed) => this.#keep(key, renewed),
        forget: () => this.#cache.forget(key),
      },
      statement,
    );
    const { request, sink } = run.begin();
    return await submitFor(this.#channel, request, sink, run, options, (outcome) => run.next(outcome));
  }

  /** Two calls with the same text prepare it once. */
  #prepareCached(key: string, sql: string, options: ExecuteOptions): Promise<CachedStatement> {
    const running = this.#preparing.get(key);
    if (running !== undefined) return running;
    const preparing = this.#prepareAndKeep(key, sql, options).finally(() => this.#preparing.delete(key));
    this.#preparing.set(key, preparing);
    return preparing;
  }

  async #prepareAndKeep(key: string, sql: string, options: ExecuteOptions): Promise<CachedStatement> {
    const name = this.#names.next();
    const { parameterTypes = [] } = options;
    const description = await prepareStatement(
      this.#channel,
      this.#readers.types,
      { name, sql, parameterTypes },
      options,
    );
    const statement: CachedStatement = { name, sql, description };
    this.#keep(key, statement);
    return statement;
  }

  #keep(key: string, statement: CachedStatement): void {
    const evicted = this.#cache.keep(key, statement);
    // Its place is needed at some time, not now: nobody waits for this, and a lost connection forgets it anyway.
    if (evicted !== undefined) this.closeStatement(evicted.name).catch(() => undefined);
  }

  async *#stream(
    request: ExtendedRequest,
    options: StreamOptions,
    description?: StatementDescription,
  ): AsyncGenerator<readonly unknown[], void, undefined> {
    const collect = batchCollectors((fields) => this.collector(options, fields), description);
    yield* batchesOf(this.#channel, request, options.batchSize ?? DEFAULT_BATCH_SIZE, collect, options.signal);
  }
}

/** Only the first batch brings a row description: the collectors that follow take it over. */
function batchCollectors(
  make: (description: StatementDescription | undefined) => ResultCollector,
  description: StatementDescription | undefined,
): () => ResultCollector {
  let last: ResultCollector | undefined;
  return () => {
    const fields = last?.results[0]?.fields;
    last = make(fields === undefined ? description : { parameterTypes: [], fields });
    return last;
  };
}
