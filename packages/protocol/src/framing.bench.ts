// biome-ignore lint/correctness/noUndeclaredDependencies: as for every test, vitest is the workspace's
import { bench, describe } from 'vitest';
import { Writer } from './bytes/writer.ts';
import { FrameReader } from './framing.ts';
import { backendLimits } from './limits.ts';
import { encodeDataRow, readDataRow } from './messages/data-row.ts';
import { BackendTag } from './tags.ts';

const rowCount = 10_000;

function rowsOf(columnCount: number): Uint8Array {
  const writer = new Writer();
  for (let row = 0; row < rowCount; row += 1) {
    encodeDataRow(
      writer,
      Array.from({ length: columnCount }, (_, column) => String(row + column)),
    );
  }
  return writer.take();
}

/** Reads every row and returns the number of bytes in all values. */
function readRows(stream: Uint8Array, chunkByteLength: number, ranges: Int32Array): number {
  const reader = new FrameReader(backendLimits());
  let total = 0;
  for (let at = 0; at < stream.byteLength; at += chunkByteLength) {
    reader.push(stream.subarray(at, at + chunkByteLength));
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (frame.tag !== BackendTag.DataRow) continue;
      readDataRow(frame.bytes, frame.start, frame.end, ranges);
      for (let slot = 0; slot < ranges.length; slot += 2) total += (ranges[slot + 1] ?? 0) - (ranges[slot] ?? 0);
    }
  }
  return total;
}

describe.each([1, 8, 50])('10,000 rows of %d columns, found without a value being made', (columnCount) => {
  const stream = rowsOf(columnCount);
  const ranges = new Int32Array(2 * columnCount);
  const expected = readRows(stream, stream.byteLength, ranges);
  for (const chunkByteLength of [65_536, 1460]) {
    bench(`chunks of ${chunkByteLength}`, () => {
      if (readRows(stream, chunkByteLength, ranges) !== expected) throw new Error('rows went missing');
    });
  }

  bench('counted in runs alone', () => {
    const reader = new FrameReader(backendLimits());
    reader.push(stream);
    reader.next();
    if (reader.takeRun().count !== rowCount) throw new Error('rows went missing');
  });
});
