import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Format } from '../src/index.ts';
import { openEngine, type TestEngine } from './fixture.ts';
import { dataRowsOf } from './wire.ts';

const ROWS = Number(process.env['FUZZ_RUNS'] ?? 10_000);

let engine: TestEngine;
let bytes: Uint8Array = new Uint8Array(0);
let format: Format = 0;

beforeAll(async () => {
  engine = await openEngine({
    feed: {
      sql: 'feed() RETURNS SETOF record',
      body: (call) => {
        call.prepareSet();
        call.openRows(call.resultDescriptor(), [format, format]).put(bytes);
      },
    },
  });
  await engine.pg.exec(`SET timezone = 'America/New_York'; SELECT setseed(0.25)`);
});

afterAll(() => engine.pg.close());

const bits64 = `('x' || md5(random()::text))::bit(64)::int8`;
const bits32 = `('x' || md5(random()::text))::bit(32)::int4`;
const words = `substr(repeat('aß世🐘 z', 40), 1 + (random() * 50)::int, (random() * 200)::int)`;
const digits = `(${bits64}::numeric / (10 ^ (random() * 30)::int)::numeric)`;
const moment = `(timestamp '2000-01-01' + random() * interval '600 years' - interval '300 years')`;
const span = `(random() * 1000 - 500) * interval '1 month 3 days 04:05:06.789'`;

/** Type → expression for a random value; extremes as literals follow. */
const TYPES: readonly (readonly [type: string, random: string, extremes?: readonly string[]])[] = [
  ['bool', 'random() < 0.5'],
  ['int2', `(random() * 65535 - 32768)::int2`, ['-32768', '32767', '0', '-1']],
  ['int4', bits32, ['-2147483648', '2147483647', '0', '-1']],
  ['int8', bits64, ['-9223372036854775808', '9223372036854775807', '0', '-1']],
  ['oid', `(random() * 4294967295)::int8::oid`, ['0', '4294967295']],
  [
    'float4',
    `(random() * power(10, random() * 70 - 35))::float4`,
    ['NaN', 'Infinity', '-Infinity', '-0', '1e-45', '3.4028235e38'],
  ],
  [
    'float8',
    `random() * power(10, random() * 600 - 300)`,
    ['NaN', 'Infinity', '-Infinity', '-0', '5e-324', '1.7976931348623157e308', '0.1', '123456789012345678'],
  ],
  ['float8', `(${bits32}::float8 / 100)`, ['1.5', '-2.25']],
  ['text', words, ['', 'x']],
  ['varchar', words, ['']],
  ['varchar(5)', `substr(${words}, 1, (random() * 5)::int)`, ['', 'äöüßé']],
  ['bpchar', words, ['', '  ']],
  ['char(5)', `substr(${words}, 1, (random() * 5)::int)`, ['', 'äöüßé']],
  ['"char"', `chr(1 + (random() * 126)::int)::"char"`],
  ['name', `substr(${words}, 1, 15)::name`],
  ['bytea', `decode(repeat(md5(random()::text), (random() * 5)::int), 'hex')`, ['']],
  ['uuid', 'gen_random_uuid()', ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff']],
  ['date', `${moment}::date`, ['infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '2000-02-29']],
  ['time', `${moment}::time`, ['00:00', '24:00']],
  ['time(2)', `${moment}::time(2)`],
  ['timetz', `${moment}::time::timetz`, ['24:00+15:59']],
  [
    'timestamp',
    moment,
    [
      'infinity',
      '-infinity',
      '4713-01-01 BC',
      '294276-12-31 23:59:59.999999',
      '0001-01-01',
      '1999-12-31 23:59:59.999999',
    ],
  ],
  ['timestamp(3)', `${moment}::timestamp(3)`, ['infinity']],
  ['timestamptz', `${moment}::timestamptz`, ['infinity', '-infinity', '4713-01-02 BC', '294276-12-31 UTC']],
  ['timestamptz(0)', `${moment}::timestamptz(0)`],
  ['interval', span, ['infinity', '-infinity', '178000000 years', '-1 month 2 days -3 seconds']],
  ['interval(1)', `(${span})::interval(1)`],
  ['interval day to second', `(${span})::interval day to second`],
  ['numeric', digits, ['NaN', 'Infinity', '-Infinity', '0', '0.000', '1e130000', '-1e-1000']],
  ['numeric(12,2)', `(${bits32}::numeric / 100)::numeric(12,2)`, ['NaN', '0']],
  ['int4[]', `array[${bits32}, NULL, ${bits32}]`, ['{}', '{{1,2},{3,4}}', '[0:1]={1,2}']],
  ['text[]', `array[${words}, NULL, '']`, ['{}', '{"a,b","\\"","NULL"}']],
  ['numeric[]', `array[${digits}, NULL]`],
  ['timestamptz[]', `array[${moment}::timestamptz]`],
  [
    'jsonb',
    `jsonb_build_object('k', ${words}, 'n', ${digits}, 'l', jsonb_build_array(NULL, true, ${bits32}))`,
    ['null', '[]'],
  ],
  ['json', `json_build_object('k', ${words})`, ['  [1 , 2]']],
  [
    'int4range',
    `int4range(least(a, b), greatest(a, b)) FROM (VALUES (${bits32}, ${bits32})) v(a, b)`,
    ['empty', '(,)', '[1,2]'],
  ],
  ['tstzrange', `tstzrange(${moment}::timestamptz, NULL)`, ['empty']],
  ['inet', `inet '10.0.0.0' + (random() * 65535)::int`, ['::1', '192.168.0.0/16']],
  ['cidr', `set_masklen(cidr '10.0.0.0/8', 8)`, ['::/0']],
  ['macaddr', `substr(md5(random()::text), 1, 12)::macaddr`],
  ['bit(7)', `((random() * 127)::int)::bit(7)`],
  ['bit varying', `substring(${bits64}::bit(64) for (random() * 64)::int)`, ['']],
  ['tsvector', `to_tsvector('simple', md5(random()::text) || ' word')`, ['']],
  ['point', `point(random(), random())`],
  ['box', `box(point(random(), random()), point(random(), random()))`],
  ['pg_lsn', `'0/0'::pg_lsn + (random() * 1e9)::int`],
  ['xid8', `(random() * 1e9)::int8::text::xid8`],
  ['jsonpath', `'$.a.b'::jsonpath`],
];

const differing = (type: string): string => `
  SELECT count(*)::int FROM source FULL JOIN feed() AS t(id int, v ${type}) USING (id)
  WHERE record_image_ne(ROW(source.v), ROW(t.v)) OR source.v::text IS DISTINCT FROM t.v::text`;

test.each(TYPES.map(([type, random, extremes = []]) => ({ type, random, extremes })))(
  '$type arrives equal in both formats ($random)',
  async ({ type, random, extremes }) => {
    const literals = extremes.map((value) => `'${value.replaceAll("'", "''")}'::${type}`);
    const [expression = '', from = ''] = random.split(' FROM ');
    await engine.pg.exec(`
    DROP TABLE IF EXISTS source;
    CREATE TABLE source (id int, v ${type});
    INSERT INTO source SELECT i, (SELECT ${expression} ${from === '' ? '' : `FROM ${from}`} WHERE i IS NOT NULL)
      FROM generate_series(1, ${ROWS}) AS g(i);
    INSERT INTO source VALUES (-1, NULL)${literals.map((literal, index) => `, (${-2 - index}, ${literal})`).join('')};`);
    for (format of [0, 1] as const) {
      bytes = await dataRowsOf(engine.pg, 'SELECT id, v FROM source', format);
      expect(await engine.value(`SELECT count(*)::int FROM feed() AS t(id int, v ${type})`)).toBe(
        ROWS + 1 + extremes.length,
      );
      expect(await engine.value(differing(type))).toBe(0);
    }
  },
);

test('values out of range that arrive in binary are refused by the type', async () => {
  const int64 = (value: bigint): string => Buffer.from(BigInt64Array.of(value).buffer).reverse().toString('hex');
  const cases = [
    ['timestamp', int64(-211_813_488_000_000_001n)],
    ['timestamptz', int64(9_223_371_331_200_000_000n)],
    ['time', int64(86_400_000_001n)],
    ['date', 'c0000000'],
  ] as const;
  for (const [type, hex] of cases) {
    format = 1;
    const field = Buffer.from(hex, 'hex');
    const head = Buffer.from(
      `44${(18 + field.length).toString(16).padStart(8, '0')}0002000000040000000100000000`,
      'hex',
    );
    head.writeInt32BE(field.length, head.length - 4);
    bytes = Buffer.concat([head, field]);
    expect(await engine.error(`SELECT * FROM feed() AS t(id int, v ${type})`)).toMatchObject({ code: '22008' });
  }
});
