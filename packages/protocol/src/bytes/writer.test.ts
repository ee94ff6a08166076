import { int64 } from '@pg-dblink/testkit/byte-list';
import { expect, test } from 'vitest';
import { isLocalProtocolError } from '../errors.ts';
import { encodeCopyData, encodeCopyDataHeader, encodeQuery, encodeSync } from '../index.ts';
import { MAX_MESSAGE_LENGTH, Writer } from './writer.ts';

test('what was taken is not written to again', () => {
  const writer = new Writer();
  encodeQuery(writer, { sql: 'one' });
  const first = writer.take();
  const copy = first.slice();
  for (let count = 0; count < 10_000; count += 1) encodeQuery(writer, { sql: 'two' });
  expect(first).toEqual(copy);
  expect(writer.take().byteLength).toBe(90_000);
  expect(writer.take().byteLength).toBe(0);
});

test('a message that was begun and not ended is never taken', () => {
  const writer = new Writer();
  encodeSync(writer);
  writer.begin(0x51, 'Query');
  writer.text('lost');
  expect(writer.byteLength).toBe(5);
  expect(Array.from(writer.take())).toEqual([0x53, 0, 0, 0, 4]);
  writer.begin(0x51, 'Query');
  writer.text('lost as well');
  encodeSync(writer);
  expect(Array.from(writer.take())).toEqual([0x53, 0, 0, 0, 4]);
});

test('whole messages can be appended', () => {
  const writer = new Writer();
  writer.begin(0x51, 'Query');
  writer.append(Uint8Array.of(0x53, 0, 0, 0, 4));
  writer.append(new Uint8Array(20_000).fill(7));
  expect(writer.take().byteLength).toBe(20_005);
});

test('nothing is written outside a message', () => {
  const writer = new Writer();
  encodeSync(writer);
  for (const run of [() => writer.byte(1), () => writer.int32(1), () => writer.cstring('x'), () => writer.end()]) {
    expect(run).toThrow(expect.toSatisfy((error) => isLocalProtocolError(error) && error.code === 'invalid-state'));
  }
  expect(writer.take().byteLength).toBe(5);
});

test('text and values survive the growth of the buffer', () => {
  const writer = new Writer();
  const long = 'é'.repeat(50_000);
  encodeQuery(writer, { sql: 'x'.repeat(16_000) });
  writer.begin(0x42, 'Bind');
  writer.value(long);
  writer.value(new Uint8Array(70_000).fill(9));
  writer.end();
  const bytes = writer.take();
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const start = 16_000 + 6;
  expect(view.getInt32(start + 1)).toBe(4 + 4 + 100_000 + 4 + 70_000);
  expect(view.getInt32(start + 5)).toBe(100_000);
  expect(new TextDecoder().decode(bytes.subarray(start + 9, start + 100_009))).toBe(long);
  expect(view.getInt32(start + 100_009)).toBe(70_000);
});

test('the limit counts the bytes of text, not its characters', () => {
  const writer = new Writer();
  const refused = () => {
    writer.begin(0x43, 'Close', 16);
    writer.cstring('é'.repeat(6));
    writer.end();
  };
  expect(refused).toThrow(expect.objectContaining({ code: 'message-too-long', messageType: 'Close' }));
  writer.begin(0x43, 'Close', 17);
  writer.cstring('é'.repeat(6));
  writer.end();
  expect(writer.take().byteLength).toBe(18);
});

test('the greatest message is what a server takes', () => {
  expect(MAX_MESSAGE_LENGTH).toBe(2 ** 30 - 2);
  const claimed = Object.defineProperty(new Uint8Array(4), 'byteLength', { value: MAX_MESSAGE_LENGTH - 3 });
  expect(() => encodeCopyData(new Writer(), { data: claimed })).toThrow(
    expect.objectContaining({ code: 'message-too-long' }),
  );
});

test('a message whose data is sent from where it lies has the same bytes', () => {
  const data = new Uint8Array(10_000).fill(7);
  const [whole, parted] = [new Writer(), new Writer()];
  for (const writer of [whole, parted]) encodeSync(writer);
  encodeCopyData(whole, { data });
  encodeCopyDataHeader(parted, data.byteLength);
  expect(parted.byteLength).toBe(10);
  expect(Uint8Array.of(...parted.take(), ...data)).toEqual(whole.take());
  encodeSync(parted);
  expect(parted.take()).toEqual(Uint8Array.of(0x53, 0, 0, 0, 4));
});

test('data that is sent from where it lies has the same limit', () => {
  const writer = new Writer();
  encodeCopyDataHeader(writer, MAX_MESSAGE_LENGTH - 4);
  expect(() => encodeCopyDataHeader(writer, MAX_MESSAGE_LENGTH - 3)).toThrow(
    expect.objectContaining({ code: 'message-too-long', messageType: 'CopyData' }),
  );
  expect(writer.take().byteLength).toBe(5);
  expect(() => writer.endBefore(1)).toThrow(expect.objectContaining({ code: 'invalid-state' }));
});

test('64-bit integers', () => {
  const writer = new Writer();
  const values = [0n, 1n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 0x0123456789abcdefn];
  writer.begin(0x64, 'CopyData');
  for (const value of values) writer.int64(value);
  writer.uint64(2n ** 64n - 1n);
  expect(() => writer.int64(2n ** 63n)).toThrow(expect.objectContaining({ code: 'value-out-of-range' }));
  expect(() => writer.uint64(-1n)).toThrow(expect.objectContaining({ code: 'value-out-of-range' }));
  writer.end();
  expect(Array.from(writer.take().subarray(5))).toEqual([...values.flatMap(int64), ...int64(2n ** 64n - 1n)]);
});
