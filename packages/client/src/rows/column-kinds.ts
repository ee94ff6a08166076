import { asciiText, malformed, readFloat32, readFloat64, readInt64 } from '../types/bytes.ts';
import { timestampMicroseconds } from '../types/date-time.ts';
import { parseFloatText } from '../types/float-text.ts';
import { readIsoTimestamp } from '../types/iso-reader.ts';
import type { FieldRanges } from './field-finder.ts';

/** Any integer of so many digits is exact as a number. */
const EXACT_DIGITS = 15;
/** Any integer of so many digits is a small integer of the engine. */
const SHORT_DIGITS = 9;
const POWERS: readonly number[] = Array.from({ length: EXACT_DIGITS - SHORT_DIGITS + 1 }, (_, digits) => 10 ** digits);
/** Which half of an int8 comes first in this machine's typed arrays. */
const LOW_HALF: 0 | 1 = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 0 : 1;

/** How the values of a column of {@link TypedColumns} are stored. */
export type ColumnKind = 'int32' | 'uint32' | 'int64' | 'float64' | 'boolean' | 'timestamp' | 'text' | 'values';

/** Types by OID whose values have a typed array of their own, in both formats. */
const KINDS: Readonly<Partial<Record<number, ColumnKind>>> = {
  16: 'boolean',
  20: 'int64',
  21: 'int32',
  23: 'int32',
  26: 'uint32',
  700: 'float64',
  701: 'float64',
  1114: 'timestamp',
  1184: 'timestamp',
};
/** Types that are the same text in both formats: "char" is none of them. */
const TEXT_OIDS: ReadonlySet<number> = new Set([19, 25, 1042, 1043]);
/** Types whose text is what the registry gives unless told otherwise. */
const TEXT_IN_TEXT_OIDS: ReadonlySet<number> = new Set([1700, 2950, 1082, 1083]);

/** The way to store a column. */
export function kindOf(typeOid: number, format: number): ColumnKind {
  const kind = KINDS[typeOid];
  if (kind !== undefined) return kind;
  if (TEXT_OIDS.has(typeOid)) return 'text';
  return format === 0 && TEXT_IN_TEXT_OIDS.has(typeOid) ? 'text' : 'values';
}

/** A decimal integer of at most ten digits; the caller's array keeps its lowest 32 bits. */
function smallInteger(bytes: Uint8Array, start: number, end: number): number {
  const isNegative = bytes[start] === 0x2d;
  if (end - start > 11) throw malformed('int4');
  const value = digitsOf(bytes, isNegative ? start + 1 : start, end);
  return isNegative ? 0 - value : value;
}

/** At least one decimal digit and nothing else, fewer than a number cannot hold. */
function digitsOf(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) throw malformed('integer');
  const split = end - start <= SHORT_DIGITS ? end : start + SHORT_DIGITS;
  const value = shortDigitsOf(bytes, start, split);
  return split === end ? value : value * (POWERS[end - split] ?? Number.NaN) + shortDigitsOf(bytes, split, end);
}

/** So few digits that the engine needs no float for them. */
function shortDigitsOf(bytes: Uint8Array, start: number, end: number): number {
  let value = 0;
  for (let at = start; at < end; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) throw malformed('integer');
    value = value * 10 + digit;
  }
  return value;
}

export function fillIntegersFromText(
  { bytes, ends, rows, starts }: FieldRanges,
  first: number,
  array: Int32Array | Uint32Array,
  into: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    if (start >= 0) array[into + row] = smallInteger(bytes, start, ends[first + row] ?? start);
  }
}

/** Binary int2 and int4, or oid. */
export function fillIntegersFromBinary(
  { bytes, ends, rows, starts }: FieldRanges,
  first: number,
  array: Int32Array | Uint32Array,
  into: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    if (start < 0) continue;
    const byteLength = (ends[first + row] ?? start) - start;
    if (byteLength !== 2 && byteLength !== 4) throw malformed('int4');
    // The sign is that of the first byte.
    let value = ((bytes[start] ?? 0) << 24) >> 24;
    for (let at = 1; at < byteLength; at++) value = (value << 8) | (bytes[start + at] ?? 0);
    array[into + row] = value;
  }
}

export function fillFloats(
  { bytes, ends, rows, starts }: FieldRanges,
  first: number,
  array: Float64Array,
  into: number,
  format: 'float4 text' | 'float8 text' | 'binary',
): void {
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    if (start < 0) continue;
    const end = ends[first + row] ?? start;
    array[into + row] =
      format === 'binary' ? binaryFloat(bytes, start, end) : parseFloatText('float8', bytes, start, end);
    // The text of a float4 is the shortest that gives it back: it must become that float4 before it widens.
    if (format === 'float4 text') array[into + row] = Math.fround(array[into + row] ?? 0);
  }
}

function binaryFloat(bytes: Uint8Array, start: number, end: number): number {
  if (end - start === 8) return readFloat64(bytes, start);
  if (end - start === 4) return readFloat32(bytes, start);
  throw malformed('float8');
}

/** 1 for true; text is `t` or `f`. */
export function fillBooleans(
  { bytes, rows, starts }: FieldRanges,
  first: number,
  array: Uint8Array,
  into: number,
): void {
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    const byte = start < 0 ? 0 : (bytes[start] ?? 0);
    array[into + row] = byte === 1 || byte === 0x74 ? 1 : 0;
  }
}

/** 1 for NULL. */
export function markNulls({ rows, starts }: FieldRanges, first: number, array: Uint8Array, into: number): void {
  for (let row = 0; row < rows; row++) array[into + row] = starts[first + row] === -1 ? 1 : 0;
}

/** Writes both halves of an int8, so that no bigint is made. */
export function fillBigints(
  { bytes, ends, rows, starts }: FieldRanges,
  first: number,
  array: BigInt64Array,
  into: number,
  format: 'text' | 'binary',
): void {
  const halves = halvesOf(array);
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    if (start < 0) continue;
    const end = ends[first + row] ?? start;
    if (format === 'text' && end - start <= EXACT_DIGITS) {
      const isNegative = bytes[start] === 0x2d;
      const value = digitsOf(bytes, isNegative ? start + 1 : start, end);
      setInt64(halves, into + row, isNegative ? 0 - value : value);
    } else if (format === 'text') {
      array[into + row] = longInteger(bytes, start, end);
    } else {
      if (end - start !== 8) throw malformed('int8');
      array[into + row] = readInt64(bytes, start);
    }
  }
}

/** The same memory, two elements for each. */
function halvesOf(array: BigInt64Array): Int32Array {
  return new Int32Array(array.buffer, array.byteOffset, array.length * 2);
}

/** Stores a safe integer as element `index` of an array of int8s, whose halves are given. */
function setInt64(halves: Int32Array, index: number, value: number): void {
  // Towards minus infinity, as two's complement wants it.
  const high = Math.floor(value * 2 ** -32);
  halves[index * 2 + LOW_HALF] = value - high * 2 ** 32;
  halves[index * 2 + 1 - LOW_HALF] = high;
}

/** Microseconds since 2000-01-01, in UTC where there is an offset. */
export function fillTimestamps(
  { bytes, ends, rows, starts, view }: FieldRanges,
  first: number,
  array: BigInt64Array,
  into: number,
): void {
  const halves = halvesOf(array);
  for (let row = 0; row < rows; row++) {
    const start = starts[first + row] ?? -1;
    if (start < 0) continue;
    const end = ends[first + row] ?? start;
    const microseconds = readIsoTimestamp(bytes, start, end, view);
    if (Number.isNaN(microseconds)) array[into + row] = rareTimestamp(bytes, start, end);
    else setInt64(halves, into + row, microseconds);
  }
}

/** Years before 1714 or after 2285, BC, infinity; the server must write dates in ISO 8601. */
function rareTimestamp(bytes: Uint8Array, start: number, end: number): bigint {
  try {
    return timestampMicroseconds('timestamp', asciiText(bytes, start, end));
  } catch {
    throw malformed('timestamp');
  }
}

function longInteger(bytes: Uint8Array, start: number, end: number): bigint {
  const text = end - start <= 20 ? asciiText(bytes, start, end) : '';
  if (!/^-?[0-9]+$/.test(text)) throw malformed('int8');
  return BigInt(text);
}
