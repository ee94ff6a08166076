import { Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { compileObjects, compileRows } from './compiled.ts';
import { arrayOf, interpretRows, objectsWith, type ReadRows } from './interpreted.ts';
import { lazyRows } from './lazy.ts';
import { rawRows } from './raw.ts';
import { RowReaders } from './row-readers.ts';

const types = new TypeRegistry();
const text = types.find(25)?.decodeText ?? (() => undefined);
const int4 = types.find(23)?.decodeText ?? (() => undefined);

const NAMES = ['a', '__proto__', 'constructor', 'a', '"quoted" `$' + '{x}`\n\u2028\\', 'toString', ''];

function rowBytes(...rows: readonly (readonly (string | null)[])[]): Uint8Array {
  const writer = new Writer();
  for (const row of rows) encodeDataRow(writer, row);
  return writer.take();
}

/** All rows of a run; the reader must say that it has read to its end. */
function readAll(read: ReadRows | undefined, source: Uint8Array): unknown[] {
  const rows: unknown[] = [];
  expect(read?.(source, 0, source.length, (row) => rows.push(row) > 0)).toBe(source.length);
  return rows;
}

const bytes = rowBytes(['1', 'p', 'c', '4', 'q', 't', 'e'], [null, null, '', 'é', '😀', null, 'x'.repeat(1000)]);

describe('compiled and interpreted rows', () => {
  for (const shape of ['object', 'array'] as const) {
    test(`are equal: ${shape}`, () => {
      const names = shape === 'object' ? NAMES : undefined;
      const decoders = NAMES.map(() => text);
      const compiled = readAll(compileRows(names, decoders), bytes);
      const interpreted = readAll(interpretRows(decoders, names === undefined ? arrayOf : objectsWith(names)), bytes);
      expect(compiled.length).toBe(2);
      expect(compiled).toStrictEqual(interpreted);
      expect(compiled.map((row) => Object.keys(row as object))).toEqual(
        interpreted.map((row) => Object.keys(row as object)),
      );
    });
  }

  for (const [name, read] of [
    [
      'compiled',
      compileRows(
        NAMES,
        NAMES.map(() => text),
      ),
    ],
    [
      'interpreted',
      interpretRows(
        NAMES.map(() => text),
        objectsWith(NAMES),
      ),
    ],
    [
      'interpreted, objects by a literal',
      interpretRows(
        NAMES.map(() => text),
        compileObjects(NAMES) ?? arrayOf,
      ),
    ],
  ] as const) {
    test(`${name}: column names are keys and nothing else`, () => {
      const [row] = readAll(read, bytes) as Record<string, unknown>[];
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
      expect(Object.getOwnPropertyDescriptor(row, '__proto__')?.value).toBe('p');
      expect(row?.['a']).toBe('4');
      expect(({} as Record<string, unknown>)['p']).toBeUndefined();
    });

    test(`${name}: a row that lies about its fields is refused`, () => {
      const torn: Readonly<Record<string, Uint8Array>> = {
        'a length beyond the row': new Uint8Array([0x44, 0, 0, 0, 11, 0, 1, 0, 0, 0, 9, 65]),
        'a length of -2': new Uint8Array([0x44, 0, 0, 0, 10, 0, 1, 255, 255, 255, 254]),
        'a byte too many': new Uint8Array([0x44, 0, 0, 0, 11, 0, 1, 255, 255, 255, 255, 0]),
        'no field': new Uint8Array([0x44, 0, 0, 0, 6, 0, 1]),
      };
      const one = name === 'compiled' ? compileRows(['a'], [text]) : interpretRows([text], objectsWith(['a']));
      for (const row of Object.values(torn)) {
        expect(() => one?.(row, 0, row.length, () => true)).toThrow('insufficient data in "D" message');
      }
    });
  }

  test('more columns than a function may have are read by the loop', () => {
    const many = Array.from({ length: 17 }, (_, index) => `c${index}`);
    expect(
      compileRows(
        many,
        many.map(() => text),
      ),
    ).toBeUndefined();
  });
});

test('integers are read by the loop as their decoder reads them', () => {
  const texts = ['0', '-1', '7', '-2147483648', '2147483647', '999999999', '-99999999', null, '00012'];
  const loop = interpretRows(
    texts.map(() => int4),
    arrayOf,
  );
  const source = rowBytes(texts);
  expect(readAll(loop, source)).toEqual([[0, -1, 7, -2147483648, 2147483647, 999999999, -99999999, null, 12]]);
  for (const text of ['', '-', '1x', 'x', '--1', '1-', ' 1', '1.5']) {
    const wrong = rowBytes([text, ...texts.slice(1)]);
    expect(() => loop(wrong, 0, wrong.length, () => true)).toThrow('malformed value of type int4');
  }
});

describe('a reader that is told to stop', () => {
  const decoders = NAMES.map(() => text);
  // Long enough for a view of the memory, and with a row in front that is none of the run's.
  const source = rowBytes(...Array.from({ length: 200 }, (_, row) => NAMES.map((_, column) => `${row}.${column}`)));
  const first = source.indexOf(0x44, 1);
  const readers: Readonly<Record<string, ReadRows | undefined>> = {
    compiled: compileRows(undefined, decoders),
    interpreted: interpretRows(decoders, arrayOf),
    raw: rawRows(NAMES.length),
    lazy: lazyRows(
      NAMES.map((_, column) => `c${column}`),
      decoders,
    ),
  };
  for (const [name, read] of Object.entries(readers)) {
    test(`says where it goes on: ${name}`, () => {
      const whole: unknown[] = [];
      read?.(source, first, source.length, (row) => whole.push(row) > 0);
      expect(whole.length).toBe(199);
      const parts: unknown[] = [];
      let at = first;
      while (at < source.length) at = read?.(source, at, source.length, (row) => parts.push(row) % 3 !== 0) ?? 0;
      expect(at).toBe(source.length);
      expect(JSON.stringify(parts)).toBe(JSON.stringify(whole));
    });
  }
});

test('raw rows are bytes of their own, null for NULL', () => {
  const source = rowBytes(['ab', null, '']);
  const rows = readAll(rawRows(3), source);
  source.fill(0);
  expect(rows).toEqual([[new Uint8Array([97, 98]), null, new Uint8Array(0)]]);
});

test('readers change from interpreted to compiled while rows arrive, unnoticed', () => {
  const field = { tableOid: 0, columnNumber: 0, typeSize: 4, typeModifier: -1, format: 0 };
  const fields = [
    { ...field, name: 'n', typeOid: 23 },
    { ...field, name: 's', typeOid: 25 },
  ];
  const readers = new RowReaders(types);
  const rows: unknown[] = [];
  for (let index = 0; index < 5000; index++) {
    const row = rowBytes([String(index), `row ${index}`]);
    rows.push(...readAll(readers.readerOf(fields, 'object'), row));
  }
  expect(rows[0]).toEqual({ n: 0, s: 'row 0' });
  expect(rows[4999]).toEqual({ n: 4999, s: 'row 4999' });
  expect(int4(new Uint8Array([53]), 0, 1)).toBe(5);
});
