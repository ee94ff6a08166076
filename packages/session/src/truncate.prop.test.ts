import fc from 'fast-check';
import { it } from 'vitest';
import { truncateUtf8 } from './truncate.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);

it('is the longest whole start that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.nat(90), (text, limit) => {
      const bytes = Buffer.from(text);
      const cut = truncateUtf8(text, limit);
      const length = Buffer.byteLength(cut);
      const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
      return (
        text.startsWith(cut) &&
        length <= Math.max(limit, 0) &&
        bytes.subarray(0, length).toString() === cut &&
        (cut === text || length + Buffer.byteLength(next) > limit)
      );
    }),
    { numRuns },
  );
});
