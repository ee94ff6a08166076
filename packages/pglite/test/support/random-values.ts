import fc from 'fast-check';

/** Values of one remote type, as texts that a SQL expression turns into it. */
export interface RandomValues {
  readonly remoteType: string;
  /** Of the text `t`; by itself a cast. */
  readonly expression?: string;
  readonly texts: fc.Arbitrary<string>;
  /** The function that gives all bits of a value. */
  readonly send: string;
  /** What the caller declares the column as, and whether it comes in binary then. */
  readonly declared: readonly (readonly [type: string, format: 'binary' | 'text'])[];
}

const corner = (...texts: readonly string[]): fc.Arbitrary<string> => fc.constantFrom(...texts);

function integer(bits: number): fc.Arbitrary<string> {
  const limit = 1n << BigInt(bits - 1);
  const any = fc.bigInt({ min: -limit, max: limit - 1n }).map(String);
  return fc.oneof(
    { arbitrary: corner(`${-limit}`, `${limit - 1n}`, '0', '-1'), weight: 1 },
    { arbitrary: any, weight: 9 },
  );
}

const text: fc.Arbitrary<string> = fc.oneof(
  corner('', ' ', 'NULL', '\\', '\\N', "''", '"', '\n\r\t', 'é€𝄞', '\u0301', '\u0001\u007f', 'x'.repeat(3000)),
  fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !/[\0\ud800-\udfff]/u.test(value)),
);

const digits = (length: number): fc.Arbitrary<string> =>
  fc.array(fc.nat(9), { minLength: 1, maxLength: length, size: 'max' }).map((list) => list.join(''));

const numeric: fc.Arbitrary<string> = fc.oneof(
  corner(
    'NaN',
    'Infinity',
    '-Infinity',
    '0',
    '0.000',
    '-0.0',
    `1${'0'.repeat(1000)}`,
    `0.${'0'.repeat(1000)}1`,
    '9999',
    '10000',
  ),
  fc.tuple(corner('', '-'), digits(60), digits(60)).map(([sign, whole, part]) => `${sign}${whole}.${part}`),
  fc
    .tuple(corner('', '-'), digits(9), fc.integer({ min: -300, max: 300 }))
    .map(([sign, part, power]) => `${sign}${part}e${power}`),
);

/** Every pattern of so many bits that is a number, in the shortest text that gives it back. */
function floating(bytes: 4 | 8): fc.Arbitrary<string> {
  const bits = fc.uint8Array({ minLength: bytes, maxLength: bytes }).map((pattern) => {
    const view = new DataView(pattern.buffer, pattern.byteOffset, bytes);
    return String(bytes === 8 ? view.getFloat64(0) : view.getFloat32(0));
  });
  const corners = bytes === 8 ? ['5e-324', '1.7976931348623157e308', '0.1'] : ['1e-45', '3.4028235e38', '0.1'];
  return fc.oneof(
    { arbitrary: corner('NaN', 'Infinity', '-Infinity', '0', '-0', ...corners), weight: 1 },
    { arbitrary: bits, weight: 9 },
  );
}

const dayMicroseconds = fc.bigInt({ min: 0n, max: 86_399_999_999n }).map(String);
const whole = (min: number, max: number): fc.Arbitrary<string> => fc.integer({ min, max }).map(String);
const instant: fc.Arbitrary<string> = fc
  .tuple(whole(-2_451_500, 106_751_900), dayMicroseconds)
  .map((both) => both.join(' '));
const instantOf = (type: string): string =>
  `case t when 'later' then 'infinity' when 'earlier' then '-infinity' when 'first' then '4714-11-24 BC'
    when 'last' then '294276-12-31 23:59:59.999999' else ${type} '2000-01-01'
    + make_interval(days => split_part(t, ' ', 1)::int, secs => split_part(t, ' ', 2)::float8 / 1000000) end`;
const instants: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: corner('later', 'earlier', 'first', 'last'), weight: 1 },
  { arbitrary: instant, weight: 9 },
);

/** Every type that may come in binary format. */
export const randomValues: readonly RandomValues[] = [
  { remoteType: 'boolean', texts: corner('t', 'f'), send: 'boolsend', declared: [['boolean', 'binary']] },
  { remoteType: 'int2', texts: integer(16), send: 'int2send', declared: [['int2', 'binary']] },
  { remoteType: 'int4', texts: integer(32), send: 'int4send', declared: [['int4', 'binary']] },
  { remoteType: 'int8', texts: integer(64), send: 'int8send', declared: [['int8', 'binary']] },
  {
    remoteType: 'oid',
    texts: fc.oneof(corner('0', '4294967295'), fc.bigInt({ min: 0n, max: 4_294_967_295n }).map(String)),
    send: 'oidsend',
    declared: [['oid', 'binary']],
  },
  { remoteType: 'float4', texts: floating(4), send: 'float4send', declared: [['float4', 'binary']] },
  { remoteType: 'float8', texts: floating(8), send: 'float8send', declared: [['float8', 'binary']] },
  {
    remoteType: 'numeric',
    texts: numeric,
    send: 'numeric_send',
    declared: [['numeric', 'binary']],
  },
  {
    remoteType: 'numeric',
    texts: fc.oneof(
      corner('NaN', '-0.0005', '99999999.9994'),
      fc.tuple(whole(-99_999_999, 99_999_999), digits(9)).map((parts) => parts.join('.')),
    ),
    send: 'numeric_send',
    declared: [
      ['numeric(12,3)', 'binary'],
      ['numeric(12,-2)', 'binary'],
    ],
  },
  { remoteType: 'text', texts: text, send: 'textsend', declared: [['text', 'binary']] },
  {
    remoteType: 'varchar',
    texts: text.map((value) => [...value].slice(0, 9).join('')),
    send: 'varcharsend',
    declared: [
      ['varchar', 'binary'],
      ['varchar(9)', 'binary'],
    ],
  },
  {
    remoteType: 'bytea',
    texts: fc.uint8Array({ maxLength: 40 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`),
    send: 'byteasend',
    declared: [['bytea', 'binary']],
  },
  { remoteType: 'uuid', texts: fc.uuid(), send: 'uuid_send', declared: [['uuid', 'binary']] },
  {
    remoteType: 'date',
    texts: fc.oneof(
      { arbitrary: corner('later', 'earlier', '-2451545', '2145031548'), weight: 1 },
      { arbitrary: whole(-2_451_545, 2_145_031_548), weight: 9 },
    ),
    expression:
      "case t when 'later' then 'infinity' when 'earlier' then '-infinity' else date '2000-01-01' + t::int end",
    send: 'date_send',
    declared: [['date', 'binary']],
  },
  {
    remoteType: 'time',
    texts: fc.oneof(corner('0', '86400000000'), dayMicroseconds),
    expression:
      "case t when '86400000000' then '24:00' else time '00:00' + make_interval(secs => t::float8 / 1000000) end",
    send: 'time_send',
    declared: [
      ['time', 'binary'],
      ['time(2)', 'text'],
    ],
  },
  {
    remoteType: 'timestamp',
    texts: instants,
    expression: instantOf('timestamp'),
    send: 'timestamp_send',
    declared: [
      ['timestamp', 'binary'],
      ['timestamp(3)', 'text'],
    ],
  },
  {
    remoteType: 'timestamptz',
    texts: instants,
    expression: instantOf('timestamptz')
      .replace("'4714-11-24 BC'", "'4714-11-24 00:00Z BC'")
      .replace("59.999999'", "59.999999Z'"),
    send: 'timestamptz_send',
    declared: [
      ['timestamptz', 'binary'],
      ['timestamptz(0)', 'text'],
    ],
  },
  {
    remoteType: 'interval',
    texts: fc.oneof(
      {
        arbitrary: corner('infinity', '-infinity', '0', '178956970 years 7 mons', '-178956970 years -8 mons'),
        weight: 1,
      },
      {
        arbitrary: fc
          .tuple(whole(-2_147_483_648, 2_147_483_647), whole(-2_147_483_648, 2_147_483_647), integer(63))
          .map(([months, days, us]) => `${months} mons ${days} days ${us} microseconds`),
        weight: 9,
      },
    ),
    send: 'interval_send',
    declared: [
      ['interval', 'binary'],
      ['interval(2)', 'text'],
    ],
  },
];
