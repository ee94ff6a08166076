/** Where the items that are gone would outweigh those that wait, they are cut off. */
const MIN_CUT = 1024;

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
  readonly #items: (T | undefined)[] = [];
  /** Index of the first one that waits; those before it are gone. */
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  /** The one that has waited longest. */
  get first(): T | undefined {
    return this.#items[this.#start];
  }

  push(item: T): void {
    this.#items.push(item);
  }

  shift(): T | undefined {
    const items = this.#items;
    const item = items[this.#start];
    if (item === undefined) return undefined;
    items[this.#start] = undefined;
    this.#start += 1;
    if (this.#start === items.length) this.#cut();
    else if (this.#start >= MIN_CUT && this.#start * 2 > items.length) this.#cut();
    return item;
  }

  /** Takes out one that will not wait for its turn. */
  remove(item: T): void {
    const index = this.#items.indexOf(item, this.#start);
    if (index >= 0) this.#items.splice(index, 1);
  }

  /** Takes out all, in order. */
  clear(): T[] {
    const waiting = this.#items.splice(0).slice(this.#start) as T[];
    this.#start = 0;
    return waiting;
  }

  #cut(): void {
    this.#items.splice(0, this.#start);
    this.#start = 0;
  }
}
