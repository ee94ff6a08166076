import { RemoteProtocolError } from '@pg-dblink/protocol';
import { UsageError } from '../errors.ts';

/** Digits, signs and the like: text that is ASCII by definition of its type. */
export function asciiText(bytes: Uint8Array, start: number, end: number): string {
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] ?? 0);
  return text;
}

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

export function readInt64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readInt32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
}

export function readUint64(bytes: Uint8Array, at: number): bigint {
  return (BigInt(readUint32(bytes, at)) << 32n) | BigInt(readUint32(bytes, at + 4));
}

export function readFloat64(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 8).getFloat64(0);
}

export function readFloat32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getFloat32(0);
}
