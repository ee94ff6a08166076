import type { ColumnListRow, SqlTypeMap } from '@pg-dblink/sql';
import { type ConnectionsMethods, connectionsMethods } from './methods/connections.ts';
import { type CallOptions, failOnError } from './methods/context.ts';
import { type DescriptionMethods, descriptionMethods } from './methods/description.ts';
import { type GatherMethods, gatherMethods } from './methods/gather.ts';
import { type ObservationMethods, observationMethods } from './methods/observation.ts';
import { type ParamsMethods, paramsMethods } from './methods/params.ts';
import type { RowConsumer, RowOutcome } from './rows.ts';
import { createSession, type SessionOptions, type Verbs } from './session.ts';
import { TextRowCollector, type TextRows } from './text-rows.ts';
import { TypedRowCollector, type TypedRows } from './typed-rows.ts';
import type { NotifyRow } from './verbs/get-notify.ts';

/**
 * Every dblink function as a method, with the overloads that SQL has: the connection first, fail_on_error last.
 *
 * All of them reject with {@link DblinkError}. Manual: appendix F, "dblink".
 */
export interface Dblink
  extends ParamsMethods,
    DescriptionMethods,
    ConnectionsMethods,
    GatherMethods,
    ObservationMethods {
  connect(conninfo: string): Promise<'OK'>;
  connect(name: string, conninfo: string): Promise<'OK'>;
  connectU(conninfo: string): Promise<'OK'>;
  connectU(name: string, conninfo: string): Promise<'OK'>;
  disconnect(name?: string): Promise<'OK'>;
  dblink(sql: string, options?: CallOptions): Promise<TextRows>;
  dblink(connection: string, sql: string, options?: CallOptions): Promise<TextRows>;
  /**
   * Rows of a column list in SQL's own words; the unnamed connection is undefined here. A column may be NULL unless the
   * list says `NOT NULL` or the query's own text shows that it never is (`count(*)`, a constant).
   */
  dblink<const List extends string, const Query extends string = string>(
    connection: string | undefined,
    sql: Query,
    columns: List,
    options?: CallOptions,
  ): Promise<TypedRows<ColumnListRow<List, SqlTypeMap, Query>>>;
  exec(sql: string, options?: CallOptions): Promise<string>;
  exec(connection: string, sql: string, options?: CallOptions): Promise<string>;
  open(cursor: string, sql: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  open(connection: string, cursor: string, sql: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  fetch(cursor: string, howMany: number, options?: CallOptions): Promise<TextRows>;
  fetch(connection: string, cursor: string, howMany: number, options?: CallOptions): Promise<TextRows>;
  fetch<const List extends string>(
    connection: string | undefined,
    cursor: string,
    howMany: number,
    columns: List,
    options?: CallOptions,
  ): Promise<TypedRows<ColumnListRow<List>>>;
  close(cursor: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  close(connection: string, cursor: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  getConnections(): Promise<string[] | null>;
  errorMessage(connection: string): Promise<string>;
  sendQuery(connection: string, sql: string): Promise<0 | 1>;
  isBusy(connection: string): Promise<0 | 1>;
  getResult(connection: string, options?: CallOptions): Promise<TextRows>;
  getResult<const List extends string>(
    connection: string,
    columns: List,
    options?: CallOptions,
  ): Promise<TypedRows<ColumnListRow<List>>>;
  cancelQuery(connection: string): Promise<string>;
  getNotify(connection?: string): Promise<NotifyRow[]>;
  getPkey(relation: string): Promise<{ readonly position: number; readonly colname: string }[]>;
  buildSqlInsert(
    relation: string,
    keyAttributes: readonly number[],
    keyCount: number,
    sourceValues: readonly (string | null)[],
    targetValues: readonly (string | null)[],
  ): Promise<string>;
  buildSqlUpdate(
    relation: string,
    keyAttributes: readonly number[],
    keyCount: number,
    sourceValues: readonly (string | null)[],
    targetValues: readonly (string | null)[],
  ): Promise<string>;
  buildSqlDelete(
    relation: string,
    keyAttributes: readonly number[],
    keyCount: number,
    targetValues: readonly (string | null)[],
  ): Promise<string>;
  /** Closes every connection, as the end of a local session does. */
  end(): void;
}

type Argument = string | number | CallOptions | undefined;

interface Overload {
  readonly name: string | undefined;
  /** The function's own arguments. */
  readonly own: readonly Argument[];
  readonly columns: string | undefined;
  readonly options: CallOptions;
}

/**
 * Splits SQL's overloads: an argument more than the function needs is the connection, in front; one more still is a
 * column list, behind.
 */
function split(needed: number, args: readonly Argument[]): Overload {
  const last = args.at(-1);
  const hasOptions = typeof last === 'boolean' || typeof last === 'object';
  const options = hasOptions ? last : true;
  const plain = hasOptions ? args.slice(0, -1) : args;
  const columns = plain[needed + 1];
  if (columns !== undefined) {
    return { name: optionalText(plain[0]), own: plain.slice(1, needed + 1), columns: String(columns), options };
  }
  const given = plain.filter((argument) => argument !== undefined);
  return given.length > needed
    ? { name: optionalText(given[0]), own: given.slice(1), columns, options }
    : { name: undefined, own: given, columns, options };
}

const optionalText = (argument: Argument): string | undefined =>
  argument === undefined ? undefined : String(argument);

/**
 * Every dblink function over connections of your own making.
 *
 * @example
 * ```ts
 * const db = createDblink({ connect });
 * await db.connect('c', 'host=127.0.0.1 dbname=postgres user=me');
 * const { rows } = await db.dblink('c', 'select 1');
 * ```
 */
export function createDblink(options: SessionOptions): Dblink {
  const session = createSession(options);
  const plain = session.verbs();
  const verbsFor = (call: CallOptions): Verbs =>
    typeof call === 'object' && call.signal !== undefined ? session.verbs({ signal: call.signal }) : plain;

  async function collect(
    columns: string | undefined,
    call: (rows: RowConsumer) => Promise<RowOutcome>,
    query?: string,
  ): Promise<TextRows & TypedRows<never>> {
    const collector = columns === undefined ? new TextRowCollector() : new TypedRowCollector(columns, query);
    return collector.result(await call(collector)) as TextRows & TypedRows<never>;
  }

  return {
    connect: (first: string, second?: string) =>
      second === undefined ? plain.connect(undefined, first) : plain.connect(first, second),
    connectU: (first: string, second?: string) =>
      second === undefined ? plain.connectU(undefined, first) : plain.connectU(first, second),
    disconnect: (name) => plain.disconnect(name),
    dblink: (...args: Argument[]) => {
      const { name, own, columns, options: call } = split(1, args);
      const sql = String(own[0]);
      return collect(columns, (rows) => verbsFor(call).query(name, sql, failOnError(call), rows), sql);
    },
    exec: (...args: Argument[]) => {
      const { name, own, options: call } = split(1, args);
      return verbsFor(call).exec(name, String(own[0]), failOnError(call));
    },
    open: (...args: Argument[]) => {
      const { name, own, options: call } = split(2, args);
      return verbsFor(call).open(name, String(own[0]), String(own[1]), failOnError(call));
    },
    fetch: (...args: Argument[]) => {
      const { name, own, columns, options: call } = split(2, args);
      return collect(columns, (rows) =>
        verbsFor(call).fetch(name, String(own[0]), Number(own[1]), failOnError(call), rows),
      );
    },
    close: (...args: Argument[]) => {
      const { name, own, options: call } = split(1, args);
      return verbsFor(call).close(name, String(own[0]), failOnError(call));
    },
    getConnections: () => plain.getConnections(),
    errorMessage: (connection) => plain.errorMessage(connection),
    sendQuery: (connection, sql) => plain.sendQuery(connection, sql),
    isBusy: (connection) => plain.isBusy(connection),
    getResult: (connection: string, ...args: Argument[]) => {
      const [first] = args;
      const columns = typeof first === 'string' ? first : undefined;
      const call = (columns === undefined ? first : args[1]) ?? true;
      const options = typeof call === 'object' || typeof call === 'boolean' ? call : true;
      return collect(columns, (rows) => verbsFor(options).getResult(connection, failOnError(options), rows));
    },
    cancelQuery: (connection) => plain.cancelQuery(connection),
    getNotify: (connection) => plain.getNotify(connection),
    getPkey: (relation) => plain.getPkey(relation),
    buildSqlInsert: (relation, keyAttributes, keyCount, sourceValues, targetValues) =>
      plain.buildSql({ kind: 'insert', relation, keyAttributes, keyCount, sourceValues, targetValues }),
    buildSqlUpdate: (relation, keyAttributes, keyCount, sourceValues, targetValues) =>
      plain.buildSql({ kind: 'update', relation, keyAttributes, keyCount, sourceValues, targetValues }),
    buildSqlDelete: (relation, keyAttributes, keyCount, targetValues) =>
      plain.buildSql({ kind: 'delete', relation, keyAttributes, keyCount, targetValues }),
    ...paramsMethods({ verbsFor, collect }),
    ...descriptionMethods({ verbsFor, collect }),
    ...connectionsMethods({ verbsFor, collect }),
    ...gatherMethods({ verbsFor, collect }),
    ...observationMethods({ verbsFor, collect }),
    end: () => session.close(),
  };
}
