import { type DecodeText, RemoteProtocolError, shortAsciiFirst } from '@pg-dblink/protocol';
import { UsageError } from '../errors.ts';

/** Digits, signs and the like: text that is ASCII by definition of its type. */
export const asciiText: DecodeText = shortAsciiFirst((bytes, start, end) => {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
});

/** A value that is not what its type's format says: the server, or a wrong type OID, is to blame. */
export function malformed(typeName: string): RemoteProtocolError {
  return new RemoteProtocolError('invalid-value', `malformed value of type ${typeName}`, 'DataRow');
}

/** A parameter of the wrong kind. */
export function wrongKind(typeName: string, expected: string): UsageError {
  return new UsageError(`a value of type ${typeName} must be ${expected}`);
}

/** Refuses a binary value of the wrong length. */
export function requireLength(typeName: string, start: number, end: number, byteLength: number): void {
  if (end - start !== byteLength) throw malformed(typeName);
}

export function readInt16(bytes: Uint8Array, at: number): number {
  return (((bytes[at] ?? 0) << 24) >> 16) | (bytes[at + 1] ?? 0);
}

export function readUint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}

export function readInt32(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0);
}

export function readUint32(bytes: Uint8Array, at: number): number {
  return readInt32(bytes, at) >>> 0;
}

/** The two halves of a value, on their way to become one: nothing is kept here from one call to the next. */
const halves = new DataView(new ArrayBuffer(8));

/** The int8 whose halves these are; of each its lowest 32 bits count. */
export function int64Of(high: number, low: number): bigint {
  halves.setInt32(0, high);
  halves.setInt32(4, low);
  return halves.getBigInt64(0);
}

export function readInt64(bytes: Uint8Array, at: number): bigint {
  halves.setInt32(0, readInt32(bytes, at));
  halves.setInt32(4, readInt32(bytes, at + 4));
  return halves.getBigInt64(0);
}

export function readUint64(bytes: Uint8Array, at: number): bigint {
  halves.setInt32(0, readInt32(bytes, at));
  halves.setInt32(4, readInt32(bytes, at + 4));
  return halves.getBigUint64(0);
}

export function readFloat64(bytes: Uint8Array, at: number): number {
  halves.setInt32(0, readInt32(bytes, at));
  halves.setInt32(4, readInt32(bytes, at + 4));
  return halves.getFloat64(0);
}

export function readFloat32(bytes: Uint8Array, at: number): number {
  halves.setInt32(0, readInt32(bytes, at));
  return halves.getFloat32(0);
}
