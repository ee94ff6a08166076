import { describe, expect, test } from 'vitest';
import {
  assertKeyValues,
  buildDelete,
  buildInsert,
  buildSourceQuery,
  buildUpdate,
  onlySourceRow,
  parseInt2Vector,
  type Relation,
  validateKeyAttributes,
} from './index.ts';

// The relations and cases of dblink's own behaviour as the C extension shows it on PostgreSQL 15 to 18.

const foo = relation('foo', 'f1 f2 f3');
const pk1 = relation('pk1', 'a b c');
const nopk = relation('nopk', 'a b');
const weird = relation('Weird Name', 'select Col"q UPPER');
const dropt = relation('dropt', 'id -gone v -gone w -gone z');

/** Columns by name; a leading `-` marks a dropped one. */
function relation(name: string, columns: string): Relation {
  const described = columns.split(' ').map((column) => ({ name: column, isDropped: column.startsWith('-') }));
  return { name, columns: described };
}

function keysOf({ columns }: Relation, attnums: string, count: number): readonly number[] {
  return validateKeyAttributes(columns, parseInt2Vector(attnums), count);
}

describe('buildInsert', () => {
  test.each([
    [foo, '1 2', ['0', 'a', '{a0,b0,c0}'], ['99', 'xyz'], "INSERT INTO foo(f1,f2,f3) VALUES('99','xyz','{a0,b0,c0}')"],
    [
      pk1,
      '3 1',
      ['1', "o'brien \\ back", '2'],
      ['20', '10'],
      "INSERT INTO pk1(a,b,c) VALUES('10',E'o''brien \\\\ back','20')",
    ],
    [
      pk1,
      '1 3',
      ['1', "o'brien \\ back", '2'],
      ['10', null],
      "INSERT INTO pk1(a,b,c) VALUES('10',E'o''brien \\\\ back',NULL)",
    ],
    [pk1, '1 3', ['1', null, '3'], ['1', '3'], "INSERT INTO pk1(a,b,c) VALUES('1',NULL,'3')"],
    [weird, '1', ['1', 'a"b', 'U'], ['2'], `INSERT INTO "Weird Name"("select","Col""q","UPPER") VALUES('2','a"b','U')`],
    [{ ...foo, schema: 's1' }, '1', ['1', 'b', null], ['2'], "INSERT INTO s1.foo(f1,f2,f3) VALUES('2','b',NULL)"],
    [dropt, '1', ['2', null, 'v', null, 'w', null, '4'], ['9'], "INSERT INTO dropt(id,v,w,z) VALUES('9','v','w','4')"],
  ])('%j %s', (of, attnums, source, target, expected) => {
    const keys = keysOf(of, attnums, target.length);
    expect(buildInsert(of, keys, source, target)).toBe(expected);
  });
});

describe('buildUpdate', () => {
  test.each([
    [
      foo,
      '1 2',
      ['0', 'a', '{a0}'],
      ['99', 'xyz'],
      "UPDATE foo SET f1 = '99', f2 = 'xyz', f3 = '{a0}' WHERE f1 = '99' AND f2 = 'xyz'",
    ],
    [nopk, '2', [null, 'n'], [null], 'UPDATE nopk SET a = NULL, b = NULL WHERE b IS NULL'],
    [pk1, '1 1', ['5', '', '6'], ['8', '9'], "UPDATE pk1 SET a = '8', b = '', c = '6' WHERE a = '8' AND a = '9'"],
  ])('%j %s', (of, attnums, source, target, expected) => {
    expect(buildUpdate(of, keysOf(of, attnums, target.length), source, target)).toBe(expected);
  });
});

describe('buildDelete', () => {
  test.each([
    [foo, '1 2', 2, ['0', 'a'], "DELETE FROM foo WHERE f1 = '0' AND f2 = 'a'"],
    [foo, '1 2', 1, ['5'], "DELETE FROM foo WHERE f1 = '5'"],
    [foo, '1', 5, ['5'], "DELETE FROM foo WHERE f1 = '5'"],
    [nopk, '1 2', 2, [null, 'x'], "DELETE FROM nopk WHERE a IS NULL AND b = 'x'"],
    [nopk, '1 1', 2, ['x', '1'], "DELETE FROM nopk WHERE a = 'x' AND a = '1'"],
    [dropt, '4', 1, ['9'], "DELETE FROM dropt WHERE z = '9'"],
  ])('%j %s', (of, attnums, count, target, expected) => {
    expect(buildDelete(of, keysOf(of, attnums, count), target)).toBe(expected);
  });
});

describe('the source row', () => {
  test('is looked up by every key, with NULL for dropped columns', () => {
    expect(buildSourceQuery(dropt, [0, 2], ['7', null])).toBe(
      "SELECT id, NULL, v, NULL, w, NULL, z FROM dropt WHERE id = '7' AND v IS NULL",
    );
  });

  test('must be one', () => {
    expect(onlySourceRow([['1']])).toEqual(['1']);
    expect(() => onlySourceRow([])).toThrow(failure('21000', 'source row not found'));
    expect(() => onlySourceRow([['1'], ['1']])).toThrow(
      failure('21000', 'source criteria matched more than one record'),
    );
  });
});

describe('key attributes', () => {
  test.each([
    [foo, '1', 0, 'number of key attributes must be > 0'],
    [foo, '1', -1, 'number of key attributes must be > 0'],
    [foo, '', 1, 'number of key attributes must be > 0'],
    [foo, '0', 1, 'invalid attribute number 0'],
    [foo, '-3', 1, 'invalid attribute number -3'],
    [foo, '4', 1, 'invalid attribute number 4'],
    [dropt, '5', 1, 'invalid attribute number 5'],
  ])('%j %j %d: %s', (of, attnums, count, message) => {
    expect(() => keysOf(of, attnums, count)).toThrow(failure('22023', message));
  });

  test('values must be as many as keys', () => {
    const message = 'array length must match number of key attributes';
    expect(() => assertKeyValues('source', ['1'], [0, 1])).toThrow(failure('2202E', `source key ${message}`));
    expect(() => assertKeyValues('target', ['1', '2'], [0])).toThrow(failure('2202E', `target key ${message}`));
    expect(() => assertKeyValues('target', ['1'], [0])).not.toThrow();
  });
});

describe('parseInt2Vector', () => {
  test.each([
    ['1 2', [1, 2]],
    ['', []],
    ['  7  ', [7]],
    ['+1 -2', [1, -2]],
    ['1\t2', '1\t2'],
    ['1  \t2', [1, 2]],
  ])('%j', (text, expected) => {
    if (typeof expected !== 'string') expect(parseInt2Vector(text)).toEqual(expected);
    else
      expect(() => parseInt2Vector(text)).toThrow(
        failure('22P02', `invalid input syntax for type smallint: "${expected}"`),
      );
  });

  test.each([
    ['1,2', '22P02', 'invalid input syntax for type smallint: "1,2"'],
    ['1 x', '22P02', 'invalid input syntax for type smallint: "x"'],
    ['40000', '22003', 'value "40000" is out of range for type smallint'],
    ['1 99999999999999999999 2', '22003', 'value "99999999999999999999 2" is out of range for type smallint'],
  ])('%j: %s', (text, sqlState, message) => {
    expect(() => parseInt2Vector(text)).toThrow(failure(sqlState, message));
  });
});

function failure(sqlState: string, message: string): object {
  return expect.objectContaining({ name: 'SqlBuildError', sqlState, code: sqlState, message });
}
