import type { DecodeText } from './bytes/text.ts';
import { RemoteProtocolError } from './errors.ts';
import type { Frame } from './framing.ts';
import { type Authentication, decodeAuthentication } from './messages/authentication.ts';
import { type BackendKeyData, decodeBackendKeyData } from './messages/backend-key-data.ts';
import { type CommandComplete, decodeCommandComplete } from './messages/command-complete.ts';
import { type CopyData, decodeCopyData } from './messages/copy-data.ts';
import { type CopyResponse, decodeCopyResponse } from './messages/copy-responses.ts';
import { type DataRow, decodeDataRow } from './messages/data-row.ts';
import { type BareBackend, type CopyDone, decodeBareBackend, decodeCopyDone } from './messages/empty-bodied.ts';
import {
  decodeErrorResponse,
  decodeNoticeResponse,
  type ErrorResponse,
  type NoticeResponse,
} from './messages/error-notice.ts';
import { decodeFunctionCallResponse, type FunctionCallResponse } from './messages/function-call.ts';
import {
  decodeNegotiateProtocolVersion,
  type NegotiateProtocolVersion,
} from './messages/negotiate-protocol-version.ts';
import { decodeNotificationResponse, type NotificationResponse } from './messages/notification-response.ts';
import { decodeParameterDescription, type ParameterDescription } from './messages/parameter-description.ts';
import { decodeParameterStatus, type ParameterStatus } from './messages/parameter-status.ts';
import { decodeReadyForQuery, type ReadyForQuery } from './messages/ready-for-query.ts';
import { decodeRowDescription, type RowDescription } from './messages/row-description.ts';
import { BackendTag, backendMessageName } from './tags.ts';

/** Every message that a server sends with a type byte. */
export type BackendMessage =
  | Authentication
  | BackendKeyData
  | BareBackend
  | CommandComplete
  | CopyData
  | CopyDone
  | CopyResponse
  | DataRow
  | ErrorResponse
  | FunctionCallResponse
  | NegotiateProtocolVersion
  | NoticeResponse
  | NotificationResponse
  | ParameterDescription
  | ParameterStatus
  | ReadyForQuery
  | RowDescription;

/**
 * Decodes a server's message. Its bytes, such as a row's values, are views that live as long as the frame's bytes.
 *
 * @param decodeText decodes names and texts; lenient UTF-8 unless given.
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const message = decodeBackend(frame);
 * if (message.type === 'ReadyForQuery') console.log(message.status);
 * ```
 */
export function decodeBackend(frame: Frame, decodeText?: DecodeText): BackendMessage {
  switch (frame.tag) {
    case BackendTag.DataRow:
      return decodeDataRow(frame);
    case BackendTag.CopyData:
      return decodeCopyData(frame);
    case BackendTag.CommandComplete:
      return decodeCommandComplete(frame, decodeText);
    case BackendTag.ReadyForQuery:
      return decodeReadyForQuery(frame);
    case BackendTag.RowDescription:
      return decodeRowDescription(frame, decodeText);
    case BackendTag.ParseComplete:
      return decodeBareBackend(frame, 'ParseComplete');
    case BackendTag.BindComplete:
      return decodeBareBackend(frame, 'BindComplete');
    case BackendTag.CloseComplete:
      return decodeBareBackend(frame, 'CloseComplete');
    case BackendTag.NoData:
      return decodeBareBackend(frame, 'NoData');
    case BackendTag.PortalSuspended:
      return decodeBareBackend(frame, 'PortalSuspended');
    case BackendTag.EmptyQueryResponse:
      return decodeBareBackend(frame, 'EmptyQueryResponse');
    case BackendTag.ParameterDescription:
      return decodeParameterDescription(frame);
    case BackendTag.ErrorResponse:
      return decodeErrorResponse(frame, decodeText);
    case BackendTag.NoticeResponse:
      return decodeNoticeResponse(frame, decodeText);
    case BackendTag.NotificationResponse:
      return decodeNotificationResponse(frame, decodeText);
    case BackendTag.ParameterStatus:
      return decodeParameterStatus(frame, decodeText);
    case BackendTag.CopyInResponse:
      return decodeCopyResponse(frame, 'CopyInResponse');
    case BackendTag.CopyOutResponse:
      return decodeCopyResponse(frame, 'CopyOutResponse');
    case BackendTag.CopyBothResponse:
      return decodeCopyResponse(frame, 'CopyBothResponse');
    case BackendTag.CopyDone:
      return decodeCopyDone(frame);
    case BackendTag.FunctionCallResponse:
      return decodeFunctionCallResponse(frame);
    case BackendTag.Authentication:
      return decodeAuthentication(frame, decodeText);
    case BackendTag.BackendKeyData:
      return decodeBackendKeyData(frame);
    case BackendTag.NegotiateProtocolVersion:
      return decodeNegotiateProtocolVersion(frame, decodeText);
    default:
      throw new RemoteProtocolError(
        'unknown-message',
        `unexpected response from server; first received character was "${String.fromCharCode(frame.tag)}"`,
        backendMessageName(frame.tag),
      );
  }
}
