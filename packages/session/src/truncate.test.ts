import { expect, it } from 'vitest';
import { truncateIdentifier, truncateUtf8 } from './truncate.ts';

it('keeps what fits', () => {
  expect(truncateIdentifier('')).toBe('');
  expect(truncateIdentifier('x'.repeat(63))).toBe('x'.repeat(63));
});

it('cuts after 63 bytes, never inside a character', () => {
  expect(truncateIdentifier('x'.repeat(64))).toBe('x'.repeat(63));
  expect(truncateIdentifier('ü'.repeat(40))).toBe('ü'.repeat(31));
  expect(truncateIdentifier('€'.repeat(30))).toBe('€'.repeat(21));
  expect(truncateIdentifier(`${'x'.repeat(61)}😀`)).toBe('x'.repeat(61));
});

it('takes other limits', () => {
  expect(truncateUtf8(`while closing cursor "${'q'.repeat(600)}"`, 511)).toHaveLength(511);
});
