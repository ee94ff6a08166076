import { SqlBuildError } from './errors.ts';
import { quoteIdent, quoteLiteral, quoteNullable, quoteQualifiedIdent } from './quote.ts';
import type { Relation, TextTuple } from './relation.ts';

/**
 * The query that finds the source row of `dblink_build_sql_insert` and `_update`: every column, NULL for dropped ones.
 *
 * `keys` are physical positions as {@link validateKeyAttributes} gives them; a NULL key value becomes `IS NULL`.
 *
 * @example
 * buildSourceQuery(foo, [0], ['7']); // SELECT f1, f2 FROM foo WHERE f1 = '7'
 */
export function buildSourceQuery(relation: Relation, keys: readonly number[], values: TextTuple): string {
  const columns = relation.columns.map(({ isDropped, name }) => (isDropped ? 'NULL' : quoteIdent(name)));
  return `SELECT ${columns.join(', ')} FROM ${relationName(relation)} WHERE ${condition(relation, keys, values)}`;
}

/**
 * The one source row out of what the source query found.
 *
 * @throws SqlBuildError 21000 when there is none or more than one.
 * @example
 * onlySourceRow([['1', 'a']]); // ['1', 'a']
 */
export function onlySourceRow(rows: readonly TextTuple[]): TextTuple {
  const [row, second] = rows;
  if (row === undefined) throw new SqlBuildError('21000', 'source row not found');
  if (second !== undefined) throw new SqlBuildError('21000', 'source criteria matched more than one record');
  return row;
}

/**
 * The text of `dblink_build_sql_insert`: key columns take the target values, the others those of the source row.
 *
 * @example
 * buildInsert(foo, [0], ['1', 'a'], ['99']); // INSERT INTO foo(f1,f2) VALUES('99','a')
 */
export function buildInsert(
  relation: Relation,
  keys: readonly number[],
  source: TextTuple,
  targetValues: TextTuple,
): string {
  const assignments = assign(relation, keys, source, targetValues);
  const columns = assignments.map(({ column }) => column).join(',');
  const values = assignments.map(({ value }) => value).join(',');
  return `INSERT INTO ${relationName(relation)}(${columns}) VALUES(${values})`;
}

/**
 * The text of `dblink_build_sql_update`: sets every column, keys too, where the keys have the target values.
 *
 * @example
 * buildUpdate(foo, [0], ['1', 'a'], ['99']); // UPDATE foo SET f1 = '99', f2 = 'a' WHERE f1 = '99'
 */
export function buildUpdate(
  relation: Relation,
  keys: readonly number[],
  source: TextTuple,
  targetValues: TextTuple,
): string {
  const assignments = assign(relation, keys, source, targetValues);
  const settings = assignments.map(({ column, value }) => `${column} = ${value}`).join(', ');
  return `UPDATE ${relationName(relation)} SET ${settings} WHERE ${condition(relation, keys, targetValues)}`;
}

/**
 * The text of `dblink_build_sql_delete`.
 *
 * @example
 * buildDelete(foo, [0, 1], ['0', null]); // DELETE FROM foo WHERE f1 = '0' AND f2 IS NULL
 */
export function buildDelete(relation: Relation, keys: readonly number[], targetValues: TextTuple): string {
  return `DELETE FROM ${relationName(relation)} WHERE ${condition(relation, keys, targetValues)}`;
}

function relationName({ name, schema }: Relation): string {
  return quoteQualifiedIdent(schema, name);
}

function assign(
  relation: Relation,
  keys: readonly number[],
  source: TextTuple,
  targetValues: TextTuple,
): readonly { readonly column: string; readonly value: string }[] {
  return relation.columns.flatMap(({ isDropped, name }, position) => {
    if (isDropped) return [];
    // A column named twice among the keys takes its first value.
    const key = keys.indexOf(position);
    const value = key < 0 ? source[position] : targetValues[key];
    return [{ column: quoteIdent(name), value: quoteNullable(value ?? null) }];
  });
}

function condition(relation: Relation, keys: readonly number[], values: TextTuple): string {
  return keys
    .map((position, at) => {
      const column = quoteIdent(relation.columns[position]?.name ?? '');
      const value = values[at] ?? null;
      return value === null ? `${column} IS NULL` : `${column} = ${quoteLiteral(value)}`;
    })
    .join(' AND ');
}
