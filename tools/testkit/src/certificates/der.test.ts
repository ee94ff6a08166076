import { describe, expect, it } from 'vitest';
import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  time,
} from './der.ts';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('DER', () => {
  // Examples and rules: ITU-T X.690 sections 8.1.3 (length), 8.3 (integer), 8.6 (bit string), 8.19 (object identifier).
  it.each<[string, Uint8Array, string]>([
    ['zero', integer(0), '020100'],
    ['the largest of one byte', integer(127), '02017f'],
    ['one that needs a leading zero', integer(128), '02020080'],
    ['two bytes', integer(256), '02020100'],
    ['bytes with zeros in front', integer(Buffer.from([0, 0, 5])), '020105'],
    ['truth', boolean(true), '0101ff'],
    ['a bit string with unused bits', bitString(Buffer.from([0xa0]), 5), '030205a0'],
    ['an identifier', objectIdentifier('1.2.840.113549'), '06062a864886f70d'],
    ['an identifier that starts with 2', objectIdentifier('2.5.29.17'), '0603551d11'],
    ['an explicit tag', explicit(3, boolean(false)), 'a303010100'],
    ['an implicit tag', implicit(2, Buffer.from('a')), '820161'],
    ['a sequence of nothing', sequence(), '3000'],
    [
      'a time of the short form',
      time(new Date('2020-02-03T04:05:06.789Z')),
      `170d${hex(Buffer.from('200203040506Z'))}`,
    ],
    ['a time of the long form', time(new Date('2050-02-03T04:05:06Z')), `180f${hex(Buffer.from('20500203040506Z'))}`],
  ])('writes %s', (_name, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });

  it.each([
    [127, '047f'],
    [128, '048180'],
    [255, '0481ff'],
    [256, '04820100'],
    [70_000, '0483011170'],
  ])('writes the length %i in as few bytes as it takes', (length, header) => {
    const bytes = octetString(new Uint8Array(length));
    expect(hex(bytes).startsWith(header)).toBe(true);
    expect(bytes.length).toBe(length + header.length / 2);
  });
});
