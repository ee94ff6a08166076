import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import type { TypeRegistry } from '../types/registry.ts';
import { nextBlockLength } from './blocks.ts';
import { ColumnBuilder } from './column-builder.ts';
import { FieldFinder, type RowFinder } from './field-finder.ts';
import { kernelFinderOf } from './kernel-loading.ts';
import type { TypedColumn } from './typed-column.ts';

/** After so many bytes of rows the kernels are worth their memory. */
const KERNELS_AFTER_BYTES = 64 * 1024;

/** A result as typed arrays, one column each: nothing is allocated a row or a value. */
export interface TypedColumns {
  readonly fields: readonly FieldDescription[];
  /** One a column, in column order, all with as many values as there are rows. */
  readonly columns: readonly TypedColumn[];
  readonly command: string;
  readonly rowCount: number | undefined;
}

/**
 * Collects the typed columns of one statement, a few rows at a time: first the fields are found, then each column is
 * filled by a loop of its own, while the processor still has the rows at hand.
 */
export class TypedColumnCollector implements ResultSink {
  readonly #types: TypeRegistry;
  #fields: readonly FieldDescription[] = [];
  #builders: readonly ColumnBuilder[] = [];
  #finder: RowFinder = new FieldFinder(0);
  #bytesUntilKernels = 0;
  #rows = 0;
  /** How long the columns' last blocks are, and how many rows are in them. */
  #blockLength = 0;
  #inBlock = 0;
  #tag = '';
  #error: ServerError | undefined;

  constructor(types: TypeRegistry) {
    this.#types = types;
  }

  /** The collected columns; throws the server's error. */
  finish(): TypedColumns {
    if (this.#error !== undefined) throw this.#error;
    const { command, rows } = parseCommandTag(this.#tag);
    const columns = this.#builders.map((builder) => builder.finish(this.#rows));
    return { fields: this.#fields, columns, command, rowCount: rows === undefined ? undefined : Number(rows) };
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
    this.#builders = fields.map((field) => new ColumnBuilder(field, this.#types));
    this.#finder = new FieldFinder(fields.length);
    this.#bytesUntilKernels = KERNELS_AFTER_BYTES;
    this.#rows = 0;
    this.#blockLength = 0;
    this.#inBlock = 0;
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    const finder = this.#finderFor(end - start);
    finder.begin(bytes);
    for (let at = start; at < end; ) {
      if (this.#inBlock === this.#blockLength) this.#beginBlock();
      at = finder.find(at, end, this.#blockLength - this.#inBlock);
      const { found } = finder;
      const { nulls, stride } = found;
      for (const [column, builder] of this.#builders.entries()) {
        builder.append(found, column * stride, this.#inBlock, nulls[column] === 1 ? 'some' : 'none');
      }
      this.#inBlock += found.rows;
      this.#rows += found.rows;
    }
    finder.finish();
  }

  commandComplete(tag: string): void {
    this.#tag = tag;
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  emptyQueryResponse(): void {}
  copyResponse(): void {}

  /** The kernels are not loaded for a handful of rows. */
  #finderFor(byteLength: number): RowFinder {
    if (this.#bytesUntilKernels > 0) {
      this.#bytesUntilKernels -= byteLength;
    } else if (this.#finder instanceof FieldFinder) {
      this.#finder = kernelFinderOf(this.#fields.length, this.#finder) ?? this.#finder;
    }
    return this.#finder;
  }

  #beginBlock(): void {
    this.#blockLength = nextBlockLength(this.#blockLength);
    this.#inBlock = 0;
    for (const builder of this.#builders) builder.begin(this.#blockLength);
  }
}
