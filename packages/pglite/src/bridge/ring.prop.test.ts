import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createRing, MAX_PAYLOAD, RingReader, RingWriter } from './ring.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

interface Sent {
  readonly kind: number;
  readonly call: number;
  readonly length: number;
  /** Where the payload lies before it is written. */
  readonly from: number;
}

/** Payloads that can be told apart: each byte depends on the frame and on its place. */
function payloadOf({ kind, call, length }: Sent): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => (kind * 31 + call * 7 + at) & 0xff);
}

function checksum(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0;
  for (let at = start; at < end; at++) sum = (sum * 31 + (bytes[at] ?? 0)) | 0;
  return sum;
}

const small = fc.record({
  kind: fc.constantFrom(1, 2, 3, 7, 0x107),
  call: fc.nat(1000),
  length: fc.nat(300),
  from: fc.nat(9),
});

it('hands on every frame whole and in order, whoever is faster', () => {
  // One ring for all runs, so that its counters go round many times.
  const memory = createRing();
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, () => undefined);
  fc.assert(
    fc.property(fc.array(fc.tuple(small, fc.boolean()), { maxLength: 20 }), (steps) => {
      const expected: Sent[] = [];
      const take = (): boolean => {
        const frame = reader.next();
        const wanted = expected.shift();
        if (frame === undefined || wanted === undefined) return frame === undefined && wanted === undefined;
        const payload = payloadOf(wanted);
        return (
          frame.kind === wanted.kind &&
          frame.call === wanted.call &&
          frame.end - frame.start === wanted.length &&
          // Else shared memory is copied byte by byte.
          (frame.start & 7) === (wanted.from & 7) &&
          checksum(reader.bytes, frame.start, frame.end) === checksum(payload, 0, payload.length)
        );
      };
      for (const [frame, readsNow] of steps) {
        const bytes = new Uint8Array(frame.from + frame.length);
        bytes.set(payloadOf(frame), frame.from);
        if (!writer.tryWrite(frame.kind, frame.call, bytes, frame.from, bytes.length)) return false;
        expected.push(frame);
        if (readsNow && !take()) return false;
      }
      while (expected.length > 0) if (!take()) return false;
      return reader.next() === undefined;
    }),
    { numRuns },
  );
});

it('refuses what does not fit, takes it once there is room, and calls a writer that waits', async () => {
  const memory = createRing();
  const writer = new RingWriter(memory);
  let calls = 0;
  const reader = new RingReader(memory, () => {
    calls++;
    writer.wake();
  });
  const payload = new Uint8Array(MAX_PAYLOAD).fill(7);
  let written = 0;
  while (writer.tryWrite(1, written, payload, 0, payload.length)) written++;
  expect(written).toBeGreaterThan(5);
  expect(writer.hasRoom).toBe(false);

  const room = writer.room();
  const seen: number[] = [];
  for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
    expect(reader.bytes.subarray(frame.start, frame.end)).toEqual(payload);
    seen.push(frame.call);
  }
  await room;
  expect(calls).toBe(1);
  expect(seen).toEqual(Array.from({ length: written }, (_, at) => at));
  expect(writer.hasRoom).toBe(true);
});

it('knows what has been read', () => {
  const memory = createRing();
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory, () => undefined);
  writer.tryWrite(1, 1, new Uint8Array(10), 0, 10);
  const mark = writer.position;
  expect(writer.isReadUpTo(mark)).toBe(false);
  reader.next();
  // Held by the reader until it goes on.
  expect(writer.isReadUpTo(mark)).toBe(false);
  reader.next();
  expect(writer.isReadUpTo(mark)).toBe(true);
});
