import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from './result-sink.ts';
import type { Result } from './results.ts';
import type { RowReaders, RowShape } from './rows/row-readers.ts';
import type { ServerError } from './server-error.ts';

/** The result of a request that has exactly one. Thousands may wait in a pipeline: each holds little until then. */
export class OneResult implements ResultSink {
  readonly #readers: RowReaders;
  readonly #shape: RowShape;
  #fields: readonly FieldDescription[];
  #rows: unknown[] | undefined;
  #tag = '';
  #error: ServerError | undefined;

  /** @param fields - the columns, when the statement was described before */
  constructor(readers: RowReaders, shape: RowShape, fields: readonly FieldDescription[]) {
    this.#readers = readers;
    this.#shape = shape;
    this.#fields = fields;
  }

  get fields(): readonly FieldDescription[] {
    return this.#fields;
  }

  /** The result, once the request is answered; throws the server's error. */
  answer(): Result<unknown> {
    if (this.#error !== undefined) throw this.#error;
    const { command, rowCount } = wordsOf(this.#tag);
    return { fields: this.#fields, rows: this.#rows ?? [], command, rowCount };
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    this.#readers.readerOf(this.#fields, this.#shape)(bytes, start, end, (row) => this.#take(row));
  }

  commandComplete(tag: string): void {
    this.#tag = tag;
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  portalSuspended(): void {}
  emptyQueryResponse(): void {}
  copyResponse(): void {}

  /** Most results have one row: an array that begins empty would at once be made for seventeen. */
  #take(row: unknown): boolean {
    if (this.#rows === undefined) this.#rows = [row];
    else this.#rows.push(row);
    return true;
  }
}

/** A command tag's words and its number. */
interface Words {
  readonly command: string;
  readonly rowCount: number | undefined;
}

let lastTag = '';
let lastWords: Words = { command: '', rowCount: undefined };

/** Takes a tag apart, unless it is the one before: calls in a row mostly end alike. */
function wordsOf(tag: string): Words {
  if (tag === lastTag) return lastWords;
  const { command, rows } = parseCommandTag(tag);
  lastTag = tag;
  lastWords = { command, rowCount: rows === undefined ? undefined : Number(rows) };
  return lastWords;
}
