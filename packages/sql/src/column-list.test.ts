import { describe, expect, test } from 'vitest';
import { formatTypeName, parseColumnList } from './index.ts';

/** A list as `name type` pieces, with what the name of each type means. */
function read(text: string): readonly string[] {
  return parseColumnList(text).columns.map(({ isNotNull, name, type }) =>
    [name, formatTypeName(type), ...(isNotNull ? ['not null'] : [])].join(' '),
  );
}

describe('parseColumnList', () => {
  test.each([
    ['t(a int, b text, c numeric(10,2)[])', ['a int4', 'b text', 'c numeric(10,2)[]']],
    ['AS "T x" (a int)', ['a int4']],
    ['(A INT,"B c" TEXT)', ['a int4', 'B c text']],
    [
      't(a integer, b smallint, c bigint, d real, e float, f float(10))',
      ['a int4', 'b int2', 'c int8', 'd float4', 'e float8', 'f float4'],
    ],
    ['t(a double precision, b dec, c boolean, d double)', ['a float8', 'b numeric', 'c bool', 'd double']],
    [
      't(a char, b char(3), c character varying(5), d varchar, e national char varying(2), f nchar)',
      ['a bpchar(1)', 'b bpchar(3)', 'c varchar(5)', 'd varchar', 'e varchar(2)', 'f bpchar(1)'],
    ],
    ['t(a bit, b bit(3), c bit varying)', ['a bit(1)', 'b bit(3)', 'c varbit']],
    [
      't(a time, b timestamp(3) with time zone, c time(0) without time zone)',
      ['a time', 'b timestamptz(3)', 'c time(0)'],
    ],
    [
      't(a interval, b interval day to second(3), c interval year, d interval(2))',
      ['a interval', 'b interval day to second(3)', 'c interval year', 'd interval(2)'],
    ],
    ['t(a int[], b int[3][4], c int array, d int array[5])', ['a int4[]', 'b int4[][]', 'c int4[]', 'd int4[]']],
    [
      't(a s1.mood, b pg_catalog.int4, c "char", d "My Type"(1, x))',
      ['a s1.mood', 'b pg_catalog.int4', 'c "char"', 'd "My Type"(1,x)'],
    ],
    ['t(a text collate "C", b text collate pg_catalog."C" not null)', ['a text', 'b text not null']],
    ['t(a numeric(3,-2), value int, name int, year json)', ['a numeric(3,-2)', 'value int4', 'name int4', 'year json']],
    ['t ( a /* x */ int -- y\n )', ['a int4']],
    [`t(${'é'.repeat(40)} int)`, [`${'é'.repeat(31)} int4`]],
  ])('%s', (text, expected) => expect(read(text)).toEqual(expected));

  test('says the alias', () => {
    expect(parseColumnList('AS T(a int)').alias).toBe('t');
    expect(parseColumnList('as (a int)').alias).toBeUndefined();
  });

  test.each([
    ['', '42601', 'syntax error at end of input'],
    ['t', '42601', 'syntax error at end of input'],
    ['t()', '42601', 'syntax error at or near ")"'],
    ['t(a)', '42601', 'syntax error at or near ")"'],
    ['t(a int,)', '42601', 'syntax error at or near ")"'],
    ['t(a int) x', '42601', 'syntax error at or near "x"'],
    ['t(select int)', '42601', 'syntax error at or near "select"'],
    ['t(a select)', '42601', 'syntax error at or near "select"'],
    ['t(a coalesce)', '42601', 'syntax error at or near "coalesce"'],
    ['t(a int(3))', '42601', 'syntax error at or near "("'],
    ['t(a int, A text)', '42701', 'column name "a" specified more than once'],
    ['t("" int)', '42601', 'zero-length delimited identifier at or near """"'],
    ['t(a setof int, b int)', '42P16', 'column "a" cannot be declared SETOF'],
    ['t(a float(0))', '22023', 'precision for type float must be at least 1 bit'],
    ['t(a float(54))', '22023', 'precision for type float must be less than 54 bits'],
    ['t(a interval year to day)', '42601', 'syntax error at or near "day"'],
    ['t(a time with zone)', '42601', 'syntax error at or near "with"'],
    ['t(u&"a" int)', '0A000', 'identifiers with Unicode escapes are not supported here'],
    ['t(a int', '42601', 'syntax error at end of input'],
    ['t(a a.b.c.d)', '42601', 'improper qualified name (too many dotted names): a.b.c.d'],
    ["t(a int')", '42601', `syntax error at or near "')"`],
  ])('%j: %s %s', (text, sqlState, message) => {
    expect(() => parseColumnList(text)).toThrow(expect.objectContaining({ sqlState, message }));
  });
});
