import { type Body, readBackend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { LocalProtocolError } from '../errors.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';
import { PROTOCOL_3_0, PROTOCOL_3_2 } from './startup.ts';

export const MIN_SECRET_KEY_LENGTH = 4;
export const MAX_SECRET_KEY_LENGTH = 256;

/** What a later CancelRequest must show. */
export interface BackendKeyData {
  readonly type: 'BackendKeyData';
  /** An Int32; poolers may send negative ones. */
  readonly processId: number;
  /** 4 bytes in protocol 3.0, 4 to 256 in 3.2; a view when decoded. */
  readonly secretKey: Uint8Array;
}

/**
 * Reads the body of a BackendKeyData under the protocol version agreed on.
 *
 * @throws RemoteProtocolError when the key's length is not what that version allows.
 * @example
 * ```ts
 * const { processId } = decodeBackendKeyData(frame, PROTOCOL_3_0);
 * ```
 */
export function decodeBackendKeyData(body: Body, protocolVersion: number = PROTOCOL_3_2): BackendKeyData {
  const reader = readBackend(body, 'BackendKeyData');
  const processId = reader.int32();
  const secretKey = reader.rest();
  const { byteLength } = secretKey;
  const refusal = `received invalid BackendKeyData message: cancel key with length ${byteLength}`;
  // Protocol 3.1 was never used; a server that is asked for it behaves as in 3.0.
  if (protocolVersion < PROTOCOL_3_2 && byteLength !== MIN_SECRET_KEY_LENGTH) {
    const version = `${PROTOCOL_3_0 >> 16}.${PROTOCOL_3_0 & 0xffff}`;
    reader.invalid(`${refusal} not allowed in protocol version ${version} (must be 4 bytes)`);
  }
  if (byteLength < MIN_SECRET_KEY_LENGTH) reader.invalid(`${refusal} is too short (minimum 4 bytes)`);
  if (byteLength > MAX_SECRET_KEY_LENGTH) reader.invalid(`${refusal} is too long (maximum 256 bytes)`);
  return { type: 'BackendKeyData', processId, secretKey };
}

/**
 * Writes a BackendKeyData; throws LocalProtocolError when the key is not of 4 to 256 bytes.
 *
 * @example
 * ```ts
 * encodeBackendKeyData(writer, { processId: 42, secretKey: crypto.getRandomValues(new Uint8Array(4)) });
 * ```
 */
export function encodeBackendKeyData(writer: Writer, message: Fields<BackendKeyData>): void {
  requireSecretKeyLength(message.secretKey, 'BackendKeyData');
  writer.begin(BackendTag.BackendKeyData, 'BackendKeyData');
  writer.int32(message.processId);
  writer.bytes(message.secretKey);
  writer.end();
}

export function requireSecretKeyLength(secretKey: Uint8Array, messageType: string): void {
  const { byteLength } = secretKey;
  if (byteLength < MIN_SECRET_KEY_LENGTH || byteLength > MAX_SECRET_KEY_LENGTH) {
    throw new LocalProtocolError(
      'value-out-of-range',
      `a cancel key has 4 to 256 bytes, not ${byteLength}`,
      messageType,
    );
  }
}
