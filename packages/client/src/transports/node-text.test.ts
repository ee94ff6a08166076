import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { expect, test } from 'vitest';
import { decodeNodeText } from './node-text.ts';

test('agrees with the strict decoder on everything, refusals included', () => {
  const texts = ['', 'a', 'é', '日本', '😀', '\ufffd', 'x\ufeffy', '\ufeff', 'long '.repeat(100)];
  for (const text of texts) {
    const bytes = new TextEncoder().encode(`<${text}>`);
    expect(decodeNodeText(bytes, 1, bytes.length - 1)).toBe(text);
  }
  for (const bytes of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0xc0, 0x80], [0x61, 0x80]]) {
    const ill = Uint8Array.from(bytes);
    expect(() => decodeUtf8Strict(ill, 0, ill.length)).toThrow('invalid byte sequence');
    expect(() => decodeNodeText(ill, 0, ill.length)).toThrow('invalid byte sequence');
  }
});
