import { LocalProtocolError } from '../errors.ts';
import { encodeUtf8Into, requireWellFormed, utf8ByteLength } from './text.ts';

/** A value of a parameter or column: its bytes, its text, or SQL NULL. */
export type Value = Uint8Array | string | null;

/**
 * The greatest length field that a server accepts for its large messages (PQ_LARGE_MESSAGE_LIMIT); it bounds what a
 * server can send as well, since each message is built in one allocation.
 *
 * @example
 * ```ts
 * new Tracer({ write: console.log, maxMessageLength: MAX_MESSAGE_LENGTH });
 * ```
 */
export const MAX_MESSAGE_LENGTH = 0x3ffffffe;

/**
 * The greatest length field for messages that carry no data (PQ_SMALL_MESSAGE_LIMIT).
 *
 * @example
 * ```ts
 * writer.begin(FrontendTag.Authentication, 'PasswordMessage', MAX_SMALL_MESSAGE_LENGTH);
 * ```
 */
export const MAX_SMALL_MESSAGE_LENGTH = 10_000;

/** Many writers write one message: the memory of the first ones is small. */
const firstByteLength = 1024;
const slabByteLength = 16_384;
const none = -1;
const shortText = 48;

/**
 * Builds messages one after another in a growing buffer, one writer per connection.
 *
 * A message exists only once `end` has been called: what an encoder that threw had begun is dropped, so that a torn
 * message cannot leave. No length can overflow: a value is refused before its first byte if the message would pass
 * `MAX_MESSAGE_LENGTH`, or the smaller limit given to `begin`.
 *
 * What `take` hands out is never written to again; writing goes on behind it.
 *
 * @example
 * ```ts
 * const writer = new Writer();
 * encodeParse(writer, { name: '', sql: 'select $1::int', parameterTypes: [] });
 * encodeSync(writer);
 * socket.write(writer.take());
 * ```
 */
export class Writer {
  #bytes: Uint8Array = new Uint8Array(0);
  /** Start of what has not been taken yet. */
  #from = 0;
  /** End of the whole messages. */
  #whole = 0;
  #at = 0;
  /** Where the length field of the message being written stands; `none` between messages. */
  #lengthAt: number = none;
  /** The position that the message being written must not pass. */
  #ceiling = 0;
  #messageType: string | undefined;

  /** The number of bytes in whole messages that wait to be taken. */
  get byteLength(): number {
    return this.#whole - this.#from;
  }

  /** Begins a message with a type byte; `messageType` names it in errors. */
  begin(tag: number, messageType: string, maxLength: number = MAX_MESSAGE_LENGTH): void {
    this.#open(messageType, 1, maxLength);
    this.#bytes[this.#at] = tag;
    this.#lengthAt = this.#at + 1;
    this.#at += 5;
  }

  /** Begins one of the first messages of a connection, which have no type byte. */
  beginUntyped(messageType: string, maxLength: number): void {
    this.#open(messageType, 0, maxLength);
    this.#lengthAt = this.#at;
    this.#at += 4;
  }

  #open(messageType: string, tagByteLength: number, maxLength: number): void {
    this.#at = this.#whole;
    this.#lengthAt = this.#whole;
    this.#messageType = messageType;
    this.#ceiling = this.#at + tagByteLength + maxLength;
    this.#reserve(5);
  }

  /** Ends the message: its length field is filled in, and the message is there to be taken. */
  end(): void {
    const at = this.#lengthAt;
    if (at === none) throw new LocalProtocolError('invalid-state', 'no message has been begun');
    this.#putInt32(at, this.#at - at);
    this.#lengthAt = none;
    this.#ceiling = 0;
    this.#whole = this.#at;
  }

  /**
   * Ends the message in front of its last `byteLength` bytes, which are not written here: the caller sends them right
   * behind what he takes, from where they lie.
   */
  endBefore(byteLength: number): void {
    const at = this.#lengthAt;
    this.#limit(this.#at + byteLength);
    this.end();
    this.#putInt32(at, this.#at - at + byteLength);
  }

  /** Hands out the whole messages written since the last call. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(this.#from, this.#whole);
    this.#from = this.#whole;
    this.#at = this.#whole;
    this.#lengthAt = none;
    this.#ceiling = 0;
    return taken;
  }

  /** Takes back the last whole messages, until no more than `byteLength` bytes of them wait. */
  truncate(byteLength: number): void {
    this.#whole = Math.min(this.#whole, this.#from + byteLength);
    this.#at = this.#whole;
    this.#lengthAt = none;
    this.#ceiling = 0;
  }

  /** Appends messages that are already whole, such as a constant Sync. */
  append(messages: Uint8Array): void {
    const at = this.#whole;
    this.#at = at;
    this.#lengthAt = none;
    this.#ceiling = 0;
    if (at + messages.byteLength > this.#bytes.byteLength) this.#grow(at + messages.byteLength);
    this.#bytes.set(messages, this.#at);
    this.#at += messages.byteLength;
    this.#whole = this.#at;
  }

  byte(value: number): void {
    this.#integer(value, 0, 0xff);
    this.#reserve(1);
    this.#bytes[this.#at] = value;
    this.#at += 1;
  }

  int8(value: number): void {
    this.#integer(value, -0x80, 0x7f);
    this.byte(value & 0xff);
  }

  int16(value: number): void {
    this.#integer(value, -0x8000, 0x7fff);
    this.#putUint16(value);
  }

  uint16(value: number): void {
    this.#integer(value, 0, 0xffff);
    this.#putUint16(value);
  }

  int32(value: number): void {
    this.#integer(value, -0x80000000, 0x7fffffff);
    this.#reserve(4);
    this.#putInt32(this.#at, value);
    this.#at += 4;
  }

  uint32(value: number): void {
    this.#integer(value, 0, 0xffffffff);
    this.#reserve(4);
    this.#putInt32(this.#at, value);
    this.#at += 4;
  }

  int64(value: bigint): void {
    if (BigInt.asIntN(64, value) !== value) this.#refuse('value-out-of-range', `${value} does not fit an Int64`);
    this.#putInt64(value);
  }

  uint64(value: bigint): void {
    if (BigInt.asUintN(64, value) !== value) this.#refuse('value-out-of-range', `${value} does not fit 64 bits`);
    this.#putInt64(value);
  }

  /** A count in front of an array: at most 65,535, the count being unsigned on the wire. */
  count(value: number): void {
    if (value > 0xffff) this.#refuse('too-many-values', `a message cannot carry more than 65535 values, got ${value}`);
    this.#putUint16(value);
  }

  /** A string with its terminating zero byte; the text must not contain one. */
  cstring(text: string): void {
    const { length } = text;
    if (length <= shortText) {
      this.#reserve(length + 1);
      const bytes = this.#bytes;
      const at = this.#at;
      let index = 0;
      while (index < length) {
        const unit = text.charCodeAt(index);
        if (unit === 0 || unit >= 0x80) break;
        bytes[at + index] = unit;
        index += 1;
      }
      if (index === length) {
        bytes[at + length] = 0;
        this.#at = at + length + 1;
        return;
      }
    }
    if (text.includes('\0')) this.#refuse('nul-in-string', 'a string cannot contain a zero byte');
    this.text(text);
    this.byte(0);
  }

  /** Text without a terminator. */
  text(text: string): void {
    requireWellFormed(text, this.#messageType);
    const room = Math.min(this.#bytes.byteLength, this.#ceiling) - this.#at;
    if (text.length * 3 > room) this.#reserve(utf8ByteLength(text));
    this.#at += encodeUtf8Into(text, this.#bytes, this.#at);
  }

  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.byteLength);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.byteLength;
  }

  /** A value behind its Int32 length; −1 stands for NULL. */
  value(value: Value): void {
    if (value === null) {
      this.int32(-1);
    } else if (typeof value === 'string') {
      this.#reserve(4);
      if (value.length <= shortText && this.#shortValue(value)) return;
      // Relative, because the buffer may move while the text is written.
      const offset = this.#at - this.#from;
      this.#at += 4;
      this.text(value);
      const lengthAt = this.#from + offset;
      this.#putInt32(lengthAt, this.#at - lengthAt - 4);
    } else {
      // The length is claimed together with the bytes, so that a value too long leaves nothing behind.
      this.#reserve(4 + value.byteLength);
      this.#putInt32(this.#at, value.byteLength);
      this.#at += 4;
      this.#bytes.set(value, this.#at);
      this.#at += value.byteLength;
    }
  }

  /** Writes a text behind its length, if it is ASCII. */
  #shortValue(text: string): boolean {
    const { length } = text;
    this.#reserve(4 + length);
    const bytes = this.#bytes;
    const at = this.#at + 4;
    for (let index = 0; index < length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[at + index] = unit;
    }
    this.#putInt32(this.#at, length);
    this.#at = at + length;
    return true;
  }

  #reserve(byteLength: number): void {
    const needed = this.#at + byteLength;
    if (needed > this.#ceiling) this.#limit(needed);
    if (needed > this.#bytes.byteLength) this.#grow(needed);
  }

  /** Refuses a message that would end there. */
  #limit(end: number): void {
    if (end <= this.#ceiling) return;
    if (this.#lengthAt === none) throw new LocalProtocolError('invalid-state', 'no message has been begun');
    this.#refuse('message-too-long', `${this.#messageType ?? 'message'} would be longer than the protocol allows`);
  }

  #grow(needed: number): void {
    const from = this.#from;
    const held = this.#at - from;
    const least = this.#bytes.byteLength === 0 ? firstByteLength : slabByteLength;
    const grown = new Uint8Array(Math.max(least, held * 2, needed - from));
    grown.set(this.#bytes.subarray(from, this.#at));
    this.#bytes = grown;
    this.#from = 0;
    this.#at = held;
    this.#whole -= from;
    this.#ceiling -= from;
    if (this.#lengthAt !== none) this.#lengthAt -= from;
  }

  #putUint16(value: number): void {
    this.#reserve(2);
    const at = this.#at;
    this.#bytes[at] = value >>> 8;
    this.#bytes[at + 1] = value;
    this.#at = at + 2;
  }

  #putInt64(value: bigint): void {
    this.#reserve(8);
    this.#putInt32(this.#at, Number(BigInt.asIntN(32, value >> 32n)));
    this.#putInt32(this.#at + 4, Number(BigInt.asIntN(32, value)));
    this.#at += 8;
  }

  #putInt32(at: number, value: number): void {
    const bytes = this.#bytes;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  #integer(value: number, least: number, greatest: number): void {
    if (!Number.isInteger(value) || value < least || value > greatest) {
      this.#refuse('value-out-of-range', `${value} is not an integer from ${least} to ${greatest}`);
    }
  }

  #refuse(
    code: 'message-too-long' | 'value-out-of-range' | 'too-many-values' | 'nul-in-string',
    message: string,
  ): never {
    throw new LocalProtocolError(code, message, this.#messageType);
  }
}
