/**
 * Builds the bytes of protocol messages for tests, independently of the codec under test: on number arrays, by
 * division instead of shifts, and with a UTF-8 encoder of its own, so that a mistake would have to be made twice.
 */

/** Bytes as numbers from 0 to 255. */
export type ByteList = readonly number[];

function bigEndian(value: number, byteCount: number): number[] {
  const wrapped = value < 0 ? value + 256 ** byteCount : value;
  return Array.from({ length: byteCount }, (_, index) => Math.floor(wrapped / 256 ** (byteCount - 1 - index)) % 256);
}

/** An Int16, or an unsigned count. */
export function int16(value: number): ByteList {
  return bigEndian(value, 2);
}

/** An Int32, or an unsigned OID. */
export function int32(value: number): ByteList {
  return bigEndian(value, 4);
}

/** An Int64, signed or not. */
export function int64(value: bigint): ByteList {
  const wrapped = value < 0n ? value + 2n ** 64n : value;
  return Array.from({ length: 8 }, (_, index) => Number((wrapped / 256n ** BigInt(7 - index)) % 256n));
}

/** The UTF-8 bytes of well-formed text. */
export function utf8(text: string): ByteList {
  return Array.from(text).flatMap((character) => {
    const codePoint = character.codePointAt(0) ?? 0;
    if (codePoint < 0x80) return [codePoint];
    const tail = (power: number): number => 0x80 + (Math.floor(codePoint / 64 ** power) % 64);
    if (codePoint < 0x800) return [0xc0 + Math.floor(codePoint / 64), tail(0)];
    if (codePoint < 0x10000) return [0xe0 + Math.floor(codePoint / 64 ** 2), tail(1), tail(0)];
    return [0xf0 + Math.floor(codePoint / 64 ** 3), tail(2), tail(1), tail(0)];
  });
}

/** A String: its bytes and a zero byte. */
export function string(text: string): ByteList {
  return [...utf8(text), 0];
}

/** A value behind its length; −1 alone for null. */
export function value(bytes: Uint8Array | string | null): ByteList {
  if (bytes === null) return int32(-1);
  const list = typeof bytes === 'string' ? utf8(bytes) : Array.from(bytes);
  return [...int32(list.length), ...list];
}

/** An Int16 count and what it counts. */
export function list<T>(elements: readonly T[], build: (element: T) => ByteList): ByteList {
  return [...int16(elements.length), ...elements.flatMap(build)];
}

/** A message with a type byte, given as its character. */
export function message(type: string, ...body: readonly ByteList[]): ByteList {
  const bytes = body.flat();
  return [type.charCodeAt(0), ...int32(bytes.length + 4), ...bytes];
}

/** One of the first messages, which have no type byte. */
export function untypedMessage(...body: readonly ByteList[]): ByteList {
  const bytes = body.flat();
  return [...int32(bytes.length + 4), ...bytes];
}
