import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backendCases } from '../test/cases/backend-cases.ts';
import { firstCases, typedFrontendCases } from '../test/cases/frontend-cases.ts';
import { asInput, inputKinds } from '../test/cases/inputs.ts';
import type { MessageCase } from '../test/cases/message-case.ts';
import { cut, framesOf, readerFor } from '../test/cases/streams.ts';
import { BackendTag, backendLimits, FrameReader, type FrameRun, type JoinedMemory, Writer } from './index.ts';
import { encodeDataRow, encodeReadyForQuery } from './server.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

/** A few messages of one reader's kind, as one stream of bytes. */
function streams(cases: readonly MessageCase[]): fc.Arbitrary<Uint8Array> {
  return fc
    .array(fc.oneof(...cases.map(({ samples }) => samples)), { minLength: 1, maxLength: 3 })
    .map((samples) => Uint8Array.from(samples.flatMap(({ bytes }) => bytes)));
}

const kinds = [
  ['backend', backendCases],
  ['frontend', typedFrontendCases],
  ['first', firstCases],
] as const;

test.each(kinds)('the same %s messages come out at every split of the stream', (kind, cases) => {
  fc.assert(
    fc.property(streams(cases), inputKinds, (stream, inputKind) => {
      const input = asInput(stream, inputKind);
      const whole = framesOf(readerFor(kind), [input]);
      const bytes = whole.reduce((sum, frame) => sum + frame.length, 0);
      expect(bytes).toBeGreaterThan(0);
      for (let at = 1; at < stream.byteLength; at += 1) {
        const frames = framesOf(readerFor(kind), [input.subarray(0, at), input.subarray(at)]);
        if (frames.join() !== whole.join()) expect(frames, `split at ${at}`).toEqual(whole);
      }
      const single = framesOf(
        readerFor(kind),
        Array.from(input, (_, at) => input.subarray(at, at + 1)),
      );
      if (single.join() !== whole.join()) expect(single).toEqual(whole);
    }),
    { numRuns },
  );
});

test.each(kinds)(
  'the same %s messages come out of any chunks, and the memory of a chunk may be reused',
  (kind, cases) => {
    const memories = fc.constantFrom<JoinedMemory>('fresh', 'reused');
    const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 12 });
    fc.assert(
      fc.property(streams(cases), cuts, memories, (stream, positions, joinedMemory) => {
        const whole = framesOf(readerFor(kind), [stream]);
        const reader = readerFor(kind, joinedMemory);
        const memory = new Uint8Array(stream.byteLength);
        const frames = cut(stream, positions).flatMap((chunk) => {
          memory.fill(0xff);
          memory.set(chunk);
          return framesOf(reader, [memory.subarray(0, chunk.byteLength)]);
        });
        if (frames.join() !== whole.join()) expect(frames).toEqual(whole);
        expect(reader.bufferedByteLength).toBe(0);
      }),
      { numRuns },
    );
  },
);

test('a run takes exactly the rows that follow each other whole in a chunk', () => {
  const rows = fc.array(fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 3 }), { maxLength: 6 });
  fc.assert(
    fc.property(fc.array(rows, { maxLength: 3 }), fc.array(fc.nat(), { maxLength: 4 }), (groups, positions) => {
      const writer = new Writer();
      const expected: string[] = [];
      for (const group of groups) {
        for (const values of group) {
          const before = writer.byteLength;
          encodeDataRow(writer, values);
          expected.push(`row of ${writer.byteLength - before}`);
        }
        encodeReadyForQuery(writer, { status: 'I' });
        expected.push('ready');
      }
      const reader = new FrameReader(backendLimits());
      const seen: string[] = [];
      for (const chunk of cut(writer.take(), positions)) {
        reader.push(chunk);
        let last: FrameRun | undefined;
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) {
          if (frame.tag !== BackendTag.DataRow) {
            seen.push('ready');
            continue;
          }
          // A row that directly follows a run, in the same memory, should have been part of it.
          expect(last !== undefined && frame.bytes === last.bytes && frame.start - 5 === last.end).toBe(false);
          last = { ...reader.takeRun() };
          const lengths = rowLengths(last.bytes, last.start, last.end);
          expect(lengths.length).toBe(last.count);
          seen.push(...lengths);
        }
      }
      expect(seen).toEqual(expected);
    }),
    { numRuns },
  );
});

function rowLengths(bytes: Uint8Array, start: number, end: number): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const lengths: string[] = [];
  for (let at = start; at < end; at += view.getInt32(at + 1) + 1) lengths.push(`row of ${view.getInt32(at + 1) + 1}`);
  return lengths;
}
