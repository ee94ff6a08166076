import type { FieldDescription } from '@pg-dblink/protocol';
import type { QueryOptions, ShapeOf, StreamOptions } from './query-options.ts';
import type { Result } from './results.ts';
import type { TakeRow, Visited } from './rows/row-visitor.ts';
import type { StatementDescription } from './statement.ts';

/** What a prepared statement needs of its connection. */
export interface StatementRunner {
  runPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    options: QueryOptions,
  ): Promise<Result<unknown>>;
  visitPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    take: TakeRow,
    options: QueryOptions,
  ): Promise<Visited>;
  streamPrepared(
    statement: PreparedStatement,
    values: readonly unknown[],
    options: StreamOptions,
  ): AsyncGenerator<readonly unknown[], void, undefined>;
  closeStatement(name: string): Promise<void>;
}

/**
 * A statement that the server keeps parsed until the session ends or it is closed (manual: "Extended Query").
 *
 * @example
 * ```ts
 * const byId = await connection.prepare('select * from account where id = $1');
 * const { rows } = await byId.execute([42]);
 * await byId.close();
 * ```
 */
export class PreparedStatement {
  /** The name on the server. */
  readonly name: string;
  readonly sql: string;
  readonly description: StatementDescription;
  readonly #runner: StatementRunner;

  /** @internal */
  constructor(name: string, sql: string, description: StatementDescription, runner: StatementRunner) {
    this.name = name;
    this.sql = sql;
    this.description = description;
    this.#runner = runner;
  }

  /** OIDs of the types of $1, $2 … */
  get parameterTypes(): readonly number[] {
    return this.description.parameterTypes;
  }

  /** The columns of its rows; empty when it returns none. */
  get fields(): readonly FieldDescription[] {
    return this.description.fields;
  }

  /** Runs the statement; throws ServerError, or UsageError for parameters that do not fit. */
  execute<O extends QueryOptions = QueryOptions>(
    values: readonly unknown[] = [],
    options?: O,
  ): Promise<Result<ShapeOf<O>>> {
    return this.#runner.runPrepared(this, values, options ?? {}) as Promise<Result<ShapeOf<O>>>;
  }

  /**
   * Runs the statement and hands each row to `take` as it arrives; see {@link Connection.forEachRow}. The columns are
   * known beforehand, and asked for in binary where that gives the same value: the server makes and sends less.
   *
   * @throws ServerError, UsageError for parameters that do not fit, or what `take` threw.
   *
   * @example
   * ```ts
   * const byOwner = await connection.prepare('select id from account where owner = $1');
   * await byOwner.forEachRow(['alice'], ({ id }) => console.log(id));
   * ```
   */
  forEachRow<O extends QueryOptions = QueryOptions>(
    values: readonly unknown[],
    take: (row: ShapeOf<O>) => unknown,
    options?: O,
  ): Promise<Visited> {
    return this.#runner.visitPrepared(this, values, take as TakeRow, options ?? {});
  }

  /** Runs the statement and yields its rows batch by batch; see {@link Connection.batches}. */
  batches<O extends StreamOptions = StreamOptions>(
    values: readonly unknown[] = [],
    options?: O,
  ): AsyncGenerator<readonly ShapeOf<O>[], void, undefined> {
    return this.#runner.streamPrepared(this, values, options ?? {}) as AsyncGenerator<
      readonly ShapeOf<O>[],
      void,
      undefined
    >;
  }

  /** Makes the server forget the statement. */
  close(): Promise<void> {
    return this.#runner.closeStatement(this.name);
  }
}
