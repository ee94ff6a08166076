import { type Body, readFrontend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { RequestCode } from '../tags.ts';
import { MAX_SECRET_KEY_LENGTH, MIN_SECRET_KEY_LENGTH, requireSecretKeyLength } from './backend-key-data.ts';
import type { Fields } from './fields.ts';

/** Asks, on a connection of its own, to cancel what the session with this process ID and key is doing. */
export interface CancelRequest {
  readonly type: 'CancelRequest';
  readonly processId: number;
  /** 4 bytes in protocol 3.0, 4 to 256 in 3.2; a view when decoded. */
  readonly secretKey: Uint8Array;
}

/**
 * Reads the body of a CancelRequest.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { processId, secretKey } = decodeCancelRequest(frame);
 * ```
 */
export function decodeCancelRequest(body: Body): CancelRequest {
  const reader = readFrontend(body, 'CancelRequest');
  if (reader.int32() !== RequestCode.CancelRequest) reader.invalid('not the request code of CancelRequest');
  const processId = reader.int32();
  const secretKey = reader.rest();
  if (secretKey.byteLength < MIN_SECRET_KEY_LENGTH || secretKey.byteLength > MAX_SECRET_KEY_LENGTH) {
    reader.invalid('invalid length of query cancel packet');
  }
  return { type: 'CancelRequest', processId, secretKey };
}

/**
 * Writes a CancelRequest; nothing answers it, the server closes the connection.
 *
 * @throws LocalProtocolError when the key is not of 4 to 256 bytes.
 * @example
 * ```ts
 * encodeCancelRequest(writer, backendKeyData);
 * ```
 */
export function encodeCancelRequest(
  writer: Writer,
  message: Pick<Fields<CancelRequest>, 'processId' | 'secretKey'>,
): void {
  requireSecretKeyLength(message.secretKey, 'CancelRequest');
  writer.beginUntyped('CancelRequest', 12 + MAX_SECRET_KEY_LENGTH);
  writer.int32(RequestCode.CancelRequest);
  writer.int32(message.processId);
  writer.bytes(message.secretKey);
  writer.end();
}
