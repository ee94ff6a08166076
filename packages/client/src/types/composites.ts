import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

/** One attribute of a composite type. */
export interface CompositeField {
  readonly name: string;
  readonly codec: TypeCodec;
}

/**
 * The codec of a composite type of yours, as objects by attribute name (manual: "Composite Types"). Its OID is that of
 * your database: look it up in pg_type.
 *
 * @example
 * ```ts
 * const complex = compositeCodec(oid, arrayOid, 'complex', [{ name: 're', codec: float8 }, { name: 'im', codec: float8 }]);
 * const types = new TypeRegistry().with(complex, arrayCodec(complex));
 * ```
 */
export function compositeCodec(
  oid: number,
  arrayOid: number,
  name: string,
  fields: readonly CompositeField[],
): TypeCodec {
  const valuesOf = (value: unknown): readonly unknown[] => {
    if (typeof value !== 'object' || value === null) throw wrongKind(name, 'an object by attribute name');
    return fields.map((field) => (value as Record<string, unknown>)[field.name] ?? null);
  };
  const objectOf = (values: readonly unknown[]): object =>
    Object.fromEntries(fields.map((field, index) => [field.name, values[index] ?? null]));
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText(bytes, start, end) {
      const parts = parseRecordText(name, decodeUtf8Strict(bytes, start, end));
      if (parts.length !== fields.length && !(fields.length === 0 && parts.length === 1)) throw malformed(name);
      return objectOf(fields.map(({ codec }, index) => decodePart(codec, parts[index] ?? null)));
    },
    decodeBinary(bytes, start, end) {
      const cursor = new ByteCursor(name, bytes, start, end);
      if (cursor.count(8) !== fields.length) cursor.fail();
      const values = fields.map(({ codec }) => {
        cursor.uint32();
        return cursor.value(codec.decodeBinary);
      });
      cursor.finish();
      return objectOf(values);
    },
    encodeText: (value) => recordText(valuesOf(value).map((item, index) => encodePart(fields[index]?.codec, item))),
    encodeBinary(value) {
      const builder = new ByteBuilder().int32(fields.length);
      for (const [index, item] of valuesOf(value).entries()) {
        const codec = fields[index]?.codec;
        if (codec === undefined) throw wrongKind(name, 'an object by attribute name');
        builder.int32(codec.oid | 0).value(item === null ? null : codec.encodeBinary(item));
      }
      return builder.take();
    },
  };
}

function decodePart(codec: TypeCodec, part: string | null): unknown {
  if (part === null) return null;
  const encoded = new TextEncoder().encode(part);
  return codec.decodeText(encoded, 0, encoded.length);
}

function encodePart(codec: TypeCodec | undefined, value: unknown): string | null {
  if (value === null || codec === undefined) return null;
  return typeof value === 'string' ? value : codec.encodeText(value);
}

/** A row constructor's text: what needs quotes gets them, quotes and backslashes are doubled. */
export function recordText(parts: readonly (string | null)[]): string {
  const quoted = parts.map((part) => {
    if (part === null) return '';
    return part === '' || /[",()\\\s]/.test(part) ? `"${part.replace(/["\\]/g, '$&$&')}"` : part;
  });
  return `(${quoted.join()})`;
}

/** The fields of a record's text; null for NULL, which is nothing between two commas. */
export function parseRecordText(name: string, text: string): readonly (string | null)[] {
  const inner = /^\s*\((.*)\)\s*$/s.exec(text)?.[1];
  if (inner === undefined) throw malformed(name);
  const fields: (string | null)[] = [];
  let current: string | null = null;
  let quote: 'outside' | 'inside' = 'outside';
  for (let at = 0; at < inner.length; at++) {
    const character = inner[at] ?? '';
    if (character === '\\') {
      at += 1;
      current = (current ?? '') + (inner[at] ?? '');
    } else if (character === '"' && quote === 'inside' && inner[at + 1] === '"') {
      at += 1;
      current = `${current ?? ''}"`;
    } else if (character === '"') {
      quote = quote === 'outside' ? 'inside' : 'outside';
      current ??= '';
    } else if (character === ',' && quote === 'outside') {
      fields.push(current);
      current = null;
    } else {
      current = (current ?? '') + character;
    }
  }
  if (quote === 'inside') throw malformed(name);
  fields.push(current);
  return fields;
}

/** Records nest: what a hostile server nests deeper is refused. */
const MAX_DEPTH = 32;

/**
 * The codec of anonymous records: arrays. In text only the fields' texts are known; in binary each field comes with its
 * type and is decoded by it.
 */
export function recordCodec(find: (oid: number) => TypeCodec | undefined): TypeCodec {
  const decodeRecord = (bytes: Uint8Array, start: number, end: number, depth: number): unknown[] => {
    const cursor = new ByteCursor('record', bytes, start, end);
    if (depth > MAX_DEPTH) cursor.fail();
    const values = Array.from({ length: cursor.count(8) }, () => {
      const oid = cursor.uint32();
      return cursor.value((field, from, to) =>
        oid === 2249 ? decodeRecord(field, from, to, depth + 1) : (find(oid)?.decodeBinary ?? copyOf)(field, from, to),
      );
    });
    cursor.finish();
    return values;
  };
  return {
    oid: 2249,
    arrayOid: 2287,
    name: 'record',
    preferredFormat: 1,
    decodeText: (bytes, start, end) => parseRecordText('record', decodeUtf8Strict(bytes, start, end)),
    decodeBinary: (bytes, start, end) => decodeRecord(bytes, start, end, 0),
    encodeText() {
      throw wrongKind('record', 'of a named type to be a parameter');
    },
    encodeBinary() {
      throw wrongKind('record', 'of a named type to be a parameter');
    },
  };
}

function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}
