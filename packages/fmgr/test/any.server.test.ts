import { afterAll, beforeAll, expect, test } from 'vitest';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({
    texts: {
      sql: 'texts(text, VARIADIC "any") RETURNS text[]',
      attributes: '',
      body: (call) => call.returnTextArray(call.variadicTexts(1)),
    },
    text_of: { sql: 'text_of("any") RETURNS text', body: (call) => call.returnText(call.outputText(0)) },
  });
  await engine.pg.exec(`
    CREATE TYPE mood AS ENUM ('sad', 'très content');
    CREATE DOMAIN positive AS int CHECK (VALUE > 0);
    CREATE TYPE pair AS (a int, b text)`);
});

afterAll(() => engine.pg.close());

const VALUES = [
  'true',
  '(-32768)::int2',
  '2147483647',
  '(-9223372036854775808)::int8',
  "'0.1'::float8 + 0.2",
  '1.5::float4',
  '12345678901234567890.123456789::numeric',
  "'plain'::text",
  `'été "quoted" \\ back'::varchar`,
  "repeat('long', 5000)",
  '\'x\'::"char"',
  "'a name'::name",
  "'\\xdeadbeef'::bytea",
  "'2024-02-29'::date",
  "'2024-02-29 12:00+02'::timestamptz",
  "'1 month -2 days 03:04:05'::interval",
  '\'{"a": [1, null]}\'::jsonb',
  "'{1,NULL,3}'::int[]",
  `'{{"a b","c\\"d"},{NULL,"NULL"}}'::text[]`,
  "'[1,5)'::int4range",
  "'très content'::mood",
  '5::positive',
  "ROW(1, 'two')::pair",
  "ROW(1, 'two', NULL)",
  "'pg_class'::regclass",
  "'127.0.0.1/32'::inet",
];

test.each(VALUES)('%s has the text that its output function gives', async (value) => {
  expect(await engine.value(`SELECT text_of(${value}) = format('%s', ${value})`)).toBe(true);
  const [text, texts] = [`format('%s', ${value})`, `texts('', ${value}, NULL, ${value})`];
  expect(await engine.value(`SELECT ${texts} = ARRAY[${text}, NULL, ${text}]`)).toBe(true);
});

test('a literal without a type is its own text', async () => {
  expect(await engine.value(`SELECT texts('', 'été', NULL, '1')`)).toEqual(['été', null, '1']);
});

test.each([
  ['ARRAY[1, NULL, 3]::int8[]', ['1', null, '3']],
  ["ARRAY[0.1::float8, 'NaN']", ['0.1', 'NaN']],
  ['ARRAY[true, NULL]', ['t', null]],
  ["ARRAY['a b', NULL, '']", ['a b', null, '']],
  ["ARRAY['sad']::mood[]", ['sad']],
  ["ARRAY['[1,2)'::int4range, NULL]", ['[1,2)', null]],
  ["ARRAY[ROW(1, 'x')::pair]", ['(1,x)']],
  ['ARRAY[[1, 2], [3, NULL]]', ['1', '2', '3', null]],
  ["'{}'::text[]", []],
  ['NULL::int[]', []],
] as const)('VARIADIC %s passes its elements', async (array, elements) => {
  expect(await engine.value(`SELECT texts('', VARIADIC ${array})`)).toEqual(elements);
});

test('a stored array that is compressed is read whole', async () => {
  await engine.pg.exec(
    `CREATE TABLE kept AS SELECT array_agg(repeat('x', 100) || g) AS v FROM generate_series(1, 1000) g`,
  );
  expect(await engine.value(`SELECT texts('', VARIADIC v) = v FROM kept`)).toBe(true);
});
