import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIpAddress } from './ip-address.ts';

describe('a numeric address', () => {
  it.each([
    ['127.0.0.1', true],
    ['255.255.255.255', true],
    ['256.0.0.1', false],
    ['1.2.3', false],
    ['1.2.3.4.5', false],
    ['1.2.3.', false],
    ['', false],
    ['localhost', false],
    ['nonsense', false],
    ['::', true],
    ['::1', true],
    ['1::', true],
    ['fe80::1%eth0', true],
    ['fe80::1%', false],
    ['1:2:3:4:5:6:7:8', true],
    ['1:2:3:4:5:6:7', false],
    ['1:2:3:4:5:6:7::', true],
    ['1:2:3:4:5:6:7:8::', false],
    ['1::2::3', false],
    ['::ffff:1.2.3.4', true],
    ['::ffff:1.2.3.256', false],
    ['1.2.3.4::', false],
    [':1', false],
    ['1:', false],
    ['12345::', false],
    ['::g', false],
  ])('%j: %s', (text, expected) => {
    expect(isIpAddress(text)).toBe(expected);
    expect(isIP(text) !== 0).toBe(expected);
  });

  it('is what Node takes for one', () => {
    const piece = fc.constantFrom('::', ':', '.', '0', '1', '255', '256', 'ffff', 'abcde', '%', 'eth0', '1.2.3.4');
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 16 }).map((pieces) => pieces.join('')),
        (text) => {
          expect(isIpAddress(text)).toBe(isIP(text) !== 0);
        },
      ),
      { numRuns: Number(process.env['FUZZ_RUNS'] ?? 10_000) },
    );
  });
});
