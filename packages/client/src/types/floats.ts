import { ByteBuilder } from './byte-builder.ts';
import { asciiText, malformed, readFloat32, readFloat64, requireLength, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** Powers of ten that a float8 holds exactly. */
const EXACT_POWERS = 22;
const POWERS: readonly number[] = Array.from({ length: EXACT_POWERS + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** Up to 15 digits are an exact integer: one division by an exact power is then rounded correctly (Clinger 1990). */
const EXACT_DIGITS = 15;
/** No float's text is longer. */
const MAX_TEXT_BYTES = 32;

/** Text that is not plain digits with a point: exponents, NaN, infinities, many digits. */
function parseSlowly(name: string, bytes: Uint8Array, start: number, end: number): number {
  const text = end - start <= MAX_TEXT_BYTES ? asciiText(bytes, start, end) : '';
  const value = Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw malformed(name);
  return value;
}

function parseFloatText(name: string, bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d;
  let digits = 0;
  let scale = -1;
  let value = 0;
  for (let at = isNegative ? start + 1 : start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x2e && scale < 0) {
      scale = 0;
      continue;
    }
    const digit = byte - 0x30;
    if (digit < 0 || digit > 9 || digits === EXACT_DIGITS) return parseSlowly(name, bytes, start, end);
    value = value * 10 + digit;
    digits++;
    if (scale >= 0) scale++;
  }
  if (digits === 0) return parseSlowly(name, bytes, start, end);
  const exact = scale > 0 ? value / (POWERS[scale] ?? 1) : value;
  return isNegative ? -exact : exact;
}

/** As PostgreSQL writes it: `1e+100`, `-0`, `NaN`, `Infinity`. */
export function floatText(name: string, value: unknown): string {
  if (typeof value !== 'number') throw wrongKind(name, 'a number');
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Floating point as a number; a float4 widens exactly. */
export const floatCodecs: readonly TypeCodec[] = [
  {
    oid: 700,
    arrayOid: 1021,
    name: 'float4',
    preferredFormat: 1,
    // The text is the shortest that gives the float4 back: it must become that float4 before it widens.
    decodeText: (bytes, start, end) => Math.fround(parseFloatText('float4', bytes, start, end)),
    decodeBinary(bytes, start, end) {
      requireLength('float4', start, end, 4);
      return readFloat32(bytes, start);
    },
    encodeText: (value) => floatText('float4', value),
    encodeBinary: (value) => new ByteBuilder().float32(Number(floatText('float4', value))).take(),
  },
  {
    oid: 701,
    arrayOid: 1022,
    name: 'float8',
    preferredFormat: 1,
    decodeText: (bytes, start, end) => parseFloatText('float8', bytes, start, end),
    decodeBinary(bytes, start, end) {
      requireLength('float8', start, end, 8);
      return readFloat64(bytes, start);
    },
    encodeText: (value) => floatText('float8', value),
    encodeBinary: (value) => new ByteBuilder().float64(Number(floatText('float8', value))).take(),
  },
];
