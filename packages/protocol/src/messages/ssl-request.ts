import { type Body, readFrontend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { RemoteProtocolError } from '../errors.ts';
import { RequestCode } from '../tags.ts';

/** Asks whether the server will speak TLS; a single byte is the answer. */
export interface SSLRequest {
  readonly type: 'SSLRequest';
}

/** Asks whether the server will speak GSSAPI encryption; a single byte is the answer. */
export interface GSSENCRequest {
  readonly type: 'GSSENCRequest';
}

/**
 * Writes an SSLRequest; nothing else may be sent before its answer.
 *
 * @example
 * ```ts
 * encodeSSLRequest(writer);
 * ```
 */
export function encodeSSLRequest(writer: Writer): void {
  encodeRequest(writer, 'SSLRequest');
}

/**
 * Writes a GSSENCRequest; nothing else may be sent before its answer.
 *
 * @example
 * ```ts
 * encodeGSSENCRequest(writer);
 * ```
 */
export function encodeGSSENCRequest(writer: Writer): void {
  encodeRequest(writer, 'GSSENCRequest');
}

function encodeRequest(writer: Writer, type: 'SSLRequest' | 'GSSENCRequest'): void {
  writer.beginUntyped(type, 8);
  writer.int32(RequestCode[type]);
  writer.end();
}

/**
 * Reads the body of an SSLRequest.
 *
 * @throws RemoteProtocolError when it is another request.
 * @example
 * ```ts
 * decodeSSLRequest(frame).type; // 'SSLRequest'
 * ```
 */
export function decodeSSLRequest(body: Body): SSLRequest {
  return decodeRequest(body, 'SSLRequest');
}

/**
 * Reads the body of a GSSENCRequest.
 *
 * @throws RemoteProtocolError when it is another request.
 * @example
 * ```ts
 * decodeGSSENCRequest(frame).type; // 'GSSENCRequest'
 * ```
 */
export function decodeGSSENCRequest(body: Body): GSSENCRequest {
  return decodeRequest(body, 'GSSENCRequest');
}

function decodeRequest<T extends 'SSLRequest' | 'GSSENCRequest'>(body: Body, type: T): { readonly type: T } {
  const reader = readFrontend(body, type);
  if (reader.int32() !== RequestCode[type]) reader.invalid(`not the request code of ${type}`);
  reader.finish();
  return { type };
}

/** What the server's one byte says: go on encrypted, go on in plain, or an error that must not be believed. */
export type EncryptionAnswer = 'accepted' | 'refused' | 'error';

/**
 * Reads the answer to an SSLRequest from everything that has arrived since; undefined while nothing has.
 *
 * A byte behind the answer was sent by someone in the middle, so it is refused after `N` as well as after `S`; the
 * text of an error is not looked at, since nobody vouches for it.
 *
 * @throws RemoteProtocolError for surplus bytes (`invalid-length`) and for any other byte (`invalid-value`).
 * @example
 * ```ts
 * switch (decodeSSLAnswer(chunk)) {
 *   case 'accepted':
 *     return upgrade(socket);
 * }
 * ```
 */
export function decodeSSLAnswer(bytes: Uint8Array): EncryptionAnswer | undefined {
  return decodeAnswer(bytes, 'S', 'received unencrypted data after SSL response', 'SSL');
}

/**
 * Reads the answer to a GSSENCRequest from everything that has arrived since; undefined while nothing has.
 *
 * @throws RemoteProtocolError for surplus bytes (`invalid-length`) and for any other byte (`invalid-value`).
 * @example
 * ```ts
 * decodeGSSENCAnswer(new Uint8Array([0x4e])); // 'refused'
 * ```
 */
export function decodeGSSENCAnswer(bytes: Uint8Array): EncryptionAnswer | undefined {
  return decodeAnswer(bytes, 'G', 'received unencrypted data after GSSAPI encryption response', 'GSSAPI');
}

function decodeAnswer(bytes: Uint8Array, yes: string, surplus: string, what: string): EncryptionAnswer | undefined {
  const [byte] = bytes;
  if (byte === undefined) return undefined;
  const character = String.fromCharCode(byte);
  if (character === 'E') return 'error';
  if (character !== yes && character !== 'N') {
    throw new RemoteProtocolError('invalid-value', `received invalid response to ${what} negotiation: ${shown(byte)}`);
  }
  if (bytes.byteLength > 1) throw new RemoteProtocolError('invalid-length', surplus);
  return character === 'N' ? 'refused' : 'accepted';
}

function shown(byte: number): string {
  return byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `\\x${byte.toString(16).padStart(2, '0')}`;
}
