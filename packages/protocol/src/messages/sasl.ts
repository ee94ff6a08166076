import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';
import { MAX_AUTHENTICATION_LENGTH } from './password.ts';

/** The choice of a mechanism, with the client's first message if the mechanism begins with one. */
export interface SASLInitialResponse {
  readonly type: 'SASLInitialResponse';
  readonly mechanism: string;
  /** A view when decoded; null when there is no initial response, which is not the same as an empty one. */
  readonly data: Uint8Array | null;
}

/** A further message of the mechanism; a view when decoded. */
export interface SASLResponse {
  readonly type: 'SASLResponse';
  readonly data: Uint8Array;
}

/**
 * Reads the body of a SASLInitialResponse.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { mechanism, data } = decodeSASLInitialResponse(frame);
 * ```
 */
export function decodeSASLInitialResponse(body: Body, decodeText?: DecodeText): SASLInitialResponse {
  const reader = readFrontend(body, 'SASLInitialResponse', decodeText);
  const mechanism = reader.cstring();
  const data = reader.value();
  reader.finish();
  return { type: 'SASLInitialResponse', mechanism, data };
}

/**
 * Writes a SASLInitialResponse.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a message too long.
 * @example
 * ```ts
 * encodeSASLInitialResponse(writer, { mechanism: 'SCRAM-SHA-256', data: new TextEncoder().encode(started.message) });
 * ```
 */
export function encodeSASLInitialResponse(writer: Writer, message: Fields<SASLInitialResponse>): void {
  writer.begin(FrontendTag.Authentication, 'SASLInitialResponse', MAX_AUTHENTICATION_LENGTH);
  writer.cstring(message.mechanism);
  writer.value(message.data);
  writer.end();
}

/**
 * Reads the body of a SASLResponse.
 *
 * @example
 * ```ts
 * const { data } = decodeSASLResponse(frame);
 * ```
 */
export function decodeSASLResponse(body: Body): SASLResponse {
  return { type: 'SASLResponse', data: readFrontend(body, 'SASLResponse').rest() };
}

/**
 * Writes a SASLResponse.
 *
 * @throws LocalProtocolError when the message would pass the server's limit of 65,535 bytes.
 * @example
 * ```ts
 * encodeSASLResponse(writer, { data: new TextEncoder().encode(answered.message) });
 * ```
 */
export function encodeSASLResponse(writer: Writer, message: Fields<SASLResponse>): void {
  writer.begin(FrontendTag.Authentication, 'SASLResponse', MAX_AUTHENTICATION_LENGTH);
  writer.bytes(message.data);
  writer.end();
}
