/** Room that is kept however few wait; always a power of two. */
const LEAST_ROOM = 16;

/**
 * First in, first out, in constant time whatever its length: an array's own `shift` moves all others along.
 *
 * @example
 * ```ts
 * const queue = new Fifo<string>();
 * queue.push('a');
 * queue.first; // 'a'
 * queue.shift();
 * ```
 */
export class Fifo<T> {
  /** A ring: its length is a power of two. */
  #items: (T | undefined)[] = new Array<T | undefined>(LEAST_ROOM).fill(undefined);
  #start = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** The one that has waited longest. */
  get first(): T | undefined {
    return this.#items[this.#start];
  }

  push(item: T): void {
    if (this.#length === this.#items.length) this.#resize(this.#length * 2);
    this.#items[(this.#start + this.#length) & (this.#items.length - 1)] = item;
    this.#length += 1;
  }

  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const items = this.#items;
    const item = items[this.#start];
    items[this.#start] = undefined;
    this.#start = (this.#start + 1) & (items.length - 1);
    this.#length -= 1;
    // The room that many needed is not held for the few that come later.
    if (this.#length === 0 && items.length > LEAST_ROOM) this.#resize(LEAST_ROOM);
    return item;
  }

  /** Takes out one that will not wait for its turn. */
  remove(item: T): void {
    const others = this.clear().filter((other) => other !== item);
    for (const other of others) this.push(other);
  }

  /** Takes out all, in order. */
  clear(): T[] {
    const waiting: T[] = [];
    for (let item = this.shift(); item !== undefined; item = this.shift()) waiting.push(item);
    return waiting;
  }

  #resize(room: number): void {
    const before = this.#items;
    const items = new Array<T | undefined>(room).fill(undefined);
    for (let index = 0; index < this.#length; index++) {
      items[index] = before[(this.#start + index) & (before.length - 1)];
    }
    this.#items = items;
    this.#start = 0;
  }
}
