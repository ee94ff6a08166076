import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** The greatest length field of an answer to an authentication request (PG_MAX_AUTH_TOKEN_LENGTH). */
export const MAX_AUTHENTICATION_LENGTH = 65_535;

/** The answer to a request for a password: the password itself, or its MD5 hash. */
export interface PasswordMessage {
  readonly type: 'PasswordMessage';
  readonly password: string;
}

/** An answer in the GSSAPI or SSPI exchange; a view when decoded. */
export interface GSSResponse {
  readonly type: 'GSSResponse';
  readonly data: Uint8Array;
}

/**
 * Reads the body of a PasswordMessage; that it is one, and no other message with `p`, only the dialogue tells.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { password } = decodePasswordMessage(frame);
 * ```
 */
export function decodePasswordMessage(body: Body, decodeText?: DecodeText): PasswordMessage {
  const reader = readFrontend(body, 'PasswordMessage', decodeText);
  const password = reader.cstring();
  reader.finish();
  return { type: 'PasswordMessage', password };
}

/**
 * Writes a PasswordMessage; throws LocalProtocolError for a zero byte, which is never shown.
 *
 * @example
 * ```ts
 * encodePasswordMessage(writer, { password: hashMd5Password(user, password, salt) });
 * ```
 */
export function encodePasswordMessage(writer: Writer, message: Fields<PasswordMessage>): void {
  writer.begin(FrontendTag.Authentication, 'PasswordMessage', MAX_AUTHENTICATION_LENGTH);
  writer.cstring(message.password);
  writer.end();
}

/**
 * Reads the body of a GSSResponse.
 *
 * @example
 * ```ts
 * const { data } = decodeGSSResponse(frame);
 * ```
 */
export function decodeGSSResponse(body: Body): GSSResponse {
  return { type: 'GSSResponse', data: readFrontend(body, 'GSSResponse').rest() };
}

/**
 * Writes a GSSResponse.
 *
 * @throws LocalProtocolError when the message would pass the server's limit of 65,535 bytes.
 * @example
 * ```ts
 * encodeGSSResponse(writer, { data: token });
 * ```
 */
export function encodeGSSResponse(writer: Writer, message: Fields<GSSResponse>): void {
  writer.begin(FrontendTag.Authentication, 'GSSResponse', MAX_AUTHENTICATION_LENGTH);
  writer.bytes(message.data);
  writer.end();
}
