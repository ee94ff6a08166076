import { type Body, readBackend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** The value of a run-time parameter that the server reports; it may arrive at any time. */
export interface ParameterStatus {
  readonly type: 'ParameterStatus';
  readonly name: string;
  readonly value: string;
}

/**
 * Reads the body of a ParameterStatus.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { name, value } = decodeParameterStatus(frame);
 * ```
 */
export function decodeParameterStatus(body: Body, decodeText?: DecodeText): ParameterStatus {
  const reader = readBackend(body, 'ParameterStatus', decodeText);
  const name = reader.cstring();
  const value = reader.cstring();
  reader.finish();
  return { type: 'ParameterStatus', name, value };
}

/**
 * Writes a ParameterStatus.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a message too long.
 * @example
 * ```ts
 * encodeParameterStatus(writer, { name: 'client_encoding', value: 'UTF8' });
 * ```
 */
export function encodeParameterStatus(writer: Writer, message: Fields<ParameterStatus>): void {
  writer.begin(BackendTag.ParameterStatus, 'ParameterStatus');
  writer.cstring(message.name);
  writer.cstring(message.value);
  writer.end();
}
