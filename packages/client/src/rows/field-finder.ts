import type { Numbers } from './blocks.ts';
import { ROW_HEADER_BYTES, tornRow, viewOf } from './interpreted.ts';

/** The ranges of so many fields stay in the processor's first cache, together with the bytes that they are of. */
const MAX_FIELDS = 2048;
const MAX_ROWS = 256;

/**
 * Where the fields of a few rows lie, column by column: those of column c begin at `c * stride`, one a row. A start of
 * −1 is NULL.
 */
export interface FieldRanges {
  readonly bytes: Uint8Array;
  /** The same memory as `bytes`. */
  readonly view: DataView;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** A 1 for each column with a NULL among these rows. */
  readonly nulls: Uint8Array;
  readonly stride: number;
  readonly rows: number;
  /** What fills columns faster than a plain loop, where the fields lie in its memory. */
  readonly kernels: Kernels | undefined;
}

/** Fills a column from the ranges that begin at `first`, from element `into` on; throws for what is malformed. */
export type Fill<A extends Numbers> = (ranges: FieldRanges, first: number, array: A, into: number) => void;

/** The kernel that fills a column of this kind from text; `nulls` makes a 1 of each NULL. */
export type Kernel = 'int32' | 'uint32' | 'int64' | 'timestamp' | 'float4' | 'float8' | 'boolean' | 'nulls';

/** Loops in WebAssembly. */
export interface Kernels {
  /** Fills a column as the plain loop does, which reads whatever the kernel does not know. */
  fill<A extends Numbers>(
    kernel: Kernel,
    ranges: FieldRanges,
    first: number,
    array: A,
    into: number,
    plain: Fill<A>,
  ): void;
  /** Puts the texts of a column one behind the other; their ends are counted from `before` on. */
  joinTexts(ranges: FieldRanges, first: number, before: number): JoinedTexts;
}

/** Views of memory that the next call writes to. */
export interface JoinedTexts {
  readonly bytes: Uint8Array;
  readonly ends: Uint32Array;
}

/** Finds the fields of a few rows at a time, in memory that is used again. */
export interface RowFinder {
  /** What was found last. */
  readonly found: FieldRanges;
  /** Turns to another run of whole DataRow messages. */
  begin(bytes: Uint8Array): void;
  /**
   * Finds the fields of at most `most` rows between `start` and `end`; returns where the next row begins.
   *
   * @throws RemoteProtocolError when a row's fields do not exactly fill it.
   */
  find(start: number, end: number, most: number): number;
  /** Lets go of the run, whose memory belongs to others. */
  finish(): void;
}

/** Finds fields by a plain loop. */
export class FieldFinder implements RowFinder, FieldRanges {
  readonly columnCount: number;
  readonly stride: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly nulls: Uint8Array;
  readonly kernels: undefined;
  readonly found: FieldRanges = this;
  bytes: Uint8Array = new Uint8Array(0);
  view: DataView = viewOf(this.bytes);
  rows = 0;

  constructor(columnCount: number) {
    this.columnCount = columnCount;
    this.stride = Math.max(1, Math.min(MAX_ROWS, Math.floor(MAX_FIELDS / Math.max(columnCount, 1))));
    this.starts = new Int32Array(columnCount * this.stride);
    this.ends = new Int32Array(columnCount * this.stride);
    this.nulls = new Uint8Array(columnCount);
  }

  begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = viewOf(bytes);
  }

  finish(): void {
    this.begin(new Uint8Array(0));
  }

  find(start: number, end: number, most: number): number {
    const { columnCount, ends, nulls, starts, stride, view } = this;
    const limit = Math.min(most, stride);
    nulls.fill(0);
    let at = start;
    let row = 0;
    for (; at < end && row < limit; row++) {
      const rowEnd = at + 1 + view.getInt32(at + 1);
      at += ROW_HEADER_BYTES;
      for (let column = 0, slot = row; column < columnCount; column++, slot += stride) {
        if (at + 4 > rowEnd) throw tornRow();
        const byteLength = view.getInt32(at);
        at += 4;
        if (byteLength < 0) {
          if (byteLength !== -1) throw tornRow();
          starts[slot] = -1;
          nulls[column] = 1;
          continue;
        }
        starts[slot] = at;
        at += byteLength;
        if (at > rowEnd) throw tornRow();
        ends[slot] = at;
      }
      if (at !== rowEnd) throw tornRow();
    }
    this.rows = row;
    return at;
  }
}
