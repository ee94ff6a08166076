import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { dataRow } from './data-rows.ts';
import { openEngine, type TestEngine } from './fixture.ts';

// The row loop reads usual spellings by itself and leaves the others to the type's input function. Nobody may notice:
// every text, right or wrong, must end as it ends when the engine casts it.

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);

let engine: TestEngine;

beforeAll(async () => {
  engine = await openEngine({
    feed_one: {
      sql: 'feed_one(text) RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        call.openRows(call.resultDescriptor()).putText([call.text(0)]);
      },
    },
    feed_bytes: {
      sql: 'feed_bytes(bytea) RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        call.openRows(call.resultDescriptor()).put(dataRow([call.bytea(0)]));
      },
    },
  });
  await engine.pg.exec(`
    SET timezone = 'Europe/Berlin';
    CREATE FUNCTION by_feed(type text, given text) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE result text;
      BEGIN
        EXECUTE format('SELECT v::text FROM feed_one($1) AS t(v %s)', type) INTO result USING given;
        RETURN result;
      EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
    CREATE FUNCTION by_cast(type text, given text) RETURNS text LANGUAGE plpgsql AS $$
      DECLARE result text;
      BEGIN
        EXECUTE format('SELECT ($1::%s)::text', type) INTO result USING given;
        RETURN result;
      EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
    CREATE FUNCTION text_by_feed(given bytea) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN RETURN (SELECT v FROM feed_bytes(given) AS t(v text));
      EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;
    CREATE FUNCTION text_by_convert(given bytea) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN RETURN convert_from(given, 'UTF8');
      EXCEPTION WHEN OTHERS THEN RETURN sqlstate || ' ' || sqlerrm; END $$;`);
});

afterAll(() => engine.pg.close());

const INTEGERS = [
  ...[
    '',
    '-',
    '+',
    '0',
    '-0',
    '+5',
    '00012',
    '-00012',
    ' 12',
    '12 ',
    '1 2',
    '--1',
    '1-',
    '1_000',
    '_1',
    '0x1F',
    '0b11',
    '0o17',
  ],
  ...['32767', '32768', '-32768', '-32769', '2147483647', '2147483648', '-2147483648', '-2147483649'],
  ...['9223372036854775807', '9223372036854775808', '-9223372036854775808', '-9223372036854775809'],
  ...[
    '999999999999999999',
    '-999999999999999999',
    '1000000000000000000',
    '000000000000000000000001',
    '1.0',
    '1e3',
    'abc',
    '١',
  ],
];
const FLOATS = [
  ...[
    '',
    '-',
    '.',
    '5.',
    '.5',
    '-.5',
    '-0',
    '0',
    '-0.0',
    '0.1',
    '1e',
    '1e+',
    '1e5',
    '1E5',
    '1e+5',
    '1e-5',
    '1e22',
    '1e23',
    '1e-22',
  ],
  ...[
    '1e-23',
    '123456789012345678',
    '12345678901234567',
    '9007199254740992',
    '9007199254740993',
    '9007199254740991e22',
  ],
  ...[
    '0.000000000000000000001',
    '1.7976931348623157e308',
    '1e308',
    '1e309',
    '-1e309',
    '5e-324',
    '1e-400',
    'NaN',
    'nan',
    'Infinity',
  ],
  ...[
    '-Infinity',
    'inf',
    ' 1',
    '1 ',
    '1.2.3',
    '1e5e',
    '0x10',
    '1e0005',
    '1e00005',
    '1_0',
    '3.14159',
    '-273.15',
    '1e--5',
    '1e+-5',
    '0.14285714285714285',
    '42857.142857142855',
    '1.2345678901234567e-05',
    '-0.000000000012345678901234567',
    '9007199254740992.5000001',
    '18446744073709551615',
    '18446744073709551616',
  ],
];
const BOOLEANS = ['t', 'f', 'T', 'true', 'false', 'y', 'n', '1', '0', 'on', 'off', '', 'tt', ' t', 'x', '2'];
const DATES = [
  ...['2020-02-29', '2019-02-29', '1900-02-29', '2000-02-29', '2020-02-30', '2020-04-31', '2020-12-31', '2020-13-01'],
  ...[
    '2020-00-10',
    '2020-01-00',
    '2020-01-32',
    '0001-01-01',
    '0000-01-01',
    '9999-12-31',
    '10000-01-01',
    '0001-01-01 BC',
  ],
  ...[
    '2020-1-1',
    '20200101',
    '2020/01/01',
    '01-02-2020',
    '2020-01-0x',
    '',
    ' 2020-01-01',
    '2020-01-01 ',
    'infinity',
    'epoch',
  ],
  ...['1582-10-15', '1999-03-01', '2000-03-01', '2000-01-01', '1999-12-31', '2020-01-01T', '2020-01+01'],
];
const TIMES = [
  ...[
    '00:00:00',
    '23:59:59',
    '24:00:00',
    '23:60:00',
    '23:59:60',
    '23:59:61',
    '12:34:56.7',
    '12:34:56.123456',
    '12:34:56.1234567',
  ],
  ...[
    '12:34:56.',
    '12:34:56.9999999',
    '12:34',
    '1:02:03',
    '12-34-56',
    '12:34:5x',
    '12:34:56,5',
    '12:34:56 BC',
    '12:34:56.5x',
  ],
];
const ZONES = [
  '',
  '+00',
  '-00',
  '+05:30',
  '-03:30',
  '+14',
  '+15:59:59',
  '+16',
  '-12:34:56',
  '+5',
  '+0530',
  'Z',
  ' UTC',
  '+05:60',
  '+05:',
  '+',
  '+1x',
];
const TIMESTAMPS = [
  ...DATES.flatMap((date) => [date, `${date} 12:34:56`, `${date}T12:34:56+02`]),
  ...TIMES.flatMap((time) => ZONES.map((zone) => `2021-06-15 ${time}${zone}`)),
  ...['infinity', '-infinity', 'now x', '2020-01-01  12:34:56', '2020-03-29 02:30:00', '2020-10-25 02:30:00'],
];

const CASES: readonly (readonly [type: string, seeds: readonly string[]])[] = [
  ['int2', INTEGERS],
  ['int4', INTEGERS],
  ['int8', INTEGERS],
  ['float8', FLOATS],
  ['bool', BOOLEANS],
  ['date', DATES],
  ['timestamp', TIMESTAMPS],
  ['timestamptz', TIMESTAMPS],
];

/** Seeds with a character or two replaced, added or left out. */
function spoiled(seeds: readonly string[]): fc.Arbitrary<string> {
  const char = fc.constantFrom(...'0123456789-+.: eETZxBC_'.split(''));
  const edit = fc.record({ at: fc.nat(30), remove: fc.nat(1), insert: fc.array(char, { maxLength: 2 }) });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(edit, { maxLength: 2 })).map(([seed, edits]) =>
    edits.reduce((text, { at, remove, insert }) => {
      const cut = at % (text.length + 1);
      return text.slice(0, cut) + insert.join('') + text.slice(cut + remove);
    }, seed),
  );
}

test.each(CASES)('%s: every spelling ends as the cast ends', async (type, seeds) => {
  const texts = [...new Set([...seeds, ...fc.sample(spoiled(seeds), Math.ceil(RUNS / CASES.length))])];
  for (const style of ['ISO, MDY', 'SQL, DMY', 'German, YMD']) {
    await engine.pg.exec(`SET DateStyle = '${style}'`);
    const { rows } = await engine.pg.query(
      `SELECT v, by_cast($1, v) AS expected, by_feed($1, v) AS found FROM unnest($2::text[]) AS u(v)
       WHERE by_cast($1, v) IS DISTINCT FROM by_feed($1, v) LIMIT 5`,
      [type, texts],
    );
    expect(rows).toEqual([]);
  }
});

/** Every boundary of UTF-8: first and last of each length, surrogates, overlong spellings, cut and stray bytes. */
const SEQUENCES = [
  ...[
    '00',
    '01',
    '41',
    '7f',
    '80',
    'bf',
    'c0',
    'c080',
    'c1bf',
    'c280',
    'dfbf',
    'c2',
    'df',
    'c27f',
    'c2c0',
    'e0a080',
    'e09fbf',
  ],
  ...[
    'e0a0',
    'e0',
    'e18080',
    'ecbfbf',
    'ed8080',
    'ed9fbf',
    'eda080',
    'edbfbf',
    'ee8080',
    'efbfbf',
    'efbfbd',
    'e28228',
    'e2',
  ],
  ...[
    'f0908080',
    'f08fbfbf',
    'f0',
    'f090',
    'f09080',
    'f1808080',
    'f3bfbfbf',
    'f48fbfbf',
    'f4908080',
    'f5808080',
    'f8888080',
    'ff',
    'fe',
  ],
];

test('bytes are text exactly when the engine says so', async () => {
  const ascii = fc.string({ minLength: 0, maxLength: 20 }).map((text) => Buffer.from(text, 'latin1').toString('hex'));
  const proper = fc.constantFrom('c3a4', 'e4b896', 'f09f9098', '41');
  const part = fc.oneof(
    { weight: 3, arbitrary: ascii },
    { weight: 6, arbitrary: proper },
    { weight: 1, arbitrary: fc.constantFrom(...SEQUENCES) },
  );
  const mixed = fc.array(part, { maxLength: 8 }).map((parts) => parts.join(''));
  const padded = SEQUENCES.flatMap((bytes) =>
    Array.from({ length: 10 }, (_, index) => `${'61'.repeat(index)}${bytes}${'62'.repeat((index * 7) % 11)}`),
  );
  const samples = [...new Set([...SEQUENCES, ...padded, ...fc.sample(mixed, RUNS)])];
  const { rows } = await engine.pg.query(
    `SELECT h, text_by_convert(b) AS expected, text_by_feed(b) AS found
     FROM unnest($1::text[]) AS u(h), LATERAL decode(h, 'hex') AS b
     WHERE text_by_convert(b) IS DISTINCT FROM text_by_feed(b) LIMIT 5`,
    [samples],
  );
  expect(rows).toEqual([]);
  const counted = await engine.pg.query<{ good: number; bad: number }>(
    `SELECT count(*) FILTER (WHERE r NOT LIKE '22021 %')::int AS good, count(*) FILTER (WHERE r LIKE '22021 %')::int AS bad
     FROM unnest($1::text[]) AS u(h), LATERAL text_by_feed(decode(h, 'hex')) AS r`,
    [samples],
  );
  expect(counted.rows[0]?.good).toBeGreaterThan(RUNS / 10);
  expect(counted.rows[0]?.bad).toBeGreaterThan(RUNS / 10);
});
