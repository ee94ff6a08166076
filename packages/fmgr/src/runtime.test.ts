import { expect, test } from 'vitest';
import { decodeText, encodeText } from './runtime.ts';

const TEXTS = [
  '',
  'c',
  'SELECT 1',
  '\0',
  '\x7f',
  '\x80',
  'größer',
  '\ufeffa',
  'a\u{1f600}',
  '\ud800',
  `${'a'.repeat(47)}ö`,
];

test.each([...TEXTS, 'a'.repeat(48), 'a'.repeat(49), 'ö'.repeat(24), 'ö'.repeat(25)])(
  '%j is UTF-8 both ways',
  (text) => {
    const bytes = encodeText(text);
    expect(bytes).toEqual(new TextEncoder().encode(text));
    expect(decodeText(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes));
  },
);

test('bytes that are no UTF-8 become replacement characters', () => {
  expect(decodeText(Uint8Array.of(0x61, 0xc3))).toBe('a\ufffd');
});
