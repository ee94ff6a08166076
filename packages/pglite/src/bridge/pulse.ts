const LIFE_AT = 0;
const HEARTBEAT_AT = 1;

/** How far a network worker is. */
export const LIFE = { starting: 0, running: 1, ended: 2 } as const;

/** Words by which a worker shows that it lives. */
export class Pulse {
  readonly memory: SharedArrayBuffer;
  readonly #words: Int32Array<SharedArrayBuffer>;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(8)) {
    this.memory = memory;
    this.#words = new Int32Array(memory);
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
}
