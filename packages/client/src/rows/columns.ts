import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import { readInt32 } from '../types/bytes.ts';
import type { DecodeValue } from '../types/codec.ts';
import type { TypeRegistry } from '../types/registry.ts';
import { ROW_HEADER_BYTES, tornRow } from './interpreted.ts';

/** A result column by column: no object a row, which is what large results for computation want. */
export interface Columns {
  readonly fields: readonly FieldDescription[];
  /** One array a column, in column order; all of equal length. */
  readonly columns: readonly (readonly unknown[])[];
  readonly command: string;
  readonly rowCount: number | undefined;
}

/** Collects the columns of one statement. */
export class ColumnCollector implements ResultSink {
  readonly #types: TypeRegistry;
  #fields: readonly FieldDescription[] = [];
  #decoders: readonly DecodeValue[] = [];
  #columns: unknown[][] = [];
  #tag = '';
  #error: ServerError | undefined;

  constructor(types: TypeRegistry) {
    this.#types = types;
  }

  /** The collected columns; throws the server's error. */
  finish(): Columns {
    if (this.#error !== undefined) throw this.#error;
    const { command, rows } = parseCommandTag(this.#tag);
    return {
      fields: this.#fields,
      columns: this.#columns,
      command,
      rowCount: rows === undefined ? undefined : Number(rows),
    };
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
    this.#decoders = fields.map((field) => this.#types.decoderFor(field));
    this.#columns = fields.map(() => []);
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    let at = start;
    while (at < end) {
      const rowEnd = at + 1 + readInt32(bytes, at + 1);
      at += ROW_HEADER_BYTES;
      for (const [index, decode] of this.#decoders.entries()) {
        if (at + 4 > rowEnd) throw tornRow();
        const byteLength = readInt32(bytes, at);
        at += 4;
        if (byteLength < -1 || at + byteLength > rowEnd) throw tornRow();
        this.#columns[index]?.push(byteLength === -1 ? null : decode(bytes, at, at + byteLength));
        if (byteLength > 0) at += byteLength;
      }
      if (at !== rowEnd) throw tornRow();
    }
  }

  commandComplete(tag: string): void {
    this.#tag = tag;
  }

  emptyQueryResponse(): void {
    this.#tag = '';
  }

  copyResponse(): void {
    // Not handled here: the connection ends the copy.
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }
}
