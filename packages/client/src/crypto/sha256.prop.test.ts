import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hmacSha256, sha256 } from './sha256.ts';

const numRuns = Number(process.env['FUZZ_RUNS'] ?? 10_000);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

test('FIPS 180-4: "abc"', () => {
  const digest = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
  expect(hex(sha256(new TextEncoder().encode('abc')))).toBe(digest);
});

test('digests are those of the platform, in one part or two', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (message, cut) => {
    const expected = createHash('sha256').update(message).digest('hex');
    expect(hex(sha256(message))).toBe(expected);
    expect(hex(sha256(message.subarray(0, cut), message.subarray(cut)))).toBe(expected);
  });
  fc.assert(property, { numRuns });
});

test('HMACs are those of the platform', () => {
  const property = fc.property(fc.uint8Array({ maxLength: 100 }), fc.uint8Array({ maxLength: 200 }), (key, message) => {
    expect(hex(hmacSha256(key, message))).toBe(createHmac('sha256', key).update(message).digest('hex'));
  });
  fc.assert(property, { numRuns });
});
