import type { FieldDescription } from '@pg-dblink/protocol';
import { decodeUtf8Strict, parseCommandTag, readDataRow } from '@pg-dblink/protocol';
import type { ResultSink } from '../result-sink.ts';
import type { ServerError } from '../server-error.ts';
import { DatabaseError } from './database-error.ts';
import type { TypeParser, TypeParserSource } from './type-parsers.ts';

/** A column, with the property names of node-postgres. */
export interface FieldDef {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
  readonly dataTypeSize: number;
  readonly dataTypeModifier: number;
  readonly format: 'text' | 'binary';
}

/** What a statement gave, with the property names of node-postgres. */
export interface QueryResult<R = Record<string, unknown>> {
  command: string;
  rowCount: number | null;
  oid: number | null;
  rows: R[];
  fields: FieldDef[];
}

export function fieldDefOf(field: FieldDescription): FieldDef {
  return {
    name: field.name,
    tableID: field.tableOid,
    columnID: field.columnNumber,
    dataTypeID: field.typeOid,
    dataTypeSize: field.typeSize,
    dataTypeModifier: field.typeModifier,
    format: field.format === 1 ? 'binary' : 'text',
  };
}

/** Reads the values of a run of DataRows as text, row by row. */
export function* textRows(
  bytes: Uint8Array,
  start: number,
  end: number,
  columnCount: number,
): Generator<(string | null)[]> {
  const ranges = new Int32Array(columnCount * 2);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = start; at < end; ) {
    const next = at + 1 + view.getInt32(at + 1);
    readDataRow(bytes, at + 5, next, ranges);
    yield Array.from({ length: columnCount }, (_, index) => {
      const from = ranges[index * 2] ?? -1;
      return from < 0 ? null : decodeUtf8Strict(bytes, from, ranges[index * 2 + 1] ?? from);
    });
    at = next;
  }
}

/** Collects results as node-postgres shapes them. */
export class PgResultSink implements ResultSink {
  readonly results: QueryResult<unknown>[] = [];
  readonly #types: TypeParserSource;
  readonly #rowMode: 'array' | undefined;
  #current: QueryResult<unknown>;
  #parsers: readonly TypeParser[] = [];
  #error: DatabaseError | undefined;

  constructor(types: TypeParserSource, rowMode: 'array' | undefined, fields: readonly FieldDescription[] = []) {
    this.#types = types;
    this.#rowMode = rowMode;
    this.#current = emptyResult();
    this.rowDescription(fields);
  }

  get error(): DatabaseError | undefined {
    return this.#error;
  }

  rowDescription(fields: readonly FieldDescription[]): void {
    this.#current.fields = fields.map(fieldDefOf);
    this.#parsers = this.#current.fields.map(({ dataTypeID, format }) => this.#types.getTypeParser(dataTypeID, format));
  }

  dataRows(bytes: Uint8Array, start: number, end: number): void {
    const { fields, rows } = this.#current;
    for (const values of textRows(bytes, start, end, fields.length)) {
      const parsed = values.map((value, index) => (value === null ? null : (this.#parsers[index]?.(value) ?? null)));
      rows.push(this.#rowMode === 'array' ? parsed : objectFrom(fields, parsed));
    }
  }

  commandComplete(tag: string): void {
    const { command, rows } = parseCommandTag(tag);
    this.#current.command = command.split(' ')[0] ?? command;
    this.#current.rowCount = rows === undefined ? null : Number(rows);
    if (command === 'INSERT') this.#current.oid = 0;
    this.#finish();
  }

  emptyQueryResponse(): void {
    this.#finish();
  }

  copyResponse(): void {
    // COPY needs copyIn or copyOut: the connection ends it here.
  }

  errorResponse(error: ServerError): void {
    this.#error ??= new DatabaseError(error);
  }

  #finish(): void {
    this.results.push(this.#current);
    this.#current = emptyResult();
  }
}

function emptyResult(): QueryResult<unknown> {
  return { command: '', rowCount: null, oid: null, rows: [], fields: [] };
}

function objectFrom(fields: readonly FieldDef[], values: readonly unknown[]): Record<string, unknown> {
  const row: Record<string, unknown> = {};
  for (const [index, { name }] of fields.entries()) {
    Object.defineProperty(row, name, { value: values[index], writable: true, enumerable: true, configurable: true });
  }
  return row;
}
