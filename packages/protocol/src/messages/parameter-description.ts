import { type Body, readBackend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** The types of a prepared statement's parameters. */
export interface ParameterDescription {
  readonly type: 'ParameterDescription';
  /** OIDs of the types of $1, $2 … */
  readonly parameterTypes: readonly number[];
}

/**
 * Reads the body of a ParameterDescription, which may list up to 65,535 types.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { parameterTypes } = decodeParameterDescription(frame);
 * ```
 */
export function decodeParameterDescription(body: Body): ParameterDescription {
  const reader = readBackend(body, 'ParameterDescription');
  const count = reader.count(4);
  const parameterTypes: number[] = [];
  for (let index = 0; index < count; index += 1) parameterTypes.push(reader.uint32());
  reader.finish();
  return { type: 'ParameterDescription', parameterTypes };
}

/**
 * Writes a ParameterDescription.
 *
 * @throws LocalProtocolError for more than 65,535 types or a number that is no OID.
 * @example
 * ```ts
 * encodeParameterDescription(writer, { parameterTypes: [23, 25] });
 * ```
 */
export function encodeParameterDescription(writer: Writer, message: Fields<ParameterDescription>): void {
  writer.begin(BackendTag.ParameterDescription, 'ParameterDescription');
  writer.count(message.parameterTypes.length);
  for (const type of message.parameterTypes) writer.uint32(type);
  writer.end();
}
