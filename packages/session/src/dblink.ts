import type { CallSignal } from './connection.ts';
import { createSession, type SessionOptions, type Verbs } from './session.ts';
import { TextRowCollector, type TextRows } from './text-rows.ts';
import type { NotifyRow } from './verbs/get-notify.ts';

/** The last argument of most functions: fail_on_error, or that and more by name. */
export type CallOptions =
  | boolean
  | {
      /** False turns an error of the remote server into a notice. */
      readonly failOnError?: boolean;
      /** Ends the wait with 57014; the remote statement is cancelled. */
      readonly signal?: CallSignal;
    };

/**
 * Every dblink function as a method, with the overloads that SQL has: the connection first, fail_on_error last.
 *
 * All of them reject with {@link DblinkError}. Manual: appendix F, "dblink".
 */
export interface Dblink {
  connect(conninfo: string): Promise<'OK'>;
  connect(name: string, conninfo: string): Promise<'OK'>;
  connectU(conninfo: string): Promise<'OK'>;
  connectU(name: string, conninfo: string): Promise<'OK'>;
  disconnect(name?: string): Promise<'OK'>;
  dblink(sql: string, options?: CallOptions): Promise<TextRows>;
  dblink(connection: string, sql: string, options?: CallOptions): Promise<TextRows>;
  exec(sql: string, options?: CallOptions): Promise<string>;
  exec(connection: string, sql: string, options?: CallOptions): Promise<string>;
  open(cursor: string, sql: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  open(connection: string, cursor: string, sql: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  fetch(cursor: string, howMany: number, options?: CallOptions): Promise<TextRows>;
  fetch(connection: string, cursor: string, howMany: number, options?: CallOptions): Promise<TextRows>;
  close(cursor: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  close(connection: string, cursor: string, options?: CallOptions): Promise<'OK' | 'ERROR'>;
  getConnections(): Promise<string[] | null>;
  errorMessage(connection: string): Promise<string>;
  sendQuery(connection: string, sql: string): Promise<0 | 1>;
  isBusy(connection: string): Promise<0 | 1>;
  getResult(connection: string, options?: CallOptions): Promise<TextRows>;
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

/** Splits SQL's overloads: an argument more than the function needs is the connection, in front. */
function split(
  needed: number,
  args: readonly Argument[],
): { readonly name: string | undefined; readonly rest: readonly Argument[]; readonly options: CallOptions } {
  const last = args.at(-1);
  const hasOptions = typeof last === 'boolean' || typeof last === 'object';
  const plain = (hasOptions ? args.slice(0, -1) : args).filter((argument) => argument !== undefined);
  const name = plain.length > needed ? String(plain[0]) : undefined;
  return { name, rest: name === undefined ? plain : plain.slice(1), options: hasOptions ? last : true };
}

function failOnError(options: CallOptions): boolean {
  return typeof options === 'boolean' ? options : (options.failOnError ?? true);
}

/**
 * Every dblink function over connections of your own making.
 *
 * @example
 * ```ts
 * import { connect, formatLibpqMessage } from '@pg-dblink/client/node';
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

  return {
    connect: (first: string, second?: string) =>
      second === undefined ? plain.connect(undefined, first) : plain.connect(first, second),
    connectU: (first: string, second?: string) =>
      second === undefined ? plain.connectU(undefined, first) : plain.connectU(first, second),
    disconnect: (name) => plain.disconnect(name),
    dblink: async (...args: Argument[]) => {
      const { name, rest, options: call } = split(1, args);
      const collector = new TextRowCollector();
      return collector.result(await verbsFor(call).query(name, String(rest[0]), failOnError(call), collector));
    },
    exec: (...args: Argument[]) => {
      const { name, rest, options: call } = split(1, args);
      return verbsFor(call).exec(name, String(rest[0]), failOnError(call));
    },
    open: (...args: Argument[]) => {
      const { name, rest, options: call } = split(2, args);
      return verbsFor(call).open(name, String(rest[0]), String(rest[1]), failOnError(call));
    },
    fetch: async (...args: Argument[]) => {
      const { name, rest, options: call } = split(2, args);
      const collector = new TextRowCollector();
      const outcome = await verbsFor(call).fetch(name, String(rest[0]), Number(rest[1]), failOnError(call), collector);
      return collector.result(outcome);
    },
    close: (...args: Argument[]) => {
      const { name, rest, options: call } = split(1, args);
      return verbsFor(call).close(name, String(rest[0]), failOnError(call));
    },
    getConnections: () => plain.getConnections(),
    errorMessage: (connection) => plain.errorMessage(connection),
    sendQuery: (connection, sql) => plain.sendQuery(connection, sql),
    isBusy: (connection) => plain.isBusy(connection),
    getResult: async (connection, call = true) => {
      const collector = new TextRowCollector();
      return collector.result(await verbsFor(call).getResult(connection, failOnError(call), collector));
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
    end: () => session.close(),
  };
}
