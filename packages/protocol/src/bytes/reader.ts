import { RemoteProtocolError } from '../errors.ts';
import { type MessageType, tagCharacter } from '../tags.ts';
import { type DecodeText, decodeUtf8, decodeUtf8Strict } from './text.ts';

/** The body of one message: the bytes from `start` up to `end`, without type byte and length. */
export interface Body {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** What libpq (of a backend message) or the server (of a frontend message) says about a malformed body. */
interface Wording {
  readonly short: (type: MessageType) => string;
  readonly long: (type: MessageType) => string;
  readonly unterminated: (type: MessageType) => string;
}

const libpqWording: Wording = {
  short: (type) => `insufficient data in "${tagCharacter(type)}" message`,
  long: (type) => `message contents do not agree with length in message type "${tagCharacter(type)}"`,
  unterminated: (type) => `insufficient data in "${tagCharacter(type)}" message`,
};

const serverWording: Wording = {
  short: () => 'insufficient data left in message',
  long: () => 'invalid message format',
  unterminated: () => 'invalid string in message',
};

/** A reader of a message that the server sent; its text is decoded leniently unless told otherwise. */
export function readBackend(body: Body, type: MessageType, decodeText: DecodeText = decodeUtf8): BodyReader {
  return new BodyReader(body, type, decodeText, libpqWording);
}

/** A reader of a message that the client sent; its text must be well formed. */
export function readFrontend(body: Body, type: MessageType, decodeText: DecodeText = decodeUtf8Strict): BodyReader {
  return new BodyReader(body, type, decodeText, serverWording);
}

/** A cursor over one body: no read passes the body's end, and `finish` refuses a body that was not read to its end. */
export class BodyReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #type: MessageType;
  readonly #decodeText: DecodeText;
  readonly #wording: Wording;
  #at: number;

  constructor(body: Body, type: MessageType, decodeText: DecodeText, wording: Wording) {
    this.#bytes = body.bytes;
    this.#at = body.start;
    this.#end = body.end;
    this.#type = type;
    this.#decodeText = decodeText;
    this.#wording = wording;
  }

  /** The number of bytes not yet read. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  byte(): number {
    return this.#bytes[this.#take(1)]!;
  }

  /** The next byte, which stays to be read; undefined at the end. */
  peek(): number | undefined {
    return this.#at < this.#end ? this.#bytes[this.#at] : undefined;
  }

  uint16(): number {
    const at = this.#take(2);
    return (this.#bytes[at]! << 8) | this.#bytes[at + 1]!;
  }

  int16(): number {
    return (this.uint16() << 16) >> 16;
  }

  int32(): number {
    return readInt32(this.#bytes, this.#take(4));
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  int64(): bigint {
    const high = BigInt(this.int32());
    return (high << 32n) | BigInt(this.uint32());
  }

  uint64(): bigint {
    return BigInt.asUintN(64, this.int64());
  }

  /** A count of elements that take at least `byteLength` bytes each: refused when the body cannot hold them. */
  count(byteLength: number): number {
    const count = this.uint16();
    if (count * byteLength > this.remaining) this.#short();
    return count;
  }

  /** Text up to the next zero byte. */
  cstring(): string {
    const start = this.#at;
    const end = this.#bytes.indexOf(0, start);
    if (end < 0 || end >= this.#end) {
      throw new RemoteProtocolError('unterminated-string', this.#wording.unterminated(this.#type), this.#type);
    }
    this.#at = end + 1;
    return this.#decodeText(this.#bytes, start, end);
  }

  /** A view of the next `byteLength` bytes. */
  view(byteLength: number): Uint8Array {
    if (byteLength < 0) this.#short();
    const at = this.#take(byteLength);
    return this.#bytes.subarray(at, at + byteLength);
  }

  /** A value behind its Int32 length, as a view; null when the length is −1. */
  value(): Uint8Array | null {
    const byteLength = this.int32();
    return byteLength === -1 ? null : this.view(byteLength);
  }

  /** A view of everything that is left. */
  rest(): Uint8Array {
    return this.view(this.remaining);
  }

  /** Refuses a value that the manual does not allow here. */
  invalid(message: string): never {
    throw new RemoteProtocolError('invalid-value', message, this.#type);
  }

  /** Ends the body, which must have been read to its end. */
  finish(): void {
    if (this.#at !== this.#end) {
      throw new RemoteProtocolError('body-not-consumed', this.#wording.long(this.#type), this.#type);
    }
  }

  #take(byteLength: number): number {
    const at = this.#at;
    if (byteLength > this.#end - at) this.#short();
    this.#at = at + byteLength;
    return at;
  }

  #short(): never {
    throw new RemoteProtocolError('body-too-short', this.#wording.short(this.#type), this.#type);
  }
}

/** The big-endian Int32 at `at`, where four bytes must be. */
export function readInt32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!;
}
