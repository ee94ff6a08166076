import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

const BACKSLASH = 0x5c;
const LETTER_X = 0x78;

/** bytea's hex format: `\x` and two lower-case digits a byte. */
export function byteaText(bytes: Uint8Array): string {
  let text = '\\x';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) throw malformed('bytea');
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  if (lower >= 0x61 && lower <= 0x66) return lower - 0x57;
  throw malformed('bytea');
}

function decodeHex(bytes: Uint8Array, start: number, end: number): Uint8Array {
  if ((end - start) % 2 !== 0) throw malformed('bytea');
  const value = new Uint8Array((end - start) / 2);
  for (let index = 0; index < value.length; index++) {
    const at = start + index * 2;
    value[index] = hexDigit(bytes[at]) * 16 + hexDigit(bytes[at + 1]);
  }
  return value;
}

/** The format of `bytea_output = escape`: `\\` and three octal digits stand for bytes that are not printable. */
function decodeEscape(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const value = new Uint8Array(end - start);
  let length = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte !== BACKSLASH) {
      value[length++] = byte;
    } else if (bytes[at + 1] === BACKSLASH) {
      value[length++] = BACKSLASH;
      at += 1;
    } else {
      const octal = String.fromCharCode(bytes[at + 1] ?? 0, bytes[at + 2] ?? 0, bytes[at + 3] ?? 0);
      if (at + 3 >= end || !/^[0-3][0-7]{2}$/.test(octal)) throw malformed('bytea');
      value[length++] = Number.parseInt(octal, 8);
      at += 3;
    }
  }
  return value.slice(0, length);
}

function requireBytes(value: unknown): Uint8Array {
  if (!(value instanceof Uint8Array)) throw wrongKind('bytea', 'a Uint8Array');
  return value;
}

/** bytea as bytes of their own. */
export const byteaCodecs: readonly TypeCodec[] = [
  {
    oid: 17,
    arrayOid: 1001,
    name: 'bytea',
    preferredFormat: 1,
    parameterFormat: 1,
    decodeText: (bytes, start, end) =>
      bytes[start] === BACKSLASH && bytes[start + 1] === LETTER_X
        ? decodeHex(bytes, start + 2, end)
        : decodeEscape(bytes, start, end),
    decodeBinary: (bytes, start, end) => new Uint8Array(bytes.subarray(start, end)),
    encodeText: (value) => byteaText(requireBytes(value)),
    encodeBinary: (value) => requireBytes(value),
  },
];
