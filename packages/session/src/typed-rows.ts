import { type ColumnDefinition, isSqlBuildError, neverNullColumns, parseColumnList } from '@pg-dblink/sql';
import type { RemoteField } from './connection.ts';
import { DblinkError } from './errors.ts';
import type { RowConsumer, RowOutcome } from './rows.ts';
import { TextRowCollector } from './text-rows.ts';
import { parseArray } from './values/array.ts';
import { type ReadValue, readerOf } from './values/scalar.ts';

/** Rows as a column list describes them, by column name. */
export interface TypedRows<Row> {
  readonly fields: readonly RemoteField[];
  readonly rows: readonly Row[];
  /** Command tag when the last statement returned no row set; the one row has it in its one column then. */
  readonly command: string | undefined;
}

interface TypedColumn {
  readonly name: string;
  /** Why a NULL is an error here; undefined where it is not. */
  readonly notNull: string | undefined;
  readonly read: ReadValue;
}

/**
 * Collects rows and reads their values as the types of a column list. Type modifiers are not applied: only a database
 * rounds and pads.
 */
export class TypedRowCollector implements RowConsumer {
  readonly #columns: readonly TypedColumn[];
  readonly #text = new TextRowCollector();

  /**
   * @param query - the statement whose rows come, where it is known
   * @throws DblinkError for a list that SQL would not take
   */
  constructor(columnList: string, query = '') {
    const neverNull: readonly boolean[] = neverNullColumns(query);
    this.#columns = parse(columnList).map((column, at) => typedColumn(column, neverNull[at] === true));
  }

  rowSet(header: { readonly fields: readonly RemoteField[] }): void {
    if (header.fields.length !== this.#columns.length) {
      throw new DblinkError({
        sqlState: '42804',
        message: 'remote query result rowtype does not match the specified FROM clause rowtype',
      });
    }
    this.#text.rowSet(header);
  }

  rows(bytes: Uint8Array, start: number, end: number): void {
    this.#text.rows(bytes, start, end);
  }

  /** @throws DblinkError 22P02, 22003 or 23502 for a value that is not of its column's type */
  result<Row>(outcome: RowOutcome): TypedRows<Row> {
    const { fields, rows, command } = this.#text.result(outcome);
    if (command !== undefined && this.#columns.length !== 1) {
      throw new DblinkError({
        sqlState: '42804',
        message: 'function return row and query-specified return row do not match',
        detail: `Returned row contains 1 attribute, but query expects ${this.#columns.length}.`,
      });
    }
    return { fields, rows: rows.map((row) => this.#object(row) as Row), command };
  }

  #object(row: readonly (string | null)[]): Record<string, unknown> {
    return Object.fromEntries(
      this.#columns.map(({ name, notNull, read }, at) => {
        const text = row[at] ?? null;
        if (text !== null) return [name, read(text)];
        if (notNull === undefined) return [name, null];
        throw new DblinkError({ sqlState: '23502', message: `null value in column "${name}", which ${notNull}` });
      }),
    );
  }
}

function parse(columnList: string): readonly ColumnDefinition[] {
  try {
    return parseColumnList(columnList).columns;
  } catch (error) {
    if (!isSqlBuildError(error)) throw error;
    throw new DblinkError({ sqlState: error.sqlState, message: error.message, detail: error.detail }, { cause: error });
  }
}

function typedColumn({ name, type, isNotNull }: ColumnDefinition, isNeverNull: boolean): TypedColumn {
  const read = readerOf(type.name);
  const notNull = isNotNull ? 'was declared NOT NULL' : isNeverNull ? 'its query never leaves NULL' : undefined;
  return { name, notNull, read: type.isArray ? (text) => parseArray(text, read) : read };
}
