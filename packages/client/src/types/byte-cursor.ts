import { decodeUtf8Strict } from '@pg-dblink/protocol';
import {
  malformed,
  readFloat64,
  readInt16,
  readInt32,
  readInt64,
  readUint16,
  readUint32,
  readUint64,
} from './bytes.ts';

/** Reads a binary value piece by piece and never past its end: what a hostile length would need is not there. */
export class ByteCursor {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #typeName: string;
  #at: number;

  constructor(typeName: string, bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end;
    this.#typeName = typeName;
    this.#at = start;
  }

  get remaining(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)] ?? 0;
  }

  int16(): number {
    return readInt16(this.#bytes, this.#take(2));
  }

  uint16(): number {
    return readUint16(this.#bytes, this.#take(2));
  }

  int32(): number {
    return readInt32(this.#bytes, this.#take(4));
  }

  uint32(): number {
    return readUint32(this.#bytes, this.#take(4));
  }

  int64(): bigint {
    return readInt64(this.#bytes, this.#take(8));
  }

  uint64(): bigint {
    return readUint64(this.#bytes, this.#take(8));
  }

  float64(): number {
    return readFloat64(this.#bytes, this.#take(8));
  }

  /** A count of things that take at least `byteLength` bytes each. */
  count(byteLength: number): number {
    const count = this.int32();
    if (count < 0 || count * byteLength > this.remaining) throw malformed(this.#typeName);
    return count;
  }

  /** Text up to a zero byte. */
  cstring(): string {
    const end = this.#bytes.indexOf(0, this.#at);
    if (end < 0 || end >= this.#end) throw malformed(this.#typeName);
    const text = decodeUtf8Strict(this.#bytes, this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Hands the next `byteLength` bytes to a decoder. */
  decode<T>(byteLength: number, decode: (bytes: Uint8Array, start: number, end: number) => T): T {
    if (byteLength < 0) throw malformed(this.#typeName);
    const start = this.#take(byteLength);
    return decode(this.#bytes, start, start + byteLength);
  }

  /** A value behind its length; null when the length is −1. */
  value<T>(decode: (bytes: Uint8Array, start: number, end: number) => T): T | null {
    const byteLength = this.int32();
    return byteLength === -1 ? null : this.decode(byteLength, decode);
  }

  /** Everything must have been read. */
  finish(): void {
    if (this.#at !== this.#end) throw malformed(this.#typeName);
  }

  fail(): never {
    throw malformed(this.#typeName);
  }

  #take(byteLength: number): number {
    const at = this.#at;
    if (byteLength > this.#end - at) throw malformed(this.#typeName);
    this.#at = at + byteLength;
    return at;
  }
}
