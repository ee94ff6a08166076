import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Format } from '../src/index.ts';
import { dataRow, type FieldValue, joined } from './data-rows.ts';
import { openEngine, type TestEngine } from './fixture.ts';

let engine: TestEngine;

/** What the next call of feed() stores, in pieces as they are put. */
let pieces: readonly Uint8Array[] = [];
let formats: readonly Format[] = [];

function give(rows: readonly (readonly FieldValue[])[], given: readonly Format[] = []): void {
  pieces = [joined(rows.map(dataRow))];
  formats = given;
}

beforeAll(async () => {
  engine = await openEngine({
    feed: {
      sql: 'feed() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        const rows = call.openRows(call.resultDescriptor(), formats);
        for (const piece of pieces) rows.put(piece);
      },
    },
  });
  await engine.pg.exec('CREATE DOMAIN checked_text AS text');
});

afterEach(async () => {
  expect(await engine.value('SELECT 1 + 1')).toBe(2);
});

afterAll(() => engine.pg.close());

const rowsOf = async (sql: string): Promise<unknown[]> => (await engine.pg.query(sql)).rows;

test('rows may be cut at any byte', async () => {
  const bytes = joined([dataRow(['12', 'zwölf']), dataRow([null, '']), dataRow(['-3', 'x'.repeat(300)])]);
  formats = [];
  const sql = `SELECT string_agg(coalesce(a::text, 'null') || ':' || md5(b), ' ') FROM feed() AS t(a int, b text)`;
  pieces = [bytes];
  const whole = await engine.value(sql);
  for (let cut = 0; cut <= bytes.length; cut += 1) {
    pieces = [bytes.subarray(0, cut), bytes.subarray(cut)];
    expect(await engine.value(sql)).toBe(whole);
  }
  pieces = Array.from(bytes, (_, index) => bytes.subarray(index, index + 1));
  expect(await engine.value(sql)).toBe(whole);
});

test('bytes of shared memory are taken', async () => {
  const bytes = dataRow(['5']);
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 3), 3);
  shared.set(bytes);
  pieces = [shared];
  formats = [];
  expect(await engine.values('SELECT a FROM feed() AS t(a int)')).toEqual([5]);
});

test('memory grows in the middle: large values and many rows', async () => {
  const large = 'ä'.repeat(20_000_000);
  give([
    ['1', large],
    ['2', 'small'],
    ['3', large],
  ]);
  const sql = 'SELECT string_agg(length(b)::text, $$ $$) FROM feed() AS t(a int, b text)';
  expect(await engine.value(sql)).toBe('20000000 5 20000000');
  give(Array.from({ length: 200_000 }, (_, row) => [String(row), `row ${row}`]));
  expect(await engine.value('SELECT sum(a)::int8 = 19999900000 FROM feed() AS t(a int, b text)')).toBe(true);
});

test.each([
  ['another tag', Uint8Array.of(0x45, 0, 0, 0, 6, 0, 0)],
  ['a length that is too short', Uint8Array.of(0x44, 0, 0, 0, 5, 0, 0)],
  ['a negative length', Uint8Array.of(0x44, 0xff, 0xff, 0xff, 0xff, 0, 1)],
  ['half a field length', Uint8Array.of(0x44, 0, 0, 0, 8, 0, 1, 0, 0)],
  ['a field longer than the message', Uint8Array.of(0x44, 0, 0, 0, 11, 0, 1, 0, 0, 0, 9, 0x31)],
  ['a field length below -1', Uint8Array.of(0x44, 0, 0, 0, 10, 0, 1, 0xff, 0xff, 0xff, 0xfe)],
  ['bytes after the last field', Uint8Array.of(0x44, 0, 0, 0, 12, 0, 1, 0, 0, 0, 1, 0x31, 0)],
  ['half a message', Uint8Array.of(0x44, 0, 0, 0, 11, 0, 1, 0, 0)],
])('%s is no DataRow', async (_, bytes) => {
  pieces = [bytes];
  formats = [];
  expect((await engine.error('SELECT * FROM feed() AS t(a int)')).code).toMatch(/^(08P01|54000)$/);
});

test('binary fields of another length are refused', async () => {
  const types: Record<string, number> = {
    int2: 2,
    int4: 4,
    int8: 8,
    float8: 8,
    bool: 1,
    uuid: 16,
    interval: 16,
    numeric: 8,
    date: 4,
  };
  for (const [type, byteLength] of Object.entries(types)) {
    for (const wrong of [byteLength - 1, byteLength + 1]) {
      give([[new Uint8Array(wrong)]], [1]);
      expect((await engine.error(`SELECT * FROM feed() AS t(a ${type})`)).code).toMatch(/^(22P03|08P01)$/);
    }
  }
});

test.each(['a text', 'a varchar', 'a varchar(10)', 'a char(10)', 'a jsonb', 'a name', 'a checked_text'])(
  'invalid UTF-8 is an error for %s',
  async (column) => {
    const invalid: readonly (readonly [number[], string])[] = [
      [[0xff], '0xff'],
      [[0x61, 0xc3, 0x28], '0xc3 0x28'],
      [[0xed, 0xa0, 0x80], '0xed 0xa0 0x80'],
      [[0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0xe2, 0x82], '0xe2 0x82'],
      [[0x61, 0x00], '0x00'],
    ];
    for (const [bytes, shown] of invalid) {
      give([[Uint8Array.from(bytes)]]);
      expect(await engine.error(`SELECT * FROM feed() AS t(${column})`)).toMatchObject({
        code: '22021',
        message: `invalid byte sequence for encoding "UTF8": ${shown}`,
      });
    }
  },
);

test('conversion errors are those of the input functions', async () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a int', 'x', '22P02', 'invalid input syntax for type integer: "x"'],
    ['a varchar(3)', 'abcde', '22001', 'value too long for type character varying(3)'],
    ['a char(3)', 'abcde', '22001', 'value too long for type character(3)'],
    ['a numeric(4,2)', '123456', '22003', 'numeric field overflow'],
    ['a int2', '40000', '22003', 'value "40000" is out of range for type smallint'],
    ['a timestamptz', '2020-13-01', '22008', 'date/time field value out of range: "2020-13-01"'],
  ];
  for (const [column, value, code, message] of cases) {
    give([[value]]);
    expect(await engine.error(`SELECT * FROM feed() AS t(${column})`)).toMatchObject({ code, message });
  }
});

test('lengths of character types are minded as the input functions mind them', async () => {
  give([['ab ', 'ab   ', 'ab']]);
  const sql = `SELECT '[' || a || ']' AS a, '[' || b || ']' AS b, '[' || c::text || ']' AS c,
    octet_length(c) AS n FROM feed() AS t(a varchar(3), b varchar(3), c char(4))`;
  expect(await rowsOf(sql)).toEqual([{ a: '[ab ]', b: '[ab ]', c: '[ab]', n: 4 }]);
  give([['äöü', 'äöü', 'äö']]);
  expect(await rowsOf(sql)).toEqual([{ a: '[äöü]', b: '[äöü]', c: '[äö]', n: 6 }]);
});
