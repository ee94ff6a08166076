import { type FieldDescription, Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { ColumnBuilder } from './column-builder.ts';
import { FieldFinder, type RowFinder } from './field-finder.ts';
import { loadKernels } from './kernels.ts';
import type { TypedColumn } from './typed-column.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const types = new TypeRegistry();
const kernels = await loadKernels();

/** Texts of a type as the server writes them, and others that look alike. */
const TYPES: readonly { readonly name: string; readonly oid: number; readonly texts: fc.Arbitrary<string> }[] = [
  { name: 'int4', oid: 23, texts: fc.oneof(fc.integer().map(String), fc.integer({ max: 99_999 }).map(String)) },
  { name: 'oid', oid: 26, texts: fc.nat({ max: 0xffff_ffff }).map(String) },
  {
    name: 'int8',
    oid: 20,
    texts: fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
      fc
        .tuple(fc.boolean(), fc.nat({ max: 19 }), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }))
        .map(([isNegative, digits, value]) => `${isNegative ? '-' : ''}${String(value).slice(0, digits) || '0'}`),
    ),
  },
  {
    name: 'float8',
    oid: 701,
    texts: fc.oneof(
      fc.double().map(floatText),
      fc.double({ min: -1e17, max: 1e17, noNaN: true }).map(floatText),
      fc.stringMatching(/^-?[0-9]{1,12}(\.[0-9]{1,22})?$/),
      fc.stringMatching(/^-?0\.0{0,6}[0-9]{1,19}$/),
      betweenFloats(),
    ),
  },
  { name: 'float4', oid: 700, texts: fc.float().map(floatText) },
  {
    name: 'timestamptz',
    oid: 1184,
    texts: fc
      .tuple(
        fc.date({ min: new Date(Date.UTC(1, 0)), max: new Date(Date.UTC(9999, 11, 31)), noInvalidDate: true }),
        fc.stringMatching(/^(\.[0-9]{1,6})?([+-][01][0-9](:[0-5][0-9](:[0-5][0-9])?)?)?$/),
        fc.constantFrom('', '', '', ' BC'),
      )
      .map(([date, rest, era]) => `${date.toISOString().slice(0, 19).replace('T', ' ')}${rest}${era}`),
  },
  { name: 'text', oid: 25, texts: fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 200 })) },
  { name: 'bool', oid: 16, texts: fc.constantFrom('t', 'f') },
];

/** What has no floating-point number of its own: exactly, or nearly, half way between two. */
function betweenFloats(): fc.Arbitrary<string> {
  const mantissas = fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n - 1n });
  return fc.tuple(mantissas, fc.nat({ max: 22 }), fc.integer({ min: -1, max: 1 })).map(([mantissa, scale, near]) => {
    const digits = String((mantissa | 1n) * 5n ** BigInt(Math.min(scale, 4)) + BigInt(near)).padStart(scale + 1, '0');
    return scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  });
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

function fieldOf(typeOid: number): FieldDescription {
  return { name: '', tableOid: 0, columnNumber: 0, typeOid, typeSize: -1, typeModifier: -1, format: 0 };
}

/** The columns of some rows, or why they were refused. */
function columnsBy(finder: RowFinder, oids: readonly number[], bytes: Uint8Array): readonly TypedColumn[] | string {
  const builders = oids.map((oid) => new ColumnBuilder(fieldOf(oid), types));
  let rows = 0;
  try {
    finder.begin(bytes);
    for (let at = 0; at < bytes.length; ) {
      for (const builder of builders) builder.begin(64);
      for (let left = 64; left > 0 && at < bytes.length; ) {
        at = finder.find(at, bytes.length, left);
        const { found } = finder;
        for (const [column, builder] of builders.entries()) {
          const nulls = found.nulls[column] === 1 ? 'some' : 'none';
          builder.append(found, column * found.stride, 64 - left, nulls);
        }
        left -= found.rows;
        rows += found.rows;
      }
    }
    return builders.map((builder) => builder.finish(rows));
  } catch (error) {
    return String(error);
  } finally {
    finder.finish();
  }
}

function expectEqual(oids: readonly number[], rows: readonly (readonly (string | null)[])[]): void {
  const writer = new Writer();
  for (const row of rows) encodeDataRow(writer, row);
  const bytes = writer.take();
  const finder = kernels.finderOf(oids.length, new FieldFinder(oids.length));
  if (finder === undefined) throw new Error('the kernels take few columns only');
  expect(columnsBy(finder, oids, bytes)).toStrictEqual(columnsBy(new FieldFinder(oids.length), oids, bytes));
}

test('rows of every type become the same columns as by the plain loops', () => {
  const row = fc.tuple(...TYPES.map(({ texts }) => fc.option(texts, { freq: 9 })));
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
      expectEqual(
        TYPES.map(({ oid }) => oid),
        rows,
      );
    }),
    { numRuns },
  );
});

test.each(TYPES)('$name: what is wrong is refused as by the plain loops, and nothing else is', ({ oid, texts }) => {
  const junk = fc.oneof(
    fc.stringMatching(/^[0-9 :.+/-]{0,32}$/),
    fc.string({ maxLength: 12 }),
    // One character that does not belong there.
    fc
      .tuple(texts, fc.nat({ max: 30 }), fc.constantFrom('/', ':', ' ', 'T', '.', '-', '', '0', '9', 'e', '\u00ff'))
      .map(([text, at, other]) => text.slice(0, at) + other + text.slice(at + 1)),
  );
  fc.assert(
    fc.property(texts, junk, texts, (before, wrong, after) =>
      expectEqual([oid], [[before], [wrong.toWellFormed()], [after]]),
    ),
    { numRuns },
  );
});
