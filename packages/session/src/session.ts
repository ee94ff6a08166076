import type { CreateViewRequest, RemoteColumn } from '@pg-dblink/sql';
import type { ConnectRequest, RemoteConnection } from './connection.ts';
import { Connections } from './connections.ts';
import type { DblinkNotice, RemoteErrorFields, RemoteNotice } from './errors.ts';
import { formatPlainMessage } from './format-message.ts';
import type { BuildSqlRequest, LocalDatabase } from './local.ts';
import { emptyRecords } from './records.ts';
import type { RowConsumer, RowOutcome } from './rows.ts';
import type { Scope } from './scope.ts';
import { buildSql, getPkey } from './verbs/build-sql.ts';
import { cancelQuery } from './verbs/cancel-query.ts';
import { close } from './verbs/close.ts';
import { connect, connectUntrusted } from './verbs/connect.ts';
import { type ConnectionRow, connections as listConnections } from './verbs/connections.ts';
import { createView, describeView } from './verbs/create-view.ts';
import { describe } from './verbs/describe.ts';
import { disconnect } from './verbs/disconnect.ts';
import { errorMessage } from './verbs/error-message.ts';
import { exec } from './verbs/exec.ts';
import { type ExplainRequest, explain } from './verbs/explain.ts';
import { fetch } from './verbs/fetch.ts';
import { type GatherFailure, type GatherRequest, gather, gatherErrors } from './verbs/gather.ts';
import { getConnections } from './verbs/get-connections.ts';
import { getNotify, type NotifyRow } from './verbs/get-notify.ts';
import { getResult } from './verbs/get-result.ts';
import { isBusy } from './verbs/is-busy.ts';
import { type LedgerRow, ledger, resetLedger } from './verbs/ledger.ts';
import { open } from './verbs/open.ts';
import { execParams, type ParameterizedStatement, queryParams, sendQueryParams } from './verbs/params.ts';
import { query } from './verbs/query.ts';
import { connectIfNotExists, reconnect } from './verbs/reconnect.ts';
import { sendQuery } from './verbs/send-query.ts';
import type { DeclaredColumn } from './wire-format.ts';

/** What a session is made of. */
export interface SessionOptions {
  /** Opens a connection; `connect` of `@pg-dblink/client/node` fits. What it rejects with becomes the DETAIL of 08001. */
  connect(conninfo: string, request: ConnectRequest): Promise<RemoteConnection>;
  /** What the local database answers; without one the caller is trusted and no foreign server is known. */
  readonly local?: LocalDatabase;
  /** Called with every NOTICE that a function raises. */
  onNotice?(notice: DblinkNotice): void;
  /**
   * Called with every NOTICE and WARNING of remote servers, which SQL does not show: the C extension leaves them to the
   * server's standard error.
   */
  onRemoteNotice?(notice: RemoteNotice): void;
  /** libpq's text of an error, for dblink_error_message: `formatLibpqMessage` of the client adds the statement line. */
  formatMessage?(error: RemoteErrorFields, sql: string): string;
  /** Resolves after so many milliseconds; without it a remote server may take for ever to answer a cancel request. */
  delay?(ms: number): Promise<void>;
  /** Milliseconds since the epoch, for the age of connections; without it their age is not known. */
  now?(): number;
  /** Told of each remote command that is being cancelled after its call has ended, and when that is done. */
  cancelling?(settled: Promise<void>): void;
}

/** What one call brings along instead of what the session was made with. */
export interface CallEnvironment {
  readonly local?: LocalDatabase;
  readonly signal?: AbortSignal;
  onNotice?(notice: DblinkNotice): void;
}

/** Every dblink function with its arguments spelled out: undefined names the unnamed connection, rows go to a consumer. */
export interface Verbs {
  connect(name: string | undefined, target: string): Promise<'OK'>;
  connectU(name: string | undefined, target: string): Promise<'OK'>;
  disconnect(name: string | undefined): Promise<'OK'>;
  /** With the caller's column list, values may come in the binary format where that makes no difference. */
  query(
    target: string | undefined,
    sql: string,
    failOnError: boolean,
    consumer: RowConsumer,
    columns?: readonly DeclaredColumn[],
  ): Promise<RowOutcome>;
  exec(target: string | undefined, sql: string, failOnError: boolean): Promise<string>;
  open(name: string | undefined, cursor: string, sql: string, failOnError: boolean): Promise<'OK' | 'ERROR'>;
  fetch(
    name: string | undefined,
    cursor: string,
    howMany: number,
    failOnError: boolean,
    consumer: RowConsumer,
    columns?: readonly DeclaredColumn[],
  ): Promise<RowOutcome>;
  close(name: string | undefined, cursor: string, failOnError: boolean): Promise<'OK' | 'ERROR'>;
  getConnections(): Promise<string[] | null>;
  errorMessage(name: string): Promise<string>;
  sendQuery(name: string, sql: string): Promise<0 | 1>;
  isBusy(name: string): Promise<0 | 1>;
  getResult(name: string, failOnError: boolean, consumer: RowConsumer): Promise<RowOutcome>;
  cancelQuery(name: string): Promise<string>;
  getNotify(name: string | undefined): Promise<NotifyRow[]>;
  getPkey(relation: string): Promise<{ readonly position: number; readonly colname: string }[]>;
  buildSql(request: BuildSqlRequest): Promise<string>;
  queryParams(
    target: string | undefined,
    statement: ParameterizedStatement,
    failOnError: boolean,
    consumer: RowConsumer,
  ): Promise<RowOutcome>;
  execParams(target: string | undefined, statement: ParameterizedStatement, failOnError: boolean): Promise<string>;
  sendQueryParams(name: string | undefined, statement: ParameterizedStatement): Promise<0 | 1>;
  describe(target: string | undefined, sql: string): Promise<RemoteColumn[]>;
  /** What dblink_create_view needs to know, for a host that creates the view itself. */
  describeView(view: string, target: string | undefined, sql: string): Promise<CreateViewRequest>;
  createView(view: string, target: string | undefined, sql: string): Promise<string>;
  connections(): Promise<ConnectionRow[]>;
  reconnect(name: string | undefined): Promise<'OK'>;
  connectIfNotExists(name: string | undefined, target: string): Promise<'OK'>;
  /** Asks for the consumer of each source's rows, with the name that its rows are shown under. */
  gather(
    request: GatherRequest,
    consumerOf: (source: string, index: number) => RowConsumer,
  ): Promise<readonly GatherFailure[]>;
  gatherErrors(): Promise<readonly GatherFailure[]>;
  explain(target: string | undefined, request: ExplainRequest): Promise<string[]>;
  ledger(): Promise<LedgerRow[]>;
  resetLedger(): Promise<void>;
}

/** The connections of one local session, and the functions over them. */
export interface Session {
  /** The functions, for one call or for many. */
  verbs(environment?: CallEnvironment): Verbs;
  /** Closes every connection, as the end of a local session does. */
  close(): void;
}

function nobodyListens(): void {}

/**
 * The state behind a set of dblink functions, with their plain form: what the SQL bridge calls.
 *
 * @example
 * ```ts
 * const session = createSession({ connect });
 * await session.verbs().connect('c', 'host=127.0.0.1 dbname=postgres');
 * ```
 */
export function createSession(options: SessionOptions): Session {
  const connections = new Connections();
  const shared: SharedScope = {
    connections,
    records: emptyRecords(),
    connect: (conninfo, request) => options.connect(conninfo, request),
    now: () => options.now?.(),
    remoteNotice: options.onRemoteNotice === undefined ? undefined : (notice) => options.onRemoteNotice?.(notice),
  };
  return {
    verbs: (environment = {}) => bind(scopeOf(options, shared, environment)),
    close: () => connections.closeAll(),
  };
}

/** What is the same in every call. */
type SharedScope = Pick<Scope, 'connections' | 'records' | 'connect' | 'now' | 'remoteNotice'>;

// Made anew for every call: named one by one, because a spread of as many members takes longer than the rest of a call.
function scopeOf(options: SessionOptions, shared: SharedScope, environment: CallEnvironment): Scope {
  return {
    connections: shared.connections,
    records: shared.records,
    connect: shared.connect,
    now: shared.now,
    remoteNotice: shared.remoteNotice,
    local: environment.local ?? options.local ?? {},
    signal: environment.signal,
    notice: environment.onNotice ?? options.onNotice ?? nobodyListens,
    formatMessage: options.formatMessage ?? formatPlainMessage,
    delay: options.delay,
    cancelling: options.cancelling,
  };
}

function bind(scope: Scope): Verbs {
  return {
    connect: (name, target) => connect(scope, name, target),
    connectU: (name, target) => connectUntrusted(scope, name, target),
    disconnect: async (name) => disconnect(scope, name),
    query: (target, sql, failOnError, consumer, columns) => query(scope, target, sql, failOnError, consumer, columns),
    exec: (target, sql, failOnError) => exec(scope, target, sql, failOnError),
    open: (name, cursor, sql, failOnError) => open(scope, name, cursor, sql, failOnError),
    fetch: (name, cursor, howMany, failOnError, consumer, columns) =>
      fetch(scope, name, cursor, howMany, failOnError, consumer, columns),
    close: (name, cursor, failOnError) => close(scope, name, cursor, failOnError),
    getConnections: async () => getConnections(scope),
    errorMessage: async (name) => errorMessage(scope, name),
    sendQuery: (name, sql) => sendQuery(scope, name, sql),
    isBusy: (name) => isBusy(scope, name),
    getResult: (name, failOnError, consumer) => getResult(scope, name, failOnError, consumer),
    cancelQuery: (name) => cancelQuery(scope, name),
    getNotify: (name) => getNotify(scope, name),
    getPkey: (relation) => getPkey(scope, relation),
    buildSql: (request) => buildSql(scope, request),
    queryParams: (target, statement, failOnError, consumer) =>
      queryParams(scope, target, statement, failOnError, consumer),
    execParams: (target, statement, failOnError) => execParams(scope, target, statement, failOnError),
    sendQueryParams: (name, statement) => sendQueryParams(scope, name, statement),
    describe: (target, sql) => describe(scope, target, sql),
    describeView: (view, target, sql) => describeView(scope, view, target, sql),
    createView: (view, target, sql) => createView(scope, view, target, sql),
    connections: async () => listConnections(scope),
    reconnect: (name) => reconnect(scope, name),
    connectIfNotExists: (name, target) => connectIfNotExists(scope, name, target),
    gather: (request, consumerOf) => gather(scope, request, consumerOf),
    gatherErrors: async () => gatherErrors(scope),
    explain: async (target, request) => explain(scope, target, request),
    ledger: async () => ledger(scope),
    resetLedger: async () => resetLedger(scope),
  };
}
