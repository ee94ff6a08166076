import { utf8 } from '@pg-dblink/testkit/byte-list';
import { expect, test } from 'vitest';
import { isRemoteProtocolError } from '../errors.ts';
import { decodeUtf8, decodeUtf8Strict, encodeUtf8Into, requireWellFormed, utf8ByteLength } from './text.ts';

const texts = ['', 'ascii', 'é', '\ufeffmark', '\u{1f600}', 'x'.repeat(100), `${'y'.repeat(30)}é`, '\uffff\u0000'];

test.each(texts)('%j keeps its value in both decoders', (text) => {
  const bytes = Uint8Array.from([1, ...utf8(text), 2]);
  expect(decodeUtf8(bytes, 1, bytes.byteLength - 1)).toBe(text);
  expect(decodeUtf8Strict(bytes, 1, bytes.byteLength - 1)).toBe(text);
});

test.each(texts)('%j is measured and written', (text) => {
  const bytes = new Uint8Array(400);
  expect(utf8ByteLength(text)).toBe(utf8(text).length);
  expect(encodeUtf8Into(text, bytes, 3)).toBe(utf8(text).length);
  expect(Array.from(bytes.subarray(3, 3 + utf8(text).length))).toEqual(utf8(text));
});

test.each([
  ['a lone continuation byte', [0x80]],
  ['an over-long form', [0xc0, 0x27]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
  ['a code point too great', [0xf5, 0x80, 0x80, 0x80]],
  ['a sequence cut short', [0xe2, 0x82]],
])('%s is replaced, or refused', (_, list) => {
  const bytes = Uint8Array.from(list);
  expect(decodeUtf8(bytes, 0, bytes.byteLength)).toContain('\ufffd');
  expect(() => decodeUtf8Strict(bytes, 0, bytes.byteLength)).toThrow(
    expect.toSatisfy((error) => isRemoteProtocolError(error) && error.code === 'invalid-text'),
  );
});

test.each(['\ud800', '\udc00', 'a\ud800b', '\udc00\ud800', '\u{1f600}\ud83d'])('%j is not well formed', (text) => {
  expect(() => requireWellFormed(text)).toThrow(expect.objectContaining({ code: 'lone-surrogate' }));
});

test('whole pairs are well formed', () => {
  expect(() => requireWellFormed('\u{1f600}\u{10ffff}')).not.toThrow();
});
