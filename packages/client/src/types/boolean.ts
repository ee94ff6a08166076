import { UsageError } from '../errors.ts';
import { malformed, requireLength } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

const LETTER_T = 0x74;

/** bool as a boolean. */
export const booleanCodecs: readonly TypeCodec[] = [
  {
    oid: 16,
    arrayOid: 1000,
    name: 'bool',
    decodeText: (bytes, start) => bytes[start] === LETTER_T,
    decodeBinary(bytes, start, end) {
      requireLength('bool', start, end, 1);
      const byte = bytes[start] ?? 0;
      if (byte > 1) throw malformed('bool');
      return byte === 1;
    },
    encode(value) {
      if (typeof value === 'boolean') return value ? 't' : 'f';
      if (typeof value === 'string') return value;
      throw new UsageError('a bool parameter must be a boolean or a string');
    },
  },
];
