import { readInt32 } from '../types/bytes.ts';
import { type ReadRows, ROW_HEADER_BYTES, tornRow } from './interpreted.ts';

/** Rows as arrays of the values' bytes, null for NULL. The bytes of a row are copied once and shared by its values. */
export function rawRows(columnCount: number): ReadRows {
  return (bytes, start, end, accept) => {
    let next = start;
    while (next < end) {
      const rowEnd = next + 1 + readInt32(bytes, next + 1);
      const copy = bytes.slice(next, rowEnd);
      const row: (Uint8Array | null)[] = [];
      let at = ROW_HEADER_BYTES;
      for (let column = 0; column < columnCount; column++) {
        if (at + 4 > copy.length) throw tornRow();
        const byteLength = readInt32(copy, at);
        at += 4;
        if (byteLength < -1 || at + byteLength > copy.length) throw tornRow();
        row.push(byteLength === -1 ? null : copy.subarray(at, at + byteLength));
        if (byteLength > 0) at += byteLength;
      }
      if (at !== copy.length) throw tornRow();
      next = rowEnd;
      if (!accept(row)) break;
    }
    return next;
  };
}
