import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseFloatText } from './float-text.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

function parse(text: string): number {
  const bytes = new TextEncoder().encode(`|${text}|`);
  return parseFloatText('float8', bytes, 1, bytes.length - 1);
}

test('a float8 that is written is the one that is read', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = Object.is(value, -0) ? '-0' : String(value);
      expect(parse(text)).toBe(value);
    }),
    { numRuns },
  );
});

test('plain digits are rounded as the platform rounds them', () => {
  const digits = fc.stringMatching(/^-?[0-9]{1,10}(\.[0-9]{1,21})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      expect(parse(text)).toBe(Number(text));
    }),
    { numRuns },
  );
});

test('numbers near the middle between two floats, where one rounding too many would show', () => {
  const cases = fc.tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.integer({ min: -44, max: 10 }));
  fc.assert(
    fc.property(cases, fc.integer({ min: 16, max: 19 }), ([mantissa, exponent], precision) => {
      // The exact decimal expansion of mantissa + 1/2, scaled by a power of two, cut to so many digits.
      const twice = 2n * mantissa + 1n;
      const scaled =
        exponent >= 1
          ? twice * 2n ** BigInt(exponent - 1) * 10n ** 60n
          : (twice * 10n ** 60n) / 2n ** BigInt(1 - exponent);
      const all = String(scaled);
      const whole = all.length - 60;
      const text = `${all.slice(0, whole)}.${all.slice(whole, Math.max(whole + 1, precision))}`;
      expect(parse(text)).toBe(Number(text));
    }),
    { numRuns },
  );
});

test.each(['', '-', '.', '-.', '1.2.3', '1-', ' ', 'x', '1e', 'nan', '--1', '1'.repeat(40)])(
  '%j is refused',
  (text) => {
    expect(() => parse(text)).toThrow('malformed value of type float8');
  },
);
