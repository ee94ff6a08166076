import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { malformed, wrongKind } from './bytes.ts';
import type { TypeCodec } from './codec.ts';

export function requireString(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw wrongKind(name, 'a string, a number, a bigint or a boolean');
}

/** A type whose binary format is its text. */
export function stringCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  return {
    oid,
    arrayOid,
    name,
    preferredFormat: 1,
    decodeText: decodeUtf8Strict,
    decodeBinary: decodeUtf8Strict,
    encodeText: (value) => requireString(name, value),
    encodeBinary: (value) => new TextEncoder().encode(requireString(name, value)),
  };
}

/**
 * A type that is text behind a version byte of 1 in binary: jsonpath, ltree, lquery, ltxtquery.
 *
 * @example
 * ```ts
 * const types = new TypeRegistry().with(versionedTextCodec(oid, arrayOid, 'ltree'));
 * ```
 */
export function versionedTextCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  return {
    ...stringCodec(oid, arrayOid, name),
    decodeBinary(bytes, start, end) {
      if (bytes[start] !== 1) throw malformed(name);
      return decodeUtf8Strict(bytes, start + 1, end);
    },
    encodeBinary: (value) => Uint8Array.of(1, ...new TextEncoder().encode(requireString(name, value))),
  };
}

/** A type that PostgreSQL sends in text only, or whose binary form says less than its text. */
function textOnlyCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  return { ...stringCodec(oid, arrayOid, name), preferredFormat: 0 };
}

/** The one-byte type "char": a byte of 128 and more is shown as a backslash and three octal digits, 0 as nothing. */
const singleByte: TypeCodec = {
  ...stringCodec(18, 1002, 'char'),
  decodeBinary(bytes, start, end) {
    const byte = bytes[start];
    if (byte === undefined || end - start !== 1) throw malformed('char');
    if (byte === 0) return '';
    return byte < 0x80 ? String.fromCharCode(byte) : `\\${byte.toString(8).padStart(3, '0')}`;
  },
  encodeBinary(value) {
    const text = requireString('char', value);
    const octal = /^\\([0-3][0-7]{2})$/.exec(text)?.[1];
    if (octal !== undefined) return Uint8Array.of(Number.parseInt(octal, 8));
    const [byte = 0] = new TextEncoder().encode(text);
    return Uint8Array.of(byte);
  },
};

/** Character types, and whatever else is text. */
export const stringCodecs: readonly TypeCodec[] = [
  stringCodec(25, 1009, 'text'),
  stringCodec(1043, 1015, 'varchar'),
  stringCodec(1042, 1014, 'bpchar'),
  stringCodec(19, 1003, 'name'),
  stringCodec(142, 143, 'xml'),
  stringCodec(1790, 2201, 'refcursor'),
  stringCodec(705, 0, 'unknown'),
  stringCodec(2275, 1263, 'cstring'),
  versionedTextCodec(4072, 4073, 'jsonpath'),
  singleByte,
  textOnlyCodec(1033, 1034, 'aclitem'),
  textOnlyCodec(3642, 3644, 'gtsvector'),
];

/** void: a function that returns nothing has said so. */
export const voidCodec: TypeCodec = { ...textOnlyCodec(2278, 0, 'void'), decodeText: () => '', decodeBinary: () => '' };

/**
 * The types that are an OID in binary and a name in text: the name is what people want, so they are asked for in text.
 */
export const oidAliasCodecs: readonly TypeCodec[] = (
  [
    [24, 1008, 'regproc'],
    [2202, 2207, 'regprocedure'],
    [2203, 2208, 'regoper'],
    [2204, 2209, 'regoperator'],
    [2205, 2210, 'regclass'],
    [2206, 2211, 'regtype'],
    [3734, 3735, 'regconfig'],
    [3769, 3770, 'regdictionary'],
    [4089, 4090, 'regnamespace'],
    [4096, 4097, 'regrole'],
    [4191, 4192, 'regcollation'],
  ] as const
).map(([oid, arrayOid, name]) => ({
  ...textOnlyCodec(oid, arrayOid, name),
  decodeBinary(bytes, start, end): number {
    if (end - start !== 4) throw malformed(name);
    return new DataView(bytes.buffer, bytes.byteOffset + start, 4).getUint32(0);
  },
  encodeBinary(value: unknown): Uint8Array {
    const bytes = new Uint8Array(4);
    if (typeof value !== 'number') throw wrongKind(name, 'an OID');
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  },
}));
