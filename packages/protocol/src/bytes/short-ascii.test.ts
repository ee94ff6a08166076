import { describe, expect, test } from 'vitest';
import { shortAsciiFirst } from './short-ascii.ts';
import { decodeUtf8 } from './text.ts';

const lengths = Array.from({ length: 37 }, (_, byteLength) => byteLength);
const cases = lengths.flatMap((byteLength) => [
  [byteLength, 'without a view'] as const,
  [byteLength, 'with one'] as const,
]);

describe.each(cases)('text of %d bytes, %s of their memory', (byteLength, how) => {
  const text = 'abcdefghijklmnopqrstuvwxyz0123456789'.slice(0, byteLength);
  const bytes = Uint8Array.from(`<${text}>`, (character) => character.charCodeAt(0));
  const viewOf = (of: Uint8Array): DataView | undefined => (how === 'with one' ? new DataView(of.buffer) : undefined);
  const asked: [start: number, end: number][] = [];
  const decode = shortAsciiFirst((source, start, end) => {
    asked.push([start, end]);
    return decodeUtf8(source, start, end);
  });

  test('is made without the platform as long as it is short', () => {
    expect(decode(bytes, 1, byteLength + 1, viewOf(bytes))).toBe(text);
    expect(asked).toEqual(byteLength > 32 ? [[1, byteLength + 1]] : []);
  });

  test('is left to the platform wherever a byte is not ASCII', () => {
    for (let at = 0; at < byteLength; at += 1) {
      const other = bytes.with(at + 1, 0xff);
      asked.length = 0;
      expect(decode(other, 1, byteLength + 1, viewOf(other))).toBe(`${text.slice(0, at)}\ufffd${text.slice(at + 1)}`);
      expect(asked).toEqual([[1, byteLength + 1]]);
    }
  });
});
