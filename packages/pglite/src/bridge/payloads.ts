import type { Payload } from './frames.ts';

/** Longer payloads are not kept. */
const LONGEST_KEPT = 4 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

interface Encoded {
  readonly value: Payload;
  readonly bytes: Uint8Array;
}

/** Encodes payloads, and keeps the last one of each kind of frame: calls in a loop send the same again and again. */
export class PayloadEncoder {
  readonly #last = new Map<number, Encoded>();

  encode(kind: number, value: Payload): Uint8Array {
    const last = this.#last.get(kind);
    if (last !== undefined && areAlike(last.value, value)) return last.bytes;
    const bytes = encoder.encode(JSON.stringify(value));
    if (bytes.length <= LONGEST_KEPT) this.#last.set(kind, { value, bytes });
    return bytes;
  }
}

/** Whether two values are of the same JSON; it takes less than to make that of one of them. */
function areAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) return areAlikeLists(one, other);
  let members = 0;
  for (const name in one) {
    if (!areAlike((one as Members)[name], (other as Members)[name])) return false;
    members++;
  }
  for (const _ in other) members--;
  return members === 0;
}

function areAlikeLists(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) {
    if (!areAlike(one[at], other[at])) return false;
  }
  return true;
}

type Members = Readonly<Record<string, unknown>>;

interface Decoded {
  readonly bytes: Uint8Array;
  readonly value: unknown;
}

/** Decodes payloads as {@link PayloadEncoder} encodes them: equal payloads are the same value, which nobody changes. */
export class PayloadDecoder {
  readonly #last = new Map<number, Decoded>();

  decode<T>(kind: number, bytes: Uint8Array, start: number, end: number): T {
    const last = this.#last.get(kind);
    if (last !== undefined && areEqual(last.bytes, bytes, start, end)) return last.value as T;
    // Shared memory never reaches a decoder: browsers refuse it.
    const own = bytes.slice(start, end);
    const value = JSON.parse(decoder.decode(own)) as T;
    if (own.length <= LONGEST_KEPT) this.#last.set(kind, { bytes: own, value });
    return value;
  }
}

function areEqual(kept: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (kept.length !== end - start) return false;
  for (let at = 0; at < kept.length; at++) {
    if (kept[at] !== bytes[start + at]) return false;
  }
  return true;
}
