import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** Makes a prepared statement. */
export interface Parse {
  readonly type: 'Parse';
  /** The statement's name; '' is the unnamed one. */
  readonly name: string;
  readonly sql: string;
  /** OIDs of the types of $1, $2 …; 0, or a list that ends early, leaves the type to the server. */
  readonly parameterTypes: readonly number[];
}

/**
 * Reads the body of a Parse.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { name, sql } = decodeParse(frame);
 * ```
 */
export function decodeParse(body: Body, decodeText?: DecodeText): Parse {
  const reader = readFrontend(body, 'Parse', decodeText);
  const name = reader.cstring();
  const sql = reader.cstring();
  const count = reader.count(4);
  const parameterTypes: number[] = [];
  for (let index = 0; index < count; index += 1) parameterTypes.push(reader.uint32());
  reader.finish();
  return { type: 'Parse', name, sql, parameterTypes };
}

/**
 * Writes a Parse.
 *
 * @throws LocalProtocolError for a zero byte or lone surrogate, more than 65,535 types, or a message too long.
 * @example
 * ```ts
 * encodeParse(writer, { name: '', sql: 'select $1', parameterTypes: [25] });
 * ```
 */
export function encodeParse(writer: Writer, message: Fields<Parse>): void {
  writer.begin(FrontendTag.Parse, 'Parse');
  writer.cstring(message.name);
  writer.cstring(message.sql);
  writer.count(message.parameterTypes.length);
  for (const type of message.parameterTypes) writer.uint32(type);
  writer.end();
}
