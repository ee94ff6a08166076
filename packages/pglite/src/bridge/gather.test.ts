import type { RowSetHeader } from '@pg-dblink/session';
import { expect, it } from 'vitest';
import { FRAME, type RowSetFrame } from './frames.ts';
import { gatherInto } from './gather.ts';
import { Outbox } from './outbox.ts';
import { PayloadDecoder } from './payloads.ts';
import { createRing, RingReader, RingWriter } from './ring.ts';

function scene() {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, () => writer.wake());
  const outbox = new Outbox(writer, 1, { signal: () => undefined, later: (callback) => callback() });
  return { outbox, reader, abort: new AbortController() };
}

function header(dateStyle: string): RowSetHeader {
  const fields = [{ name: 'a', typeOid: 25, typeModifier: -1, format: 0 }];
  return { fields, body: new Uint8Array(0), dateStyle, intervalStyle: 'postgres', timeZone: 'UTC' };
}

/** A DataRow with one value of so many bytes, all of them `fill`. */
function dataRow(byteLength: number, fill: number): Uint8Array {
  const row = new Uint8Array(11 + byteLength).fill(fill);
  const view = new DataView(row.buffer);
  row[0] = 0x44;
  view.setInt32(1, 10 + byteLength);
  view.setInt16(5, 1);
  view.setInt32(7, byteLength);
  return row;
}

/** The values of DataRow messages, each as its bytes' count and first byte. */
function valuesOf(bytes: Uint8Array): [number, number][][] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rows: [number, number][][] = [];
  for (let at = 0; at < bytes.length; at += 1 + view.getInt32(at + 1)) {
    let field = at + 7;
    rows.push(
      Array.from({ length: view.getInt16(at + 5) }, () => {
        const byteLength = view.getInt32(field);
        field += 4 + byteLength;
        return [byteLength, bytes[field - byteLength] ?? 0];
      }),
    );
  }
  return rows;
}

it('puts the name in front of each row, and tells of another date style before the rows that have it', () => {
  const { abort, outbox, reader } = scene();
  const consumerOf = gatherInto(outbox, abort.signal);
  const [north, south] = [consumerOf('N'), consumerOf('Süd')];
  north.rowSet(header('ISO, MDY'));
  south.rowSet(header('SQL, DMY'));
  const two = new Uint8Array([...dataRow(3, 7), ...dataRow(0, 0)]);
  void north.rows(two, 0, two.length, 2);
  void north.rows(dataRow(1, 8), 0, 12, 1);
  void south.rows(dataRow(2, 9), 0, 13, 1);
  const seen: unknown[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    const bytes = reader.bytes.slice(frame.start, frame.end);
    seen.push(
      frame.kind === FRAME.rows
        ? valuesOf(bytes)
        : new PayloadDecoder().decode<RowSetFrame>(frame.kind, bytes, 0, bytes.length).dateStyle,
    );
  }
  const n = [1, 'N'.charCodeAt(0)];
  const s = [4, 'S'.charCodeAt(0)];
  expect(seen).toEqual([
    'ISO, MDY',
    [
      [n, [3, 7]],
      [n, [0, expect.any(Number)]],
    ],
    [[n, [1, 8]]],
    'SQL, DMY',
    [[s, [2, 9]]],
  ]);
});

it('holds every source back while the ring is full, and lets all of them go on', async () => {
  const { abort, outbox, reader } = scene();
  const consumerOf = gatherInto(outbox, abort.signal);
  const row = dataRow(200_000, 1);
  const waiting = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].map(async (name) => {
    const consumer = consumerOf(name);
    consumer.rowSet(header('ISO, MDY'));
    for (let count = 0; count < 5; count++) await consumer.rows(row, 0, row.length, 1);
  });
  const all = Promise.all(waiting).then(() => 'all');
  let bytes = 0;
  for (let ended: unknown; ended !== 'all'; ) {
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (frame.kind === FRAME.rows) bytes += frame.end - frame.start;
    }
    ended = await Promise.race([all, new Promise((resolve) => setTimeout(resolve, 1))]);
  }
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) bytes += frame.end - frame.start;
  expect(bytes).toBe(8 * 5 * (row.length + 5));
});

it('takes no more once nobody wants the rows', () => {
  const { abort, outbox } = scene();
  const consumer = gatherInto(outbox, abort.signal)('a');
  consumer.rowSet(header('ISO, MDY'));
  abort.abort(new Error('over'));
  expect(() => consumer.rows(dataRow(1, 1), 0, 12, 1)).toThrow('over');
});
