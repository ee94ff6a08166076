import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { parseArrayText } from './array-parse.ts';
import { arrayText, dimensionsOf } from './array-text.ts';
import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';
import { lowerBoundsOf, withLowerBounds } from './lower-bounds.ts';
import { textual } from './textual.ts';

const MAX_DIMENSIONS = 6;
const encoder = new TextEncoder();

/**
 * The codec of arrays of a type.
 *
 * @example
 * ```ts
 * const types = new TypeRegistry().with(hstore, arrayCodec(hstore));
 * ```
 */
export function arrayCodec(element: TypeCodec): TypeCodec {
  const name = `${element.name}[]`;
  const delimiter = element.delimiter ?? ',';
  const elementText = (value: unknown): string => (typeof value === 'string' ? value : element.encodeText(value));
  return {
    oid: element.arrayOid,
    arrayOid: 0,
    name,
    preferredFormat: element.preferredFormat,
    decodeText: textual(
      (decodeText) => (bytes, start, end) =>
        parseArrayText(name, decodeText(bytes, start, end), delimiter, (text) => {
          const encoded = encoder.encode(text);
          return element.decodeText(encoded, 0, encoded.length);
        }),
    ),
    decodeBinary: (bytes, start, end) => decodeArray(name, element, bytes, start, end),
    encodeText: (value) => arrayText(requireArray(name, value), elementText, delimiter, lowerBoundsOf(value)),
    encodeBinary: (value) => encodeArray(name, element, requireArray(name, value)),
  };
}

function requireArray(name: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw wrongKind(name, 'an array');
  return value;
}

function decodeArray(name: string, element: TypeCodec, bytes: Uint8Array, start: number, end: number): unknown {
  const cursor = new ByteCursor(name, bytes, start, end);
  const dimensionCount = cursor.int32();
  cursor.int32();
  cursor.int32();
  if (dimensionCount < 0 || dimensionCount > MAX_DIMENSIONS) cursor.fail();
  const lengths: number[] = [];
  const lowerBounds: number[] = [];
  for (let index = 0; index < dimensionCount; index++) {
    lengths.push(cursor.int32());
    lowerBounds.push(cursor.int32());
  }
  const count = dimensionCount === 0 ? 0 : lengths.reduce((product, length) => product * length, 1);
  if (lengths.some((length) => length < 0) || count * 4 > cursor.remaining) cursor.fail();
  const array = count === 0 ? [] : readLevel(cursor, element, lengths, 0);
  cursor.finish();
  return withLowerBounds(array, lowerBounds);
}

function readLevel(cursor: ByteCursor, element: TypeCodec, lengths: readonly number[], level: number): unknown[] {
  const array: unknown[] = [];
  for (let index = 0; index < (lengths[level] ?? 0); index++) {
    array.push(
      level === lengths.length - 1
        ? cursor.value(element.decodeBinary)
        : readLevel(cursor, element, lengths, level + 1),
    );
  }
  return array;
}

function encodeArray(name: string, element: TypeCodec, array: unknown[]): Uint8Array {
  const lengths = dimensionsOf(array);
  const values = lengths.length === 0 ? [] : (array.flat(lengths.length - 1) as unknown[]);
  const count = lengths.reduce((product, length) => product * length, lengths.length === 0 ? 0 : 1);
  if (values.length !== count) throw wrongKind(name, 'an array whose nested arrays have equal lengths');
  const lowerBounds = lowerBoundsOf(array);
  const builder = new ByteBuilder().int32(lengths.length);
  builder.int32(values.some((value) => value === null || value === undefined) ? 1 : 0).int32(element.oid);
  for (const [index, length] of lengths.entries()) builder.int32(length).int32(lowerBounds?.[index] ?? 1);
  for (const value of values) {
    builder.value(value === null || value === undefined ? null : element.encodeBinary(value));
  }
  return builder.take();
}

/** int2vector and oidvector: arrays with another text, blanks between the elements, counted from 0. */
export function vectorCodec(oid: number, arrayOid: number, name: string, element: TypeCodec): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText(bytes, start, end) {
      const text = decodeUtf8Strict(bytes, start, end);
      if (!/^[0-9 -]*$/.test(text)) throw malformed(name);
      return text === '' ? [] : text.split(' ').map(Number);
    },
    decodeBinary: (bytes, start, end) => [...(decodeArray(name, element, bytes, start, end) as unknown[])],
    encodeText: (value) =>
      requireArray(name, value)
        .map((item) => element.encodeText(item))
        .join(' '),
    encodeBinary(value) {
      const array = requireArray(name, value);
      // An empty vector keeps its one dimension.
      if (array.length > 0) return encodeArray(name, element, withLowerBounds([...array], [0]));
      return new ByteBuilder().int32(1).int32(0).int32(element.oid).int32(0).int32(0).take();
    },
  };
}
