import fc from 'fast-check';
import { it } from 'vitest';
import { truncateUtf8 } from './truncate.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

it('is the longest whole start that fits', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 80 }), fc.nat(90), (text, limit) => {
      const bytes = encoder.encode(text);
      const cut = truncateUtf8(text, limit);
      const length = encoder.encode(cut).byteLength;
      const next = String.fromCodePoint(text.codePointAt(cut.length) ?? 0);
      return (
        text.startsWith(cut) &&
        length <= Math.max(limit, 0) &&
        decoder.decode(bytes.subarray(0, length)) === cut &&
        (cut === text || length + encoder.encode(next).byteLength > limit)
      );
    }),
    { numRuns },
  );
});
