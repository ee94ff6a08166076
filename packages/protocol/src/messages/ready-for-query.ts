import { type Body, readBackend } from '../bytes/reader.ts';
import type { Writer } from '../bytes/writer.ts';
import { BackendTag } from '../tags.ts';
import type { Fields } from './fields.ts';

/** Idle, in a transaction block, in a failed transaction block. */
export type TransactionStatus = 'I' | 'T' | 'E';

/** The server is ready for a new query cycle. */
export interface ReadyForQuery {
  readonly type: 'ReadyForQuery';
  readonly status: TransactionStatus;
}

/**
 * Reads the body of a ReadyForQuery; throws RemoteProtocolError for a status that the manual does not list.
 *
 * @example
 * ```ts
 * const { status } = decodeReadyForQuery(frame);
 * ```
 */
export function decodeReadyForQuery(body: Body): ReadyForQuery {
  const reader = readBackend(body, 'ReadyForQuery');
  const status = String.fromCharCode(reader.byte());
  reader.finish();
  if (status === 'I' || status === 'T' || status === 'E') return { type: 'ReadyForQuery', status };
  return reader.invalid('unexpected transaction status in "Z" message');
}

/**
 * Writes a ReadyForQuery.
 *
 * @example
 * ```ts
 * encodeReadyForQuery(writer, { status: 'I' });
 * ```
 */
export function encodeReadyForQuery(writer: Writer, message: Fields<ReadyForQuery>): void {
  writer.begin(BackendTag.ReadyForQuery, 'ReadyForQuery');
  writer.byte(message.status.charCodeAt(0));
  writer.end();
}
