import { ByteBuilder } from './byte-builder.ts';
import { readFloat32, readFloat64, requireLength, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';
import { parseFloatText } from './float-text.ts';

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
