import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { COMPACT_ATTRIBUTE, TUPLE_DESC } from '../src/abi-pg18.ts';
import type { Call, Engine, Format, TupleDescriptor } from '../src/index.ts';
import { currentContext } from '../src/memory.ts';
import { writeColumn } from '../src/rows/columns.ts';
import { COLUMN, LONGEST_LAID_OUT, STATE } from '../src/rows/layout.ts';
import { makeTupleRoom } from '../src/rows/tuple-room.ts';
import { RowStore } from '../src/tuplestore.ts';
import { dataRow, type FieldValue, joined } from './data-rows.ts';
import { openEngine, type TestEngine } from './fixture.ts';

// Rows that the loop lays out by itself must be, byte for byte, what tuplestore_putvalues makes of the same fields.

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const ROWS_A_RUN = 5;

// Tuplestorestate (tuplestore.c): where it keeps its tuples while they fit into memory, and how many they are.
const MEMTUPLES = 72;
const MEMTUPCOUNT = 80;
const CSTRING = -2;

let engine: TestEngine;
let sent: readonly (readonly FieldValue[])[] = [];
let formats: readonly Format[] = [];
let seen: { readonly isLaidOut: boolean; readonly here: string[]; readonly byEngine: string[] };

/** The tuples that a store of its own keeps of the rows. */
function tuplesOf(
  { functions, heap, ...rest }: Engine,
  descriptor: TupleDescriptor,
  how: 'here' | 'by engine',
): string[] {
  const host = { functions, heap, ...rest };
  const store = functions.tuplestore_begin_heap(0, 0, 64 * 1024);
  // A C string among the columns is none of the types that the loop takes on.
  const length = descriptor.address + TUPLE_DESC.compactAttributes + COMPACT_ATTRIBUTE.length;
  const was = heap.int16(length);
  if (how === 'by engine') heap.setInt16(length, CSTRING);
  const rows = new RowStore(host, currentContext(host), store, descriptor, formats);
  heap.setInt16(length, was);
  rows.put(joined(sent.map(dataRow)));
  rows.finish();
  expect(heap.int32(store + MEMTUPCOUNT)).toBe(sent.length);
  const tuples = sent.map((_, index) => {
    const tuple = heap.int32(heap.int32(store + MEMTUPLES) + index * 4);
    return Buffer.from(heap.copy(tuple, heap.int32(tuple))).toString('hex');
  });
  functions.tuplestore_end(store);
  return tuples;
}

function isLaidOut(host: Engine, descriptor: TupleDescriptor): boolean {
  const { attributes } = descriptor;
  const state = host.functions.palloc0(STATE.byteLength + attributes.length * COLUMN.byteLength);
  const columns = state + STATE.byteLength;
  for (const [index, attribute] of attributes.entries()) {
    const at = columns + index * COLUMN.byteLength;
    writeColumn(host, at, attribute, formats[index] ?? 0, currentContext(host));
  }
  makeTupleRoom(host, state, columns, descriptor, currentContext(host));
  return host.heap.int32(state + STATE.tuple) !== 0;
}

function look(call: Call): void {
  call.prepareSet();
  const descriptor = call.resultDescriptor();
  seen = {
    isLaidOut: isLaidOut(call.engine, descriptor),
    here: tuplesOf(call.engine, descriptor, 'here'),
    byEngine: tuplesOf(call.engine, descriptor, 'by engine'),
  };
}

beforeAll(async () => {
  engine = await openEngine({ look: { sql: 'look() RETURNS SETOF record', body: look } });
  await engine.pg.exec(`CREATE DOMAIN small AS int2; CREATE DOMAIN never_null AS int8 CHECK (VALUE > 0);
    CREATE TABLE plain (a text, b bytea, c int); ALTER TABLE plain ALTER a SET STORAGE PLAIN, ALTER b SET STORAGE PLAIN;
    CREATE FUNCTION look_plain() RETURNS SETOF plain AS '$libdir/hosted', 'look' LANGUAGE C`);
});

afterAll(() => engine.pg.close());

const binary = (byteLength: number, write: (view: DataView) => void): Uint8Array => {
  const bytes = new Uint8Array(byteLength);
  write(new DataView(bytes.buffer));
  return bytes;
};
const text = (values: fc.Arbitrary<unknown>): fc.Arbitrary<FieldValue> => values.map(String);
const int = fc.integer({ min: -32_768, max: 32_767 });
const wide = fc.bigInt({ min: -(2n ** 50n), max: 2n ** 50n });
/** Around the lengths where a varlena's header grows, and where the copy is another one. */
const anyText = fc
  .tuple(fc.oneof(fc.nat(20), fc.integer({ min: 120, max: 135 }), fc.integer({ min: 250, max: 300 })), fc.nat(25))
  .map(([length, letter]) => String.fromCharCode(97 + letter).repeat(length));
const anyBytes = anyText.map((value): FieldValue => new TextEncoder().encode(value));

/** Type, format, fields. */
const KINDS: readonly (readonly [string, Format, fc.Arbitrary<FieldValue>])[] = [
  ['int2', 0, text(int)],
  ['int4', 0, text(fc.integer())],
  ['int8', 0, text(wide)],
  ['bool', 0, fc.constantFrom('t', 'f', 'true')],
  ['float8', 0, text(fc.double({ noNaN: true, min: -1e9, max: 1e9 }))],
  ['float4', 0, text(int)],
  ['date', 0, fc.constantFrom('2020-02-29', '1999-12-31', 'infinity')],
  ['timestamp', 0, fc.constantFrom('2020-02-29 12:00:00', '1999-12-31', '-infinity')],
  ['timestamptz', 0, fc.constantFrom('2020-02-29 12:00:00.25+02', 'epoch')],
  ['time', 0, fc.constantFrom('12:34:56', '24:00:00')],
  ['interval', 0, fc.constantFrom('1 day', '-3 mons')],
  ['uuid', 0, fc.uuid()],
  ['text', 0, anyText],
  ['varchar(6)', 0, fc.constantFrom('', 'sixsix', 'äöüßäö', 'abc        ')],
  ['bpchar', 0, anyText],
  ['"char"', 0, fc.constantFrom('x', '')],
  ['name', 0, fc.constantFrom('', 'a name')],
  ['macaddr', 0, fc.constant('08:00:2b:01:02:03')],
  ['macaddr8', 0, fc.constant('08:00:2b:01:02:03:04:05')],
  ['tid', 0, fc.constant('(7,9)')],
  ['point', 0, fc.constant('(1,2.5)')],
  ['money', 0, text(int)],
  ['small', 0, text(int)],
  ['never_null', 0, fc.constant('5')],
  ['int2', 1, int.map((value) => binary(2, (view) => view.setInt16(0, value)))],
  ['int4', 1, fc.integer().map((value) => binary(4, (view) => view.setInt32(0, value)))],
  ['oid', 1, fc.nat().map((value) => binary(4, (view) => view.setUint32(0, value)))],
  ['int8', 1, wide.map((value) => binary(8, (view) => view.setBigInt64(0, value)))],
  ['bool', 1, fc.boolean().map((value) => binary(1, (view) => view.setUint8(0, value ? 1 : 0)))],
  ['float4', 1, fc.float().map((value) => binary(4, (view) => view.setFloat32(0, value)))],
  ['float8', 1, fc.double().map((value) => binary(8, (view) => view.setFloat64(0, value)))],
  ['date', 1, fc.constantFrom(0, 7000, 2147483647).map((value) => binary(4, (view) => view.setInt32(0, value)))],
  ['timestamp', 1, fc.constantFrom(0n, 2n ** 63n - 1n).map((value) => binary(8, (view) => view.setBigInt64(0, value)))],
  ['timestamp(0)', 1, wide.map((value) => binary(8, (view) => view.setBigInt64(0, value)))],
  ['time', 1, fc.constantFrom(0n, 86_400_000_000n).map((value) => binary(8, (view) => view.setBigInt64(0, value)))],
  ['interval', 1, int.map((value) => binary(16, (view) => view.setInt32(12, value)))],
  ['uuid', 1, fc.uint8Array({ minLength: 16, maxLength: 16 })],
  ['bytea', 1, anyBytes],
  ['text', 1, anyBytes],
];

const result = fc
  .array(fc.constantFrom(...KINDS), { minLength: 1, maxLength: 20 })
  .chain((columns) =>
    fc
      .array(
        fc.tuple(...columns.map(([type, , field]) => (type === 'never_null' ? field : fc.option(field, { freq: 4 })))),
        { minLength: 1, maxLength: ROWS_A_RUN },
      )
      .map((rows) => ({ columns, rows })),
  );

test('a row laid out by the loop is the row that the engine forms', async () => {
  let withNulls = 0;
  await fc.assert(
    fc.asyncProperty(result, async ({ columns, rows }) => {
      sent = rows;
      formats = columns.map(([, format]) => format);
      await engine.pg.query(`SELECT FROM look() AS t(${columns.map(([type], at) => `c${at} ${type}`).join(', ')})`);
      if (rows.some((row) => row.includes(null)) && columns.length > 8) withNulls += 1;
      expect(seen).toEqual({ isLaidOut: true, here: seen.byEngine, byEngine: seen.byEngine });
    }),
    { numRuns: Math.ceil(RUNS / ROWS_A_RUN) },
  );
  expect(withNulls).toBeGreaterThan(RUNS / ROWS_A_RUN / 10);
}, 300_000);

test('storage that is plain keeps the long header', async () => {
  formats = [0, 1, 0];
  sent = ['', 'a', 'ab', 'abcd', 'x'.repeat(126)].map((value) => [value, new TextEncoder().encode(value), '1']);
  await engine.pg.query('SELECT FROM look_plain()');
  expect(seen).toEqual({ isLaidOut: true, here: seen.byEngine, byEngine: seen.byEngine });
  expect(seen.here[1]).toContain('1400000061');
});

test('rows up to the longest that is laid out, and longer ones', async () => {
  formats = [0, 0];
  sent = [-20, -1, 0, 1, 20].map((more) => ['1', 'x'.repeat(LONGEST_LAID_OUT - 15 + more)]);
  await engine.pg.query('SELECT FROM look() AS t(a bool, b text)');
  expect(seen).toEqual({ isLaidOut: true, here: seen.byEngine, byEngine: seen.byEngine });
});

test('1,600 columns, and every one of them NULL', async () => {
  formats = [];
  sent = [Array.from({ length: 1600 }, () => null), Array.from({ length: 1600 }, (_, at) => String(at))];
  await engine.pg.query(`SELECT FROM look() AS t(${sent[0]?.map((_, at) => `c${at} int2`).join(', ')})`);
  expect(seen).toEqual({ isLaidOut: true, here: seen.byEngine, byEngine: seen.byEngine });
});

test.each(['numeric', 'int[]', 'jsonb', 'cidr'])(
  'what a function returns of any length is left to the engine: %s',
  async (type) => {
    formats = [];
    sent = [[null]];
    await engine.pg.query(`SELECT FROM look() AS t(a ${type})`);
    expect(seen).toEqual({ isLaidOut: false, here: seen.byEngine, byEngine: seen.byEngine });
  },
);
