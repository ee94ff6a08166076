import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { ByteBuilder } from './byte-builder.ts';
import { ByteCursor } from './byte-cursor.ts';
import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

const PAIR = /\s*"((?:[^"\\]|\\.)*)"\s*=>\s*(?:NULL|"((?:[^"\\]|\\.)*)")\s*(,|$)/gsy;

function withoutEscapes(text: string): string {
  return text.replace(/\\(.)/gs, '$1');
}

function quote(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

function requireMap(value: unknown): ReadonlyMap<string, string | null> {
  if (!(value instanceof Map)) throw wrongKind('hstore', 'a Map of strings');
  return value as ReadonlyMap<string, string | null>;
}

/**
 * The codec of hstore as a Map, NULL as null. Its OID is that of your database: look it up in pg_type.
 *
 * @example
 * ```ts
 * const types = new TypeRegistry().with(hstoreCodec(oid, arrayOid));
 * ```
 */
export function hstoreCodec(oid: number, arrayOid: number): TypeCodec {
  return {
    oid,
    arrayOid,
    name: 'hstore',
    preferredFormat: 1,
    decodeText(bytes, start, end) {
      const text = decodeUtf8Strict(bytes, start, end);
      const map = new Map<string, string | null>();
      let at = 0;
      for (const { 0: pair, 1: key = '', 2: value } of text.matchAll(PAIR)) {
        map.set(withoutEscapes(key), value === undefined ? null : withoutEscapes(value));
        at += pair.length;
      }
      if (at !== text.length) throw malformed('hstore');
      return map;
    },
    decodeBinary(bytes, start, end) {
      const cursor: ByteCursor = new ByteCursor('hstore', bytes, start, end);
      const map = new Map<string, string | null>();
      for (let left = cursor.count(8); left > 0; left--) {
        const key = cursor.value(decodeUtf8Strict);
        if (key === null) cursor.fail();
        map.set(key, cursor.value(decodeUtf8Strict));
      }
      cursor.finish();
      return map;
    },
    encodeText: (value) =>
      Array.from(requireMap(value), ([key, item]) => `${quote(key)}=>${item === null ? 'NULL' : quote(item)}`).join(
        ', ',
      ),
    encodeBinary(value) {
      const map = requireMap(value);
      const encoder = new TextEncoder();
      const builder = new ByteBuilder().int32(map.size);
      for (const [key, item] of map) {
        builder.value(encoder.encode(key)).value(item === null ? null : encoder.encode(item));
      }
      return builder.take();
    },
  };
}
