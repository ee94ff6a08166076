import fc from 'fast-check';

/** A column type, and values of it in its text form. */
export interface ColumnType {
  readonly name: string;
  readonly values: fc.Arbitrary<string>;
  /** It has an equality operator and an index class, so it may be part of a key. */
  readonly isKey: boolean;
}

const text: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    "o'brien",
    'back\\slash',
    'a"b',
    'NULL',
    ' spaces ',
    'line\nbreak',
    'tab\there',
    'ü€𝄞',
    '\u0301x',
  ),
  // What separates steps and outcomes in a case file is not asked of a value.
  fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !/[\0\r⏎⇒]| ;; /u.test(value)),
);
const integers = (bits: number): fc.Arbitrary<string> => {
  const limit = 1n << BigInt(bits - 1);
  return fc.oneof(
    fc.constantFrom(`${-limit}`, `${limit - 1n}`, '0', '-1'),
    fc.bigInt({ min: -limit, max: limit - 1n }).map(String),
  );
};
const decimals: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '0.000', `1${'0'.repeat(40)}`, `0.${'0'.repeat(30)}7`, '-99.995'),
  fc
    .tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(20))
    .map(([digits, scale]) => `${digits}e-${scale}`),
);
const floats: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '-Infinity', '-0', '5e-324', '1.7976931348623157e308', '0.1'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const singles: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('NaN', 'Infinity', '1e-45', '3.4028235e38', '0.1'),
  fc.float({ noNaN: true, noDefaultInfinity: true }).map(String),
);
const bytes: fc.Arbitrary<string> = fc
  .uint8Array({ maxLength: 9 })
  .map((value) => `\\x${Buffer.from(value).toString('hex')}`);
const moment = (low: string, high: string): fc.Arbitrary<string> =>
  fc
    .date({ min: new Date(low), max: new Date(high), noInvalidDate: true })
    .map((value) => value.toISOString().replace('T', ' '));
const moments: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '4713-01-01 00:00:00 BC', '294276-12-31 23:59:59.999999', '2024-02-29'),
  moment('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z').map((value) => value.replace('Z', '')),
);
const days: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('infinity', '-infinity', '4713-01-01 BC', '5874897-12-31', '2024-02-29'),
  moment('0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z').map((value) => value.slice(0, 10)),
);
const times: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('00:00', '24:00:00', '23:59:59.999999'),
  fc.nat(86_399_999).map((ms) => new Date(ms).toISOString().slice(11, 23)),
);
const intervals: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('0', '178000000 years', '-178000000 years', '-1 mon +1 day -00:00:00.000001', 'infinity', '1 week'),
  fc
    .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: -99, max: 99 }), fc.integer())
    .map(([months, day, us]) => `${months} mons ${day} days ${us} microseconds`),
);
const documents: fc.Arbitrary<string> = fc
  .jsonValue({ maxDepth: 2 })
  .map((value) =>
    // jsonb has no zero character.
    JSON.stringify(value).replaceAll('\\u0000', ''),
  )
  .filter((value) => !/[⏎⇒\r]| ;; /u.test(value));

/** A one-dimensional array literal; what `text` leaves unquoted is quoted. */
const arrays = (elements: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .array(fc.option(elements, { freq: 4 }), { maxLength: 4 })
    .map(
      (list) =>
        `{${list.map((item) => (item === null ? 'NULL' : JSON.stringify(item).replaceAll('\\n', '\n').replaceAll('\\t', '\t'))).join(',')}}`,
    );

const type = (name: string, values: fc.Arbitrary<string>, isKey = true): ColumnType => ({ name, values, isKey });
const words = fc.constantFrom('a', 'b c', 'ü', 'NULL', '', 'x"y');

/** The types of random tables: what both engines know, whatever locale and libraries they were built with. */
export const columnTypes: readonly ColumnType[] = [
  type('int', integers(32)),
  type('text', text),
  type('smallint', integers(16)),
  type('bigint', integers(64)),
  type('bool', fc.constantFrom('t', 'f')),
  type('float8', floats),
  type('real', singles),
  type('numeric', decimals),
  type('numeric(12,3)', fc.constantFrom('0', '-1.0005', '999999999.999', 'NaN', '123.4')),
  type('varchar', text),
  type('varchar(5)', fc.constantFrom('', 'ü', 'abcde', 'a  ', '€uro')),
  type('char(4)', fc.constantFrom('', 'ü', 'abcd', 'a ')),
  type('name', words),
  type('"char"', fc.constantFrom('a', '', '\\377')),
  type('bytea', bytes),
  type('uuid', fc.uuid()),
  type('date', days),
  type('time', times),
  type('time(0)', times),
  type(
    'timetz',
    times.map((value) => `${value}+05:30`),
  ),
  type('timestamp', moments),
  type('timestamptz', moments),
  type('timestamptz(2)', moment('1900-01-01T00:00:00Z', '2100-01-01T00:00:00Z')),
  type('interval', intervals),
  type('interval day to second(3)', fc.constantFrom('1 day 02:03:04.5678', '-0.001 seconds', '0')),
  type('json', documents, false),
  type('jsonb', documents),
  type('int[]', arrays(integers(32))),
  type('text[]', arrays(words)),
  type('timestamptz[]', arrays(moment('1900-01-01T00:00:00Z', '2100-01-01T00:00:00Z'))),
  type('oid', fc.nat().map(String)),
  type('inet', fc.constantFrom('10.0.0.1', '::1/64', '192.168.0.0/16')),
  type('bit(3)', fc.constantFrom('101', '000')),
  type('varbit', fc.constantFrom('', '1', '10101010101')),
  type('int4range', fc.constantFrom('empty', '[1,5)', '(,7]', '[1,1]', '(,)')),
  type('tsvector', fc.constantFrom('', "'a':1 'b':2A", "'ü'"), false),
  type('point', fc.constantFrom('(1,2)', '(-0.5,1e300)'), false),
  type('pg_lsn', fc.constantFrom('0/0', 'FFFFFFFF/FFFFFFFF')),
  type('colour', fc.constantFrom('red', 'green', 'blue')),
  type('percent', fc.constantFrom('0', '99.999', '12.345')),
  type('point3', fc.constantFrom('(1,2,"a b")', '(,,)', '(1,,"ü""")'), false),
];
