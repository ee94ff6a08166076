import { malformed, requireLength, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

const LETTER_T = 0x74;

function requireBoolean(value: unknown): boolean {
  if (typeof value !== 'boolean') throw wrongKind('bool', 'a boolean');
  return value;
}

/** bool as a boolean. */
export const booleanCodecs: readonly TypeCodec[] = [
  {
    oid: 16,
    arrayOid: 1000,
    name: 'bool',
    preferredFormat: 1,
    decodeText: (bytes, start) => bytes[start] === LETTER_T,
    decodeBinary(bytes, start, end) {
      requireLength('bool', start, end, 1);
      const byte = bytes[start] ?? 0;
      if (byte > 1) throw malformed('bool');
      return byte === 1;
    },
    encodeText: (value) => (requireBoolean(value) ? 't' : 'f'),
    encodeBinary: (value) => Uint8Array.of(requireBoolean(value) ? 1 : 0),
  },
];
