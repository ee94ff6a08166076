export type {
  ConnectRequest,
  RemoteConnection,
  RemoteField,
  RemoteNotification,
  RemoteRequest,
  RemoteSink,
} from './connection.ts';
export { createDblink, type Dblink } from './dblink.ts';
export {
  DblinkError,
  type DblinkMessageFields,
  type DblinkNotice,
  isDblinkError,
  type RemoteErrorFields,
  type RemoteNotice,
  RowsRefused,
} from './errors.ts';
export type { OptionContext } from './foreign-options.ts';
export type { BuildSqlRequest, ForeignOption, ForeignServer, LocalDatabase } from './local.ts';
export { localDatabase, type RunLocalQuery } from './local-database.ts';
export type { ConnectionsMethods } from './methods/connections.ts';
export type { CallOptions } from './methods/context.ts';
export type { DescriptionMethods } from './methods/description.ts';
export type { Gathered, GatherMethods, GatherOptions } from './methods/gather.ts';
export type { ExplainCall, ObservationMethods } from './methods/observation.ts';
export type { ParamsMethods } from './methods/params.ts';
export type { ParameterValue } from './parameters.ts';
export type { RowConsumer, RowOutcome, RowSetHeader } from './rows.ts';
export { type CallEnvironment, createSession, type Session, type SessionOptions, type Verbs } from './session.ts';
export type { TextRows } from './text-rows.ts';
export type { TypedRows } from './typed-rows.ts';
export { validateOptions } from './validator.ts';
export type { ConnectionRow } from './verbs/connections.ts';
export { textInstead } from './verbs/create-view.ts';
export type { ExplainRequest } from './verbs/explain.ts';
export type { GatherFailure, GatherRequest } from './verbs/gather.ts';
export type { NotifyRow } from './verbs/get-notify.ts';
export type { LedgerRow } from './verbs/ledger.ts';
export type { ParameterizedStatement } from './verbs/params.ts';
export type { DeclaredColumn } from './wire-format.ts';
