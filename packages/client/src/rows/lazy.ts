import { readInt32 } from '../types/bytes.ts';
import type { DecodeValue } from '../types/codec.ts';
import { type ReadRows, ROW_HEADER_BYTES, tornRow, viewOf } from './interpreted.ts';

/**
 * A row whose values are made when they are read, each time anew. Columns are accessors that `for … in` and
 * `JSON.stringify` see. The bytes of all rows that came in one chunk lie in one copy, which lives as long as one of
 * these rows.
 */
export type LazyRow = Readonly<Record<string, unknown>>;

/** Rows that are checked when they arrive, and decoded when they are asked for a column. */
export function lazyRows(names: readonly string[], decoders: readonly DecodeValue[]): ReadRows {
  const makeRow = lazyRowMaker(names, decoders);
  const columnCount = decoders.length;
  return (bytes, start, end, accept) => {
    const held = bytes.slice(start, end);
    const view = viewOf(held);
    let at = 0;
    while (at < held.length) {
      const rowEnd = at + 1 + view.getInt32(at + 1);
      const first = at + ROW_HEADER_BYTES;
      checkFields(view, first, rowEnd, columnCount);
      at = rowEnd;
      if (!accept(makeRow(held, first))) break;
    }
    return start + at;
  };
}

/** The fields must exactly fill the row: no accessor needs to look again. */
function checkFields(view: DataView, start: number, end: number, columnCount: number): void {
  let at = start;
  for (let column = 0; column < columnCount; column++) {
    if (at + 4 > end) throw tornRow();
    const byteLength = view.getInt32(at);
    at += 4;
    if (byteLength < -1 || at + byteLength > end) throw tornRow();
    if (byteLength > 0) at += byteLength;
  }
  if (at !== end) throw tornRow();
}

function lazyRowMaker(
  names: readonly string[],
  decoders: readonly DecodeValue[],
): (bytes: Uint8Array, at: number) => object {
  class Row {
    readonly #bytes: Uint8Array;
    readonly #at: number;

    constructor(bytes: Uint8Array, at: number) {
      this.#bytes = bytes;
      this.#at = at;
    }

    /** A function beside the accessors, so that no column can hide it. */
    static read(row: Row, column: number, decode: DecodeValue): unknown {
      const bytes = row.#bytes;
      let at = row.#at;
      for (let before = 0; before < column; before++) at += 4 + Math.max(readInt32(bytes, at), 0);
      const byteLength = readInt32(bytes, at);
      return byteLength === -1 ? null : decode(bytes, at + 4, at + 4 + byteLength);
    }
  }
  // A column of this name takes its place.
  Object.defineProperty(Row.prototype, 'toJSON', { value: plainCopy, configurable: true });
  for (const [column, name] of names.entries()) {
    const decode = decoders[column] ?? ((): unknown => null);
    Object.defineProperty(Row.prototype, name, {
      get(this: Row): unknown {
        return Row.read(this, column, decode);
      },
      enumerable: true,
      configurable: true,
    });
  }
  return (bytes, at) => new Row(bytes, at);
}

function plainCopy(this: LazyRow): Record<string, unknown> {
  const copy: Record<string, unknown> = Object.create(null);
  for (const name in this) copy[name] = this[name];
  return copy;
}
