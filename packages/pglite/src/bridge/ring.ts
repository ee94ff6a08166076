/**
 * A byte ring in shared memory with one writer and one reader: one ring leads from the engine's thread to the network
 * worker, others back. It holds frames: twelve bytes of header (kind and shift, call, length) and a payload that never
 * wraps round, so that the reader can hand it on where it lies. The counters only grow, modulo 2³².
 *
 * A payload is shifted to the place modulo 8 that it had before: shared memory is copied byte by byte, eight times as
 * slowly, unless both ends lie alike.
 *
 * The engine's thread blocks where it must wait; the worker must not for long, so it says how it waits, for room or for a
 * frame: to be told by a message, or asleep for a moment. Each side first says what it did and then looks at the other's
 * word, so that one of them notices.
 */
const PRODUCED = 0;
const CONSUMED = 1;
const WRITER_WAITS = 2;
const READER_WAITS = 3;
/** What {@link READER_WAITS} says: the reader looks by itself, has to be told by a message, or sleeps on PRODUCED. */
const LOOKING = 0;
const TO_BE_TOLD = 1;
const ASLEEP = 2;
const DATA_AT = 64;
const CAPACITY = 1 << 21;
const MASK = CAPACITY - 1;
const FRAME_HEADER = 12;
const PADDING = 0;
/** Room that must be free before a waiting writer is called: one wake for half a ring. */
const ENOUGH_ROOM = CAPACITY / 2;

/** Longest payload of one frame. */
export const MAX_PAYLOAD: number = 128 * 1024;

/** Memory for one ring. */
export function createRing(): SharedArrayBuffer {
  return new SharedArrayBuffer(DATA_AT + CAPACITY);
}

const frameBytes = (length: number): number => (FRAME_HEADER + length + 3) & ~3;
/** Bytes between the header of a frame at `at` and a payload that lies as `from` does, modulo 8. */
const shiftOf = (at: number, from: number): number => (from - at - FRAME_HEADER) & 7;
/** The upper half of the word that a header begins with is the shift. */
const SHIFT_BITS = 16;
const KIND_MASK = (1 << SHIFT_BITS) - 1;

/** The writing end. */
export class RingWriter {
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #headers: Int32Array<SharedArrayBuffer>;
  readonly #bytes: Uint8Array<SharedArrayBuffer>;
  #produced: number;
  readonly #onRoom: (() => void)[] = [];

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, DATA_AT / 4);
    this.#headers = new Int32Array(memory, DATA_AT);
    this.#bytes = new Uint8Array(memory, DATA_AT);
    this.#produced = Atomics.load(this.#words, PRODUCED);
  }

  /** Writes a whole frame if there is room for it. */
  tryWrite(kind: number, call: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    const from = bytes.byteOffset + start;
    const at = this.#produced & MASK;
    const untilEnd = CAPACITY - at;
    const skipped = frameBytes(shiftOf(at, from) + length) > untilEnd ? untilEnd : 0;
    const frameAt = (at + skipped) & MASK;
    const shift = shiftOf(frameAt, from);
    const needed = frameBytes(shift + length);
    if (skipped + needed > this.#room()) return false;
    if (skipped >= FRAME_HEADER) this.#writeHeader(at, PADDING, 0, skipped - FRAME_HEADER);
    this.#writeHeader(frameAt, kind | (shift << SHIFT_BITS), call, length);
    this.#bytes.set(bytes.subarray(start, end), frameAt + FRAME_HEADER + shift);
    this.#produced = (this.#produced + skipped + needed) | 0;
    Atomics.store(this.#words, PRODUCED, this.#produced);
    return true;
  }

  /**
   * Wakes a reader that sleeps. True when it waits for a message to tell it of what was written: asked once for each,
   * since it is told now.
   */
  takeReaderWaits(): boolean {
    if (Atomics.load(this.#words, READER_WAITS) === LOOKING) return false;
    const waits = Atomics.exchange(this.#words, READER_WAITS, LOOKING);
    if (waits === ASLEEP) Atomics.notify(this.#words, PRODUCED);
    return waits === TO_BE_TOLD;
  }

  /** Bytes written so far, modulo 2³²: a mark for {@link isReadUpTo}. */
  get position(): number {
    return this.#produced;
  }

  /** Whether the reader has given back everything that was written before the mark. */
  isReadUpTo(position: number): boolean {
    return ((Atomics.load(this.#words, CONSUMED) - position) | 0) >= 0;
  }

  /** Whether the next frames will find room without waiting. */
  get hasRoom(): boolean {
    return this.#room() >= 2 * MAX_PAYLOAD;
  }

  /** Resolves once half of the ring is free, for all who wait. */
  async room(): Promise<void> {
    Atomics.store(this.#words, WRITER_WAITS, 1);
    if (this.#room() >= ENOUGH_ROOM) {
      Atomics.store(this.#words, WRITER_WAITS, 0);
      this.wake();
      return;
    }
    await new Promise<void>((resolve) => {
      this.#onRoom.push(resolve);
    });
  }

  /** Blocks until the reader has given room back, at most so many milliseconds. */
  waitForRoom(ms: number): void {
    const seen = Atomics.load(this.#words, CONSUMED);
    Atomics.store(this.#words, WRITER_WAITS, 1);
    if (this.#room() < ENOUGH_ROOM) Atomics.wait(this.#words, CONSUMED, seen, ms);
  }

  /** The reader's message has come, or whoever waits is no longer wanted. */
  wake(): void {
    for (const resolve of this.#onRoom.splice(0)) resolve();
  }

  #room(): number {
    return CAPACITY - ((this.#produced - Atomics.load(this.#words, CONSUMED)) >>> 0);
  }

  #writeHeader(at: number, kind: number, call: number, length: number): void {
    const index = at >>> 2;
    this.#headers[index] = kind;
    this.#headers[index + 1] = call;
    this.#headers[index + 2] = length;
  }
}

/** A frame where it lies in the ring; it is valid until the reader goes on. */
export interface Frame {
  readonly kind: number;
  readonly call: number;
  readonly start: number;
  readonly end: number;
}

/** The reading end. */
export class RingReader {
  /** The ring's bytes: what a frame's range refers to. */
  readonly bytes: Uint8Array<SharedArrayBuffer>;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #headers: Int32Array<SharedArrayBuffer>;
  readonly #callWriter: () => void;
  #consumed: number;
  #held = 0;

  /** @param callWriter - tells a waiting writer that there is room again; one that blocks is woken in any case */
  constructor(memory: SharedArrayBuffer, callWriter: () => void) {
    this.bytes = new Uint8Array(memory, DATA_AT);
    this.#words = new Int32Array(memory, 0, DATA_AT / 4);
    this.#headers = new Int32Array(memory, DATA_AT);
    this.#callWriter = callWriter;
    this.#consumed = Atomics.load(this.#words, CONSUMED);
  }

  /** Whether {@link next} has a frame to return. */
  get hasNext(): boolean {
    return ((this.#consumed + this.#held) | 0) !== Atomics.load(this.#words, PRODUCED);
  }

  /** Says whether this end waits to be told of a frame, or looks by itself; whoever begins to wait looks once more. */
  set waits(waits: boolean) {
    Atomics.store(this.#words, READER_WAITS, waits ? TO_BE_TOLD : LOOKING);
  }

  /** Blocks until there is a frame, at most so many milliseconds; looks by itself after that. */
  sleep(ms: number): void {
    const seen = (this.#consumed + this.#held) | 0;
    Atomics.store(this.#words, READER_WAITS, ASLEEP);
    Atomics.wait(this.#words, PRODUCED, seen, ms);
    Atomics.store(this.#words, READER_WAITS, LOOKING);
  }

  /** Gives the last frame's room back and returns the next frame, if it is there. */
  next(): Frame | undefined {
    this.#release(this.#held);
    this.#held = 0;
    while (this.#consumed !== Atomics.load(this.#words, PRODUCED)) {
      const at = this.#consumed & MASK;
      if (CAPACITY - at < FRAME_HEADER) {
        this.#release(CAPACITY - at);
        continue;
      }
      const index = at >>> 2;
      const word = this.#headers[index] ?? PADDING;
      const length = this.#headers[index + 2] ?? 0;
      if (word === PADDING) {
        this.#release(FRAME_HEADER + length);
        continue;
      }
      const shift = word >>> SHIFT_BITS;
      this.#held = frameBytes(shift + length);
      const start = at + FRAME_HEADER + shift;
      return { kind: word & KIND_MASK, call: this.#headers[index + 1] ?? 0, start, end: start + length };
    }
    return undefined;
  }

  #release(byteLength: number): void {
    if (byteLength === 0) return;
    this.#consumed = (this.#consumed + byteLength) | 0;
    Atomics.store(this.#words, CONSUMED, this.#consumed);
    const used = (Atomics.load(this.#words, PRODUCED) - this.#consumed) >>> 0;
    if (CAPACITY - used < ENOUGH_ROOM || Atomics.exchange(this.#words, WRITER_WAITS, 0) === 0) return;
    Atomics.notify(this.#words, CONSUMED);
    this.#callWriter();
  }
}
