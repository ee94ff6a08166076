import type { FieldDescription } from '@pg-dblink/protocol';
import { UsageError } from '../errors.ts';
import type { DecodeValue } from '../types/codec.ts';
import type { TypeRegistry } from '../types/registry.ts';
import {
  type ColumnKind,
  type FieldRanges,
  fillBigints,
  fillBooleans,
  fillFloats,
  fillIntegersFromBinary,
  fillIntegersFromText,
  fillTimestamps,
  kindOf,
} from './column-kinds.ts';
import type { TypedColumn } from './typed-column.ts';

const FIRST_ROWS = 1024;
const FIRST_TEXT_BYTES = 16 * 1024;
const MAX_TEXT_BYTES = 0xffff_ffff;
/** Up to this many bytes a loop copies faster than a call. */
const FEW_BYTES = 32;
const FLOAT4 = 700;

type Numbers = Int32Array | Uint32Array | BigInt64Array | Float64Array | Uint8Array;

/** Where the values of one column go. */
interface ColumnStore {
  /** Takes the column of a run of rows; `first` is where its ranges begin, `into` the number of rows before them. */
  append(ranges: FieldRanges, first: number, into: number): void;
  finish(rows: number, nulls: Uint8Array | undefined): TypedColumn;
}

/** Grows one column, a run of rows at a time. */
export class ColumnBuilder {
  readonly #store: ColumnStore;
  #nulls: Uint8Array | undefined;
  #rows = 0;

  constructor(field: FieldDescription, types: TypeRegistry) {
    this.#store = storeOf(kindOf(field.typeOid, field.format), field, types);
  }

  /** Takes a column of a run; `first` is where its ranges begin. */
  append(ranges: FieldRanges, first: number): void {
    const before = this.#rows;
    this.#rows = before + ranges.rows;
    this.#nulls = withNulls(this.#nulls, ranges, first, before);
    this.#store.append(ranges, first, before);
  }

  finish(): TypedColumn {
    const rows = this.#rows;
    if (this.#nulls === undefined) return this.#store.finish(rows, undefined);
    // The rows behind the last NULL may never have had a place in it.
    const nulls = rows <= this.#nulls.length ? this.#nulls : resized(this.#nulls, new Uint8Array(rows));
    return this.#store.finish(rows, nulls.subarray(0, rows));
  }
}

/** The list of NULLs with those of one more run; undefined as long as there is none. */
function withNulls(
  before: Uint8Array | undefined,
  { rows, starts }: FieldRanges,
  first: number,
  into: number,
): Uint8Array | undefined {
  const end = first + rows;
  let slot = first;
  while (slot < end && starts[slot] !== -1) slot++;
  if (slot === end) return before;
  let nulls = before ?? new Uint8Array(Math.max(FIRST_ROWS, into + rows));
  if (nulls.length < into + rows) nulls = resized(nulls, new Uint8Array((into + rows) * 2));
  for (const shift = into - first; slot < end; slot++) if (starts[slot] === -1) nulls[slot + shift] = 1;
  return nulls;
}

function storeOf(kind: ColumnKind, { format, typeOid }: FieldDescription, types: TypeRegistry): ColumnStore {
  const isBinary = format === 1;
  switch (kind) {
    case 'int32':
      return numberStore(
        (length) => new Int32Array(length),
        isBinary ? fillIntegersFromBinary : fillIntegersFromText,
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'uint32':
      return numberStore(
        (length) => new Uint32Array(length),
        isBinary ? fillIntegersFromBinary : fillIntegersFromText,
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'int64':
      return numberStore(
        (length) => new BigInt64Array(length),
        (ranges, first, array, into) => fillBigints(ranges, first, array, into, isBinary ? 'binary' : 'text'),
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'timestamp':
      return numberStore(
        (length) => new BigInt64Array(length),
        (ranges, first, array, into) =>
          isBinary ? fillBigints(ranges, first, array, into, 'binary') : fillTimestamps(ranges, first, array, into),
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'float64': {
      const from = isBinary ? 'binary' : typeOid === FLOAT4 ? 'float4 text' : 'float8 text';
      return numberStore(
        (length) => new Float64Array(length),
        (ranges, first, array, into) => fillFloats(ranges, first, array, into, from),
        (values, nulls) => ({ kind, values, nulls }),
      );
    }
    case 'boolean':
      return numberStore(
        (length) => new Uint8Array(length),
        fillBooleans,
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'text':
      return textStore();
    case 'values':
      return valueStore(types.decoderFor({ typeOid, format } as FieldDescription));
  }
}

function numberStore<A extends Numbers>(
  make: (length: number) => A,
  fill: (ranges: FieldRanges, first: number, array: A, into: number) => void,
  finish: (values: A, nulls: Uint8Array | undefined) => TypedColumn,
): ColumnStore {
  let array = make(FIRST_ROWS);
  return {
    append(ranges, first, into) {
      const rows = into + ranges.rows;
      if (rows > array.length) array = resized(array, make(Math.max(rows, array.length * 2)));
      fill(ranges, first, array, into);
    },
    finish: (rows, nulls) => finish(array.subarray(0, rows) as A, nulls),
  };
}

/** What an array holds, in a larger one. */
function resized<A extends Numbers>(from: A, into: A): A {
  // The two are of one kind, which the compiler cannot see through the union.
  (into as Uint8Array).set(from as Uint8Array);
  return into;
}

function textStore(): ColumnStore {
  let texts = new Uint8Array(FIRST_TEXT_BYTES);
  let offsets = new Uint32Array(FIRST_ROWS + 1);
  let length = 0;
  return {
    append(ranges, first, into) {
      const { rows } = ranges;
      if (into + rows >= offsets.length) offsets = resized(offsets, new Uint32Array((into + rows) * 2 + 1));
      const needed = length + textBytes(ranges, first);
      if (needed > texts.length) texts = resized(texts, new Uint8Array(roomFor(needed)));
      length = appendTexts(ranges, first, texts, length, offsets, into);
    },
    finish: (rows, nulls) => ({
      kind: 'text',
      bytes: texts.subarray(0, length),
      offsets: offsets.subarray(0, rows + 1),
      nulls,
    }),
  };
}

function textBytes({ ends, rows, starts }: FieldRanges, first: number): number {
  let byteLength = 0;
  for (let slot = first; slot < first + rows; slot++) {
    const start = starts[slot] ?? -1;
    if (start >= 0) byteLength += (ends[slot] ?? start) - start;
  }
  return byteLength;
}

/** Copies the texts one behind the other, and returns where the last one ends. */
function appendTexts(
  { bytes, ends, rows, starts }: FieldRanges,
  first: number,
  texts: Uint8Array,
  from: number,
  offsets: Uint32Array,
  into: number,
): number {
  let length = from;
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    const end = start < 0 ? start : (ends[first + row] ?? start);
    if (end - start <= FEW_BYTES) for (let at = start; at < end; at++) texts[length++] = bytes[at] ?? 0;
    else {
      texts.set(bytes.subarray(start, end), length);
      length += end - start;
    }
    offsets[into + row + 1] = length;
  }
  return length;
}

function roomFor(byteLength: number): number {
  if (byteLength > MAX_TEXT_BYTES) throw new UsageError('a column of texts cannot hold more than 4 GiB');
  return Math.min(byteLength * 2, MAX_TEXT_BYTES);
}

function valueStore(decode: DecodeValue): ColumnStore {
  const values: unknown[] = [];
  return {
    append({ bytes, ends, rows, starts }, first) {
      for (let row = 0; row < rows; row++) {
        const start = starts[first + row] ?? -1;
        values.push(start < 0 ? null : decode(bytes, start, ends[first + row] ?? start));
      }
    },
    finish: () => ({ kind: 'values', values, nulls: undefined }),
  };
}
