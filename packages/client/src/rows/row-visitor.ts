import { type FieldDescription, parseCommandTag } from '@pg-dblink/protocol';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import type { RowReaders, RowShape } from './row-readers.ts';

/** What a statement gave whose rows have been handed out one by one. */
export interface Visited {
  readonly fields: readonly FieldDescription[];
  /** The command tag's words, such as `SELECT`; empty for an empty query. */
  readonly command: string;
  /** The number in the command tag; undefined for commands that have none. */
  readonly rowCount: number | undefined;
}

/** Takes one row; a promise stops the rows, and the socket, until it is settled. */
export type TakeRow = (row: unknown) => unknown;

/** Hands out the rows of one statement as they arrive: nothing is kept but the rows of the chunk at hand. */
export class RowVisitor implements ResultSink {
  readonly #readers: RowReaders;
  readonly #shape: RowShape;
  readonly #take: TakeRow;
  #fields: readonly FieldDescription[];
  #tag = '';
  #error: ServerError | undefined;

  /** @param fields - the columns, when the statement was described before */
  constructor(readers: RowReaders, shape: RowShape, take: TakeRow, fields: readonly FieldDescription[] = []) {
    this.#readers = readers;
    this.#shape = shape;
    this.#take = take;
    this.#fields = fields;
  }

  /** What is known when all rows have been taken; throws the server's error. */
  finish(): Visited {
    if (this.#error !== undefined) throw this.#error;
    const { command, rows } = parseCommandTag(this.#tag);
    return { fields: this.#fields, command, rowCount: rows === undefined ? undefined : Number(rows) };
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#fields = fields;
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void | Promise<void> {
    const read = this.#readers.readerOf(this.#fields, this.#shape);
    const take = this.#take;
    let waiting: Promise<unknown> | undefined;
    const next = read(bytes, start, end, (row) => {
      const answer = take(row);
      if (!(answer instanceof Promise)) return true;
      waiting = answer;
      return false;
    });
    if (waiting === undefined) return undefined;
    // The bytes are the socket's again when this call is over.
    const rest: unknown[] = [];
    read(bytes, next, end, (row) => rest.push(row) > 0);
    return this.#takeSlowly(rest, waiting);
  }

  commandComplete(tag: string): void {
    this.#tag = tag;
  }

  errorResponse(error: ServerError): void {
    this.#error ??= error;
  }

  emptyQueryResponse(): void {}
  copyResponse(): void {}

  async #takeSlowly(rows: readonly unknown[], waiting: Promise<unknown>): Promise<void> {
    await waiting;
    for (const row of rows) await this.#take(row);
  }
}
