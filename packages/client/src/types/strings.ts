import { decodeUtf8Strict } from '@pg-dblink/protocol';
import { UsageError } from '../errors.ts';
import type { TypeCodec } from './codec.ts';

function encodeString(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  throw new UsageError('a text parameter must be a string, a number, a bigint or a boolean');
}

/** A type whose binary format is its text. */
export function stringCodec(oid: number, arrayOid: number, name: string): TypeCodec {
  return { oid, arrayOid, name, decodeText: decodeUtf8Strict, decodeBinary: decodeUtf8Strict, encode: encodeString };
}

/** Character types, and whatever else is text in both formats. */
export const stringCodecs: readonly TypeCodec[] = [
  stringCodec(25, 1009, 'text'),
  stringCodec(1043, 1015, 'varchar'),
  stringCodec(1042, 1014, 'bpchar'),
  stringCodec(19, 1003, 'name'),
  stringCodec(142, 143, 'xml'),
  stringCodec(1790, 2201, 'refcursor'),
  stringCodec(705, 0, 'unknown'),
  stringCodec(2275, 1263, 'cstring'),
];
