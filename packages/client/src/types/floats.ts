import { UsageError } from '../errors.ts';
import { asciiText, malformed, readFloat32, readFloat64, requireLength } from './bytes.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';

/** Powers of ten that a float8 holds exactly. */
const EXACT_POWERS = 22;
const POWERS: readonly number[] = Array.from({ length: EXACT_POWERS + 1 }, (_, exponent) => Number(`1e${exponent}`));
/** Up to 15 digits are an exact integer: one division by an exact power is then rounded correctly (Clinger 1990). */
const EXACT_DIGITS = 15;

/** Text that is not plain digits with a point: exponents, NaN, infinities, many digits. */
function decodeSlowly(name: string, bytes: Uint8Array, start: number, end: number): number {
  const text = end - start <= 32 ? asciiText(bytes, start, end) : '';
  const value = Number(text);
  if (text.trim() === '' || (Number.isNaN(value) && text !== 'NaN')) throw malformed(name);
  return value;
}

function decodeFloatText(name: string): DecodeValue {
  return (bytes, start, end) => {
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
      if (digit < 0 || digit > 9 || digits === EXACT_DIGITS) return decodeSlowly(name, bytes, start, end);
      value = value * 10 + digit;
      digits++;
      if (scale >= 0) scale++;
    }
    if (digits === 0) return decodeSlowly(name, bytes, start, end);
    const exact = scale > 0 ? value / (POWERS[scale] ?? 1) : value;
    return isNegative ? -exact : exact;
  };
}

/** A float4's text is the shortest that gives the float4 back; as a float8 it must first become that float4. */
function decodeFloat4Text(bytes: Uint8Array, start: number, end: number): number {
  return Math.fround(Number(decodeFloatText('float4')(bytes, start, end)));
}

function encodeFloat(name: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
    if (typeof value === 'bigint') return String(value);
    if (typeof value === 'string') return value;
    throw new UsageError(`a parameter of type ${name} must be a number or a string`);
  };
}

/** Floating point as a number; a float4 widens exactly. */
export const floatCodecs: readonly TypeCodec[] = [
  {
    oid: 700,
    arrayOid: 1021,
    name: 'float4',
    decodeText: decodeFloat4Text,
    decodeBinary(bytes, start, end) {
      requireLength('float4', start, end, 4);
      return readFloat32(bytes, start);
    },
    encode: encodeFloat('float4'),
  },
  {
    oid: 701,
    arrayOid: 1022,
    name: 'float8',
    decodeText: decodeFloatText('float8'),
    decodeBinary(bytes, start, end) {
      requireLength('float8', start, end, 8);
      return readFloat64(bytes, start);
    },
    encode: encodeFloat('float8'),
  },
];
