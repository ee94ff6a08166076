import { type Body, readFrontend } from '../bytes/reader.ts';
import type { DecodeText } from '../bytes/text.ts';
import type { Writer } from '../bytes/writer.ts';
import { FrontendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** A simple query: one or more statements in one string. */
export interface Query {
  readonly type: 'Query';
  readonly sql: string;
}

/**
 * Reads the body of a Query.
 *
 * @throws RemoteProtocolError when the body is not what the manual says ("Message Formats").
 * @example
 * ```ts
 * const { sql } = decodeQuery(frame);
 * ```
 */
export function decodeQuery(body: Body, decodeText?: DecodeText): Query {
  const reader = readFrontend(body, 'Query', decodeText);
  const sql = reader.cstring();
  reader.finish();
  return { type: 'Query', sql };
}

/**
 * Writes a Query; each one is answered up to exactly one ReadyForQuery.
 *
 * @throws LocalProtocolError for a zero byte, a lone surrogate or a text too long for a message.
 * @example
 * ```ts
 * encodeQuery(writer, { sql: 'select 1' });
 * ```
 */
export function encodeQuery(writer: Writer, message: Fields<Query>): void {
  writer.begin(FrontendTag.Query, 'Query');
  writer.cstring(message.sql);
  writer.end();
}
