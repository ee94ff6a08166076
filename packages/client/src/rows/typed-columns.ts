import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import { readInt32 } from '../types/bytes.ts';
import type { TypeRegistry } from '../types/registry.ts';
import { ColumnBuilder } from './column-builder.ts';
import { ROW_HEADER_BYTES, tornRow } from './interpreted.ts';
import type { TypedColumn } from './typed-column.ts';

/** A result as typed arrays, one column each: nothing is allocated a row or a value. */
export interface TypedColumns {
  readonly fields: readonly FieldDescription[];
  /** One a column, in column order, all with as many values as there are rows. */
  readonly columns: readonly TypedColumn[];
  readonly command: string;
  readonly rowCount: number | undefined;
}

/**
 * Collects the typed columns of one statement, a run of rows at a time: first the fields are found, then each column is
 * filled by a loop of its own.
 */
export class TypedColumnCollector implements ResultSink {
  readonly #types: TypeRegistry;
  #fields: readonly FieldDescription[] = [];
  #builders: readonly ColumnBuilder[] = [];
  #starts = new Int32Array(0);
  #ends = new Int32Array(0);
  #tag = '';
  #error: ServerError | undefined;

  constructor(types: TypeRegistry) {
    this.#types = types;
  }

  /** The collected columns; throws the server's error. */
  finish(): TypedColumns {
    if (this.#error !== undefined) throw this.#error;
    const { command, rows } = parseCommandTag(this.#tag);
    const columns = this.#builders.map((builder) => builder.finish());
    return { fields: this.#fields, columns, command, rowCount: rows === undefined ? undefined : Number(rows) };
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
    this.#builders = fields.map((field) => new ColumnBuilder(field, this.#types));
  }

  dataRows(bytes: Uint8Array, start: number, end: number, count: number): void {
    const columnCount = this.#builders.length;
    if (count * columnCount > this.#starts.length) {
      this.#starts = new Int32Array(count * columnCount);
      this.#ends = new Int32Array(count * columnCount);
    }
    findFields(bytes, start, end, { starts: this.#starts, ends: this.#ends, rows: count, columnCount });
    const ranges = { bytes, starts: this.#starts, ends: this.#ends, rows: count };
    for (const [column, builder] of this.#builders.entries()) builder.append(ranges, column * count);
  }

  commandComplete(tag: string): void {
    this.#tag = tag;
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  emptyQueryResponse(): void {}
  copyResponse(): void {}
}

function findFields(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: {
    readonly starts: Int32Array;
    readonly ends: Int32Array;
    readonly rows: number;
    readonly columnCount: number;
  },
): void {
  const { columnCount, ends, rows, starts } = into;
  let at = start;
  for (let row = 0; at < end; row++) {
    const rowEnd = at + 1 + readInt32(bytes, at + 1);
    at += ROW_HEADER_BYTES;
    for (let slot = row; slot < columnCount * rows; slot += rows) {
      if (at + 4 > rowEnd) throw tornRow();
      const byteLength = readInt32(bytes, at);
      at += 4;
      if (byteLength < -1 || at + byteLength > rowEnd) throw tornRow();
      starts[slot] = byteLength < 0 ? -1 : at;
      if (byteLength > 0) at += byteLength;
      ends[slot] = at;
    }
    if (at !== rowEnd) throw tornRow();
  }
}
