import { UsageError } from '../errors.ts';
import {
  asciiText,
  malformed,
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  readUint64,
  requireLength,
} from './bytes.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';

/** Decimal digits that a number holds exactly, sign apart. */
const SAFE_DIGITS = 15;

/** Decimal text to a number without a string in between. */
function decodeNumber(name: string): DecodeValue {
  return (bytes, start, end) => {
    const isNegative = bytes[start] === 0x2d;
    let at = isNegative ? start + 1 : start;
    if (at === end || end - at > SAFE_DIGITS) throw malformed(name);
    let value = 0;
    for (; at < end; at++) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) throw malformed(name);
      value = value * 10 + digit;
    }
    return isNegative ? -value : value;
  };
}

function decodeBigint(name: string): DecodeValue {
  return (bytes, start, end) => {
    const text = end - start <= 20 ? asciiText(bytes, start, end) : '';
    if (!/^-?[0-9]+$/.test(text)) throw malformed(name);
    return BigInt(text);
  };
}

function encodeInteger(name: string): (value: unknown) => string {
  return (value) => {
    if (typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value))) return String(value);
    if (typeof value === 'string') return value;
    throw new UsageError(`a parameter of type ${name} must be an integer, a bigint or a string`);
  };
}

function fixed(name: string, byteLength: number, read: (bytes: Uint8Array, at: number) => unknown): DecodeValue {
  return (bytes, start, end) => {
    requireLength(name, start, end, byteLength);
    return read(bytes, start);
  };
}

function small(
  oid: number,
  arrayOid: number,
  name: string,
  byteLength: number,
  read: (bytes: Uint8Array, at: number) => number,
): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    decodeText: decodeNumber(name),
    decodeBinary: fixed(name, byteLength, read),
    encode: encodeInteger(name),
  };
}

function big(oid: number, arrayOid: number, name: string, read: (bytes: Uint8Array, at: number) => bigint): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    decodeText: decodeBigint(name),
    decodeBinary: fixed(name, 8, read),
    encode: encodeInteger(name),
  };
}

/** Integers: a number where every value fits, else a bigint. */
export const integerCodecs: readonly TypeCodec[] = [
  small(21, 1005, 'int2', 2, readInt16),
  small(23, 1007, 'int4', 4, readInt32),
  small(26, 1028, 'oid', 4, readUint32),
  small(28, 1011, 'xid', 4, readUint32),
  small(29, 1012, 'cid', 4, readUint32),
  big(20, 1016, 'int8', readInt64),
  big(5069, 271, 'xid8', readUint64),
];
