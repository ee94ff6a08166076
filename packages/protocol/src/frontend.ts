import { readInt32 } from './bytes/reader.ts';
import type { DecodeText } from './bytes/text.ts';
import { RemoteProtocolError } from './errors.ts';
import type { Frame } from './framing.ts';
import { type Bind, decodeBind } from './messages/bind.ts';
import { type CancelRequest, decodeCancelRequest } from './messages/cancel-request.ts';
import { type Close, decodeClose } from './messages/close.ts';
import { type CopyData, type CopyFail, decodeCopyData, decodeCopyFail } from './messages/copy-data.ts';
import { type Describe, decodeDescribe } from './messages/describe.ts';
import { type BareFrontend, type CopyDone, decodeBareFrontend, decodeCopyDone } from './messages/empty-bodied.ts';
import { decodeExecute, type Execute } from './messages/execute.ts';
import { decodeFunctionCall, type FunctionCall } from './messages/function-call.ts';
import { decodeParse, type Parse } from './messages/parse.ts';
import {
  decodeGSSResponse,
  decodePasswordMessage,
  type GSSResponse,
  type PasswordMessage,
} from './messages/password.ts';
import { decodeQuery, type Query } from './messages/query.ts';
import {
  decodeSASLInitialResponse,
  decodeSASLResponse,
  type SASLInitialResponse,
  type SASLResponse,
} from './messages/sasl.ts';
import { decodeGSSENCRequest, decodeSSLRequest, type GSSENCRequest, type SSLRequest } from './messages/ssl-request.ts';
import { decodeStartupMessage, type StartupMessage } from './messages/startup.ts';
import { FrontendTag, frontendMessageName, RequestCode } from './tags.ts';

/** The messages without a type byte, one of which a client sends first. */
export type StartupFamilyMessage = StartupMessage | SSLRequest | GSSENCRequest | CancelRequest;

/** The four messages that share the type byte `p`. */
export type AuthenticationAnswer = PasswordMessage | SASLInitialResponse | SASLResponse | GSSResponse;

/** Every message that a client sends. */
export type FrontendMessage =
  | AuthenticationAnswer
  | BareFrontend
  | Bind
  | Close
  | CopyData
  | CopyDone
  | CopyFail
  | Describe
  | Execute
  | FunctionCall
  | Parse
  | Query
  | StartupFamilyMessage;

/**
 * Decodes one of the first messages, framed without a type byte.
 *
 * @throws RemoteProtocolError when the packet is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const first = decodeStartupFamily(frame);
 * if (first.type === 'SSLRequest') socket.write('N');
 * ```
 */
export function decodeStartupFamily(frame: Frame, decodeText?: DecodeText): StartupFamilyMessage {
  const code = frame.end - frame.start >= 4 ? readInt32(frame.bytes, frame.start) : 0;
  switch (code) {
    case RequestCode.SSLRequest:
      return decodeSSLRequest(frame);
    case RequestCode.GSSENCRequest:
      return decodeGSSENCRequest(frame);
    case RequestCode.CancelRequest:
      return decodeCancelRequest(frame);
    default:
      return decodeStartupMessage(frame, decodeText);
  }
}

/** How {@link decodeFrontend} reads. */
export interface DecodeFrontendOptions {
  /** Decodes names and texts; strict UTF-8 unless given. */
  readonly decodeText?: DecodeText;
  /** What a message with the type byte `p` is; without it such a message is refused, as after authentication. */
  readonly authentication?: AuthenticationAnswer['type'];
}

/**
 * Decodes a client's message. Its bytes, such as a parameter's value, are views that live as long as the frame's bytes.
 *
 * @throws RemoteProtocolError when the body is not what the manual says, or `p` is not expected.
 * @example
 * ```ts
 * const message = decodeFrontend(frame);
 * if (message.type === 'Query') answer(message.sql);
 * ```
 */
export function decodeFrontend(frame: Frame, options: DecodeFrontendOptions = {}): FrontendMessage {
  const { decodeText } = options;
  switch (frame.tag) {
    case FrontendTag.Query:
      return decodeQuery(frame, decodeText);
    case FrontendTag.Parse:
      return decodeParse(frame, decodeText);
    case FrontendTag.Bind:
      return decodeBind(frame, decodeText);
    case FrontendTag.Describe:
      return decodeDescribe(frame, decodeText);
    case FrontendTag.Execute:
      return decodeExecute(frame, decodeText);
    case FrontendTag.Close:
      return decodeClose(frame, decodeText);
    case FrontendTag.Sync:
      return decodeBareFrontend(frame, 'Sync');
    case FrontendTag.Flush:
      return decodeBareFrontend(frame, 'Flush');
    case FrontendTag.Terminate:
      return decodeBareFrontend(frame, 'Terminate');
    case FrontendTag.FunctionCall:
      return decodeFunctionCall(frame);
    case FrontendTag.CopyData:
      return decodeCopyData(frame);
    case FrontendTag.CopyDone:
      return decodeCopyDone(frame);
    case FrontendTag.CopyFail:
      return decodeCopyFail(frame, decodeText);
    case FrontendTag.Authentication:
      return decodeAuthenticationAnswer(frame, options);
    default:
      return refuse(frame);
  }
}

function decodeAuthenticationAnswer(frame: Frame, options: DecodeFrontendOptions): AuthenticationAnswer {
  switch (options.authentication) {
    case 'PasswordMessage':
      return decodePasswordMessage(frame, options.decodeText);
    case 'SASLInitialResponse':
      return decodeSASLInitialResponse(frame, options.decodeText);
    case 'SASLResponse':
      return decodeSASLResponse(frame);
    case 'GSSResponse':
      return decodeGSSResponse(frame);
    default:
      return refuse(frame);
  }
}

function refuse(frame: Frame): never {
  const name = frontendMessageName(frame.tag);
  throw new RemoteProtocolError(
    name === undefined ? 'unknown-message' : 'unexpected-message',
    `invalid frontend message type ${frame.tag}`,
    name,
  );
}
