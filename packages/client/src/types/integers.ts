import { ByteBuilder } from './byte-builder.ts';
import {
  asciiText,
  int64Of,
  malformed,
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  readUint64,
  requireLength,
  wrongKind,
} from './bytes.ts';
import type { DecodeValue, TypeCodec } from './codec.ts';
import { lastDigits } from './four-digits.ts';

/** Decimal digits that a number holds exactly, sign apart. */
const SAFE_DIGITS = 15;
/** Digits in two words of memory. */
const WORDS = 8;

/** A decoder of decimal digits, with a sign or without, into a number. */
interface DecimalInteger extends DecodeValue {
  readonly isDecimalInteger: true;
}

/** Whether a decoder does nothing but read decimal digits: a loop over many columns does that itself. */
export function isDecimalInteger(decode: DecodeValue): boolean {
  return 'isDecimalInteger' in decode;
}

/** Decimal text to a number without a string in between. */
function decodeNumber(name: string): DecodeValue {
  const decode: DecodeValue = (bytes, start, end, view) => {
    const byteLength = end - start;
    // In a message much lies in front of a value: the words that it ends in are never cut off.
    if (view !== undefined && byteLength > 0 && byteLength <= WORDS && end >= WORDS) {
      const lower = lastDigits(view, end, Math.min(byteLength, 4));
      const upper = byteLength > 4 ? lastDigits(view, end - 4, byteLength - 4) : 0;
      if ((lower | upper) >= 0) return upper * 10_000 + lower;
    }
    const isNegative = bytes[start] === 0x2d;
    const at = isNegative ? start + 1 : start;
    if (at === end || end - at > SAFE_DIGITS) throw malformed(name);
    const value = readDigits(name, bytes, at, end);
    return isNegative ? 0 - value : value;
  };
  const marked: DecimalInteger = Object.assign(decode, { isDecimalInteger: true as const });
  return marked;
}

function readDigits(name: string, bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) throw malformed(name);
    value = value * 10 + digit;
  }
  return value;
}

/** Decimal text to a bigint without a string in between, as far as the digits are those of an exact number. */
function decodeBigint(name: string): DecodeValue {
  return (bytes, start, end) => {
    const isNegative = bytes[start] === 0x2d;
    const first = isNegative ? start + 1 : start;
    if (first === end || end - first > SAFE_DIGITS) return parseBigint(name, bytes, start, end);
    const value = readDigits(name, bytes, first, end);
    const high = Math.floor(value / 2 ** 32);
    const low = value - high * 2 ** 32;
    if (!isNegative) return int64Of(high, low);
    // Two's complement of both halves.
    return low === 0 ? int64Of(-high, 0) : int64Of(~high, -low);
  };
}

function parseBigint(name: string, bytes: Uint8Array, start: number, end: number): bigint {
  const text = end - start <= 20 ? asciiText(bytes, start, end) : '';
  if (!/^-?[0-9]+$/.test(text)) throw malformed(name);
  return BigInt(text);
}

/** The text of a plain number in the range of its type, without a detour by way of bigint; undefined for others. */
function plainText(value: unknown, least: number, greatest: number): string | undefined {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > greatest) return undefined;
  return String(value);
}

/** An integer in the range of its type, as a bigint. */
function integerOf(name: string, value: unknown, least: bigint, greatest: bigint): bigint {
  const isInteger = typeof value === 'bigint' || (typeof value === 'number' && Number.isInteger(value));
  if (!isInteger) throw wrongKind(name, 'an integer or a bigint');
  const integer = BigInt(value);
  if (integer < least || integer > greatest) throw wrongKind(name, `from ${least} to ${greatest}`);
  return integer;
}

interface IntegerType {
  readonly oid: number;
  readonly arrayOid: number;
  readonly name: string;
  readonly bits: 16 | 32 | 64;
  readonly isSigned: boolean;
  readonly read: (bytes: Uint8Array, at: number) => number | bigint;
}

function integerCodec({ arrayOid, bits, isSigned, name, oid, read }: IntegerType): TypeCodec {
  const least = isSigned ? -(2n ** BigInt(bits - 1)) : 0n;
  const greatest = (isSigned ? 2n ** BigInt(bits - 1) : 2n ** BigInt(bits)) - 1n;
  const [leastNumber, greatestNumber] = [Number(least), Number(greatest)];
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: bits === 64 ? decodeBigint(name) : decodeNumber(name),
    decodeBinary(bytes, start, end) {
      requireLength(name, start, end, bits / 8);
      return read(bytes, start);
    },
    encodeText: (value) =>
      plainText(value, leastNumber, greatestNumber) ?? String(integerOf(name, value, least, greatest)),
    encodeBinary(value) {
      const integer = integerOf(name, value, least, greatest);
      if (bits === 64) return new ByteBuilder().int64(BigInt.asIntN(64, integer)).take();
      if (bits === 32) return new ByteBuilder().int32(Number(integer) | 0).take();
      return new ByteBuilder().int16(Number(integer)).take();
    },
  };
}

/** Integers: a number where every value of the type fits, else a bigint. */
export const integerCodecs: readonly TypeCodec[] = [
  integerCodec({ oid: 21, arrayOid: 1005, name: 'int2', bits: 16, isSigned: true, read: readInt16 }),
  integerCodec({ oid: 23, arrayOid: 1007, name: 'int4', bits: 32, isSigned: true, read: readInt32 }),
  integerCodec({ oid: 20, arrayOid: 1016, name: 'int8', bits: 64, isSigned: true, read: readInt64 }),
  integerCodec({ oid: 26, arrayOid: 1028, name: 'oid', bits: 32, isSigned: false, read: readUint32 }),
  integerCodec({ oid: 28, arrayOid: 1011, name: 'xid', bits: 32, isSigned: false, read: readUint32 }),
  integerCodec({ oid: 29, arrayOid: 1012, name: 'cid', bits: 32, isSigned: false, read: readUint32 }),
  integerCodec({ oid: 5069, arrayOid: 271, name: 'xid8', bits: 64, isSigned: false, read: readUint64 }),
];
