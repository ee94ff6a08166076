import { type FieldDescription, Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { textAt } from './typed-column.ts';
import { TypedColumnCollector, type TypedColumns } from './typed-columns.ts';

const types = new TypeRegistry();
/** OIDs of int2, int4, oid, int8, float4, float8, bool, text, numeric, timestamptz, json. */
const OIDS = [21, 23, 26, 20, 700, 701, 16, 25, 1700, 1184, 114];
const TEXTS: readonly (readonly (string | null)[])[] = [
  [
    '-32768',
    '2147483647',
    '4294967295',
    '9223372036854775807',
    '0.1',
    '0.1',
    't',
    'Köln',
    '1.10',
    '2024-02-29 12:00:00.5+02',
    '[1]',
  ],
  ['1', '-2147483648', '0', '-9223372036854775808', '-1e+30', 'NaN', 'f', '', '-0.010', 'infinity', 'null'],
  OIDS.map(() => null),
  ['0', '0', '7', '-4294967296', '3', '-0', 't', 'x'.repeat(40), 'NaN', '0044-03-15 00:00:00+00 BC', '"a"'],
  ['5', '-7', '9', '-1', '1.5', '1e-07', 'f', 'y', '12345678901234567890.5', '1999-12-31 23:59:59.999999+00', '{}'],
];

function fieldsIn(format: 0 | 1): readonly FieldDescription[] {
  return OIDS.map((typeOid) => ({
    name: '',
    tableOid: 0,
    columnNumber: 0,
    typeOid,
    typeSize: -1,
    typeModifier: -1,
    format,
  }));
}

function collect(format: 0 | 1, rounds: number): TypedColumns {
  const collector = new TypedColumnCollector(types);
  collector.rowDescription(fieldsIn(format));
  const encode = (text: string | null, column: number): string | Uint8Array | null => {
    if (text === null || format === 0) return text;
    const codec = types.find(OIDS[column] ?? 0);
    const bytes = new TextEncoder().encode(text);
    return codec?.encodeBinary(codec.decodeText(bytes, 0, bytes.length)) ?? null;
  };
  for (let round = 0; round < rounds; round++) {
    const writer = new Writer();
    for (const row of TEXTS) encodeDataRow(writer, row.map(encode));
    const bytes = writer.take();
    collector.dataRows(bytes, 0, bytes.length);
  }
  collector.commandComplete(`SELECT ${rounds * TEXTS.length}`);
  return collector.finish();
}

/** What the codecs make of the same texts, row by row. */
function expected(column: number, row: number): unknown {
  const text = TEXTS[row % TEXTS.length]?.[column] ?? null;
  if (text === null) return null;
  const bytes = new TextEncoder().encode(text);
  return types.find(OIDS[column] ?? 0)?.decodeText(bytes, 0, bytes.length);
}

/** The fourth by the calendar of Date: 44 BC is its year −43. */
const IDES = BigInt(new Date(0).setUTCFullYear(-43, 2, 15) - Date.UTC(2000, 0, 1)) * 1000n;
const TIMESTAMPS = [762_516_000_500_000n, 2n ** 63n - 1n, null, IDES, -1n];

for (const format of [0, 1] as const) {
  test(`typed arrays hold what the codecs give, in ${format === 0 ? 'text' : 'binary'}`, () => {
    const rounds = 700;
    const { columns, rowCount } = collect(format, rounds);
    expect(rowCount).toBe(rounds * TEXTS.length);
    for (const [index, column] of columns.entries()) {
      for (const row of [0, 1, 2, 3, 4, 1023, 1024, 1025, 3 * TEXTS.length, rounds * TEXTS.length - 1]) {
        if (column.kind === 'timestamp') {
          const at = row % TEXTS.length;
          expect(column.nulls?.[row] === 1 ? null : column.values[row]).toBe(TIMESTAMPS[at]);
        } else if (column.kind === 'text') {
          expect(textAt(column, row)).toBe(expected(index, row));
        } else if (column.kind === 'boolean') {
          expect(column.nulls?.[row] === 1 ? null : column.values[row] === 1).toBe(expected(index, row));
        } else {
          expect(column.nulls?.[row] === 1 ? null : column.values[row]).toEqual(expected(index, row));
        }
      }
    }
    const kinds = columns.map(({ kind }) => kind);
    const common = ['int32', 'int32', 'uint32', 'int64', 'float64', 'float64', 'boolean', 'text'];
    expect(kinds).toEqual([...common, format === 0 ? 'text' : 'values', 'timestamp', 'values']);
  });
}

test('a column without NULL has no list of them; no rows give empty columns', () => {
  const collector = new TypedColumnCollector(types);
  collector.rowDescription(fieldsIn(0).slice(0, 2));
  collector.commandComplete('SELECT 0');
  expect(collector.finish().columns).toEqual([
    { kind: 'int32', values: new Int32Array(0), nulls: undefined },
    { kind: 'int32', values: new Int32Array(0), nulls: undefined },
  ]);
});

test.each([
  [23, '1x'],
  [23, ''],
  [23, '-'],
  [20, '12345678901234567890123'],
  [701, 'x'],
  [1184, '29/02/2024'],
])('a malformed value of type %d is refused: %s', (typeOid, text) => {
  const collector = new TypedColumnCollector(types);
  collector.rowDescription([{ ...fieldsIn(0)[0], typeOid } as FieldDescription]);
  const writer = new Writer();
  encodeDataRow(writer, [text]);
  const bytes = writer.take();
  expect(() => collector.dataRows(bytes, 0, bytes.length)).toThrow('malformed value of type');
});

test('a row that lies about its fields is refused', () => {
  const collector = new TypedColumnCollector(types);
  collector.rowDescription(fieldsIn(0).slice(0, 1));
  const torn = new Uint8Array([0x44, 0, 0, 0, 11, 0, 1, 0, 0, 0, 9, 65]);
  expect(() => collector.dataRows(torn, 0, torn.length)).toThrow('insufficient data in "D" message');
});

test('columns of several blocks are put together in order, NULLs in one block alone', () => {
  // More than the first blocks and one of the largest together.
  const rows = 40_000;
  const long = 'x'.repeat(100);
  const integerOf = (row: number): string | null => (row >= 30_000 && row < 30_500 ? null : `${row}`);
  const textOf = (row: number): string => (row % 1000 === 0 ? long : row % 7 === 0 ? '' : `é${row}`);
  const collector = new TypedColumnCollector(types);
  const [field] = fieldsIn(0);
  if (field === undefined) throw new Error('there is no field');
  collector.rowDescription([
    { ...field, typeOid: 23 },
    { ...field, typeOid: 25 },
    { ...field, typeOid: 20 },
  ]);
  for (let row = 0; row < rows; ) {
    const writer = new Writer();
    // Runs of any length, and one message as none of its kind before it.
    for (const end = Math.min(rows, row + 1 + (row % 777)); row < end; row++) {
      encodeDataRow(writer, [integerOf(row), textOf(row), `-${row}00000000`]);
    }
    const bytes = writer.take();
    collector.dataRows(bytes, 0, bytes.length);
  }
  collector.commandComplete(`SELECT ${rows}`);
  const [integers, texts, bigints] = collector.finish().columns;
  if (integers?.kind !== 'int32' || texts?.kind !== 'text' || bigints?.kind !== 'int64') throw new Error('other kinds');
  expect([integers.values.length, integers.nulls?.length, texts.offsets.length]).toEqual([rows, rows, rows + 1]);
  expect([texts.nulls, bigints.nulls]).toEqual([undefined, undefined]);
  for (let row = 0; row < rows; row++) {
    const read = [integers.nulls?.[row] === 1 ? null : `${integers.values[row]}`, textAt(texts, row)];
    if (read[0] !== integerOf(row) || read[1] !== textOf(row) || bigints.values[row] !== BigInt(row) * -100_000_000n) {
      throw new Error(`row ${row} is not what was sent: ${read.join()} ${bigints.values[row]}`);
    }
  }
  // Nothing is kept that no row needs.
  expect(texts.bytes.buffer.byteLength).toBe(texts.offsets[rows]);
  expect(integers.values.buffer.byteLength).toBe(rows * 4);
});

test('digits of int8 around what small integers and numbers hold', () => {
  const texts = [
    '999999999',
    '1000000000',
    '-999999999999999',
    '999999999999999',
    '1000000000000000',
    '00000000000001',
  ];
  const collector = new TypedColumnCollector(types);
  collector.rowDescription([{ ...fieldsIn(0)[0], typeOid: 20 } as FieldDescription]);
  const writer = new Writer();
  for (const text of texts) encodeDataRow(writer, [text]);
  const bytes = writer.take();
  collector.dataRows(bytes, 0, bytes.length);
  collector.commandComplete('SELECT 6');
  const [column] = collector.finish().columns;
  expect(column?.kind === 'int64' && [...column.values]).toEqual(texts.map(BigInt));
});
