import { SqlBuildError } from './errors.ts';
import { TokenCursor } from './token-cursor.ts';
import { readTypeName, type TypeName } from './type-name.ts';

/** One column of a column definition list. */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: TypeName;
  /** `NOT NULL` was written: the caller relies on it, so a NULL that arrives is an error. */
  readonly isNotNull: boolean;
}

/** A column definition list; `alias` is the table alias before the parenthesis, where there is one. */
export interface ColumnList {
  readonly alias: string | undefined;
  readonly columns: readonly ColumnDefinition[];
}

/**
 * Reads a column definition list in SQL's own words, as it stands after `FROM dblink(…) AS`.
 *
 * Names fold, quote and truncate and types are spelled as in the server's grammar; `COLLATE` is read and has no effect.
 * One thing is added: `NOT NULL` after a column says that it is never NULL.
 *
 * @throws SqlBuildError 42601 with the parser's message, 42701 for a name that appears twice.
 * @see https://www.postgresql.org/docs/18/sql-select.html#SQL-FROM
 * @example
 * parseColumnList('t(a int, b text, c numeric(10,2)[])').columns.map(({ type }) => type.name); // ['int4', 'text', 'numeric']
 */
export function parseColumnList(text: string): ColumnList {
  const cursor = new TokenCursor(text);
  cursor.takeWord('as');
  const alias = cursor.peekSymbol() === '(' ? undefined : cursor.expectName(isColumnName);
  cursor.expectSymbol('(');
  const columns: ColumnDefinition[] = [];
  const sets: string[] = [];
  do columns.push(readColumn(cursor, sets));
  while (cursor.takeSymbol(','));
  cursor.expectSymbol(')');
  cursor.expectEnd();
  if (sets[0] !== undefined) throw new SqlBuildError('42P16', `column "${sets[0]}" cannot be declared SETOF`);
  const names = new Set<string>();
  for (const { name } of columns) {
    if (names.has(name)) throw new SqlBuildError('42701', `column name "${name}" specified more than once`);
    names.add(name);
  }
  return { alias, columns };
}

/** Columns that are declared SETOF are put in `sets`: the parser takes them, a later check does not. */
function readColumn(cursor: TokenCursor, sets: string[]): ColumnDefinition {
  const name = cursor.expectName(isColumnName);
  if (cursor.takeWord('setof')) sets.push(name);
  const type = readTypeName(cursor);
  if (cursor.takeWord('collate')) {
    cursor.expectName(isColumnName);
    while (cursor.takeSymbol('.')) cursor.expectName(() => true);
  }
  const isNotNull = cursor.takeWord('not');
  if (isNotNull) cursor.expectWord('null');
  return { name, type, isNotNull };
}

/** Unreserved words and column-name keywords may name a column without quotes. */
function isColumnName(category: string | undefined): boolean {
  return category === undefined || category === 'C';
}
