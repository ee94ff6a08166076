import { isRemoteProtocolError } from '@pg-dblink/protocol';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseArrayText } from './array-parse.ts';
import { arrayText } from './array-text.ts';
import { parseRecordText, recordText } from './composites.ts';
import { intervalText, parseInterval } from './interval.ts';
import { TypeRegistry } from './registry.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const types = new TypeRegistry();

/** OIDs of every family, containers included. */
const OIDS = [
  16, 17, 18, 20, 21, 22, 23, 25, 26, 27, 114, 600, 601, 602, 603, 604, 628, 650, 700, 701, 718, 774, 790, 829,
]
  .concat([869, 1007, 1009, 1020, 1082, 1083, 1114, 1184, 1186, 1266, 1560, 1700, 2249, 2287, 2950, 2970, 3220, 3614])
  .concat([3615, 3802, 3904, 3906, 3908, 4072, 4451, 5038, 5069, 6152]);

describe('bytes of any kind give a value or a RemoteProtocolError, nothing else', () => {
  for (const format of ['decodeText', 'decodeBinary'] as const) {
    test(format, () => {
      const property = fc.property(fc.constantFrom(...OIDS), fc.uint8Array({ maxLength: 60 }), (oid, bytes) => {
        try {
          types.find(oid)?.[format](bytes, 0, bytes.length);
        } catch (error) {
          if (!isRemoteProtocolError(error)) throw error;
        }
      });
      fc.assert(property, { numRuns });
    });
  }

  test('small counts and lengths, which reach deeper', () => {
    const int32 = fc
      .integer({ min: -2, max: 9 })
      .map((value) => [(value >> 24) & 255, (value >> 16) & 255, (value >> 8) & 255, value & 255]);
    const pieces = fc.array(
      fc.oneof(int32, fc.constantFrom([0, 0, 8, 201], [0, 0, 0, 23], [0, 1], [255, 255, 255, 255])),
      { maxLength: 16 },
    );
    const property = fc.property(fc.constantFrom(...OIDS), pieces, (oid, parts) => {
      const bytes = Uint8Array.from(parts.flat());
      try {
        types.find(oid)?.decodeBinary(bytes, 0, bytes.length);
      } catch (error) {
        if (!isRemoteProtocolError(error)) throw error;
      }
    });
    fc.assert(property, { numRuns });
  });
});

describe('what is written is read back', () => {
  const text = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', ',', ' ', '(', ')', 'N', 'é', '\n') }),
  );

  test('array literals', () => {
    const arrays = fc.array(fc.option(text), { maxLength: 8 });
    const property = fc.property(arrays, fc.constantFrom(',' as const, ';' as const), (array, delimiter) => {
      expect(parseArrayText('text[]', arrayText(array, String, delimiter), delimiter, (part) => part)).toEqual(array);
    });
    fc.assert(property, { numRuns });
  });

  test('record literals', () => {
    const property = fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 8 }), (fields) => {
      expect(parseRecordText('record', recordText(fields))).toEqual(fields);
    });
    fc.assert(property, { numRuns });
  });

  test('intervals', () => {
    const parts = fc.record({
      months: fc.integer({ min: -1e8, max: 1e8 }),
      days: fc.integer({ min: -1e8, max: 1e8 }),
      microseconds: fc.bigInt({ min: -(10n ** 17n), max: 10n ** 17n }),
    });
    fc.assert(
      fc.property(parts, (interval) => {
        const { days, microseconds, months } = parseInterval(intervalText(interval)) as typeof interval;
        expect([months + 0, days + 0, microseconds]).toEqual([interval.months, interval.days, interval.microseconds]);
      }),
      { numRuns },
    );
  });

  test('numeric in binary', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,30})?$/);
    const numeric = types.find(1700);
    const property = fc.property(digits, (value) => {
      const bytes = numeric?.encodeBinary(value) ?? new Uint8Array(0);
      const isZero = /^-?[0.]+$/.test(value);
      expect(numeric?.decodeBinary(bytes, 0, bytes.length)).toBe(isZero ? value.replace('-', '') : value);
    });
    fc.assert(property, { numRuns });
  });

  test('timestamps in binary', () => {
    const timestamp = types.find(1114);
    const property = fc.property(
      fc.bigInt({ min: -211_813_488_000_000_000n, max: 9_223_371_331_199_999_999n }),
      (value) => {
        const bytes = new Uint8Array(8);
        new DataView(bytes.buffer).setBigInt64(0, value);
        const shown = timestamp?.decodeBinary(bytes, 0, 8);
        expect(timestamp?.encodeBinary(shown)).toEqual(bytes);
      },
    );
    fc.assert(property, { numRuns });
  });
});
