import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dateCodecs, timestampMicroseconds, timestampText } from './date-time.ts';
import { readIsoTimestamp } from './iso-reader.ts';
import { isoWriter } from './iso-writer.ts';
import { TypeRegistry } from './registry.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(`.${text}.`);

/** What is read, which a view of the memory must not change. */
function read(text: string): number {
  const bytes = bytesOf(text);
  const value = readIsoTimestamp(bytes, 1, bytes.length - 1);
  // Nothing stands behind the text: no word may reach beyond it.
  const exactly = bytes.slice(0, -1);
  const view = new DataView(exactly.buffer, exactly.byteOffset, exactly.byteLength);
  expect(readIsoTimestamp(exactly, 1, exactly.length, view)).toBe(value);
  return value;
}

const write = isoWriter((bytes, start, end) => new TextDecoder().decode(bytes.subarray(start, end)));
/** Where a number holds all microseconds. */
const exact = fc.bigInt({ min: -(2n ** 53n) + 1n, max: 2n ** 53n - 1n });
const microseconds = fc.oneof(
  exact,
  fc.bigInt({ min: -9_000_000_000n, max: 9_000_000_000n }).map((seconds) => seconds * 1_000_000n),
);

test('timestamps are written from numbers as they are from bigints', () => {
  const property = fc.property(microseconds, fc.constantFrom('' as const, '+00' as const), (value, zone) => {
    const days = Math.floor(Number(value) / 86_400_000_000);
    expect(write(days, Number(value) - days * 86_400_000_000, zone)).toBe(timestampText(value, zone));
  });
  fc.assert(property, { numRuns });
});

test('timestamps are read from bytes as they are from text', () => {
  const offsets = fc.constantFrom('', '+00', '+02', '-08', '+05:30', '-03:30:15');
  const property = fc.property(microseconds, offsets, fc.constantFrom(' ', 'T'), (value, offset, between) => {
    const text = timestampText(value, '').replace(' ', between) + offset;
    const expected = Number(timestampMicroseconds('timestamptz', text));
    expect(read(text)).toBe(Number.isSafeInteger(expected) ? expected : Number.NaN);
  });
  fc.assert(property, { numRuns });
});

test('what is no plain timestamp is left to the other reader', () => {
  const alphabet = fc.constantFrom(...'0129-: T.+BC');
  const noise = fc.oneof(fc.string({ unit: alphabet, maxLength: 32 }), fc.string({ maxLength: 32 }));
  const likely = microseconds.map((value) => timestampText(value, '+00'));
  const spoilt = fc.tuple(likely, fc.nat(), fc.string({ unit: alphabet, minLength: 1, maxLength: 1 }));
  const nearly = spoilt.map(([text, at, other]) => {
    const place = at % text.length;
    return `${text.slice(0, place)}${other}${text.slice(place + 1)}`;
  });
  const property = fc.property(fc.oneof(noise, nearly), (text) => {
    const value = read(text);
    if (!Number.isNaN(value)) expect(Number(timestampMicroseconds('timestamptz', text))).toBe(value);
  });
  fc.assert(property, { numRuns });
});

test('Dates of both formats agree, with what is finer than a millisecond cut off', () => {
  const types = new TypeRegistry().with(...dateCodecs);
  const codec = types.find(1184);
  const property = fc.property(microseconds, (value) => {
    const binary = new Uint8Array(8);
    new DataView(binary.buffer).setBigInt64(0, value);
    const text = bytesOf(timestampText(value, '+00'));
    const expected = new Date(Math.floor(Number(value) / 1000) + 946_684_800_000);
    expect(codec?.decodeBinary(binary, 0, 8)).toEqual(expected);
    expect(codec?.decodeText(text, 1, text.length - 1)).toEqual(expected);
  });
  fc.assert(property, { numRuns });
});
