import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from './result-sink.ts';
import type { RowReaders, RowShape } from './rows/row-readers.ts';
import type { ServerError } from './server-error.ts';

/** A row as an object whose keys are the column names; of equal names the last one counts. */
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

/** Collects the results of one request, statement after statement. */
export class ResultCollector implements ResultSink {
  readonly results: Result<unknown>[] = [];
  readonly #readers: RowReaders;
  readonly #shape: RowShape;
  #fields: readonly FieldDescription[];
  #rows: unknown[] = [];
  #suspended: 'ended' | 'suspended' = 'ended';
  #error: ServerError | undefined;

  /** @param fields - the columns, when the statement was described before */
  constructor(readers: RowReaders, shape: RowShape, fields: readonly FieldDescription[] = []) {
    this.#readers = readers;
    this.#shape = shape;
    this.#fields = fields;
  }

  /** The first error of the request, if the server sent one. */
  get error(): ServerError | undefined {
    return this.#error;
  }

  /** Whether the portal has more rows. */
  get isSuspended(): boolean {
    return this.#suspended === 'suspended';
  }

  /** The result of a request that has exactly one; throws the server's error. */
  only(): Result<unknown> {
    if (this.#error !== undefined) throw this.#error;
    const [result] = this.results;
    return result ?? { fields: this.#fields, rows: this.#rows, command: '', rowCount: undefined };
  }

  /** All results; throws the server's error. */
  answer(): readonly Result<unknown>[] {
    if (this.#error !== undefined) throw this.#error;
    return this.results;
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    const rows = this.#rows;
    this.#readers.readerOf(this.#fields, this.#shape)(bytes, start, end, (row) => rows.push(row) > 0);
  }

  commandComplete(tag: string): void {
    const { command, rows } = parseCommandTag(tag);
    this.#finish(command, rows === undefined ? undefined : Number(rows));
  }

  portalSuspended(): void {
    this.#suspended = 'suspended';
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
  }
}
