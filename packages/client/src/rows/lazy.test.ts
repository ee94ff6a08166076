import { Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import { expect, test } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { type LazyRow, lazyRows } from './lazy.ts';

const types = new TypeRegistry();
const text = types.find(25)?.decodeText ?? ((): unknown => undefined);
const int4 = types.find(23)?.decodeText ?? ((): unknown => undefined);

function read(names: readonly string[], ...rows: readonly (readonly (string | null)[])[]): LazyRow[] {
  const writer = new Writer();
  for (const row of rows) encodeDataRow(writer, row);
  const bytes = writer.take();
  const into: unknown[] = [];
  lazyRows(
    names,
    names.map((name) => (name === 'n' ? int4 : text)),
  )(bytes, 0, bytes.length, (row) => into.push(row) > 0);
  // The chunk's memory is the socket's.
  bytes.fill(0xff);
  return into as LazyRow[];
}

test('values are there when they are asked for, whatever has become of the chunk', () => {
  const rows = read(['n', 's', 'empty'], ['1', 'one', ''], [null, 'zwölf', null]);
  expect(rows.map((row) => [row['s'], row['n'], row['empty'], row['other']])).toEqual([
    ['one', 1, '', undefined],
    ['zwölf', null, null, undefined],
  ]);
  expect(JSON.stringify(rows)).toBe('[{"n":1,"s":"one","empty":""},{"n":null,"s":"zwölf","empty":null}]');
});

test('column names are names and nothing else; of equal ones the last counts', () => {
  const names = ['constructor', '__proto__', 'a', 'a', 'toString', 'read'];
  const [row] = read(names, ['c', 'p', '1', '2', 't', 'r']);
  expect(names.map((name) => row?.[name])).toEqual(['c', 'p', '2', '2', 't', 'r']);
  expect(JSON.stringify(row)).toBe('{"constructor":"c","__proto__":"p","a":"2","toString":"t","read":"r"}');
  expect(({} as Record<string, unknown>)['p']).toBeUndefined();
});

test('a row that lies about its fields is refused when it arrives', () => {
  const torn = new Uint8Array([0x44, 0, 0, 0, 11, 0, 1, 0, 0, 0, 9, 65]);
  expect(() => lazyRows(['a'], [text])(torn, 0, torn.length, () => true)).toThrow('insufficient data in "D" message');
  const long = new Uint8Array([0x44, 0, 0, 0, 11, 0, 1, 255, 255, 255, 255, 0]);
  expect(() => lazyRows(['a'], [text])(long, 0, long.length, () => true)).toThrow('insufficient data in "D" message');
});
