import { type Body, readInt32 } from '../bytes/reader.ts';
import { type DecodeText, decodeUtf8Strict } from '../bytes/text.ts';
import type { Value, Writer } from '../bytes/writer.ts';
import { RemoteProtocolError } from '../errors.ts';
import { BackendTag } from '../tags.ts';

/**
 * One row, its values left where they lie. Field i is the bytes from `ranges[2 * i]` up to `ranges[2 * i + 1]`; both are
 * −1 for NULL.
 */
export interface DataRow {
  readonly type: 'DataRow';
  readonly bytes: Uint8Array;
  readonly ranges: Int32Array;
}

/**
 * Finds the fields of a DataRow's body without decoding any, and returns their number.
 *
 * The ranges go into `ranges` as {@link DataRow} describes, as far as it has room; a caller who knows the number of
 * columns compares it with the result, and needs no allocation a row.
 *
 * @throws RemoteProtocolError when the fields do not exactly fill the body.
 * @example
 * ```ts
 * const ranges = new Int32Array(2 * fields.length);
 * if (readDataRow(frame.bytes, frame.start, frame.end, ranges) !== fields.length) throw new Error('unexpected field count');
 * ```
 */
export function readDataRow(bytes: Uint8Array, start: number, end: number, ranges: Int32Array): number {
  if (end - start < 2) refuseShort();
  const count = ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
  const room = ranges.length;
  let at = start + 2;
  for (let slot = 0; slot < count * 2; slot += 2) {
    let from = at + 4;
    if (from > end) refuseShort();
    const byteLength = readInt32(bytes, at);
    at = from;
    if (byteLength >= 0) at += byteLength;
    else if (byteLength === -1) from = -1;
    else refuseShort();
    if (at > end) refuseShort();
    if (slot < room) {
      ranges[slot] = from;
      ranges[slot + 1] = from === -1 ? -1 : at;
    }
  }
  if (at !== end) {
    throw new RemoteProtocolError(
      'body-not-consumed',
      'message contents do not agree with length in message type "D"',
      'DataRow',
    );
  }
  return count;
}

function refuseShort(): never {
  throw new RemoteProtocolError('body-too-short', 'insufficient data in "D" message', 'DataRow');
}

/**
 * Reads the body of a DataRow; see {@link readDataRow} for the form that allocates nothing.
 *
 * @throws RemoteProtocolError when the fields do not exactly fill the body.
 * @example
 * ```ts
 * const row = decodeDataRow(frame);
 * const first = fieldText(row, 0);
 * ```
 */
export function decodeDataRow(body: Body): DataRow {
  const { bytes, start, end } = body;
  const announced = end - start < 2 ? 0 : ((bytes[start] ?? 0) << 8) | (bytes[start + 1] ?? 0);
  // Each field takes four bytes, so a count that the body cannot hold allocates nothing for it.
  const ranges = new Int32Array(announced * 4 > end - start - 2 ? 0 : announced * 2);
  readDataRow(bytes, start, end, ranges);
  return { type: 'DataRow', bytes, ranges };
}

/**
 * The number of fields of a row.
 *
 * @example
 * ```ts
 * fieldCount(row) === fields.length;
 * ```
 */
export function fieldCount(row: DataRow): number {
  return row.ranges.length >> 1;
}

/**
 * The bytes of field `index`, as a view; null for NULL, and for an index that the row does not have.
 *
 * @example
 * ```ts
 * const kept = fieldBytes(row, 0)?.slice();
 * ```
 */
export function fieldBytes(row: DataRow, index: number): Uint8Array | null {
  const start = row.ranges[2 * index] ?? -1;
  return start === -1 ? null : row.bytes.subarray(start, row.ranges[2 * index + 1]);
}

/**
 * The text of field `index`; null for NULL; throws RemoteProtocolError where it is not UTF-8.
 *
 * @example
 * ```ts
 * const text = fieldText(row, 0);
 * ```
 */
export function fieldText(row: DataRow, index: number, decodeText: DecodeText = decodeUtf8Strict): string | null {
  const start = row.ranges[2 * index] ?? -1;
  return start === -1 ? null : decodeText(row.bytes, start, row.ranges[2 * index + 1] ?? start);
}

/**
 * Writes a DataRow.
 *
 * @throws LocalProtocolError for more than 65,535 values, a lone surrogate, or a message too long.
 * @example
 * ```ts
 * encodeDataRow(writer, ['1', null, 'text']);
 * ```
 */
export function encodeDataRow(writer: Writer, values: readonly Value[]): void {
  writer.begin(BackendTag.DataRow, 'DataRow');
  writer.count(values.length);
  for (const value of values) writer.value(value);
  writer.end();
}

/**
 * Writes a row that has been decoded.
 *
 * @example
 * ```ts
 * encodeDecodedDataRow(writer, decodeDataRow(frame));
 * ```
 */
export function encodeDecodedDataRow(writer: Writer, row: DataRow): void {
  const count = fieldCount(row);
  writer.begin(BackendTag.DataRow, 'DataRow');
  writer.count(count);
  for (let index = 0; index < count; index += 1) writer.value(fieldBytes(row, index));
  writer.end();
}
