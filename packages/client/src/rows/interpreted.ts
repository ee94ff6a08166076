import { RemoteProtocolError } from '@pg-dblink/protocol';
import { readInt32 } from '../types/bytes.ts';
import type { DecodeValue } from '../types/codec.ts';

/** Reads a run of whole DataRow messages and appends one value a row. */
export type ReadRows = (bytes: Uint8Array, start: number, end: number, into: unknown[]) => void;

/** Header (five bytes) and column count (two) of a DataRow message. */
export const ROW_HEADER_BYTES = 7;

/** The row's fields do not fill its body exactly. */
export function tornRow(): RemoteProtocolError {
  return new RemoteProtocolError('invalid-value', 'insufficient data in "D" message', 'DataRow');
}

/**
 * Reads rows column by column with one closure a column: what is used where code may not be generated. Without names
 * rows are arrays.
 */
export function interpretRows(names: readonly string[] | undefined, decoders: readonly DecodeValue[]): ReadRows {
  return (bytes, start, end, into) => {
    let at = start;
    while (at < end) {
      const rowEnd = at + 1 + readInt32(bytes, at + 1);
      at += ROW_HEADER_BYTES;
      const row: unknown[] = [];
      for (const decode of decoders) {
        if (at + 4 > rowEnd) throw tornRow();
        const byteLength = readInt32(bytes, at);
        at += 4;
        if (byteLength < -1 || at + byteLength > rowEnd) throw tornRow();
        row.push(byteLength === -1 ? null : decode(bytes, at, at + byteLength));
        if (byteLength > 0) at += byteLength;
      }
      if (at !== rowEnd) throw tornRow();
      into.push(names === undefined ? row : objectFrom(names, row));
    }
  };
}

/** Own data properties only, whatever the columns are called; of equal names the last one counts. */
function objectFrom(names: readonly string[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [index, name] of names.entries()) {
    const value = values[index];
    if (name === '__proto__') {
      Object.defineProperty(row, name, { value, writable: true, enumerable: true, configurable: true });
    } else {
      row[name] = value;
    }
  }
  return row;
}
