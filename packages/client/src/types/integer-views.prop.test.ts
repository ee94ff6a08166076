import fc from 'fast-check';
import { expect, test } from 'vitest';
import { integerCodecs } from './integers.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const int4 = integerCodecs.find(({ name }) => name === 'int4');

/** The value, or how its text was refused. */
function read(text: string, before: number, how: 'with' | 'without'): unknown {
  const bytes = new TextEncoder().encode('9'.repeat(before) + text).slice();
  const view = how === 'with' ? new DataView(bytes.buffer) : undefined;
  try {
    return int4?.decodeText(bytes, before, bytes.length, view);
  } catch (error) {
    return String(error);
  }
}

test('a view of the memory changes nothing of what an integer is, nor of what is refused', () => {
  const integers = fc.oneof(fc.integer().map(String), fc.integer({ min: 0, max: 99_999 }).map(String));
  const texts = fc.oneof(integers, fc.stringMatching(/^[0-9 /:-]{0,10}$/), fc.string({ maxLength: 10 }));
  // Digits in front of the value are not its own.
  const property = fc.property(texts, fc.nat({ max: 12 }), (text, before) => {
    expect(read(text, before, 'with')).toStrictEqual(read(text, before, 'without'));
  });
  fc.assert(property, { numRuns });
  expect(read('-17', 11, 'with')).toBe(-17);
  expect(read('12345678', 11, 'with')).toBe(12_345_678);
});
