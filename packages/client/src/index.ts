export { type ConnectOptions, connectResolved } from './connect.ts';
export { Connection } from './connection.ts';
export type { CopySource } from './copy-in.ts';
export { ScramKeyCache } from './crypto/scram-proof.ts';
export {
  AuthenticationError,
  CancelError,
  ClientError,
  ConnectError,
  ConnectionLostError,
  isAuthenticationError,
  isCancelError,
  isConnectError,
  isConnectionLostError,
  isPipelineAbortedError,
  isServerError,
  isTimeoutError,
  isUsageError,
  PipelineAbortedError,
  TimeoutError,
  UsageError,
} from './errors.ts';
export { formatLibpqMessage, type LibpqVerbosity } from './libpq-message.ts';
export type { TransactionStatus } from './machine/machine.ts';
export type {
  CloseRequest,
  DescribeRequest,
  ExtendedRequest,
  FetchRequest,
  Parameter,
  Request,
  SimpleRequest,
  SyncRequest,
} from './machine/requests.ts';
export type { PasswordAnswer, PasswordRequest, PasswordSource } from './password.ts';
export { Pipeline } from './pipeline.ts';
export { PreparedStatement } from './prepared.ts';
export type { ExecuteOptions, QueryOptions, ShapeOf, StreamOptions } from './query-options.ts';
export { type CopyDirection, DISCARDING_SINK, type ResultSink } from './result-sink.ts';
export type { Result, Row } from './results.ts';
export type { RowShape } from './rows/row-readers.ts';
export {
  readMessageFields,
  type ServerError,
  type ServerMessageFields,
  type ServerNotice,
  type ServerNotification,
} from './server-error.ts';
export type { SubmitOptions } from './submission.ts';
export type { TlsRequest, TlsVersion } from './tls-request.ts';
export {
  OsError,
  type Peer,
  type SocketSettings,
  TlsError,
  type TlsFacts,
  type Transport,
  type TransportListener,
  type TransportProvider,
} from './transport.ts';
export type { DecodeValue, TypeCodec } from './types/codec.ts';
export { TypeRegistry } from './types/registry.ts';
