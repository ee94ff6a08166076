export type { SubmitOptions } from './channel.ts';
export { type ConnectOptions, connectResolved } from './connect.ts';
export { type ArrayQueryOptions, Connection, type QueryOptions } from './connection.ts';
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
  isServerError,
  isTimeoutError,
  isUsageError,
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
export { type CopyDirection, DISCARDING_SINK, type ResultSink } from './result-sink.ts';
export type { Result, Row, RowShape } from './results.ts';
export type {
  ServerError,
  ServerMessageFields,
  ServerNotice,
  ServerNotification,
} from './server-error.ts';
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
