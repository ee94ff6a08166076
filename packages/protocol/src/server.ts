export {
  type AuthenticationAnswer,
  type DecodeFrontendOptions,
  decodeFrontend,
  decodeStartupFamily,
  type FrontendMessage,
  type StartupFamilyMessage,
} from './frontend.ts';
export { frontendLimits, MAX_STARTUP_PACKET_LENGTH } from './limits.ts';
export { encodeAuthentication } from './messages/authentication.ts';
export { encodeBackendKeyData } from './messages/backend-key-data.ts';
export { decodeBind } from './messages/bind.ts';
export { decodeCancelRequest } from './messages/cancel-request.ts';
export { decodeClose } from './messages/close.ts';
export { encodeCommandComplete } from './messages/command-complete.ts';
export { decodeCopyData, decodeCopyFail, encodeCopyData } from './messages/copy-data.ts';
export { encodeCopyResponse } from './messages/copy-responses.ts';
export { encodeDataRow, encodeDecodedDataRow } from './messages/data-row.ts';
export { decodeDescribe } from './messages/describe.ts';
export { decodeBareFrontend, decodeCopyDone, encodeBareBackend, encodeCopyDone } from './messages/empty-bodied.ts';
export { encodeErrorOrNotice } from './messages/error-notice.ts';
export { decodeExecute } from './messages/execute.ts';
export { decodeFunctionCall, encodeFunctionCallResponse } from './messages/function-call.ts';
export { encodeNegotiateProtocolVersion } from './messages/negotiate-protocol-version.ts';
export { encodeNotificationResponse } from './messages/notification-response.ts';
export { encodeParameterDescription } from './messages/parameter-description.ts';
export { encodeParameterStatus } from './messages/parameter-status.ts';
export { decodeParse } from './messages/parse.ts';
export { decodeGSSResponse, decodePasswordMessage } from './messages/password.ts';
export { decodeQuery } from './messages/query.ts';
export { encodeReadyForQuery } from './messages/ready-for-query.ts';
export { decodeStandbyMessage, encodePrimaryKeepalive, encodeXLogData } from './messages/replication.ts';
export { encodeRowDescription } from './messages/row-description.ts';
export { decodeSASLInitialResponse, decodeSASLResponse } from './messages/sasl.ts';
export { decodeGSSENCRequest, decodeSSLRequest } from './messages/ssl-request.ts';
export { decodeStartupMessage } from './messages/startup.ts';
export { FrontendTag, frontendMessageName } from './tags.ts';
