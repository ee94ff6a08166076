export { type ConnectOptions, connectResolved } from './connect.ts';
export { Connection } from './connection.ts';
export { CopyBoth } from './copy-both.ts';
export type { CopySource } from './copy-in.ts';
export { ScramKeyCache } from './crypto/scram-proof.ts';
export { type EgressPolicy, type EgressRules, egressRules } from './egress/policy.ts';
export {
  AuthenticationError,
  CancelError,
  ClientError,
  ConnectError,
  ConnectionLostError,
  EgressError,
  isAuthenticationError,
  isCancelError,
  isConnectError,
  isConnectionLostError,
  isEgressError,
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
export type { ObservedRequest, RequestObserver } from './observer.ts';
export type { OAuthRequest, PasswordAnswer, PasswordRequest, PasswordSource } from './password.ts';
export { Pipeline } from './pipeline.ts';
export { PreparedStatement } from './prepared.ts';
export type { ExecuteOptions, QueryOptions, ShapeOf, StreamOptions } from './query-options.ts';
export { type CopyDirection, copyBodies, DISCARDING_SINK, type ResultSink } from './result-sink.ts';
export type { Result, Row } from './results.ts';
export type { Columns } from './rows/columns.ts';
export type { LazyRow } from './rows/lazy.ts';
export type { RowShape } from './rows/row-readers.ts';
export type { Visited } from './rows/row-visitor.ts';
export { type TextColumn, type TypedColumn, textAt } from './rows/typed-column.ts';
export type { TypedColumns } from './rows/typed-columns.ts';
export type {
  SecurityContext,
  SecurityContextRequest,
  SecurityContextSource,
  SecurityStep,
} from './security-context.ts';
export {
  readMessageFields,
  type ServerError,
  type ServerMessageFields,
  type ServerNotice,
  type ServerNotification,
} from './server-error.ts';
export type { SubmitOptions } from './submission.ts';
export type { TlsRequest, TlsVersion } from './tls-request.ts';
export type { Traffic } from './traffic.ts';
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
export { arrayCodec } from './types/arrays.ts';
export type { DecodeValue, TypeCodec } from './types/codec.ts';
export { type CompositeField, compositeCodec } from './types/composites.ts';
export { dateCodecs } from './types/date-time.ts';
export type { Box, Circle, Line, Path, Point } from './types/geometry.ts';
export { hstoreCodec } from './types/hstore.ts';
export { type Interval, type IntervalValue, intervalText, parseInterval } from './types/interval.ts';
export { lowerBoundsOf, withLowerBounds } from './types/lower-bounds.ts';
export { multirangeCodec, type Range, rangeCodec } from './types/ranges.ts';
export { TypeRegistry } from './types/registry.ts';
export { versionedTextCodec } from './types/strings.ts';
export type { WritableCopy } from './web-streams.ts';
