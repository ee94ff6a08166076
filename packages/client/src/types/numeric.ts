import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { asciiText, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** Digits are groups of four decimals (manual: "numeric"; NumericVar of numeric.c). */
const GROUP = 4;
const POSITIVE = 0x0000;
const NEGATIVE = 0x4000;
const SPECIAL: ReadonlyMap<number, string> = new Map([
  [0xc000, 'NaN'],
  [0xd000, 'Infinity'],
  [0xf000, '-Infinity'],
]);
const MAX_SCALE = 16_383;
const SPECIAL_SIGNS: ReadonlyMap<string, number> = new Map([...SPECIAL].map(([sign, text]) => [text, sign]));

function decodeNumeric(bytes: Uint8Array, start: number, end: number): string {
  const cursor = new ByteCursor('numeric', bytes, start, end);
  const count = cursor.uint16();
  const weight = cursor.int16();
  const sign = cursor.uint16();
  const scale = cursor.uint16();
  const groups: number[] = [];
  for (let index = 0; index < count; index++) {
    const group = cursor.uint16();
    if (group > 9999) cursor.fail();
    groups.push(group);
  }
  cursor.finish();
  const special = SPECIAL.get(sign);
  if (special !== undefined) return special;
  if ((sign !== POSITIVE && sign !== NEGATIVE) || scale > MAX_SCALE) cursor.fail();
  return (sign === NEGATIVE ? '-' : '') + decimalText(groups, weight, scale);
}

/** Plain decimals with exactly `scale` of them behind the point. */
function decimalText(groups: readonly number[], weight: number, scale: number): string {
  const groupText = (index: number): string => String(groups[index] ?? 0).padStart(GROUP, '0');
  let whole = '';
  for (let index = 0; groups.length > 0 && index <= weight; index++) whole += groupText(index);
  whole = whole.replace(/^0+/, '') || '0';
  if (scale === 0) return whole;
  let fraction = '';
  for (let index = weight + 1; fraction.length < scale; index++) fraction += index < 0 ? '0000' : groupText(index);
  return `${whole}.${fraction.slice(0, scale)}`;
}

function numericText(value: unknown): string {
  const isNumber = typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
  if (!isNumber) throw wrongKind('numeric', 'a string, a number or a bigint');
  return String(value);
}

function encodeNumeric(value: unknown): Uint8Array {
  const text = numericText(value);
  const special = SPECIAL_SIGNS.get(text);
  if (special !== undefined) {
    return new ByteBuilder()
      .int16(0)
      .int16(0)
      .int16(special)
      .int16(text === 'NaN' ? 0 : 0x20)
      .take();
  }
  const [, minus, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)([0-9]*)\.?([0-9]*)(?:[eE]([+-]?[0-9]{1,6}))?$/.exec(text) ?? [];
  if (minus === undefined || whole + fraction === '') throw wrongKind('numeric', 'a decimal number');
  return encodeDecimal(minus === '-', whole, fraction, Number(exponent));
}

function encodeDecimal(isNegative: boolean, whole: string, fraction: string, exponent: number): Uint8Array {
  const point = whole.length + exponent;
  const scale = Math.max(fraction.length - exponent, 0);
  if (scale > MAX_SCALE || point > 131_072) throw wrongKind('numeric', 'within the range of numeric');
  const digits = whole + fraction;
  // The point must fall between two groups.
  const before = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '';
  const after = point > 0 ? digits.slice(point) : '0'.repeat(-point) + digits;
  const aligned =
    before.padStart(Math.ceil(before.length / GROUP) * GROUP, '0') +
    after.padEnd(Math.ceil(after.length / GROUP) * GROUP, '0');
  const groups = (aligned.match(/[0-9]{4}/g) ?? []).map(Number);
  let weight = Math.ceil(before.length / GROUP) - 1;
  while (groups[0] === 0) {
    groups.shift();
    weight -= 1;
  }
  while (groups.at(-1) === 0) groups.pop();
  const builder = new ByteBuilder().int16(groups.length).int16(groups.length === 0 ? 0 : weight);
  builder.int16(isNegative && groups.length > 0 ? NEGATIVE : POSITIVE).int16(scale);
  for (const group of groups) builder.int16(group);
  return builder.take();
}

/** numeric as its exact decimal text, which is what it is asked for in: nothing is left to compute then. */
export const numericCodecs: readonly TypeCodec[] = [
  {
    oid: 1700,
    arrayOid: 1231,
    name: 'numeric',
    preferredFormat: 0,
    decodeText: asciiText,
    decodeBinary: decodeNumeric,
    encodeText: numericText,
    encodeBinary: encodeNumeric,
  },
  {
    // Text depends on lc_monetary, binary is the smallest unit: only the text says what it is worth.
    oid: 790,
    arrayOid: 791,
    name: 'money',
    preferredFormat: 0,
    decodeText: decodeUtf8Strict,
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor('money', bytes, start, end);
      const units = cursor.int64();
      cursor.finish();
      return units;
    },
    encodeText: numericText,
    encodeBinary(value) {
      if (typeof value !== 'bigint') throw wrongKind('money', 'a bigint of the smallest unit');
      return new ByteBuilder().int64(value).take();
    },
  },
];
