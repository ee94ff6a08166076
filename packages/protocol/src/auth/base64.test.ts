import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from './base64.ts';

// RFC 4648 §10, and bytes that need + and /.
test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
  ['\u00fb\u00ff\u00be', '+/++'],
])('%j is %s', (text, base64) => {
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(encodeBase64(bytes)).toBe(base64);
  expect(decodeBase64(base64)).toEqual(bytes);
});

test.each(['Z', 'Zg', 'Zg=', 'Zh==', 'Zm9=', 'Z===', '====', 'Zm9v\n', 'Zm 9v', 'Zg==Zg==', '_-_-', 'Zm9\u0141'])(
  '%j is not base64',
  (text) => {
    expect(decodeBase64(text)).toBeUndefined();
  },
);
