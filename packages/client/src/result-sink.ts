import type { FieldDescription } from '@pg-dblink/protocol';
import type { ServerError } from './server-error.ts';

/** Which way a COPY goes, seen from the client: `in` to the server, `out` of it, `both` for replication. */
export type CopyDirection = 'in' | 'out' | 'both';

/**
 * Where the answers to one request go, in the order in which they arrive.
 *
 * Bytes handed over are valid during the call only: whoever keeps them copies them. A method that throws, or a promise
 * of `dataRows` or `copyData` that rejects, ends the delivery: the rest of the answer is read and dropped, the
 * connection stays usable, and `submit` rejects with that error.
 *
 * @example
 * ```ts
 * let rows = 0;
 * await connection.submit({ kind: 'simple', sql: 'select generate_series(1, 1000)' }, {
 *   rowDescription() {}, dataRows: (_bytes, _start, _end, count) => { rows += count; },
 *   commandComplete() {}, emptyQueryResponse() {}, copyResponse() {}, errorResponse: (error) => { throw error; },
 * });
 * ```
 */
export interface ResultSink {
  /** `body` is the RowDescription's body verbatim. Formats are those of the rows that follow. */
  rowDescription(fields: readonly FieldDescription[], body: Uint8Array): void;
  /**
   * A run of `count` whole DataRow messages, their five-byte headers included. A promise pauses the connection until
   * it is settled.
   */
  dataRows(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void>;
  commandComplete(tag: string): void;
  emptyQueryResponse(): void;
  portalSuspended?(): void;
  noData?(): void;
  parameterDescription?(typeOids: readonly number[]): void;
  /**
   * A COPY began. Return the string `handled` to take part in it (`copyData` of the connection or of this sink); otherwise
   * incoming data is refused with CopyFail, outgoing data is read and dropped.
   */
  copyResponse(direction: CopyDirection, format: number, columnFormats: readonly number[]): unknown;
  /**
   * A run of `count` whole CopyData messages, their five-byte headers included: see {@link copyBodies}. A promise
   * pauses the connection.
   */
  copyData?(bytes: Uint8Array, start: number, end: number, count: number): void | Promise<void>;
  /** The server has sent all COPY data. */
  copyDone?(): void;
  errorResponse(error: ServerError): void;
  /** In a pipeline: not executed, because an earlier request failed. */
  skipped?(cause: ServerError | undefined): void;
}

/**
 * Drops whatever arrives.
 *
 * @example
 * ```ts
 * await connection.submit({ kind: 'simple', sql: 'select 1' }, DISCARDING_SINK);
 * ```
 */
export const DISCARDING_SINK: ResultSink = {
  rowDescription: () => undefined,
  dataRows: () => undefined,
  commandComplete: () => undefined,
  emptyQueryResponse: () => undefined,
  copyResponse: () => undefined,
  errorResponse: () => undefined,
};

/**
 * Calls `take` with the range of each message's data in a run of CopyData messages.
 *
 * @example
 * ```ts
 * const writer = new Writer();
 * encodeCopyData(writer, { data: new Uint8Array(3) });
 * const run = writer.take();
 * let total = 0;
 * copyBodies(run, 0, run.byteLength, (_bytes, start, end) => {
 *   total += end - start;
 * });
 * total; // 3
 * ```
 */
export function copyBodies(
  bytes: Uint8Array,
  start: number,
  end: number,
  take: (bytes: Uint8Array, start: number, end: number) => void,
): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at < end; ) {
    const next = at + 1 + view.getUint32(at + 1);
    take(bytes, at + 5, next);
    at = next;
  }
}
