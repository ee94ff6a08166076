import { SqlBuildError } from './errors.ts';
import type { RelationColumn } from './relation.ts';

const BLANK = /[ \t\n\v\f\r]/;

/**
 * The numbers of an `int2vector` in its text form, read as the server's input function reads it.
 *
 * @throws SqlBuildError 22P02 or 22003 with the server's message; it repeats the rest of the text, as the server does.
 * @example
 * parseInt2Vector('1 2'); // [1, 2]
 */
export function parseInt2Vector(text: string): readonly number[] {
  const numbers: number[] = [];
  let at = 0;
  for (;;) {
    while (BLANK.test(text.charAt(at))) at += 1;
    if (at === text.length) return numbers;
    const rest = text.slice(at);
    const digits = /^[+-]?[0-9]+/.exec(rest)?.[0];
    if (digits === undefined) throw invalidSmallint(rest);
    const number = Number(digits);
    if (number < -0x8000 || number > 0x7fff) {
      throw new SqlBuildError('22003', `value "${rest}" is out of range for type smallint`);
    }
    at += digits.length;
    if (at < text.length && text[at] !== ' ') throw invalidSmallint(rest);
    numbers.push(number);
  }
}

function invalidSmallint(text: string): SqlBuildError {
  return new SqlBuildError('22P02', `invalid input syntax for type smallint: "${text}"`);
}

/**
 * The physical positions (from 0) of the key columns that `dblink_build_sql_*` is told by logical numbers (from 1, without
 * dropped columns). Only the first `count` numbers are used; there may be fewer.
 *
 * @throws SqlBuildError 22023 with dblink's message.
 * @example
 * const columns = [{ name: 'old', isDropped: true }, { name: 'id', isDropped: false }];
 * validateKeyAttributes(columns, [1], 1); // [1]
 */
export function validateKeyAttributes(
  columns: readonly RelationColumn[],
  attributeNumbers: readonly number[],
  count: number,
): readonly number[] {
  const used = attributeNumbers.slice(0, Math.max(count, 0));
  if (used.length === 0) throw new SqlBuildError('22023', 'number of key attributes must be > 0');
  const live = columns.flatMap(({ isDropped }, at) => (isDropped ? [] : [at]));
  return used.map((number) => {
    const position = live[number - 1];
    if (position === undefined) throw new SqlBuildError('22023', `invalid attribute number ${number}`);
    return position;
  });
}

/**
 * Refuses key values that are not as many as the key columns; dblink looks at the source values first.
 *
 * @throws SqlBuildError 2202E with dblink's message.
 * @example
 * // One value for one key column.
 * assertKeyValues('target', ['99'], [0]);
 */
export function assertKeyValues(
  side: 'source' | 'target',
  values: readonly (string | null)[],
  keys: readonly number[],
): void {
  if (values.length === keys.length) return;
  throw new SqlBuildError('2202E', `${side} key array length must match number of key attributes`);
}
