export { hashMd5Password, md5 } from './auth/md5.ts';
export {
  answerChallenge,
  receiveServerFinal,
  receiveServerFirst,
  type ScramAnswered,
  type ScramChallenged,
  type ScramChannelBinding,
  type ScramFinished,
  type ScramLimits,
  type ScramProof,
  type ScramStarted,
  type ScramState,
  startScram,
  startScramWithNonce,
} from './auth/scram.ts';
export { type BackendMessage, decodeBackend } from './backend.ts';
export type { JoinedMemory } from './bytes/assembly.ts';
export type { Body } from './bytes/reader.ts';
export { shortAsciiFirst } from './bytes/short-ascii.ts';
export { type DecodeText, decodeUtf8, decodeUtf8Strict } from './bytes/text.ts';
export { MAX_MESSAGE_LENGTH, MAX_SMALL_MESSAGE_LENGTH, type Value, Writer } from './bytes/writer.ts';
export { type CommandTag, parseCommandTag } from './command-tag.ts';
export {
  isLocalProtocolError,
  isRemoteProtocolError,
  LocalProtocolError,
  type LocalProtocolErrorCode,
  ProtocolError,
  RemoteProtocolError,
  type RemoteProtocolErrorCode,
} from './errors.ts';
export { type Frame, FrameReader, type FrameRun, type Framing } from './framing.ts';
export { type BackendLimitOptions, backendLimits, backendStartupLimits, type FrameLimits } from './limits.ts';
export {
  type Authentication,
  AuthenticationCode,
  type AuthenticationData,
  type AuthenticationSASL,
  type BareAuthentication,
  decodeAuthentication,
  type SaltedAuthentication,
  type UnknownAuthentication,
} from './messages/authentication.ts';
export { type BackendKeyData, decodeBackendKeyData } from './messages/backend-key-data.ts';
export { type Bind, encodeBind } from './messages/bind.ts';
export { type CancelRequest, encodeCancelRequest } from './messages/cancel-request.ts';
export { type Close, encodeClose } from './messages/close.ts';
export { type CommandComplete, decodeCommandComplete } from './messages/command-complete.ts';
export {
  type CopyData,
  type CopyFail,
  decodeCopyData,
  encodeCopyData,
  encodeCopyDataHeader,
  encodeCopyFail,
} from './messages/copy-data.ts';
export { type CopyResponse, decodeCopyResponse } from './messages/copy-responses.ts';
export { type DataRow, decodeDataRow, fieldBytes, fieldCount, fieldText, readDataRow } from './messages/data-row.ts';
export { type Describe, encodeDescribe, type Target } from './messages/describe.ts';
export {
  type BareBackend,
  type BareFrontend,
  type CopyDone,
  decodeBareBackend,
  decodeCopyDone,
  encodeCopyDone,
  encodeFlush,
  encodeSync,
  encodeTerminate,
} from './messages/empty-bodied.ts';
export {
  decodeErrorResponse,
  decodeNoticeResponse,
  ErrorFieldCode,
  type ErrorFields,
  type ErrorResponse,
  type NoticeResponse,
} from './messages/error-notice.ts';
export { type Execute, encodeExecute } from './messages/execute.ts';
export type { Fields, FormatCode } from './messages/fields.ts';
export {
  decodeFunctionCallResponse,
  encodeFunctionCall,
  type FunctionCall,
  type FunctionCallResponse,
} from './messages/function-call.ts';
export {
  decodeNegotiateProtocolVersion,
  type NegotiateProtocolVersion,
} from './messages/negotiate-protocol-version.ts';
export { decodeNotificationResponse, type NotificationResponse } from './messages/notification-response.ts';
export { decodeParameterDescription, type ParameterDescription } from './messages/parameter-description.ts';
export { decodeParameterStatus, type ParameterStatus } from './messages/parameter-status.ts';
export { encodeParse, type Parse } from './messages/parse.ts';
export {
  encodeGSSResponse,
  encodePasswordMessage,
  type GSSResponse,
  type PasswordMessage,
} from './messages/password.ts';
export { encodeQuery, type Query } from './messages/query.ts';
export { decodeReadyForQuery, type ReadyForQuery, type TransactionStatus } from './messages/ready-for-query.ts';
export {
  decodeReplicationMessage,
  encodeHotStandbyFeedback,
  encodeStandbyStatusUpdate,
  type HotStandbyFeedback,
  type PrimaryKeepalive,
  type ReplicationMessage,
  type StandbyMessage,
  type StandbyStatusUpdate,
  type XLogData,
} from './messages/replication.ts';
export { decodeRowDescription, type FieldDescription, type RowDescription } from './messages/row-description.ts';
export {
  encodeSASLInitialResponse,
  encodeSASLResponse,
  type SASLInitialResponse,
  type SASLResponse,
} from './messages/sasl.ts';
export {
  decodeGSSENCAnswer,
  decodeSSLAnswer,
  type EncryptionAnswer,
  encodeGSSENCRequest,
  encodeSSLRequest,
  type GSSENCRequest,
  type SSLRequest,
} from './messages/ssl-request.ts';
export { encodeStartupMessage, PROTOCOL_3_0, PROTOCOL_3_2, type StartupMessage } from './messages/startup.ts';
export { SqlState } from './sqlstate.generated.ts';
export { type SqlStateName, sqlStateName } from './sqlstate.ts';
export { BackendTag, backendMessageName, type MessageType, RequestCode } from './tags.ts';
