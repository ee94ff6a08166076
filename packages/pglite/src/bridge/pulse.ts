const LIFE_AT = 0;
const HEARTBEAT_AT = 1;
const MEMORY_AT = 2;
const PEAK_AT = 3;
const BYTES = 32;

/** How far a network worker is. */
export const LIFE = { starting: 0, running: 1, ended: 2 } as const;

/** Words by which a worker shows that it lives. */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;
  readonly #sizes: Float64Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(BYTES)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
    this.#sizes = new Float64Array(memory);
  }

  get life(): number {
    return Atomics.load(this.#words, LIFE_AT);
  }

  set life(life: number) {
    Atomics.store(this.#words, LIFE_AT, life);
  }

  get heartbeat(): number {
    return Atomics.load(this.#words, HEARTBEAT_AT);
  }

  beat(): void {
    Atomics.add(this.#words, HEARTBEAT_AT, 1);
  }

  /** Notes how much memory the worker's isolate uses. */
  noteMemory(bytes: number): void {
    this.#sizes[MEMORY_AT] = bytes;
    this.#sizes[PEAK_AT] = Math.max(bytes, this.#sizes[PEAK_AT] ?? 0);
  }

  /** Bytes that the worker's isolate uses, and the most that it has used, as of its last heartbeats. */
  get usedMemory(): { readonly bytes: number; readonly peakBytes: number } {
    return { bytes: this.#sizes[MEMORY_AT] ?? 0, peakBytes: this.#sizes[PEAK_AT] ?? 0 };
  }
}
