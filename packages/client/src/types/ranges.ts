import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** A range of `T`; a bound of null is no bound (manual: "Range Types"). */
export type Range<T = unknown> =
  | { readonly isEmpty: true }
  | {
      readonly isEmpty: false;
      readonly lower: T | null;
      readonly upper: T | null;
      readonly lowerInclusive: boolean;
      readonly upperInclusive: boolean;
    };

const EMPTY = 0x01;
const LOWER_INCLUSIVE = 0x02;
const UPPER_INCLUSIVE = 0x04;
const LOWER_INFINITE = 0x08;
const UPPER_INFINITE = 0x10;
const NOTHING: Range = { isEmpty: true };

/**
 * The codec of ranges over a type.
 *
 * @example
 * ```ts
 * const floatRange = rangeCodec(oid, arrayOid, 'floatrange', float8);
 * ```
 */
export function rangeCodec(oid: number, arrayOid: number, name: string, bound: TypeCodec): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: (bytes, start, end) => parseRange(name, bound, decodeUtf8Strict(bytes, start, end)),
    decodeBinary: (bytes, start, end) => readRange(name, bound, bytes, start, end),
    encodeText: (value) => rangeText(name, bound, value),
    encodeBinary: (value) => rangeBytes(name, bound, value),
  };
}

/**
 * The codec of multiranges: arrays of ranges.
 *
 * @example
 * ```ts
 * const floatRange = rangeCodec(oid, arrayOid, 'floatrange', float8);
 * const floatMultirange = multirangeCodec(multirangeOid, multirangeArrayOid, 'floatmultirange', floatRange);
 * ```
 */
export function multirangeCodec(oid: number, arrayOid: number, name: string, range: TypeCodec): TypeCodec {
  const requireRanges = (value: unknown): readonly unknown[] => {
    if (!Array.isArray(value)) throw wrongKind(name, 'an array of ranges');
    return value;
  };
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText(bytes, start, end) {
      const text = decodeUtf8Strict(bytes, start, end);
      if (!text.startsWith('{') || !text.endsWith('}')) throw malformed(name);
      return splitRanges(name, text.slice(1, -1)).map((part) => {
        const encoded = new TextEncoder().encode(part);
        return range.decodeText(encoded, 0, encoded.length);
      });
    },
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      const ranges = Array.from({ length: cursor.count(5) }, () => cursor.value(range.decodeBinary));
      cursor.finish();
      return ranges;
    },
    encodeText: (value) =>
      `{${requireRanges(value)
        .map((item) => range.encodeText(item))
        .join()}}`,
    encodeBinary(value) {
      const ranges = requireRanges(value);
      const builder = new ByteBuilder().int32(ranges.length);
      for (const item of ranges) builder.value(range.encodeBinary(item));
      return builder.take();
    },
  };
}

/** Cuts `[1,3),[5,7)` behind each closing bracket outside quotes. */
function splitRanges(name: string, text: string): readonly string[] {
  const parts: string[] = [];
  let from = 0;
  let quote: 'outside' | 'inside' = 'outside';
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') quote = quote === 'outside' ? 'inside' : 'outside';
    else if (quote === 'outside' && (character === ')' || character === ']')) {
      parts.push(text.slice(from, at + 1));
      if (at + 1 < text.length && text[at + 1] !== ',') throw malformed(name);
      from = at + 2;
    }
  }
  if (from < text.length) throw malformed(name);
  return parts;
}

function parseRange(name: string, bound: TypeCodec, text: string): Range {
  if (text === 'empty') return NOTHING;
  const open = text[0];
  const close = text.at(-1);
  if ((open !== '[' && open !== '(') || (close !== ']' && close !== ')')) throw malformed(name);
  const [lower, upper, ...more] = splitBounds(text.slice(1, -1));
  if (lower === undefined || upper === undefined || more.length > 0) throw malformed(name);
  const decode = (part: Bound): unknown => {
    if (part === null) return null;
    const encoded = new TextEncoder().encode(part);
    return bound.decodeText(encoded, 0, encoded.length);
  };
  return {
    isEmpty: false,
    lower: decode(lower),
    upper: decode(upper),
    lowerInclusive: open === '[',
    upperInclusive: close === ']',
  };
}

/** A bound's text; null when nothing stands there, not even quotes. */
type Bound = string | null;

/** Cuts at commas outside quotes and takes quotes and backslashes away. */
function splitBounds(text: string): readonly Bound[] {
  const bounds: Bound[] = [];
  let current: Bound = null;
  let quote: 'outside' | 'inside' = 'outside';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] ?? '';
    if (character === '\\') {
      at += 1;
      current = (current ?? '') + (text[at] ?? '');
    } else if (character === '"' && quote === 'inside' && text[at + 1] === '"') {
      at += 1;
      current = `${current ?? ''}"`;
    } else if (character === '"') {
      quote = quote === 'outside' ? 'inside' : 'outside';
      current ??= '';
    } else if (character === ',' && quote === 'outside') {
      bounds.push(current);
      current = null;
    } else {
      current = (current ?? '') + character;
    }
  }
  bounds.push(current);
  return bounds;
}

function readRange(name: string, bound: TypeCodec, bytes: Uint8Array, start: number, end: number): Range {
  const cursor = new ByteCursor(name, bytes, start, end);
  const flags = cursor.byte();
  if (flags & EMPTY) {
    cursor.finish();
    return NOTHING;
  }
  const lower = flags & LOWER_INFINITE ? null : cursor.value(bound.decodeBinary);
  const upper = flags & UPPER_INFINITE ? null : cursor.value(bound.decodeBinary);
  cursor.finish();
  return {
    isEmpty: false,
    lower,
    upper,
    lowerInclusive: (flags & LOWER_INCLUSIVE) !== 0,
    upperInclusive: (flags & UPPER_INCLUSIVE) !== 0,
  };
}

function requireRange(name: string, value: unknown): Range {
  if (typeof value !== 'object' || value === null || !('isEmpty' in value)) throw wrongKind(name, 'a range object');
  return value as Range;
}

function rangeText(name: string, bound: TypeCodec, value: unknown): string {
  const range = requireRange(name, value);
  if (range.isEmpty) return 'empty';
  const shown = (item: unknown): string => {
    if (item === null) return '';
    const text = typeof item === 'string' ? item : bound.encodeText(item);
    return `"${text.replace(/["\\]/g, '\\$&')}"`;
  };
  const open = range.lowerInclusive ? '[' : '(';
  return `${open}${shown(range.lower)},${shown(range.upper)}${range.upperInclusive ? ']' : ')'}`;
}

function rangeBytes(name: string, bound: TypeCodec, value: unknown): Uint8Array {
  const range = requireRange(name, value);
  const builder = new ByteBuilder();
  if (range.isEmpty) return builder.byte(EMPTY).take();
  const { lower, lowerInclusive, upper, upperInclusive } = range;
  builder.byte(
    (lowerInclusive && lower !== null ? LOWER_INCLUSIVE : 0) |
      (upperInclusive && upper !== null ? UPPER_INCLUSIVE : 0) |
      (lower === null ? LOWER_INFINITE : 0) |
      (upper === null ? UPPER_INFINITE : 0),
  );
  for (const item of [lower, upper]) if (item !== null) builder.value(bound.encodeBinary(item));
  return builder.take();
}
