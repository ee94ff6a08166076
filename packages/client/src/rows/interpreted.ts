import { RemoteProtocolError } from '@pg-dblink/protocol';
import { readInt32 } from '../types/bytes.ts';
import type { DecodeValue } from '../types/codec.ts';
import { isDecimalInteger } from '../types/integers.ts';

/** Takes one row; false for no more of them. */
export type AcceptRow = (row: unknown) => boolean;

/**
 * Reads a run of whole DataRow messages and hands out one value a row. Returns where the row behind the last one that
 * was handed out begins.
 */
export type ReadRows = (bytes: Uint8Array, start: number, end: number, accept: AcceptRow) => number;

/** Makes a row of its values; the array is used again for the next one. */
export type MakeRow = (values: readonly unknown[]) => unknown;

/** Header (five bytes) and column count (two) of a DataRow message. */
export const ROW_HEADER_BYTES = 7;
/** So many digits, or a sign and one digit less, stay small integers of the engine. */
const SHORT_INTEGER_BYTES = 9;
const ZERO = 0x30;
const MINUS = 0x2d;
/** A run of so many bytes is worth a view of its memory, which reads a length in one step instead of four. */
const LONG_RUN_BYTES = 512;

/** The row's fields do not fill its body exactly. */
export function tornRow(): RemoteProtocolError {
  return new RemoteProtocolError('invalid-value', 'insufficient data in "D" message', 'DataRow');
}

/**
 * Reads rows column by column in one loop for all results: right for the first rows, for many columns, and where code
 * may not be generated. Short integers, of which wide rows are full, are read here; calling a function for each would
 * take as long again.
 */
export function interpretRows(decoders: readonly DecodeValue[], makeRow: MakeRow): ReadRows {
  const columnCount = decoders.length;
  const isInteger = Uint8Array.from(decoders, (decode) => (isDecimalInteger(decode) ? 1 : 0));
  const values: unknown[] = decoders.map(() => null);
  return (bytes, start, end, accept) => {
    const view = end - start < LONG_RUN_BYTES ? undefined : viewOf(bytes);
    let at = start;
    while (at < end) {
      const rowEnd = at + 1 + readLength(view, bytes, at + 1);
      at += ROW_HEADER_BYTES;
      for (let column = 0; column < columnCount; column++) {
        if (at + 4 > rowEnd) throw tornRow();
        const byteLength = readLength(view, bytes, at);
        at += 4;
        if (byteLength === -1) {
          values[column] = null;
          continue;
        }
        const valueEnd = at + byteLength;
        if (byteLength < 0 || valueEnd > rowEnd) throw tornRow();
        if (isInteger[column] === 1 && byteLength > 0 && byteLength <= SHORT_INTEGER_BYTES) {
          const isNegative = bytes[at] === MINUS;
          let digitAt = isNegative ? at + 1 : at;
          let value = 0;
          for (; digitAt < valueEnd; digitAt++) {
            const digit = (bytes[digitAt] ?? 0) - ZERO;
            if (digit < 0 || digit > 9) break;
            value = value * 10 + digit;
          }
          // A sign alone or anything that is no digit is for the decoder to refuse.
          if (digitAt === valueEnd && !(isNegative && byteLength === 1)) {
            values[column] = isNegative ? 0 - value : value;
            at = valueEnd;
            continue;
          }
        }
        values[column] = decoders[column]?.(bytes, at, valueEnd, view);
        at = valueEnd;
      }
      if (at !== rowEnd) throw tornRow();
      if (!accept(makeRow(values))) break;
    }
    // The last row's values are not ours to keep.
    values.fill(null);
    return at;
  };
}

/** The memory of some bytes, to read lengths of. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function readLength(view: DataView | undefined, bytes: Uint8Array, at: number): number {
  return view === undefined ? readInt32(bytes, at) : view.getInt32(at);
}

/** Rows as arrays. */
export const arrayOf: MakeRow = (values) => values.slice();

/** Rows as objects: own data properties only, whatever the columns are called; of equal names the last one counts. */
export function objectsWith(names: readonly string[]): MakeRow {
  return (values) => {
    const row: Record<string, unknown> = {};
    for (let index = 0; index < names.length; index++) {
      const name = names[index] ?? '';
      const value = values[index];
      if (name === '__proto__') {
        Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
      } else {
        row[name] = value;
      }
    }
    return row;
  };
}
