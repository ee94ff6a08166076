import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backendCases } from '../test/cases/backend-cases.ts';
import { firstCases, typedFrontendCases } from '../test/cases/frontend-cases.ts';
import { asInput, inputKinds } from '../test/cases/inputs.ts';
import { type MessageCase, show } from '../test/cases/message-case.ts';
import { cut, readerFor } from '../test/cases/streams.ts';
import { type DataRow, decodeBackend, type Frame, FrameReader, isRemoteProtocolError, readDataRow } from './index.ts';
import { decodeFrontend, decodeStartupFamily } from './server.ts';
import { Tracer } from './trace.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

const answers = ['PasswordMessage', 'SASLInitialResponse', 'SASLResponse', 'GSSResponse'] as const;

/** Every way in which a frame of this kind can be decoded. */
const decoders: Readonly<Record<MessageCase['reader'], readonly ((frame: Frame) => unknown)[]>> = {
  backend: [(frame) => decodeBackend(frame)],
  frontend: answers.map((authentication) => (frame: Frame) => decodeFrontend(frame, { authentication })),
  first: [(frame) => decodeStartupFamily(frame)],
};

const kinds = [
  ['backend', backendCases],
  ['frontend', typedFrontendCases],
  ['first', firstCases],
] as const;

/** A buffer that a header alone can make the reader allocate. */
const leastAllocation = 65_536;

/**
 * Reads hostile chunks to the first error or the end, and counts what it cost: calls, bytes copied, bytes kept and the
 * size of what was decoded must all stay within a constant times the bytes that arrived.
 */
function readHostile(kind: MessageCase['reader'], reader: FrameReader, chunks: readonly Uint8Array[]): void {
  let arrived = 0;
  let calls = 0;
  let decodedLength = 0;
  try {
    for (const chunk of chunks) {
      arrived += chunk.byteLength;
      reader.push(chunk);
      for (;;) {
        calls += 1;
        const frame = reader.next();
        expect(reader.allocatedByteLength).toBeLessThanOrEqual(Math.max(leastAllocation, 2 * arrived));
        if (frame === undefined) break;
        decodedLength += decodeAll(kind, frame);
      }
      expect(reader.bufferedByteLength).toBeLessThanOrEqual(arrived);
    }
  } catch (error) {
    if (!isRemoteProtocolError(error)) throw error;
    expect(() => reader.next(), 'an error stays').toThrow(error);
    expect(reader.bufferedByteLength).toBe(0);
  }
  expect(calls).toBeLessThanOrEqual(arrived / 4 + chunks.length + 1);
  expect(reader.copiedByteLength).toBeLessThanOrEqual(4 * arrived);
  expect(decodedLength).toBeLessThanOrEqual(200 * arrived);
}

/** Decodes a frame in every way and returns the length of all that came out. */
function decodeAll(kind: MessageCase['reader'], frame: Frame): number {
  return decoders[kind].reduce((sum, decode) => {
    try {
      return sum + sizeOf(decode(frame));
    } catch (error) {
      if (!isRemoteProtocolError(error)) throw error;
      return sum + error.message.length;
    }
  }, 0);
}

/** What was made of a frame; a row refers to the memory that it lies in, which was not made for it. */
function sizeOf(message: unknown): number {
  const { ranges } = message as Partial<DataRow>;
  return ranges === undefined ? show(message).length : ranges.byteLength;
}

const positions = fc.array(fc.nat(), { maxLength: 6 });

test.each(kinds)('arbitrary %s bytes give messages or a RemoteProtocolError', (kind) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), positions, inputKinds, (bytes, cuts, inputKind) => {
      readHostile(kind, readerFor(kind), cut(asInput(bytes, inputKind), cuts));
    }),
    { numRuns },
  );
});

test.each(kinds)('well-framed %s messages with arbitrary bodies do as well', (kind) => {
  const tags = kind === 'backend' ? 'RvKSZTDCIENA123nstGHWdcV' : 'QPBDECSHFdcfXp';
  const messages = fc.tuple(fc.constantFrom(...tags), fc.uint8Array({ maxLength: 60 })).map(([tag, body]) => {
    const header = kind === 'first' ? [0, 0, 0, body.length + 4] : [tag.charCodeAt(0), 0, 0, 0, body.length + 4];
    return [...header, ...body];
  });
  fc.assert(
    fc.property(
      fc.array(messages, { minLength: 1, maxLength: 3 }),
      positions,
      inputKinds,
      (stream, cuts, inputKind) => {
        readHostile(kind, readerFor(kind), cut(asInput(Uint8Array.from(stream.flat()), inputKind), cuts));
      },
    ),
    { numRuns },
  );
});

type Mutation = readonly [kind: 'set' | 'insert' | 'remove' | 'double' | 'int32', position: number, value: number];

const mutations: fc.Arbitrary<Mutation[]> = fc.array(
  fc.tuple(
    fc.constantFrom('set' as const, 'insert' as const, 'remove' as const, 'double' as const, 'int32' as const),
    fc.nat(),
    fc.oneof(fc.nat({ max: 255 }), fc.constantFrom(0, 0x7f, 0x80, 0xff)),
  ),
  { minLength: 1, maxLength: 4 },
);

function mutate(bytes: readonly number[], [kind, position, value]: Mutation): readonly number[] {
  const at = position % (bytes.length + 1);
  switch (kind) {
    case 'set':
      return bytes.with(Math.min(at, bytes.length - 1), value);
    case 'insert':
      return bytes.toSpliced(at, 0, value);
    case 'remove':
      return bytes.length > 1 ? bytes.toSpliced(at, 1) : bytes;
    case 'double':
      return bytes.toSpliced(at, 0, ...bytes.slice(at, at + 8));
    case 'int32':
      return bytes.toSpliced(at, 4, value, 0xff, 0xff, 0xff);
  }
}

test.each(kinds)('mutated %s messages do as well', (kind, cases) => {
  const streams = fc.array(fc.oneof(...cases.map(({ samples }) => samples)), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(streams, mutations, positions, (samples, changes, cuts) => {
      const original: readonly number[] = samples.flatMap((sample) => [...sample.bytes]);
      const bytes = changes.reduce(mutate, original);
      readHostile(kind, readerFor(kind), cut(Uint8Array.from(bytes), cuts));
    }),
    { numRuns },
  );
});

test('a frame that announces up to 2^31 - 1 bytes costs what arrives of it', () => {
  const lengths = fc.oneof(
    fc.integer({ min: -0x80000000, max: 0x7fffffff }),
    fc.constantFrom(0x7fffffff, 0x3fffffff, 0x3ffffffe, 65_536, 65_537),
  );
  const chunks = fc.array(fc.nat({ max: 100_000 }), { maxLength: 4 });
  const payload = new Uint8Array(100_000).fill(0x41);
  fc.assert(
    fc.property(lengths, fc.constantFrom(0x44, 0x64, 0x56, 0x45, 0x4e, 0x54), chunks, (length, tag, sizes) => {
      const header = Uint8Array.of(tag, length >>> 24, length >>> 16, length >>> 8, length);
      readHostile('backend', readerFor('backend'), [header, ...sizes.map((size) => payload.subarray(0, size))]);
    }),
    { numRuns },
  );
});

test('what is kept stays within the limit and one chunk', () => {
  const limit = 20_000;
  const least = new Int32Array(256).fill(0x7fffffff);
  const greatest = new Int32Array(256);
  least[0x64] = 4;
  greatest[0x64] = limit;
  const sizes = fc.array(fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: limit - 4 })), { maxLength: 6 });
  fc.assert(
    fc.property(sizes, fc.array(fc.nat(), { maxLength: 8 }), (bodies, cuts) => {
      const stream = new Uint8Array(bodies.reduce((sum, size) => sum + size + 5, 0));
      let at = 0;
      for (const size of bodies) {
        stream.set([0x64, 0, 0, (size + 4) >> 8, (size + 4) & 255], at);
        at += size + 5;
      }
      const reader = new FrameReader({ least, greatest, sender: 'backend' });
      let received = 0;
      for (const chunk of cut(stream, cuts)) {
        reader.push(chunk);
        for (let frame = reader.next(); frame !== undefined; frame = reader.next()) received += frame.end - frame.start;
        expect(reader.bufferedByteLength).toBeLessThanOrEqual(limit + 1);
        expect(reader.allocatedByteLength).toBeLessThanOrEqual(limit + 1);
      }
      expect(received).toBe(bodies.reduce((sum, size) => sum + size, 0));
    }),
    { numRuns },
  );
});

test('the fields of arbitrary DataRow bodies lie in the body, in order and without gaps', () => {
  const ranges = new Int32Array(20);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 80 }),
      fc.nat({ max: 8 }),
      fc.nat({ max: 3 }),
      (noise, count, lengthByte) => {
        // Short lengths, so that a good part of the bodies is legal.
        const fields = Array.from({ length: count }, () => [
          0,
          0,
          0,
          lengthByte,
          ...noise.subarray(0, lengthByte),
        ]).flat();
        for (const body of [
          Uint8Array.from([0, count, ...fields]),
          Uint8Array.from([0, count, ...fields, ...noise]),
          noise,
        ]) {
          try {
            const fieldCount = readDataRow(body, 0, body.byteLength, ranges);
            let at = 2;
            for (let slot = 0; slot < Math.min(2 * fieldCount, ranges.length); slot += 2) {
              at += 4;
              if (ranges[slot] === -1) expect(ranges[slot + 1]).toBe(-1);
              else {
                expect(ranges[slot]).toBe(at);
                at = ranges[slot + 1] ?? 0;
              }
            }
            if (2 * fieldCount <= ranges.length) expect(at).toBe(body.byteLength);
          } catch (error) {
            if (!isRemoteProtocolError(error)) throw error;
          }
        }
      },
    ),
    { numRuns },
  );
});

test('a tracer takes any bytes from either side without throwing', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), fc.uint8Array({ maxLength: 60 })), { maxLength: 5 }), (chunks) => {
      let lines = 0;
      const tracer = new Tracer({
        write: () => {
          lines += 1;
        },
      });
      let arrived = 0;
      for (const [fromClient, chunk] of chunks) {
        arrived += chunk.byteLength;
        if (fromClient) tracer.frontend(chunk);
        else tracer.backend(chunk);
      }
      // A message takes at least four bytes and gives at most two lines; each direction may end with one more.
      expect(lines).toBeLessThanOrEqual(arrived / 2 + 2);
    }),
    { numRuns },
  );
});
