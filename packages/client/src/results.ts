import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from './result-sink.ts';
import { arrayRows, interpretedRows, type ReadRows } from './rows/row-reader.ts';
import type { ServerError } from './server-error.ts';
import type { TypeRegistry } from './types/registry.ts';

/** A row as an object whose keys are the column names. */
export type Row = Record<string, unknown>;

/** What one statement gave. */
export interface Result<R = Row> {
  readonly fields: readonly FieldDescription[];
  readonly rows: readonly R[];
  /** The command tag's words, such as `SELECT`; empty for an empty query. */
  readonly command: string;
  /** The number in the command tag; undefined for commands that have none. */
  readonly rowCount: number | undefined;
}

/** How rows are handed out: objects by column name, or arrays in column order. */
export type RowShape = 'object' | 'array';

/** Collects the results of one request, statement after statement. */
export class ResultCollector implements ResultSink {
  readonly results: Result<unknown>[] = [];
  readonly #types: TypeRegistry;
  readonly #shape: RowShape;
  #fields: readonly FieldDescription[] = [];
  #rows: unknown[] = [];
  #read: ReadRows | undefined;
  #error: ServerError | undefined;

  constructor(types: TypeRegistry, shape: RowShape) {
    this.#types = types;
    this.#shape = shape;
  }

  /** The first error of the request, if the server sent one. */
  get error(): ServerError | undefined {
    return this.#error;
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    const decoders = fields.map((field) => this.#types.decoderFor(field));
    this.#fields = fields;
    this.#read = this.#shape === 'array' ? arrayRows(decoders) : interpretedRows(fields, decoders);
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    this.#read?.(bytes, start, end, this.#rows);
  }

  commandComplete(tag: string): void {
    const { command, rows } = parseCommandTag(tag);
    this.#finish(command, rows === undefined ? undefined : Number(rows));
  }

  portalSuspended(): void {
    this.#finish('', undefined);
  }

  emptyQueryResponse(): void {
    this.#finish('', undefined);
  }

  copyResponse(): void {
    // Not handled here: the connection ends the copy.
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  #finish(command: string, rowCount: number | undefined): void {
    this.results.push({ fields: this.#fields, rows: this.#rows, command, rowCount });
    this.#fields = [];
    this.#rows = [];
    this.#read = undefined;
  }
}
