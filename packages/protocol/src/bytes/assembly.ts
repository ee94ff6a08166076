/** A buffer of this size may be made on the word of a header alone; a larger one grows as its bytes arrive. */
const firstByteLength = 65_536;
/** Small messages are put together one behind the other in memory of this size. */
const slabByteLength = 8192;
/** Memory that is used again and larger than this is let go, so that one great value does not stay for ever. */
const keptByteLength = 4 * 1024 * 1024;
/** Up to this many bytes a loop copies faster than `set`. */
const shortCopy = 64;
const nothing = new Uint8Array(0);

/**
 * Whether a message that straddled chunks keeps its memory (`fresh`), or gives it up to the next such message
 * (`reused`), which spares an allocation for each great value.
 */
export type JoinedMemory = 'fresh' | 'reused';

/** Where a message that straddles chunks is put together, in memory that grows with what arrives. */
export class Assembly {
  readonly #mode: JoinedMemory;
  /** A size that has really arrived before, and so may be announced again. */
  #trusted: number = firstByteLength;
  bytes: Uint8Array = nothing;
  /** Where in `bytes` the message begins. */
  start = 0;
  /** How much of the message has arrived. */
  held = 0;
  /** The number of bytes copied so far, over all messages. */
  copied = 0;

  constructor(mode: JoinedMemory) {
    this.#mode = mode;
  }

  /** Copies from the chunk until `byteLength` bytes of the message are held or the chunk ends; returns how many. */
  take(chunk: Uint8Array, from: number, byteLength: number): number {
    const { held } = this;
    const count = Math.min(byteLength - held, chunk.length - from);
    if (this.start + held + count > this.bytes.length) this.#grow(byteLength, held + count);
    const { bytes } = this;
    const into = this.start + held;
    if (count <= shortCopy) {
      for (let index = 0; index < count; index += 1) bytes[into + index] = chunk[from + index]!;
    } else {
      bytes.set(chunk.subarray(from, from + count), into);
    }
    this.copied += count;
    this.held = held + count;
    return count;
  }

  /** The message is whole and given out: the next one begins behind it, or in its place. */
  finish(): void {
    const { held } = this;
    if (held > this.#trusted) this.#trusted = held;
    this.start += held;
    this.held = 0;
    if (this.#mode === 'fresh') return;
    if (this.bytes.length > keptByteLength) this.clear();
    else this.start = 0;
  }

  /** Lets go of everything. */
  clear(): void {
    this.bytes = nothing;
    this.start = 0;
    this.held = 0;
  }

  /** Moves the message to memory where at least `needed` of its `byteLength` bytes have room. */
  #grow(byteLength: number, needed: number): void {
    const size = byteLength <= this.#trusted ? byteLength : Math.min(byteLength, Math.max(needed * 2, firstByteLength));
    const grown = new Uint8Array(Math.max(size, slabByteLength));
    grown.set(this.bytes.subarray(this.start, this.start + this.held));
    this.copied += this.held;
    this.bytes = grown;
    this.start = 0;
  }
}
