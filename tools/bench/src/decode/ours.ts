import {
  BackendTag,
  backendLimits,
  type DecodeText,
  FrameReader,
  type FrameRun,
  readDataRow,
  shortAsciiFirst,
} from '@pg-dblink/protocol';

/** Takes the values of each row. */
export type TakeRow<V> = (values: readonly (V | null)[]) => void;

/** Node's own decoder behind the fast path for short ASCII. */
const decodeText: DecodeText = shortAsciiFirst((bytes, start, end) =>
  Buffer.prototype.utf8Slice.call(bytes, start, end),
);

/** Reads a result and gives each row's values as text. */
export function readTexts(chunks: readonly Uint8Array[], columnCount: number, take: TakeRow<string>): void {
  const ranges = new Int32Array(columnCount * 2);
  forEachRun(chunks, ({ bytes, start, count }) => {
    let at = start;
    for (let row = 0; row < count; row += 1) {
      const end = at + 1 + lengthAt(bytes, at + 1);
      requireColumns(readDataRow(bytes, at + 5, end, ranges), columnCount);
      const values = new Array<string | null>(columnCount);
      for (let column = 0; column < columnCount; column += 1) {
        const from = ranges[2 * column] ?? -1;
        values[column] = from === -1 ? null : decodeText(bytes, from, ranges[2 * column + 1] ?? from);
      }
      take(values);
      at = end;
    }
  });
}

/** Reads a result and gives each row's values as views of their bytes. */
export function readViews(chunks: readonly Uint8Array[], columnCount: number, take: TakeRow<Uint8Array>): void {
  const ranges = new Int32Array(columnCount * 2);
  forEachRun(chunks, ({ bytes, start, count }) => {
    let at = start;
    for (let row = 0; row < count; row += 1) {
      const end = at + 1 + lengthAt(bytes, at + 1);
      requireColumns(readDataRow(bytes, at + 5, end, ranges), columnCount);
      const values = new Array<Uint8Array | null>(columnCount);
      for (let column = 0; column < columnCount; column += 1) {
        const from = ranges[2 * column] ?? -1;
        values[column] = from === -1 ? null : bytes.subarray(from, ranges[2 * column + 1]);
      }
      take(values);
      at = end;
    }
  });
}

/** Reads a result and finds each row's fields without making anything of them; returns the bytes of all values. */
export function readRanges(chunks: readonly Uint8Array[], columnCount: number): number {
  const ranges = new Int32Array(columnCount * 2);
  let total = 0;
  forEachRun(chunks, ({ bytes, start, count }) => {
    let at = start;
    for (let row = 0; row < count; row += 1) {
      const end = at + 1 + lengthAt(bytes, at + 1);
      requireColumns(readDataRow(bytes, at + 5, end, ranges), columnCount);
      for (let slot = 0; slot < ranges.length; slot += 2) total += (ranges[slot + 1] ?? 0) - (ranges[slot] ?? 0);
      at = end;
    }
  });
  return total;
}

function requireColumns(count: number, columnCount: number): void {
  if (count !== columnCount) throw new Error('unexpected field count');
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

function forEachRun(chunks: readonly Uint8Array[], take: (run: FrameRun) => void): void {
  const reader = new FrameReader(backendLimits(), 'typed', 'reused');
  for (const chunk of chunks) {
    reader.push(chunk);
    for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
      if (frame.tag === BackendTag.DataRow) take(reader.takeRun());
    }
  }
}
