import { type FieldDescription, Writer } from '@pg-dblink/protocol';
import { encodeDataRow } from '@pg-dblink/protocol/server';
import { describe, expect, test } from 'vitest';
import { TypeRegistry } from '../types/registry.ts';
import { RowReaders } from './row-readers.ts';
import { RowVisitor, type TakeRow } from './row-visitor.ts';

const field = { tableOid: 0, columnNumber: 0, typeSize: 4, typeModifier: -1, format: 0 };
const fields: readonly FieldDescription[] = [{ ...field, name: 'n', typeOid: 23 }];
const writer = new Writer();
for (const value of ['1', '2', '3']) encodeDataRow(writer, [value]);
const bytes = writer.take();

function visitor(take: TakeRow): RowVisitor {
  const made = new RowVisitor(new RowReaders(new TypeRegistry()), 'object', take);
  made.rowDescription(fields);
  return made;
}

describe('a visitor of rows', () => {
  test('gives each row once, in order, and keeps none', () => {
    const seen: unknown[] = [];
    const visiting = visitor((row) => {
      seen.push(row);
    });
    expect(visiting.dataRows(bytes, 0, bytes.length)).toBeUndefined();
    visiting.commandComplete('SELECT 3');
    expect(seen).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(visiting.finish()).toEqual({ fields, command: 'SELECT', rowCount: 3 });
  });

  test('waits for a promise before the next row', async () => {
    const events: string[] = [];
    const visiting = visitor(async (row) => {
      const { n } = row as { readonly n: number };
      events.push(`begin ${n}`);
      await new Promise((resolve) => setImmediate(resolve));
      events.push(`end ${n}`);
    });
    const waiting = visiting.dataRows(bytes, 0, bytes.length);
    expect(events).toEqual(['begin 1']);
    await waiting;
    expect(events).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2', 'begin 3', 'end 3']);
  });

  test('a row is made when the one before it has been taken', () => {
    const seen: unknown[] = [];
    const torn = bytes.slice();
    // The last row says that its value is longer than it is.
    torn[torn.length - 2] = 9;
    const visiting = visitor((row) => {
      seen.push(row);
    });
    expect(() => visiting.dataRows(torn, 0, torn.length)).toThrow('insufficient data in "D" message');
    expect(seen).toEqual([{ n: 1 }, { n: 2 }]);
  });

  test('hands on what is thrown, at once and later', async () => {
    const throwing = visitor(() => {
      throw new Error('enough');
    });
    expect(() => throwing.dataRows(bytes, 0, bytes.length)).toThrow('enough');
    const rejecting = visitor(() => Promise.reject(new Error('enough')));
    await expect(rejecting.dataRows(bytes, 0, bytes.length)).rejects.toThrow('enough');
  });
});
