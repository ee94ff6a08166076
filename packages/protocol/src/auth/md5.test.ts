import { expect, test } from 'vitest';
import { isLocalProtocolError } from '../errors.ts';
import { hashMd5Password, md5 } from './md5.ts';

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// RFC 1321, A.5, and the lengths about one block.
test.each([
  ['', 'd41d8cd98f00b204e9800998ecf8427e'],
  ['a', '0cc175b9c0f1b6a831c399e269772661'],
  ['abc', '900150983cd24fb0d6963f7d28e17f72'],
  ['message digest', 'f96b697d7cb7938d525a2f31aaf161d0'],
  ['abcdefghijklmnopqrstuvwxyz', 'c3fcd3d76192e4007dfb496cca67e13b'],
  ['ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789', 'd174ab98d277d9f5a5611c2c9f419d9f'],
  ['1234567890'.repeat(8), '57edf4a22be3c955ac49da2e2107b67a'],
  ['a'.repeat(55), 'ef1772b6dff9a122358552954ad0df65'],
  ['a'.repeat(56), '3b0c8ac703f828b04c6c197006d17218'],
  ['a'.repeat(64), '014842d480b571495a4a0363793f7367'],
])('md5 of %j', (message, digest) => {
  expect(hex(md5(ascii(message)))).toBe(digest);
});

test.each([
  ['u', 'pw', ascii('abcd'), 'md5f53705f070ba672cf558be39f3c59b15'],
  ['postgres', 'secret', Uint8Array.of(1, 2, 3, 4), 'md5bb41a296aab6baccb36ff243a562abff'],
])('the answer of %s to a salt', (user, password, salt, answer) => {
  expect(hashMd5Password(user, password, salt)).toBe(answer);
});

test('a password that has no bytes is refused, and not shown', () => {
  expect(() => hashMd5Password('u', 'canary\ud800', new Uint8Array(4))).toThrow(
    expect.toSatisfy((error) => isLocalProtocolError(error) && !error.message.includes('canary')),
  );
});
