import type { FieldDescription } from '@pg-dblink/protocol';
import type { DecodeValue } from '../types/codec.ts';
import type { TypeRegistry } from '../types/registry.ts';
import { Blocks, type Numbers } from './blocks.ts';
import {
  type ColumnKind,
  fillBigints,
  fillBooleans,
  fillFloats,
  fillIntegersFromBinary,
  fillIntegersFromText,
  fillTimestamps,
  kindOf,
  markNulls,
} from './column-kinds.ts';
import type { FieldRanges, Fill, Kernel } from './field-finder.ts';
import { TextBlocks } from './text-blocks.ts';
import type { TypedColumn } from './typed-column.ts';

const FLOAT4 = 700;

/** Where the values of one column go. */
interface ColumnStore {
  /** The rows that follow go into a new block. */
  begin(blockLength: number): void;
  /** Takes the column of a few rows; `first` is where its ranges begin, `into` the first row's place in the block. */
  append(ranges: FieldRanges, first: number, into: number): void;
  finish(rows: number, nulls: Uint8Array | undefined): TypedColumn;
}

/** Grows one column, a few rows at a time. */
export class ColumnBuilder {
  readonly #store: ColumnStore;
  /** As long as there is no NULL its blocks are empty. */
  readonly #nulls: (Uint8Array | undefined)[] = [];
  readonly #lengths: number[] = [];

  constructor(field: FieldDescription, types: TypeRegistry) {
    this.#store = storeOf(kindOf(field.typeOid, field.format), field, types);
  }

  /** The rows that follow go into a new block. */
  begin(blockLength: number): void {
    this.#nulls.push(undefined);
    this.#lengths.push(blockLength);
    this.#store.begin(blockLength);
  }

  /** Takes a column of a few rows; `first` is where its ranges begin, `into` the first row's place in the block. */
  append(ranges: FieldRanges, first: number, into: number, nulls: 'some' | 'none'): void {
    if (nulls === 'some') this.#markNulls(ranges, first, into);
    this.#store.append(ranges, first, into);
  }

  finish(rows: number): TypedColumn {
    return this.#store.finish(rows, this.#nullsOf(rows));
  }

  #markNulls(ranges: FieldRanges, first: number, into: number): void {
    const block = this.#nulls.length - 1;
    const nulls = this.#nulls[block] ?? new Uint8Array(this.#lengths[block] ?? 0);
    this.#nulls[block] = nulls;
    fillWith('nulls', markNulls, ranges, first, nulls, into);
  }

  #nullsOf(rows: number): Uint8Array | undefined {
    if (this.#nulls.every((block) => block === undefined)) return undefined;
    const nulls = new Uint8Array(rows);
    let at = 0;
    for (const [index, length] of this.#lengths.entries()) {
      nulls.set(this.#nulls[index]?.subarray(0, rows - at) ?? [], at);
      at += length;
    }
    return nulls;
  }
}

function storeOf(kind: ColumnKind, { format, typeOid }: FieldDescription, types: TypeRegistry): ColumnStore {
  const isBinary = format === 1;
  switch (kind) {
    case 'int32':
      return numberStore(
        (length) => new Int32Array(length),
        isBinary ? undefined : 'int32',
        isBinary ? fillIntegersFromBinary : fillIntegersFromText,
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'uint32':
      return numberStore(
        (length) => new Uint32Array(length),
        isBinary ? undefined : 'uint32',
        isBinary ? fillIntegersFromBinary : fillIntegersFromText,
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'int64':
      return numberStore(
        (length) => new BigInt64Array(length),
        isBinary ? undefined : 'int64',
        (ranges, first, array, into) => fillBigints(ranges, first, array, into, isBinary ? 'binary' : 'text'),
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'timestamp':
      return numberStore(
        (length) => new BigInt64Array(length),
        isBinary ? undefined : 'timestamp',
        (ranges, first, array, into) =>
          isBinary ? fillBigints(ranges, first, array, into, 'binary') : fillTimestamps(ranges, first, array, into),
        (values, nulls) => ({ kind, values, nulls }),
      );
    case 'float64': {
      const from = isBinary ? 'binary' : typeOid === FLOAT4 ? 'float4 text' : 'float8 text';
      return numberStore(
        (length) => new Float64Array(length),
        isBinary ? undefined : typeOid === FLOAT4 ? 'float4' : 'float8',
        (ranges, first, array, into) => fillFloats(ranges, first, array, into, from),
        (values, nulls) => ({ kind, values, nulls }),
      );
    }
    case 'boolean':
      return numberStore(
        (length) => new Uint8Array(length),
        'boolean',
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
  kernel: Kernel | undefined,
  fill: Fill<A>,
  finish: (values: A, nulls: Uint8Array | undefined) => TypedColumn,
): ColumnStore {
  const blocks = new Blocks(make);
  return {
    begin: (length) => blocks.begin(length),
    append(ranges, first, into) {
      fillWith(kernel, fill, ranges, first, blocks.last, into);
    },
    finish: (rows, nulls) => finish(blocks.joinInto(make(rows)), nulls),
  };
}

/** Fills a part of a column by its kernel, where there is one. */
function fillWith<A extends Numbers>(
  kernel: Kernel | undefined,
  fill: Fill<A>,
  ranges: FieldRanges,
  first: number,
  array: A,
  into: number,
): void {
  const { kernels } = ranges;
  if (kernels === undefined || kernel === undefined) fill(ranges, first, array, into);
  else kernels.fill(kernel, ranges, first, array, into, fill);
}

function textStore(): ColumnStore {
  const texts = new TextBlocks();
  return {
    begin: (length) => texts.begin(length),
    append: (ranges, first, into) => texts.append(ranges, first, into),
    finish: (rows, nulls) => ({ kind: 'text', ...texts.finish(rows), nulls }),
  };
}

function valueStore(decode: DecodeValue): ColumnStore {
  const values: unknown[] = [];
  return {
    begin: () => undefined,
    append({ bytes, ends, rows, starts }, first) {
      for (let row = 0; row < rows; row++) {
        const start = starts[first + row] ?? -1;
        values.push(start < 0 ? null : decode(bytes, start, ends[first + row] ?? start));
      }
    },
    finish: () => ({ kind: 'values', values, nulls: undefined }),
  };
}
